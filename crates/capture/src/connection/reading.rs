//! What reads a connection's bytes: it is chosen by the bytes themselves, gets the keys, and gives the steps.

use steps::{Bytes, Direction, Evidence, Observer, SCHEMA_VERSION, Side, Step};
use wire::{Crossed, Seen, ssh, tls, ws};

use super::{Connection, account::Account};
use crate::{
    keys::Keys,
    records::Records,
    row::Kind,
    speaks::{self, Speaks},
    stream::Piece,
    within::Within,
};

/// What reads the bytes.
#[derive(Debug)]
pub(super) enum Reading {
    /// Too little has crossed.
    Undecided,
    Tls(Box<Tls>),
    Ws(Box<ws::Decoder>),
    Ssh(Box<Ssh>),
    /// Another protocol, or none: only TLS that may begin in the middle is looked for.
    Other,
    /// Not read any further: bytes are missing.
    Lost,
}

#[derive(Debug)]
pub(super) struct Tls {
    pub(super) decoder: tls::Decoder,
    within: Within,
    pub(super) records: [Records; 2],
    /// The keys of the connection were asked for.
    pub(super) keyed: bool,
}

impl Tls {
    fn new(keys: &Keys) -> Self {
        let mut decoder = tls::Decoder::default();
        if let Some(key) = keys.private_key() {
            decoder.private_key(key);
        }
        let within = Within::new(&mut decoder);
        Tls { decoder, within, records: Default::default(), keyed: false }
    }
}

#[derive(Debug, Default)]
pub(super) struct Ssh {
    pub(super) decoder: ssh::Decoder,
    pub(super) keyed: Option<[u8; 16]>,
}

impl Connection {
    /// Reports the segments that carried data, once it is clear that nothing above TCP tells of them.
    pub(super) fn tell_plain(&mut self) {
        let Account::Events(story) = &mut self.account else { return };
        match self.reading {
            Reading::Undecided => {}
            Reading::Other => {
                for (moment, seen) in std::mem::take(&mut story.plain) {
                    self.saw(moment, Evidence::Wire, seen);
                }
            }
            Reading::Tls(_) | Reading::Ws(_) | Reading::Ssh(_) | Reading::Lost => story.plain.clear(),
        }
    }

    pub(super) fn pieces(&mut self, from: Side, pieces: Vec<Piece<'_>>, keys: &Keys) {
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
                    self.reading = Reading::Tls(Box::new(Tls::new(keys)));
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
    pub(super) fn unlock(&mut self, moment: u64, keys: &Keys) {
        let crossed: Vec<Crossed> = match &mut self.reading {
            Reading::Tls(tls) if !tls.keyed => {
                let Some(random) = tls.decoder.client_random().map(<[u8]>::to_vec) else { return };
                tls.keyed = true;
                let secrets = keys.of_tls(&random);
                secrets.flat_map(|(label, secret)| tls.decoder.secret(label, &random, secret)).collect()
            }
            Reading::Ssh(ssh) => {
                let Some(cookie) = ssh.decoder.wants_secret_of() else { return };
                if ssh.keyed == Some(cookie) {
                    return;
                }
                ssh.keyed = Some(cookie);
                let secrets = keys.of_ssh(&cookie);
                secrets.flat_map(|secret| ssh.decoder.secret(moment, &cookie, secret)).collect()
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
            Speaks::Tls => (Reading::Tls(Box::new(Tls::new(keys))), Kind::Tls),
            Speaks::Ssh => (Reading::Ssh(Box::default()), Kind::Ssh),
            Speaks::Http => (Reading::Ws(Box::default()), Kind::Http),
            Speaks::Other(name) => (Reading::Other, Kind::Other(name)),
        };
        for (from, moment, bytes) in std::mem::take(&mut self.unread) {
            self.read(from, moment, &bytes, keys);
        }
    }

    pub(super) fn crossed(&mut self, all: Vec<Crossed>) {
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

    pub(super) fn saw(&mut self, moment: u64, evidence: Evidence, seen: Seen) {
        if !self.account.asks(&seen) {
            return;
        }
        let at = self.began.saturating_add_unsigned(moment);
        let (mut bytes, mut fields) = (seen.bytes, seen.fields);
        bytes.truncate(MOST_BYTES);
        fields.share(); // they are remembered, too
        let conn = match &self.account {
            Account::Events(_) => format!("{}>{}", self.client, self.server),
            Account::Row(_) => String::new(), // nobody reads it
        };
        self.account.take(steps::Event {
            v: SCHEMA_VERSION,
            at: jiff::Timestamp::from_nanosecond(at.into()).unwrap_or_default(),
            elapsed_us: moment / 1000,
            side: Side::Client,
            protocol: self.kind.protocol(),
            variant: None,
            observer: Some(Observer::Capture),
            conn,
            step: seen.step,
            direction: match seen.from {
                Some(Side::Client) => Direction::Sent,
                Some(Side::Server) => Direction::Received,
                None => Direction::Local,
            },
            evidence,
            fields,
            bytes: Bytes(bytes),
        });
    }
}

/// How much of each side is looked at to find out what it speaks.
const MOST_HEAD: usize = 4096;

/// The longest run of bytes that an event carries.
const MOST_BYTES: usize = 16 * 1024;
