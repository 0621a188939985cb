//! Follows connections: puts their bytes together, opens them with their keys, and tells what crossed. Each connection
//! has one follower, so several can work side by side and never ask each other.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    sync::Arc,
};

use claims::Event;
use wire::tcp::Segment;

use crate::{
    Finished,
    connection::Connection,
    flow::Told,
    keys::{Keys, Of},
    outcome::Known,
};

/// What a follower is to do, in the order of the capture.
#[derive(Debug)]
pub(crate) enum Order {
    /// A connection begins, and its events are kept or not.
    Begin { number: u64, at: i64, ends: (SocketAddr, SocketAddr), keeps: bool },
    /// A segment of it.
    Segment { number: u64, at: i64, segment: Segment, told: Told },
    /// Nothing more of it will come.
    End { number: u64, last: i64, known: Box<Known> },
    /// Lines of a key log that stand in the capture.
    Keys(Arc<str>),
}

/// Follows its share of the connections.
#[derive(Debug)]
pub(crate) struct Follower {
    keys: Keys,
    open: HashMap<u64, Connection>,
    /// Whose keys were not there yet. A capture may hold one conversation several times.
    wanted: HashMap<Of, BTreeSet<u64>>,
}

impl Follower {
    pub(crate) fn new(keys: Keys) -> Self {
        Follower { keys, open: HashMap::new(), wanted: HashMap::new() }
    }

    /// Does it, and gives a connection that has ended.
    pub(crate) fn follow(&mut self, order: Order) -> Option<Finished> {
        match order {
            Order::Begin { number, at, ends, keeps } => {
                self.open.insert(number, Connection::new(number, at, ends, keeps));
            }
            Order::Segment { number, at, segment, told } => {
                let connection = self.open.get_mut(&number)?;
                connection.segment(at, (&segment, told), &self.keys);
                if let Some((of, before)) = connection.asks() {
                    self.no_more(before.as_ref(), number);
                    self.wanted.entry(of).or_default().insert(number);
                }
            }
            Order::End { number, last, known } => {
                let connection = self.open.remove(&number)?;
                self.no_more(connection.asked(), number);
                let (row, events) = connection.end(last, &known, &self.keys);
                return Some(Finished { row, events });
            }
            Order::Keys(lines) => self.learn(&lines),
        }
        None
    }

    /// Those for a connection that is open are used at once.
    fn learn(&mut self, lines: &str) {
        for line in lines.lines() {
            let Some(of) = self.keys.line(line) else { continue };
            for number in self.wanted.get(&of).into_iter().flatten() {
                if let Some(connection) = self.open.get_mut(number) {
                    connection.keys(&self.keys);
                }
            }
        }
    }

    fn no_more(&mut self, of: Option<&Of>, number: u64) {
        if let Some(of) = of
            && let Some(all) = self.wanted.get_mut(of)
        {
            all.remove(&number);
            if all.is_empty() {
                self.wanted.remove(of);
            }
        }
    }

    /// Hands on the events of a connection so far, once it is known what it speaks; `now`, in any case.
    pub(crate) fn tell(&mut self, number: u64, to: &mut Vec<Event>, now: bool) {
        if let Some(connection) = self.open.get_mut(&number) {
            connection.tell(to, now);
        }
    }

    /// The same of all connections.
    pub(crate) fn tell_all(&mut self, to: &mut Vec<Event>) {
        self.open.values_mut().for_each(|connection| connection.tell(to, false));
    }
}
