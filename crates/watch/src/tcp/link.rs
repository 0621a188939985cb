//! What a link did to a segment between its sender and its receiver. Neither of the two can know it; the link saw the
//! segment come and says what became of it, in the log of its sender.

use std::net::SocketAddr;

use steps::{
    Evidence, Fields, Protocol, Side,
    tcp::{LINK, Step, field},
};
use wire::{Seen, tcp::Segment};

use crate::{Session, Started, Witness};

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
    pub fn new(
        session: &Session,
        client: (SocketAddr, SocketAddr),
        server: (SocketAddr, SocketAddr),
    ) -> Self {
        let started = Started::now();
        let witness =
            |side, ends| Witness::new(session, side, Protocol::Tcp, None, ends, started).tells_no_end();
        Crossed { client: witness(Side::Client, client), server: witness(Side::Server, server) }
    }

    /// Reports what became of a segment that came from `from` and was `seen` as a step of its connection; `rule` is
    /// why.
    pub fn met(&self, fate: &Fate, from: Side, seen: &Seen, rule: &str) {
        let mut fields = taken_up(seen);
        let step = match fate {
            Fate::Lost => Step::Lost,
            Fate::Unreachable => {
                fields.put(field::ANSWERED, "ICMP host unreachable");
                Step::Lost
            }
            Fate::Held(until) => {
                fields.put(field::UNTIL, until.as_str());
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
        fields.put(field::FLAGS, segment.flags.to_string());
        fields.put(field::SEQ, segment.seq);
        fields.put_some(field::ACK, segment.flags.ack.then_some(segment.ack));
        fields.put(field::PAYLOAD_LENGTH, segment.payload_length);
        self.say(Step::Forged, from, fields, rule, &segment.bytes);
    }

    fn say(&self, step: Step, from: Side, mut fields: Fields, rule: &str, bytes: &[u8]) {
        fields.put(field::RULE, rule);
        fields.put(field::SOURCE, LINK);
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
    fields.put(field::SEGMENT, seen.step.id());
    let told = &seen.fields;
    fields.put_some(field::FLAGS, told.get(field::FLAGS));
    fields.put_some(field::SEQ, told.get(field::SEQ));
    fields.put_some(field::ACK, told.get(field::ACK));
    fields.put_some(field::SEQ_RELATIVE, told.get(field::SEQ_RELATIVE));
    fields.put_some(field::ACK_RELATIVE, told.get(field::ACK_RELATIVE));
    fields.put_some(field::PAYLOAD_LENGTH, told.get(field::PAYLOAD_LENGTH));
    fields.put_some(field::RETRANSMISSION, told.get(field::RETRANSMISSION));
    fields
}
