//! What is done when most of many connections have ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};
use tokio_util::task::TaskTracker;

/// From so many on they are many.
const MANY: usize = 100;

/// Meanwhile the last of what those who left have shown is written, and freed.
const SETTLE: Duration = Duration::from_secs(1);

/// The connections of one listener.
#[derive(Debug)]
pub(crate) struct Connections {
    running: TaskTracker,
    /// The most that were open since memory was last given back.
    most: AtomicUsize,
    giving_back: Mutex<()>,
}

impl Connections {
    pub(crate) fn new(running: TaskTracker) -> Self {
        Connections { running, most: AtomicUsize::default(), giving_back: Mutex::default() }
    }

    /// To be called after a connection has come.
    pub(crate) fn grown(&self) {
        self.most.fetch_max(self.running.len(), Relaxed);
    }

    /// To be called when a connection ends, in its task. When seven of eight have left, the memory that they took goes
    /// back to the system.
    pub(crate) fn shrinks(self: &Arc<Self>) {
        let (others, most) = (self.running.len().saturating_sub(1), self.most.load(Relaxed));
        if most >= MANY && others <= most / 8 {
            let connections = Arc::clone(self);
            tokio::spawn(async move {
                // Who comes while one gives back has nothing to do.
                let Ok(_alone) = connections.giving_back.try_lock() else { return };
                sleep(SETTLE).await;
                connections.most.store(connections.running.len(), Relaxed);
                drop(spawn_blocking(heap::give_back).await);
            });
        }
    }
}
