//! Follows connections: puts their bytes together, opens them with their keys, and tells what crossed. Each connection
//! has one follower, so several can work side by side and never ask each other.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    net::SocketAddr,
    ops::Range,
    sync::Arc,
};

use claims::Event;
use wire::tcp::Segment;

use crate::{
    Finished,
    connection::Connection,
    flow::Told,
    keys::{Keys, Of, Secret},
    outcome::Known,
};

/// What a follower is to do, in the order of the capture.
#[derive(Debug)]
pub(crate) enum Order {
    /// A connection begins, and its events are kept or not.
    Begin { number: u64, at: i64, ends: (SocketAddr, SocketAddr), keeps: bool },
    /// A segment of it, whose bytes lie at that place of the batch.
    Segment { number: u64, at: i64, segment: Segment<Range<usize>>, told: Told },
    /// Nothing more of it will come.
    End { number: u64, last: i64, known: Box<Known> },
    /// Secrets that stand in the capture, after so many connections.
    Keys(Arc<[Secret]>, u64),
}

/// Follows its share of the connections.
#[derive(Debug)]
pub(crate) struct Follower {
    keys: Keys,
    open: HashMap<u64, Connection>,
    /// Whose keys were not there yet. A capture may hold one conversation several times.
    wanted: HashMap<Of, BTreeSet<u64>>,
    /// Those that were told when there was no key for them, the oldest first.
    closed: VecDeque<(u64, Of)>,
    closed_of: HashMap<Of, BTreeSet<u64>>,
    /// How many of them had a key later.
    late: u64,
}

/// Among so many connections, the last ones, is that of a late key looked for.
const MOST_CLOSED: u64 = 1 << 16;

impl Follower {
    pub(crate) fn new(keys: Keys) -> Self {
        Follower {
            keys,
            open: HashMap::new(),
            wanted: HashMap::new(),
            closed: VecDeque::new(),
            closed_of: HashMap::new(),
            late: 0,
        }
    }

    /// How many connections got their key only after they had been handed out.
    pub(crate) fn late_keys(&self) -> u64 {
        self.late
    }

    /// Carries out `order`, and gives the connection that it ended, if it did. `bytes` are those of the batch.
    pub(crate) fn follow(&mut self, order: Order, bytes: &[u8]) -> Option<Finished> {
        match order {
            Order::Begin { number, at, ends, keeps } => {
                self.open.insert(number, Connection::new(number, at, ends, keeps));
            }
            Order::Segment { number, at, segment, told } => {
                self.segment(number, at, &segment.map(|place| bytes.get(place).unwrap_or_default()), told);
            }
            Order::End { number, last, known } => {
                let connection = self.open.remove(&number)?;
                if let Some(of) = connection.asked() {
                    forget(&mut self.wanted, of, number);
                    if !connection.is_opened() && !self.keys.has(of) {
                        self.stays_closed(of, number);
                    }
                }
                let (row, events) = connection.end(last, &known, &self.keys);
                return Some(Finished { row, events });
            }
            Order::Keys(secrets, connections) => self.learn(&secrets, connections),
        }
        None
    }

    /// Takes a segment of a connection.
    pub(crate) fn segment(&mut self, number: u64, at: i64, segment: &Segment<&[u8]>, told: Told) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        connection.segment(at, (segment, told), &self.keys);
        if let Some((of, before)) = connection.asks() {
            if let Some(before) = before {
                forget(&mut self.wanted, before, number);
            }
            self.wanted.entry(of).or_default().insert(number);
        }
    }

    /// Those for a connection that is open are used at once.
    fn learn(&mut self, secrets: &[Secret], connections: u64) {
        for secret in secrets {
            let of = secret.of();
            self.keys.learn(secret.clone());
            let told = self.closed_of.remove(&of).into_iter().flatten();
            self.late += told.filter(|number| number + MOST_CLOSED > connections).count() as u64;
            for number in self.wanted.get(&of).into_iter().flatten() {
                if let Some(connection) = self.open.get_mut(number) {
                    connection.keys(&self.keys);
                }
            }
        }
    }

    /// A connection is told and was not opened: its key may still come.
    fn stays_closed(&mut self, of: Of, number: u64) {
        self.closed.push_back((number, of));
        self.closed_of.entry(of).or_default().insert(number);
        while self.closed.front().is_some_and(|(old, _)| old + MOST_CLOSED < number) {
            let Some((old, of)) = self.closed.pop_front() else { break };
            forget(&mut self.closed_of, of, old);
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

/// Connection `number` has no place there any more.
fn forget(all: &mut HashMap<Of, BTreeSet<u64>>, of: Of, number: u64) {
    if let Some(numbers) = all.get_mut(&of) {
        numbers.remove(&number);
        if numbers.is_empty() {
            all.remove(&of);
        }
    }
}
