//! How many connections are open, and what is done when most of a crowd has left.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};

/// From so many on it is a crowd.
const CROWD: usize = 100;

/// Meanwhile the last of what those who left have shown is written, and freed.
const SETTLE: Duration = Duration::from_secs(1);

/// The connections of one listener.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    open: AtomicUsize,
    /// The most that were open since memory was last given back.
    most: AtomicUsize,
    giving_back: Mutex<()>,
}

impl Crowd {
    pub(crate) fn enter(&self) {
        let open = self.open.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(open, Relaxed);
    }

    /// When seven of eight have left, the memory that they took goes back to the system.
    pub(crate) fn leave(self: &Arc<Self>) {
        let open = self.open.fetch_sub(1, Relaxed) - 1;
        let most = self.most.load(Relaxed);
        if most >= CROWD && open <= most / 8 {
            let crowd = Arc::clone(self);
            tokio::spawn(async move {
                // Who comes while one gives back has nothing to do.
                let Ok(_alone) = crowd.giving_back.try_lock() else { return };
                sleep(SETTLE).await;
                crowd.most.store(crowd.open.load(Relaxed), Relaxed);
                drop(spawn_blocking(watch::give_back_freed_memory).await);
            });
        }
    }
}
