//! What waits in the queue.

use std::sync::Arc;

use claims::Event as Judged;
use steps::{Event, Gap, Origin, Run};

use super::Waiting;

/// What is to be written, in this order.
#[derive(Debug)]
pub(crate) enum Item {
    /// A step, to the log; with its weight, and whose account it is.
    Event(Arc<Event>, usize, Origin),
    /// A step that was judged where it was read; with its weight.
    Judged(Box<Judged>, usize),
    /// Here events are missing.
    Gap(Box<Gap>),
    /// A message, to standard error.
    Message(String, Whose),
    /// A page, to standard output.
    Page(String),
    /// Here the run of a scenario begins, or has ended: a line of what is recorded, and of JSON.
    Run(Box<Run>),
    /// One run ends, another may follow.
    EndOfRun,
}

/// Whose words a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The program's own; it says nothing twice.
    Ours,
    /// A library's, which may have some for each packet of a hostile peer.
    Library,
}

impl Item {
    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Item::Event(_, weight, _) | Item::Judged(_, weight) => *weight + size_of::<Waiting>(),
            Item::Message(text, _) | Item::Page(text) => text.len(),
            Item::Gap(_) | Item::Run(_) | Item::EndOfRun => 0,
        }
    }
}
