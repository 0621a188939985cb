//! What a capture tells of other programs' connections goes out by the same door as our own, and what one of them may log
//! has the same bound.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use steps::{Carried, Direction, Event, Gap, Side, Step};

use crate::{allowance::Allowance, emit::emit};

/// Reports events that a capture tells, which are judged already.
#[derive(Debug, Default)]
pub struct Overheard {
    open: HashMap<String, Told>,
}

/// What was told of a connection.
#[derive(Debug, Default)]
struct Told {
    allowance: Allowance,
    /// The first of each step from each side is told whatever its connection has logged.
    steps: HashSet<(Step, Direction)>,
}

impl Overheard {
    /// Reports an event, or counts it where its connection has logged too much. A summary ends its connection.
    pub fn tell(&mut self, event: Event) {
        let told = self.open.entry(event.conn.clone()).or_default();
        let is_summary = event.step.is_summary();
        let due = told.steps.insert((event.step, event.direction)) || is_summary;
        let (moment, weight) = (Duration::from_micros(event.elapsed_us), event.weight());
        if told.allowance.admits(moment, weight, event.step, due) {
            if let Some(beyond) = told.allowance.take_beyond() {
                emit(&Carried::Gap(Gap::beyond_limit(&event.conn, Side::Client, beyond)), None);
            }
            if is_summary {
                self.open.remove(&event.conn);
            }
            emit(&Carried::Event(Arc::new(event), weight), None);
        }
    }
}
