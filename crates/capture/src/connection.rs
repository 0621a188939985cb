//! One TCP connection of a capture: its segments put together, what it speaks found out by its bytes, and the steps
//! judged as far as the bytes carry.

use std::{net::SocketAddr, time::Duration};

use claims::{Event, Judge};
use steps::{Evidence, Protocol, Side, Step, tcp};
use wire::{
    Seen,
    tcp::{Segment, Tracker},
};

use crate::{
    icmp::Unreachable,
    keys::{Keys, Of},
    outcome::Known,
    row::{Ended, Kind},
    stream::Stream,
};
use reading::Reading;

mod end;
mod reading;

/// A connection that goes on.
#[derive(Debug)]
pub(crate) struct Connection {
    number: u64,
    client: SocketAddr,
    server: SocketAddr,
    began: i64,
    last: i64,
    tracker: Tracker,
    known: Known,
    /// Where each direction was first heard.
    interfaces: [Option<i32>; 2],
    streams: [Stream; 2],
    reading: Reading,
    /// What came before it was clear what it is: handed on once it is.
    unread: Vec<(Side, u64, Vec<u8>)>,
    judge: Judge,
    events: Option<Vec<Event>>,
    kind: Kind,
    gaps: u64,
    segments: u64,
    bytes: u64,
    /// One side answered to what was not captured.
    lacks_bytes: bool,
    asked: Option<Of>,
    /// TCP's three segments had crossed.
    opened: Option<u64>,
    /// The handshake above was over.
    established: Option<u64>,
    /// Segments with data and their acknowledgements, which are told only where nothing above tells them.
    plain: Vec<(u64, Seen)>,
}

/// Who is called the client, of a connection whose first segment is this one.
pub(crate) fn is_from_client(segment: &Segment) -> bool {
    match (segment.flags.syn, segment.flags.ack) {
        (true, false) => true,
        (true, true) => false,
        // Joined in the middle: servers have the smaller port.
        (false, _) => segment.source.port() >= segment.destination.port(),
    }
}

impl Connection {
    pub(crate) fn new(number: u64, at: i64, first: &Segment, keeps: bool) -> Self {
        let (client, server) = match is_from_client(first) {
            true => (first.source, first.destination),
            false => (first.destination, first.source),
        };
        Connection {
            number,
            client,
            server,
            began: at,
            last: at,
            tracker: Tracker::default(),
            known: Known::default(),
            interfaces: [None; 2],
            streams: Default::default(),
            reading: Reading::Undecided,
            unread: Vec::new(),
            judge: Judge::default(),
            events: keeps.then(Vec::new),
            kind: Kind::Nothing,
            gaps: 0,
            segments: 0,
            bytes: 0,
            lacks_bytes: false,
            asked: None,
            opened: None,
            established: None,
            plain: Vec::new(),
        }
    }

    /// Whether `segment` begins another connection between the same ends.
    pub(crate) fn is_over_before(&self, segment: &Segment) -> bool {
        segment.flags.syn
            && !segment.flags.ack
            && (segment.source != self.client || self.known.is_another(segment.seq))
            && (self.known.ended.is_some() || self.known.fins() > 0 || self.bytes > 0)
    }

