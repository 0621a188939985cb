//! Reads captures: files of tcpdump and Wireshark, packets, and TCP put together, into the steps that `wire` recognises
//! and the claims that they show. What is none of the four protocols is named and counted.
//!
//! The evidence of everything here is the wire, seen by a third party between the two ends: nobody's library called and
//! no kernel answered.

mod connection;
mod copy;
mod file;
mod follow;
mod icmp;
mod keys;
mod link;
mod live;
mod outcome;
mod packets;
mod records;
mod row;
mod speaks;
mod stream;
mod tunnels;
mod within;

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    io::Read,
    net::SocketAddr,
};

use claims::Event;
use connection::Connection;
use file::{Item, Packet};
use keys::Of;
use link::Inside;
use packets::{Found, Packets};

pub use copy::{Copied, begins, copy};
pub use file::{Trouble, is_capture};
pub use follow::Followed;
pub use keys::Keys;
pub use live::Choice;
pub use packets::Counts;
pub use row::{Ended, Kind, Row};
pub use tunnels::Tunnels;
pub use wire::tls::PrivateKey;

/// Which connections' events are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nobody's: the table is enough.
    Nothing,
    /// Those of the connection with this number.
    One(u64),
    /// All: for captures that are small.
    All,
    /// All, and only of connections that begin: [`Captures::told`] gives them as they come.
    Live,
}

/// A connection that is over, or was when the capture ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What it was.
    pub row: Row,
    /// Its events in the order of their times, where they are kept.
    pub events: Vec<Event>,
}

/// Takes packets and follows the connections in them.
#[derive(Debug)]
pub struct Captures {
    keep: Keep,
    choice: Choice,
    keys: Keys,
    packets: Packets,
    open: HashMap<Ends, Connection>,
    /// Whose keys were not there yet.
    wanted: HashMap<Of, Ends>,
    connections: u64,
    /// By number: what is over and was not taken.
    finished: BTreeMap<u64, Finished>,
    /// The latest time of a packet.
    latest: i64,
    /// Events of connections that are followed live.
    told: Vec<Event>,
    given_up: u64,
}

/// Both ends, the smaller first.
type Ends = (SocketAddr, SocketAddr);

fn ends(one: SocketAddr, other: SocketAddr) -> Ends {
    if one <= other { (one, other) } else { (other, one) }
}

/// How many connections are followed at a time; of more, those that were silent longest are given up.
const MOST_OPEN: usize = 1 << 16;

/// After so many packets those that are over are looked for.
const PART: u64 = 16 << 10;

/// How long, in nanoseconds, a connection that is over may get a segment again: twice the longest life of a segment (RFC
/// 9293 §3.4.2, as Linux counts it).
const LINGER: i64 = 120_000_000_000;

/// So many that are over may wait for one before them.
const MOST_HELD: usize = 1 << 16;

impl Captures {
    /// Follows connections, with these keys and those that stand in the captures.
    pub fn new(keys: Keys, keep: Keep) -> Self {
        Captures {
            keep,
            choice: Choice::default(),
            keys,
            packets: Packets::default(),
            open: HashMap::new(),
            wanted: HashMap::new(),
            connections: 0,
            finished: BTreeMap::new(),
            latest: 0,
            told: Vec::new(),
            given_up: 0,
        }
    }

    /// From now on follows these connections alone.
    pub fn only(&mut self, choice: Choice) {
        self.choice = choice;
    }

    /// Reads a capture file. `meanwhile` is called now and then: what is over may be taken there ([`Captures::ready`]), and
    /// what is taken needs no memory.
    ///
    /// # Errors
    ///
    /// When it is no capture, is damaged or cut off, or cannot be read; what came before counts.
    pub fn file(&mut self, input: impl Read, mut meanwhile: impl FnMut(&mut Self)) -> Result<u64, Trouble> {
        let mut packets = 0_u64;
        file::read(input, |item| match item {
            Item::Packet(packet) => {
                self.packet(&packet);
                packets += 1;
                if packets.is_multiple_of(PART) {
                    self.end_old();
                    meanwhile(self);
                }
            }
            Item::Keys(lines) => self.keys(lines),
            Item::Other => {}
        })
    }

    /// Takes those connections that are over and before which none is still open: in the order in which they began.
    pub fn ready(&mut self) -> Vec<Finished> {
        let first_open = self.open.values().map(Connection::number).min().unwrap_or(u64::MAX);
        let later = self.finished.split_off(&first_open);
        let mut ready = std::mem::replace(&mut self.finished, later);
        // One that stays open for ever must not hold back all others.
        while self.finished.len() > MOST_HELD {
            ready.extend(self.finished.pop_first());
        }
        ready.into_values().collect()
    }

