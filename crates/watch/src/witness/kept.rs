//! The story of a connection, for a server that tells it to the peer whose own it is.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use steps::Event;

use super::Witness;

/// How much memory a witness takes for its connection's story.
const MOST_KEPT: usize = 256 * 1024;

/// Events as they were emitted, in order and without a gap.
#[derive(Debug, Default)]
pub(super) struct Kept {
    events: Vec<Arc<Event>>,
    weight: usize,
}

impl Kept {
    /// Keeps `event`, where there is room for it and was for all before it.
    pub(super) fn push(&mut self, event: Arc<Event>, weight: usize) {
        self.weight = self.weight.saturating_add(weight);
        if self.weight <= MOST_KEPT {
            self.events.push(event);
        }
    }
}

impl Witness {
    /// Keeps a copy of each event from now on, for a server that tells a peer what it saw of the peer's own
    /// connection. What goes beyond a bound is not kept, nor what comes after it: a story with a gap would mislead.
    pub fn keep(&self) {
        self.0.keeps.store(true, Relaxed);
        self.note(0, |witness| {
            witness.lock().kept.get_or_insert_default();
        });
    }

    /// Keeps no more, and forgets what was kept.
    pub fn forget(&self) {
        self.note(0, |witness| {
            witness.lock().kept = None;
            witness.0.keeps.store(false, Relaxed);
        });
    }

    /// The events kept so far, as they were emitted.
    pub fn kept(&self) -> Vec<Arc<Event>> {
        self.read();
        self.lock().kept.as_ref().map(|kept| kept.events.clone()).unwrap_or_default()
    }

    /// The events kept since the last time, which makes room for as many more.
    pub fn take_kept(&self) -> Vec<Arc<Event>> {
        self.read();
        self.lock().kept.as_mut().map(|kept| std::mem::take(kept).events).unwrap_or_default()
    }
}
