//! How much of the queue each connection has, and what found no room in it.

use std::mem;

use steps::{Because, Gap};

/// What connections have in the queue. Two may have one share: they are many, and it need not be exact.
#[derive(Debug)]
pub(super) struct Shares(pub(super) Box<[Share; SHARES]>);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    pub(super) items: usize,
    pub(super) weight: usize,
}

pub(super) const SHARES: usize = 1024;

impl Default for Shares {
    fn default() -> Self {
        Shares(Box::new([Share::default(); SHARES]))
    }
}

/// Events that found no room.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    pub(super) events: u64,
    /// The connection whose they are, while they are all of one.
    conn: Option<String>,
}

impl Dropped {
    pub(super) fn add(&mut self, events: u64, conn: Option<&str>) {
        if self.events == 0 {
            self.conn = conn.map(str::to_owned);
        } else if self.conn.as_deref() != conn {
            self.conn = None;
        }
        self.events += events;
    }

    pub(super) fn take(&mut self) -> Option<Gap> {
        let Dropped { events, conn } = mem::take(self);
        (events > 0).then(|| Gap::new(events, Because::QueueFull).of(conn))
    }
}
