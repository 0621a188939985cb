//! What becomes of a connection's steps: they are judged and kept, or its row is all that is asked for.

use claims::{Event, Judge};
use steps::Past;
use wire::{Seen, tcp::Tracker};

/// The account of one connection.
#[derive(Debug)]
pub(super) enum Account {
    /// Its events are kept.
    Events(Box<Story>),
    /// What its row says is remembered: the first of each step from each side.
    Row(Box<Past>),
}

/// The events of a connection, and what it takes to judge them.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) tracker: Tracker,
    judge: Judge,
    pub(super) events: Vec<Event>,
    /// Segments with data and their acknowledgements, which are told only where nothing above tells them.
    pub(super) plain: Vec<(u64, Seen)>,
}

impl Account {
    pub(super) fn new(keeps: bool) -> Self {
        if keeps { Account::Events(Box::default()) } else { Account::Row(Box::default()) }
    }

    /// Whether this step is anything to it: a row asks for the first of each.
    pub(super) fn asks(&self, seen: &Seen) -> bool {
        match self {
            Account::Events(_) => true,
            Account::Row(past) => {
                !past.records().iter().any(|record| record.step == seen.step && record.from == seen.from)
            }
        }
    }

    pub(super) fn take(&mut self, seen: steps::Event) {
        match self {
            Account::Events(story) => {
                let claims = story.judge.judge(&seen);
                if story.events.len() < MOST_EVENTS {
                    story.events.push(Event { seen, claims });
                }
            }
            Account::Row(past) => past.remember(&seen),
        }
    }

    pub(super) fn past(&self) -> &Past {
        match self {
            Account::Events(story) => story.judge.past(),
            Account::Row(past) => past,
        }
    }
}

/// More events of one connection are read by nobody.
const MOST_EVENTS: usize = 100_000;
