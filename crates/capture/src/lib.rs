//! Reads captures: files of tcpdump and Wireshark, packets, and TCP put together, into the steps that `wire` recognises
//! and the claims that they show. What is none of the four protocols is named and counted.
//!
//! The evidence of everything here is the wire, seen by a third party between the two ends: no call of a library and no
//! answer of a kernel is known.

mod connection;
mod copy;
mod crew;
mod file;
mod flow;
mod follow;
mod follower;
mod icmp;
mod keys;
mod lang;
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
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque, hash_map::Entry},
    io::Read,
    net::SocketAddr,
    thread,
};

use claims::Event;
use crew::Crew;
use file::{Item, Packet};
use flow::Flow;
use follower::Order;
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
    packets: Packets,
    open: HashMap<Ends, Flow>,
    connections: u64,
    crew: Crew,
    /// By number: what is over, and not to be handed out yet.
    over: BTreeSet<u64>,
    /// What is to be handed out, in this order.
    due: VecDeque<u64>,
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

/// Of those that may get a segment again so many are held whole. Of more, those that have waited longest are told, and
/// no more of them is taken.
const MOST_CLOSED: usize = 4 << 10;

/// So many that are over may wait for one before them.
const MOST_HELD: usize = 1 << 16;

/// One thread reads the files and finds the connections: more than so many others it cannot keep busy.
const MOST_THREADS: usize = 8;

impl Captures {
    /// Follows connections, with these keys and those that stand in the captures.
    pub fn new(keys: Keys, keep: Keep) -> Self {
        Captures::with(Crew::alone(keys), keep)
    }

    /// The same in so many threads beside this one, which reads the files.
    pub fn in_threads(keys: Keys, keep: Keep, threads: usize) -> Self {
        Captures::with(if threads > 1 { Crew::many(keys, threads) } else { Crew::alone(keys) }, keep)
    }

    /// As many threads as are of use: one for each core, and no more than one reader can keep busy.
    pub fn threads() -> usize {
        thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS))
    }

    fn with(crew: Crew, keep: Keep) -> Self {
        Captures {
            keep,
            choice: Choice::default(),
            packets: Packets::default(),
            open: HashMap::new(),
            connections: 0,
            crew,
            over: BTreeSet::new(),
            due: VecDeque::new(),
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
            Item::Keys(lines) => self.crew.learn(lines, self.connections),
            Item::Other => {}
        })
    }

    /// Takes those connections that are over and before which none is still open: in the order in which they began.
    pub fn ready(&mut self) -> Vec<Finished> {
        let open = self.open.values().filter(|one| !one.is_told());
        let first_open = open.map(Flow::number).min().unwrap_or(u64::MAX);
        let later = self.over.split_off(&first_open);
        self.due.extend(std::mem::replace(&mut self.over, later));
        // One that stays open for ever must not hold back all others.
        while self.over.len() > MOST_HELD {
            self.due.extend(self.over.pop_first());
        }
        self.gather();
        let mut ready = Vec::new();
        while let Some(next) = self.due.front().and_then(|number| self.finished.remove(number)) {
            ready.push(next);
            self.due.pop_front();
        }
        ready
    }

    /// Takes from the followers what has ended.
    fn gather(&mut self) {
        self.finished.extend(self.crew.finished().into_iter().map(|one| (one.row.number, one)));
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
                if let Some(flow) = self.open.get_mut(&ends) {
                    flow.unreachable(packet.at, &told);
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
        let (keep, at) = (self.keep, packet.at);
        let known = self.open.get(&ends).map(|known| known.is_over_before(&segment));
        if known == Some(true) {
            self.end(ends);
        }
        if known.is_none() && self.open.len() >= MOST_OPEN {
            self.make_room();
        }
        let flow = match self.open.entry(ends) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if keep == Keep::Live && !segment.flags.syn => return,
            Entry::Vacant(place) => {
                self.connections += 1;
                let number = self.connections;
                let keeps = match keep {
                    Keep::Nothing => false,
                    Keep::One(one) => one == number,
                    Keep::All | Keep::Live => true,
                };
                let follower = self.crew.least_behind();
                let flow = place.insert(Flow::new((number, follower), at, &segment));
                self.crew.order(follower, Order::Begin { number, at, ends: flow.ends(), keeps });
                flow
            }
        };
        if !flow.is_received_on(&segment, packet.interface) {
            return;
        }
        if flow.is_told() {
            self.given_up += u64::from(flow.misses_first());
            return;
        }
        let (number, follower, told) = (flow.number(), flow.follower(), flow.segment(at, &segment));
        self.crew.segment(follower, (number, at), segment, told);
        if keep == Keep::Live
            && let Some(follower) = self.crew.follower()
        {
            follower.tell(number, &mut self.told, false);
        }
    }

    /// Nothing more will come: all connections that were not taken, in the order in which they began.
    pub fn finish(mut self) -> (Vec<Finished>, Counts) {
        self.end_all();
        let mut finished = self.finished;
        let (last, late_keys) = self.crew.end();
        self.packets.counts.late_keys = late_keys;
        finished.extend(last.into_iter().map(|one| (one.row.number, one)));
        let mut all: Vec<Finished> = self.due.iter().filter_map(|number| finished.remove(number)).collect();
        all.extend(finished.into_values());
        (all, self.packets.counts)
    }

    /// How many connections were told before their last segment, because there were too many at once.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    fn end(&mut self, ends: Ends) {
        self.tell(ends);
        self.open.remove(&ends);
    }

    /// Gives whether it was not told before.
    fn tell(&mut self, ends: Ends) -> bool {
        let Some(flow) = self.open.get_mut(&ends) else { return false };
        let (number, follower, last, known) = (flow.number(), flow.follower(), flow.last(), flow.tell());
        let known = known.map(Box::new);
        let is_new = known.is_some();
        if let Some(known) = known {
            self.crew.order(follower, Order::End { number, last, known });
            self.over.insert(number);
        }
        is_new
    }

    fn end_all(&mut self) {
        let open: Vec<Ends> = self.open.keys().copied().collect();
        open.into_iter().for_each(|ends| self.end(ends));
    }

    /// Ends connections that are over for so long that nothing more of them can come.
    fn end_old(&mut self) {
        let latest = self.latest;
        let old = |one: &Flow| one.is_over() && latest.saturating_sub(one.last()) > LINGER;
        let over: Vec<Ends> = self.open.iter().filter(|(_, one)| old(one)).map(|(ends, _)| *ends).collect();
        over.into_iter().for_each(|ends| self.end(ends));
        let held = self.open.iter().filter(|(_, one)| one.is_over() && !one.is_told());
        let mut held: Vec<(i64, Ends)> = held.map(|(ends, one)| (one.last(), *ends)).collect();
        let surplus = held.len().saturating_sub(MOST_CLOSED);
        if surplus > 0 {
            held.sort_unstable();
            for (_, ends) in held.into_iter().take(surplus) {
                self.tell(ends);
            }
        }
    }

    /// Ends an eighth of the open connections, those that were silent longest.
    fn make_room(&mut self) {
        let mut all: Vec<(i64, Ends)> = self.open.iter().map(|(ends, one)| (one.last(), *ends)).collect();
        all.sort_unstable();
        for (_, ends) in all.into_iter().take(MOST_OPEN / 8) {
            self.given_up += u64::from(self.tell(ends));
            self.open.remove(&ends);
        }
    }
}
