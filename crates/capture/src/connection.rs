//! One TCP connection of a capture: its segments put together, what it speaks found out by its bytes, and the steps
//! judged as far as the bytes carry.

use std::{net::SocketAddr, time::Duration};

use claims::Event;
use steps::{Evidence, Past, Protocol, Side, Step, tcp, tls};
use wire::tcp::Segment;

use crate::{
    flow::Told,
    keys::{Keys, Of},
    row::Kind,
    stream::Stream,
};
use account::Account;
use reading::Reading;

mod account;
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
    account: Account,
    streams: [Stream; 2],
    reading: Reading,
    /// What came before it was clear what it is: handed on once it is.
    unread: Vec<(Side, u64, Vec<u8>)>,
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
}

impl Connection {
    pub(crate) fn new(number: u64, at: i64, (client, server): (SocketAddr, SocketAddr), keeps: bool) -> Self {
        Connection {
            number,
            client,
            server,
            began: at,
            last: at,
            account: Account::new(keeps),
            streams: Default::default(),
            reading: Reading::Undecided,
            unread: Vec::new(),
            kind: Kind::Nothing,
            gaps: 0,
            segments: 0,
            bytes: 0,
            lacks_bytes: false,
            asked: None,
            opened: None,
            established: None,
        }
    }

    /// Hands on the events so far, once it is known what the connection speaks; `now`, in any case.
    pub(crate) fn tell(&mut self, to: &mut Vec<Event>, now: bool) {
        let Account::Events(story) = &mut self.account else { return };
        if now || !matches!(self.reading, Reading::Undecided) {
            let protocol = self.kind.protocol();
            let variant = self.kind.variant();
            to.extend(story.events.drain(..).map(|mut event| {
                (event.protocol, event.variant) = (protocol, variant.clone());
                event
            }));
        }
    }

    /// The secrets of which connection it could use now, where that is news; and of which it was before.
    pub(crate) fn asks(&mut self) -> Option<(Of, Option<Of>)> {
        let of = self.wants().filter(|of| self.asked != Some(*of))?;
        Some((of, self.asked.replace(of)))
    }

    /// The secrets of which connection it asked for last.
    pub(crate) fn asked(&self) -> Option<Of> {
        self.asked
    }

    /// A key has opened it, or there was nothing to open.
    pub(crate) fn is_opened(&self) -> bool {
        match &self.reading {
            Reading::Tls(_) => self.past().has(tls::Step::Finished),
            Reading::Ssh(ssh) => ssh.decoder.is_opened(),
            Reading::Undecided | Reading::Ws(_) | Reading::Other | Reading::Lost => true,
        }
    }

    fn wants(&self) -> Option<Of> {
        match &self.reading {
            Reading::Tls(tls) => tls.decoder.client_random()?.try_into().ok().map(Of::Tls),
            Reading::Ssh(ssh) => ssh.decoder.client_cookie().map(Of::Ssh),
            Reading::Undecided | Reading::Ws(_) | Reading::Other | Reading::Lost => None,
        }
    }

    /// Takes a segment.
    pub(crate) fn segment(&mut self, at: i64, (segment, told): (&Segment<&[u8]>, Told), keys: &Keys) {
        let from = told.from;
        self.last = self.last.max(at);
        self.segments += 1;
        let moment = u64::try_from(at.saturating_sub(self.began)).unwrap_or_default();
        self.segment_step(moment, from, segment);
        let (own, peer) = (from as usize, from.peer() as usize);
        let mut pieces = Vec::new();
        if segment.flags.syn {
            self.streams[own].syn(segment.seq);
        }
        // Data may lie in a SYN (RFC 7413); its number is one before it.
        let first = segment.seq.wrapping_add(u32::from(segment.flags.syn));
        if segment.payload_length > 0 && !told.is_keep_alive {
            self.bytes += u64::from(segment.payload_length);
            // A FIN takes up a number, and is no byte.
            let ack = segment.ack.wrapping_sub(u32::from(told.has_fin));
            if segment.flags.ack && self.streams[peer].lacks(ack) {
                self.lacks_bytes = true;
            }
            let data = (segment.payload(), segment.payload_length);
            self.streams[own].data(first, data, moment, &mut pieces);
        }
        self.pieces(from, pieces, keys);
        if segment.flags.ack {
            let mut pieces = Vec::new();
            self.streams[peer].ack(segment.ack, &mut pieces);
            self.pieces(from.peer(), pieces, keys);
        }
        self.tell_plain();
        if self.opened.is_none() && told.opened {
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

    /// Which step of the connection the segment is. A row does not ask.
    fn segment_step(&mut self, moment: u64, from: Side, segment: &Segment<&[u8]>) {
        let Account::Events(story) = &mut self.account else { return };
        let segment = segment.clone().map(<[u8]>::to_vec);
        let seen = story.tracker.segment_at(Duration::from_nanos(moment), from, &segment, "capture");
        let carrier = [tcp::Step::Data, tcp::Step::DataAck, tcp::Step::PureAck].map(Step::Tcp);
        match seen {
            Some(seen) if carrier.contains(&seen.step) => story.plain.push((moment, seen)),
            Some(seen) => self.saw(moment, Evidence::Wire, seen),
            None => {}
        }
    }

    fn past(&self) -> &Past {
        self.account.past()
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
