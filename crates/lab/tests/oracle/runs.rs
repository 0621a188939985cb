//! What is compared: our log of runs, and what the judge says of them.

use claims::Event;

use crate::theirs::{Judge, Told};

pub(crate) mod foreign;
pub(crate) mod lab;
pub(crate) mod openssh;
pub(crate) mod openssl;

/// A run, or several of a kind.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) judge: Judge,
    pub(crate) name: String,
    pub(crate) count: usize,
    pub(crate) events: Vec<Event>,
    pub(crate) told: Vec<Told>,
    /// What `lab read` tells of the run's own capture, where there is one.
    pub(crate) read: Vec<Event>,
}

impl Run {
    /// The connection of an event alone, and where the event stands in it.
    pub(crate) fn connection_of(&self, index: usize) -> (Run, usize) {
        let conn = &self.events[index].conn;
        let at = self.events[..index].iter().filter(|event| event.conn == *conn).count();
        let events = self.events.iter().filter(|event| event.conn == *conn).cloned().collect();
        let told = self.told.iter().filter(|told| told.conn == *conn).cloned().collect();
        (Run { judge: self.judge, name: self.name.clone(), count: 1, events, told, read: Vec::new() }, at)
    }
}