    /// Takes one packet.
    fn packet(&mut self, packet: &Packet<'_>) {
        self.packets.counts.packets += 1;
        self.latest = self.latest.max(packet.at);
        let Some(link) = packet.link else {
            self.packets.counts.unknown_link += 1;
            return;
        };
        let inside = match link.strip(packet.bytes) {
            Inside::Ip(inside) => inside,
            Inside::Type(ethertype) => {
                let counts = &mut self.packets.counts;
                *counts.tunnels.of_ethertype(ethertype).unwrap_or(&mut counts.not_ip) += 1;
                return;
            }
            Inside::Other => {
                self.packets.counts.not_ip += 1;
                return;
            }
            Inside::CutOff => {
                self.packets.counts.unreadable += 1;
                return;
            }
        };
        let segment = match self.packets.find(inside) {
            Some(Found::Segment(segment)) => segment,
            Some(Found::Unreachable(told)) => {
                let ends = ends(told.source, told.destination);
                if let Some(connection) = self.open.get_mut(&ends) {
                    connection.unreachable(packet.at, &told);
                }
                return;
            }
            None => return,
        };
        let (source, destination) = (segment.source, segment.destination);
        if !self.choice.admits([source, destination]) {
            return;
        }
        let ends = ends(source, destination);
        if self.open.get(&ends).is_some_and(|known| known.is_over_before(&segment)) {
            self.end(ends);
        }
        if self.open.len() >= MOST_OPEN && !self.open.contains_key(&ends) {
            self.make_room();
        }
        let connection = match self.open.entry(ends) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if self.keep == Keep::Live && !segment.flags.syn => return,
            Entry::Vacant(place) => {
                self.connections += 1;
                let keeps = match self.keep {
                    Keep::Nothing => false,
                    Keep::One(number) => number == self.connections,
                    Keep::All | Keep::Live => true,
                };
                place.insert(Connection::new(self.connections, packet.at, &segment, keeps))
            }
        };
        if !connection.is_heard_on(&segment, packet.interface) {
            return;
        }
        connection.segment(packet.at, &segment, &self.keys);
        if self.keep == Keep::Live {
            connection.tell(&mut self.told, false);
        }
        if let Some((of, before)) = connection.asks() {
            before.and_then(|before| self.wanted.remove(&before));
            self.wanted.insert(of, ends);
        }
    }

    /// Takes lines of a key log that stand in a capture; those for a connection that is open are used at once.
    fn keys(&mut self, lines: &str) {
        for line in lines.lines() {
            let Some(of) = self.keys.line(line) else { continue };
            if let Some(connection) = self.wanted.get(&of).and_then(|ends| self.open.get_mut(ends)) {
                connection.keys(&self.keys);
            }
        }
    }

    /// Nothing more will come: all connections that were not taken, in the order in which they began.
    pub fn finish(mut self) -> (Vec<Finished>, Counts) {
        let open: Vec<Ends> = self.open.keys().copied().collect();
        open.into_iter().for_each(|ends| self.end(ends));
        (self.finished.into_values().collect(), self.packets.counts)
    }

    /// How many connections were given up because too many were open at once.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    fn end(&mut self, ends: Ends) {
        if let Some(connection) = self.open.remove(&ends) {
            if let Some(of) = connection.asked() {
                self.wanted.remove(of);
            }
            let (row, events) = connection.end(&self.keys);
            self.finished.insert(row.number, Finished { row, events });
        }
    }

    /// Ends connections that are over for so long that nothing more of them can come.
    fn end_old(&mut self) {
        let latest = self.latest;
        let old = |one: &Connection| one.is_over() && latest.saturating_sub(one.last()) > LINGER;
        let over: Vec<Ends> = self.open.iter().filter(|(_, one)| old(one)).map(|(ends, _)| *ends).collect();
        over.into_iter().for_each(|ends| self.end(ends));
    }

    /// Ends an eighth of the open connections, those that were silent longest.
    fn make_room(&mut self) {
        let mut all: Vec<(i64, Ends)> = self.open.iter().map(|(ends, one)| (one.last(), *ends)).collect();
        all.sort_unstable();
        for (_, ends) in all.into_iter().take(MOST_OPEN / 8) {
            self.end(ends);
            self.given_up += 1;
        }
    }
}
