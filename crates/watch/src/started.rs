//! When a connection began.

use std::time::{Instant, SystemTime};

/// The moment a connection began, on the steady clock and on the wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    pub(crate) steady: Instant,
    pub(crate) wall: SystemTime,
}

impl Started {
    /// Now.
    pub fn now() -> Self {
        Started { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// At a moment that the kernel stamped: a connection begins before accept() tells of it.
    pub fn at(wall: SystemTime) -> Self {
        let ago = SystemTime::now().duration_since(wall).unwrap_or_default();
        let steady = Instant::now();
        Started { steady: steady.checked_sub(ago).unwrap_or(steady), wall }
    }
}
