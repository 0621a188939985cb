//! One TCP connection of a capture: its segments put together, what it speaks found out by its bytes, and the steps
//! judged as far as the bytes carry.

use std::{net::SocketAddr, time::Duration};

use claims::{Event, Judge};
use steps::{Bytes, Direction, Evidence, Observer, Protocol, SCHEMA_VERSION, Said, Side, Step, summary, tcp};
use wire::{
    Crossed, Seen, ssh,
    tcp::{Segment, Tracker},
    tls, ws,
};

use crate::{
    keys::{Keys, Of},
    outcome::{self, Ended, Known},
    records::Records,
    row::{Kind, Row},
    speaks::{self, Speaks},
    stream::{Piece, Stream},
    within::Within,
};

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

/// What reads the bytes.
#[derive(Debug)]
enum Reading {
    /// Too little has crossed.
    Undecided,
    Tls(Box<Tls>),
    Ws(Box<ws::Decoder>),
    Ssh(Box<Ssh>),
    /// Another protocol, or none: only TLS that may begin in the middle is looked for.
    Other,
    /// The thread is lost: bytes are missing.
    Lost,
}

#[derive(Debug)]
struct Tls {
    decoder: tls::Decoder,
    within: Within,
    records: [Records; 2],
    /// The keys of the connection were asked for.
    keyed: bool,
}

impl Default for Tls {
    fn default() -> Self {
        let mut decoder = tls::Decoder::default();
        let within = Within::new(&mut decoder);
        Tls { decoder, within, records: Default::default(), keyed: false }
    }
}

#[derive(Debug, Default)]
struct Ssh {
    decoder: ssh::Decoder,
    keyed: Option<[u8; 16]>,
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
        !matches!(self.known.ended(), Ended::NoAnswer)
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

