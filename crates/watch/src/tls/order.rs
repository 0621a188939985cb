//! The order of what one connection's watch reports: that of the moments at which it was seen.
//!
//! A record is read when it crosses, and told when its key is known; what the library does in between, it does later. So
//! while a record waits for its key, everything that was seen after it waits with it.

use std::time::Duration;

use steps::Evidence;
use wire::{Seen, tls::Decoder};

use crate::Witness;

/// A library does not do more than this between a record and its key; a peer may.
const MOST: usize = 256;

/// What was seen and is not told yet.
#[derive(Debug, Default)]
pub(super) struct Order {
    seen: Vec<(Duration, Witness, Evidence, Seen)>,
}

impl Order {
    /// Takes what was seen at `moment`.
    pub(super) fn add(&mut self, moment: Duration, witness: &Witness, evidence: Evidence, seen: Seen) {
        self.seen.push((moment, witness.clone(), evidence, seen));
    }

    /// Tells all of it, if nothing that was seen before it can still come.
    pub(super) fn tell(&mut self, decoder: &Decoder) {
        if !decoder.is_waiting() || self.seen.len() > MOST {
            self.tell_all();
        }
    }

    fn tell_all(&mut self) {
        // What was seen at the same moment keeps its order.
        self.seen.sort_by_key(|(moment, ..)| *moment);
        for (moment, witness, evidence, seen) in std::mem::take(&mut self.seen) {
            witness.saw_after(moment, evidence, seen);
        }
    }
}

impl Drop for Order {
    /// A connection that nobody ended has its steps told, too.
    fn drop(&mut self) {
        self.tell_all();
    }
}
