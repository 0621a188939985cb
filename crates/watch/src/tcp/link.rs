//! What a link did to a segment between its sender and its receiver. Neither of the two can know it; the link saw the
//! segment come and says what became of it, in the log of its sender.

use std::net::SocketAddr;

use steps::{Evidence, Fields, Protocol, Side, tcp::Step};
use wire::{Seen, tcp::Segment};

use crate::{Started, Witness};

/// Reports for both sides of one connection that crosses a link.
#[derive(Clone, Debug)]
pub struct Crossed {
    client: Witness,
    server: Witness,
}

/// What became of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was not carried on.
    Lost,
    /// It was not carried on, and its sender was told so by ICMP.
    Unreachable,
    /// It is carried on later: after so many milliseconds, or after something else was seen.
    Held(String),
    /// It was carried on twice.
    Repeated,
    /// It was carried on with one bit turned.
    Damaged,
}

impl Crossed {
    /// The link stands between two connections: the client's, to the link, and the one from the link to the server.
    /// Both begin now.
    pub fn new(client: (SocketAddr, SocketAddr), server: (SocketAddr, SocketAddr)) -> Self {
        let started = Started::now();
        let witness = |side, ends| Witness::new(side, Protocol::Tcp, None, ends, started);
        Crossed { client: witness(Side::Client, client), server: witness(Side::Server, server) }
    }

    /// Reports what became of a segment that came from `from` and was `seen` as a step of its connection; `rule` is
    /// why.
    pub fn met(&self, fate: &Fate, from: Side, seen: &Seen, rule: &str) {
        let mut fields = taken_up(seen);
        let step = match fate {
            Fate::Lost => Step::Lost,
            Fate::Unreachable => {
                fields.insert("answered".into(), "ICMP host unreachable".into());
                Step::Lost
            }
            Fate::Held(until) => {
                fields.insert("until".into(), until.as_str().into());
                Step::Held
            }
            Fate::Repeated => Step::Repeated,
            Fate::Damaged => Step::Damaged,
        };
        self.say(step, from, fields, rule, &seen.bytes);
    }

    /// Reports a segment that the link made up in the name of `from`.
    pub fn forged(&self, from: Side, segment: &Segment, rule: &str) {
        let mut fields = Fields::new();
        fields.insert("flags".into(), segment.flags.to_string().into());
        fields.insert("seq".into(), segment.seq.into());
        if segment.flags.ack {
            fields.insert("ack".into(), segment.ack.into());
        }
        fields.insert("payload_length".into(), segment.payload_length.into());
        self.say(Step::Forged, from, fields, rule, &segment.bytes);
    }

    fn say(&self, step: Step, from: Side, mut fields: Fields, rule: &str, bytes: &[u8]) {
        fields.insert("rule".into(), rule.into());
        fields.insert("source".into(), "link".into());
        let witness = match from {
            Side::Client => &self.client,
            Side::Server => &self.server,
        };
        // On the way, neither sent nor received: the segment itself is in the log of who sent it.
        let seen = Seen { bytes: bytes.to_vec(), ..Seen::local(step, fields) };
        witness.saw(Evidence::Wire, seen);
    }
}

/// Which segment it was.
fn taken_up(seen: &Seen) -> Fields {
    let mut fields = Fields::new();
    fields.insert("segment".into(), seen.step.id().into());
    for name in ["flags", "seq", "ack", "seq_relative", "ack_relative", "payload_length", "retransmission"] {
        if let Some(value) = seen.fields.named(name) {
            fields.insert(name.into(), value.clone());
        }
    }
    fields
}