    /// Reports the segments that carried data, once it is clear that nothing above TCP tells of them.
    fn tell_plain(&mut self) {
        match self.reading {
            Reading::Undecided => {}
            Reading::Other => {
                for (moment, seen) in std::mem::take(&mut self.plain) {
                    self.saw(moment, Evidence::Wire, seen);
                }
            }
            Reading::Tls(_) | Reading::Ws(_) | Reading::Ssh(_) | Reading::Lost => self.plain.clear(),
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

    /// Nothing more will come: what it was, and its events where they were kept.
    pub(crate) fn end(mut self, keys: &Keys) -> (Row, Vec<Event>) {
        for side in [Side::Client, Side::Server] {
            let mut pieces = Vec::new();
            self.streams[side as usize].end(&mut pieces);
            self.pieces(side, pieces, keys);
        }
        let moment = self.now();
        if matches!(self.reading, Reading::Undecided) {
            self.reading = Reading::Other;
            self.tell_plain();
        }
        let crossed = match &mut self.reading {
            // What no key opened is no fault of the wire; the row says how far it came.
            Reading::Tls(tls) if tls.keyed && self.judge.past().has(steps::tls::Step::Finished) => {
                tls.decoder.end()
            }
            Reading::Ssh(ssh) if !ssh.decoder.is_opened() => ssh.decoder.give_up(moment, &no_secret()),
            Reading::Tls(_) | Reading::Ssh(_) => Vec::new(),
            Reading::Ws(_) | Reading::Undecided | Reading::Other | Reading::Lost => Vec::new(),
        };
        self.crossed(crossed);
        let established = match self.reading {
            Reading::Undecided | Reading::Other => {
                self.established = self.opened;
                self.opened.is_some()
            }
            Reading::Tls(_) | Reading::Ws(_) | Reading::Ssh(_) | Reading::Lost => {
                self.established.is_some() || self.is_established()
            }
        };
        let row = self.row(established);
        self.summary(&row);
        let mut events = self.events.take().unwrap_or_default();
        // What waited for its key comes out late, and what it is was not known from the beginning.
        events.sort_by_key(|event| event.elapsed_us);
        for event in &mut events {
            (event.protocol, event.variant) = (self.kind.protocol(), self.kind.variant());
        }
        (row, events)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.last.saturating_sub(self.began)).unwrap_or_default()
    }

    /// The last event: what the connection showed, and how it went.
    fn summary(&mut self, row: &Row) {
        let protocol = self.kind.protocol();
        let mut fields = steps::fields! {
            summary::OUTCOME => if row.established { "complete" } else { "failed" },
        };
        if !row.established {
            fields.put(summary::REASON, row.outcome());
        }
        fields.put(summary::STEPS, self.judge.past().count());
        self.saw(self.now(), Evidence::Inferred, Seen::local(Step::summary(protocol), fields));
    }

    fn row(&self, established: bool) -> Row {
        let details = outcome::details(self.judge.past(), self.kind);
        Row {
            number: self.number,
            at: jiff::Timestamp::from_nanosecond(self.began.into()).unwrap_or_default(),
            client: self.client,
            server: self.server,
            kind: self.kind,
            name: details.name,
            version: details.version,
            algorithms: details.algorithms,
            established,
            ended: self.ended(),
            one_sided: self.known.one_sided(),
            joined: self.known.joined(),
            established_after: self.established.map(Duration::from_nanos),
            lasted: Duration::from_nanos(self.now()),
            segments: self.segments,
            bytes: self.bytes,
            missing: self.gaps,
        }
    }

    /// How it ended: what a peer said of it weighs more than how TCP ended.
    fn ended(&self) -> Ended {
        if let Some((by, words)) = outcome::fatal_alert(self.judge.past()) {
            return Ended::Alert(by, words);
        }
        self.known.ended()
    }

    fn is_established(&self) -> bool {
        match &self.reading {
            Reading::Tls(_) if self.kind == Kind::Wss => {
                self.judge.past().has(steps::ws::Step::SwitchingProtocols)
            }
            Reading::Tls(tls) => outcome::tls_established(self.judge.past(), &tls.records),
            Reading::Ws(_) => {
                self.judge.past().has(steps::ws::Step::SwitchingProtocols) || self.kind == Kind::Http
            }
            Reading::Ssh(_) => outcome::ssh_established(self.judge.past()),
            Reading::Undecided | Reading::Other | Reading::Lost => false,
        }
    }

    fn pieces(&mut self, from: Side, pieces: Vec<Piece>, keys: &Keys) {
        for piece in pieces {
            match piece {
                Piece::Bytes(bytes, moment) => self.read(from, moment, &bytes, keys),
                Piece::Gap(length) => {
                    self.gaps += length;
                    if !matches!(self.reading, Reading::Other) {
                        self.reading = Reading::Lost;
                        self.unread = Vec::new();
                    }
                }
            }
        }
    }

    fn read(&mut self, from: Side, moment: u64, bytes: &[u8], keys: &Keys) {
        let crossed = match &mut self.reading {
            Reading::Undecided => {
                self.unread.push((from, moment, bytes.to_vec()));
                return self.decide(keys);
            }
            Reading::Tls(tls) => {
                if self.lacks_bytes {
                    tls.decoder.lacks_bytes();
                }
                tls.records[from as usize].take(bytes);
                tls.decoder.push(from, moment, bytes)
            }
            Reading::Ssh(ssh) => ssh.decoder.push(from, moment, bytes),
            Reading::Ws(decoder) => {
                let mut crossed = Vec::new();
                decoder.feed(from, bytes, |seen| crossed.push(Crossed { moment, seen }));
                crossed
            }
            Reading::Other => {
                if let Kind::Other(name) = self.kind
                    && speaks::begins_tls(from, bytes)
                {
                    self.kind = Kind::TlsBehind(name);
                    self.reading = Reading::Tls(Box::default());
                    return self.read(from, moment, bytes, keys);
                }
                return;
            }
            Reading::Lost => return,
        };
        self.crossed(crossed);
        self.unlock(moment, keys);
    }

    /// Gives the decoder what the key logs have for it, once it is known whose keys it wants.
    fn unlock(&mut self, moment: u64, keys: &Keys) {
        let crossed: Vec<Crossed> = match &mut self.reading {
            Reading::Tls(tls) if !tls.keyed => {
                let Some(random) = tls.decoder.client_random().map(<[u8]>::to_vec) else { return };
                tls.keyed = true;
                let secrets = keys.of_tls(&random);
                secrets
                    .iter()
                    .flat_map(|(label, secret)| tls.decoder.secret(label, &random, secret))
                    .collect()
            }
            Reading::Ssh(ssh) => {
                let Some(cookie) = ssh.decoder.wants_secret_of() else { return };
                if ssh.keyed == Some(cookie) {
                    return;
                }
                ssh.keyed = Some(cookie);
                let secrets = keys.of_ssh(&cookie);
                secrets.iter().flat_map(|secret| ssh.decoder.secret(moment, &cookie, secret)).collect()
            }
            Reading::Tls(_) | Reading::Undecided | Reading::Ws(_) | Reading::Other | Reading::Lost => return,
        };
        self.crossed(crossed);
    }

    /// Finds out what the connection speaks.
    fn decide(&mut self, keys: &Keys) {
        let head = |side: Side| {
            let of_side = self.unread.iter().filter(|(from, ..)| *from == side);
            let mut head: Vec<u8> =
                of_side.flat_map(|(.., bytes)| bytes.iter().copied()).take(MOST_HEAD).collect();
            head.truncate(MOST_HEAD);
            head
        };
        let (client, server) = (head(Side::Client), head(Side::Server));
        let Some(speaks) = speaks::speaks(&client, &server) else {
            return;
        };
        (self.reading, self.kind) = match speaks {
            Speaks::Tls => (Reading::Tls(Box::default()), Kind::Tls),
            Speaks::Ssh => (Reading::Ssh(Box::default()), Kind::Ssh),
            Speaks::Http => (Reading::Ws(Box::default()), Kind::Http),
            Speaks::Other(name) => (Reading::Other, Kind::Other(name)),
        };
        for (from, moment, bytes) in std::mem::take(&mut self.unread) {
            self.read(from, moment, &bytes, keys);
        }
    }

    fn crossed(&mut self, all: Vec<Crossed>) {
        let all = match &mut self.reading {
            Reading::Tls(tls) => tls.within.read(&mut tls.decoder, all),
            Reading::Undecided | Reading::Ws(_) | Reading::Ssh(_) | Reading::Other | Reading::Lost => all,
        };
        for Crossed { moment, seen } in all {
            if seen.step == Step::Ws(steps::ws::Step::UpgradeRequest) {
                self.kind = if matches!(self.reading, Reading::Tls(_)) { Kind::Wss } else { Kind::Ws };
                self.established = None; // the handshake below was not the last
            }
            let evidence = match seen.from {
                Some(_) => Evidence::Wire,
                None => Evidence::Inferred,
            };
            self.saw(moment, evidence, seen);
        }
    }

    fn saw(&mut self, moment: u64, evidence: Evidence, seen: Seen) {
        let at = self.began.saturating_add_unsigned(moment);
        let mut bytes = seen.bytes;
        bytes.truncate(MOST_BYTES);
        let seen = steps::Event {
            v: SCHEMA_VERSION,
            at: jiff::Timestamp::from_nanosecond(at.into()).unwrap_or_default(),
            elapsed_us: moment / 1000,
            side: Side::Client,
            protocol: self.kind.protocol(),
            variant: None,
            observer: Some(Observer::Capture),
            conn: format!("{}>{}", self.client, self.server),
            step: seen.step,
            direction: match seen.from {
                Some(Side::Client) => Direction::Sent,
                Some(Side::Server) => Direction::Received,
                None => Direction::Local,
            },
            evidence,
            fields: seen.fields,
            bytes: Bytes(bytes),
        };
        let claims = self.judge.judge(&seen);
        if let Some(events) = &mut self.events
            && events.len() < MOST_EVENTS
        {
            events.push(Event { seen, claims });
        }
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

fn no_secret() -> Said {
    Said::new("no key log holds the secret of this connection", "密钥日志中没有这条连接的密钥")
}

/// How much of each side is looked at to find out what it speaks.
const MOST_HEAD: usize = 4096;

/// The longest run of bytes that an event carries.
const MOST_BYTES: usize = 16 * 1024;

/// More events of one connection are read by nobody.
const MOST_EVENTS: usize = 100_000;
