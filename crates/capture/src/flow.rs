//! A connection as its segments alone tell it: who opened it, whether it is over, whether the next one begins. What its
//! bytes say is read by a follower, perhaps in another thread.

use std::{borrow::Cow, net::SocketAddr};

use steps::Side;
use wire::tcp::Segment;

use crate::{icmp::Unreachable, outcome::Known, row::Ended};

/// A connection that goes on.
#[derive(Debug)]
pub(crate) struct Flow {
    number: u64,
    /// Which follower has it.
    follower: usize,
    client: SocketAddr,
    server: SocketAddr,
    last: i64,
    known: Known,
    /// Where each direction was first received.
    interfaces: [Option<i32>; 2],
    has_data: bool,
    told: bool,
    missed: bool,
}

/// What of a segment depends on those before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// Who sent it.
    pub(crate) from: Side,
    /// Its byte is no data (RFC 9293 §3.8.4).
    pub(crate) is_keep_alive: bool,
    /// One side or both have sent FIN, which takes up a number.
    pub(crate) has_fin: bool,
    /// The three segments of the opening have crossed.
    pub(crate) opened: bool,
}

/// Who is called the client, of a connection whose first segment is this one.
pub(crate) fn is_from_client(segment: &Segment<Cow<'_, [u8]>>) -> bool {
    match (segment.flags.syn, segment.flags.ack) {
        (true, false) => true,
        (true, true) => false,
        // Joined in the middle: servers have the smaller port.
        (false, _) => segment.source.port() >= segment.destination.port(),
    }
}

impl Flow {
    pub(crate) fn new((number, follower): (u64, usize), at: i64, first: &Segment<Cow<'_, [u8]>>) -> Self {
        let (client, server) = match is_from_client(first) {
            true => (first.source, first.destination),
            false => (first.destination, first.source),
        };
        let (known, interfaces) = (Known::default(), [None; 2]);
        Flow {
            number,
            follower,
            client,
            server,
            last: at,
            known,
            interfaces,
            has_data: false,
            told: false,
            missed: false,
        }
    }

    /// Its place among all connections.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Which follower has it.
    pub(crate) fn follower(&self) -> usize {
        self.follower
    }

    /// Client and server.
    pub(crate) fn ends(&self) -> (SocketAddr, SocketAddr) {
        (self.client, self.server)
    }

    /// When something of it was last received.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    /// What its segments told, the first time that it is asked: it is told then, and stays here so that a late segment of
    /// it begins no other connection.
    pub(crate) fn tell(&mut self) -> Option<Known> {
        (!std::mem::replace(&mut self.told, true)).then(|| self.known.clone())
    }

    /// Whether it was told.
    pub(crate) fn is_told(&self) -> bool {
        self.told
    }

    /// Whether what came now is the first that came after it was told.
    pub(crate) fn misses_first(&mut self) -> bool {
        self.told && !std::mem::replace(&mut self.missed, true)
    }

    fn side(&self, source: SocketAddr) -> Side {
        if source == self.client { Side::Client } else { Side::Server }
    }

    /// Whether `segment` begins another connection between the same ends.
    pub(crate) fn is_over_before(&self, segment: &Segment<Cow<'_, [u8]>>) -> bool {
        segment.flags.syn
            && !segment.flags.ack
            && (segment.source != self.client || self.known.is_another(segment.seq))
            && (self.known.ended.is_some() || self.known.fins() > 0 || self.has_data)
    }

    /// Whether a segment was received where its direction is, and not once more elsewhere.
    pub(crate) fn is_received_on(
        &mut self,
        segment: &Segment<Cow<'_, [u8]>>,
        interface: Option<i32>,
    ) -> bool {
        let first = &mut self.interfaces[self.side(segment.source) as usize];
        interface.is_none_or(|interface| *first.get_or_insert(interface) == interface)
    }

    /// Both sides have closed it, or one has reset it.
    pub(crate) fn is_over(&self) -> bool {
        self.known.ended.is_some() || self.known.fins() == 2
    }

    /// The other side has said something.
    pub(crate) fn is_answered(&self) -> bool {
        !matches!(self.known.ended(), Ended::NoAnswer | Ended::Unreachable(..))
    }

    /// Takes what a router or host said of one of its segments.
    pub(crate) fn unreachable(&mut self, at: i64, told: &Unreachable) {
        if self.known.unreachable(self.side(told.source), told) {
            self.last = self.last.max(at);
        }
    }

    /// Takes a segment.
    pub(crate) fn segment(&mut self, at: i64, segment: &Segment<Cow<'_, [u8]>>) -> Told {
        let from = self.side(segment.source);
        self.last = self.last.max(at);
        self.known.segment(from, segment);
        let is_keep_alive = segment.payload_length <= 1 && self.known.is_keep_alive(from, segment);
        self.has_data |= segment.payload_length > 0 && !is_keep_alive;
        Told { from, is_keep_alive, has_fin: self.known.fins() > 0, opened: self.known.opened() }
    }
}
