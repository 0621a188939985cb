//! What a capture tells of other programs' connections has the same bound as our own.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use steps::{Direction, Event, Gap, Side, Step};

use crate::allowance::Allowance;

/// Says which of the events that a capture tells may be logged.
#[derive(Debug, Default)]
pub struct Allowances {
    open: HashMap<String, Told>,
}

/// What was told of a connection.
#[derive(Debug, Default)]
struct Told {
    allowance: Allowance,
    /// The first of each step from each side is told whatever its connection has logged.
    steps: HashSet<(Step, Direction)>,
}

impl Allowances {
    /// Whether an event may be logged: `Some` with the gap to be logged before it, where there is one; `None`: its
    /// connection has logged too much, and the event is counted. After its summary a connection is forgotten.
    pub fn admits(&mut self, event: &Event) -> Option<Option<Gap>> {
        let told = self.open.entry(event.conn.clone()).or_default();
        let is_summary = event.step.is_summary();
        let due = told.steps.insert((event.step, event.direction)) || is_summary;
        let (moment, weight) = (Duration::from_micros(event.elapsed_us), event.weight());
        let admitted = told.allowance.admits(moment, weight, event.step, due);
        let gap = |beyond| Gap::beyond_limit(&event.conn, Side::Client, beyond);
        let admitted = admitted.then(|| told.allowance.take_beyond().map(gap));
        if is_summary {
            self.open.remove(&event.conn);
        }
        admitted
    }
}