    /// Its place among all connections.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// When it was last heard of.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    /// Whether a segment was heard where its direction is, and not once more elsewhere.
    pub(crate) fn is_heard_on(&mut self, segment: &Segment, interface: Option<i32>) -> bool {
        let from = if segment.source == self.client { Side::Client } else { Side::Server };
        let first = &mut self.interfaces[from as usize];
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

    /// Hands on the events so far, once it is known what the connection speaks; `now`, in any case.
    pub(crate) fn tell(&mut self, to: &mut Vec<Event>, now: bool) {
        let Some(events) = self.events.as_mut().filter(|events| !events.is_empty()) else { return };
        if now || !matches!(self.reading, Reading::Undecided) {
            let protocol = self.kind.protocol();
            let variant = self.kind.variant();
            to.extend(events.drain(..).map(|mut event| {
                (event.protocol, event.variant) = (protocol, variant.clone());
                event
            }));
        }
    }

    /// The secrets of which connection it could use now, where that is news; and of which it was before.
    pub(crate) fn asks(&mut self) -> Option<(Of, Option<Of>)> {
        let of = self.wants()?;
        if self.asked.as_ref() == Some(&of) {
            return None;
        }
        let before = self.asked.replace(of.clone());
        Some((of, before))
    }

    /// The secrets of which connection it asked for last.
    pub(crate) fn asked(&self) -> Option<&Of> {
        self.asked.as_ref()
    }

    fn wants(&self) -> Option<Of> {
        match &self.reading {
            Reading::Tls(tls) => tls.decoder.client_random().map(|random| Of::Tls(random.to_vec())),
            Reading::Ssh(ssh) => ssh.decoder.client_cookie().map(Of::Ssh),
            Reading::Undecided | Reading::Ws(_) | Reading::Other | Reading::Lost => None,
        }
    }

    /// Takes what a router or host said of one of its segments.
    pub(crate) fn unreachable(&mut self, at: i64, told: &Unreachable) {
        let from = if told.source == self.client { Side::Client } else { Side::Server };
        if self.known.unreachable(from, told) {
            self.last = self.last.max(at);
        }
    }

    /// Takes a segment.
    pub(crate) fn segment(&mut self, at: i64, segment: &Segment, keys: &Keys) {
        let from = if segment.source == self.client { Side::Client } else { Side::Server };
        self.last = self.last.max(at);
        self.segments += 1;
        let moment = u64::try_from(at.saturating_sub(self.began)).unwrap_or_default();
        let seen = self.tracker.segment_at(Duration::from_nanos(moment), from, segment, "capture");
        self.known.segment(from, segment);
        let carrier = [tcp::Step::Data, tcp::Step::DataAck, tcp::Step::PureAck].map(Step::Tcp);
        match seen {
            Some(seen) if carrier.contains(&seen.step) => self.plain.push((moment, seen)),
            Some(seen) => self.saw(moment, Evidence::Wire, seen),
            None => {}
        }
        let (own, peer) = (from as usize, from.peer() as usize);
        let mut pieces = Vec::new();
        if segment.flags.syn {
            self.streams[own].syn(segment.seq);
        }
        // Data may lie in a SYN (RFC 7413); its number is one before it.
        let first = segment.seq.wrapping_add(u32::from(segment.flags.syn));
        let keep_alive = segment.payload_length <= 1 && self.known.is_keep_alive(from, segment);
        if segment.payload_length > 0 && !keep_alive {
            self.bytes += u64::from(segment.payload_length);
            // A FIN takes up a number, and is no byte.
            let ack = segment.ack.wrapping_sub(u32::from(self.known.fins() > 0));
            if segment.flags.ack && self.streams[peer].lacks(ack) {
                self.lacks_bytes = true;
            }
            let (captured, length) = (segment.payload(), segment.payload_length);
            self.streams[own].data(first, captured, length, moment, &mut pieces);
        }
        self.pieces(from, pieces, keys);
        if segment.flags.ack {
            let mut pieces = Vec::new();
            self.streams[peer].ack(segment.ack, &mut pieces);
            self.pieces(from.peer(), pieces, keys);
        }
        self.tell_plain();
        if self.opened.is_none() && self.known.opened() {
            self.opened = Some(moment);
        }
        if self.established.is_none() && self.is_established() {
            self.established = Some(moment);
        }
    }

    /// Secrets that came later than the bytes.
    pub(crate) fn keys(&mut self, keys: &Keys) {
        if let Reading::Tls(tls) = &mut self.reading {
            tls.keyed = false;
        }
        if let Reading::Ssh(ssh) = &mut self.reading {
            ssh.keyed = None;
        }
        self.unlock(self.now(), keys);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.last.saturating_sub(self.began)).unwrap_or_default()
    }
}

impl Kind {
    /// What a pair of ours would be called.
    pub(crate) fn variant(self) -> Option<String> {
        (self == Kind::Wss).then(|| "wss".to_owned())
    }

    /// The protocol whose claims its steps can show.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Kind::Tls | Kind::TlsBehind(_) => Protocol::Tls,
            Kind::Ws | Kind::Wss | Kind::Http => Protocol::Ws,
            Kind::Ssh => Protocol::Ssh,
            Kind::Nothing | Kind::Other(_) => Protocol::Tcp,
        }
    }
}
