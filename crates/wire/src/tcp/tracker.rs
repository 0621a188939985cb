//! Which step of its connection a segment is.

use std::time::Duration;

use steps::{
    Fields, Side,
    tcp::{Step, field},
};

use super::{Segment, notation::notation, place::Place, ranges::Ranges, sent::Sent};
use crate::{Seen, fields};

/// Follows one connection. It keeps a few numbers for each side, however long the connection lasts.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    client: Half,
    server: Half,
    first_fin: Option<Side>,
    /// One side sent RST: what comes after it is another connection.
    reset: bool,
    lost: bool,
}

/// What one side has sent so far. Numbers are relative to its initial sequence number and do not wrap.
#[derive(Clone, Debug, Default)]
struct Half {
    /// The initial sequence number; of a connection that is joined in the middle, one before the first number seen.
    isn: Option<u32>,
    used: Ranges,
    /// What it sent last, so that what it sends again is found.
    sent: Sent,
    /// The number that its FIN takes up.
    fin: Option<i64>,
    /// It sent its FIN before it had acknowledged the peer's.
    fin_crossed: bool,
    /// The highest number of the peer that it has acknowledged.
    acked: Option<i64>,
    acked_fin: bool,
    /// The window it announced last, and by how many bits it shifts the windows after its SYN.
    window: Option<u32>,
    window_scale: Option<u8>,
    /// Bytes it has sent since it acknowledged the peer's FIN.
    bytes_after_fin: u64,
    last_was_syn: bool,
}

impl Tracker {
    /// The step that `segment`, sent by `from`, is; `source` says where the segment was obtained, for the field of that
    /// name. `None` when its header makes no sense and a step has said so before.
    pub fn segment(&mut self, from: Side, segment: &Segment, source: &str) -> Option<Seen> {
        self.timed(None, from, segment, source)
    }

    /// The same for a segment that was seen at a known time, counted from any fixed moment: a segment that is sent
    /// again then tells how long after the last time.
    pub fn segment_at(&mut self, at: Duration, from: Side, segment: &Segment, source: &str) -> Option<Seen> {
        self.timed(Some(at), from, segment, source)
    }

    fn timed(&mut self, at: Option<Duration>, from: Side, segment: &Segment, source: &str) -> Option<Seen> {
        let flags = segment.flags;
        let fits = segment.header_fits();
        if !fits || (!flags.ack && !flags.syn && !flags.rst) || (flags.syn && (flags.fin || flags.rst)) {
            if std::mem::replace(&mut self.lost, true) {
                return None;
            }
            let expected = if fits {
                "ACK in every segment after the first; no SYN together with FIN or RST"
            } else {
                "a header of 20 bytes or more that ends within the segment"
            };
            let fields = fields! {
                field::FLAGS => flags.to_string(),
                field::HEADER_LENGTH => segment.header_length,
                field::DUE => expected,
                field::LOOKS_LIKE => "a scan, or a damaged header",
                field::SOURCE => source,
            };
            return Some(Seen::new(Step::Undecodable, from, fields, segment.bytes.clone()));
        }
        let place = self.place(from, segment);
        let step = self.step(from, segment, &place);
        let mut fields = self.fields(from, segment, &place, step);
        let (own, _) = self.halves(from);
        own.sent.tell(&mut fields, at, segment, &place);
        let line = notation(segment, &place, step, &fields);
        fields.put(field::SEGMENT, line);
        fields.put(field::SOURCE, source);
        self.remember(from, segment, &place, step);
        Some(Seen::new(step, from, fields, segment.bytes.clone()))
    }

    /// Where the segment stands in the two sequences of numbers.
    fn place(&mut self, from: Side, segment: &Segment) -> Place {
        let mut stray = false;
        if segment.flags.syn && self.halves(from).0.isn != Some(segment.seq) {
            // A SYN inside a connection changes nothing: its receiver asks whether it is meant (RFC 9293 §3.10.7.4).
            stray = self.is_established();
            // A SYN+ACK answers a SYN that still stands: what was reset before was the answer to an older one.
            if self.is_over() && !segment.flags.ack {
                *self = Tracker { lost: self.lost, ..Tracker::default() };
            }
            self.reset = false;
            if !stray {
                // A first SYN, or a new attempt that makes the old one void.
                *self.halves(from).0 = Half { isn: Some(segment.seq), ..Half::default() };
            }
        }
        let (own, peer) = self.halves(from);
        // RST may carry any number; it is no place to start counting from.
        if own.isn.is_none() && !segment.flags.rst {
            own.isn = Some(segment.seq.wrapping_sub(1));
        }
        if peer.isn.is_none() && segment.flags.ack && !segment.flags.syn && !segment.flags.rst {
            peer.isn = Some(segment.ack.wrapping_sub(1));
        }
        let start = own.relative(segment.seq);
        let length =
            i64::from(segment.payload_length) + i64::from(segment.flags.syn) + i64::from(segment.flags.fin);
        let ack = if segment.flags.ack { peer.relative(segment.ack) } else { None };
        // The answer to a segment without ACK has no number of its own, and says 0 (RFC 9293 §3.10.7.1).
        let numbered =
            !(segment.flags.rst && segment.flags.ack && segment.seq == 0 && start != own.used.end());
        let range = start.filter(|_| numbered).map(|start| (start, start + length));
        let before_next = matches!((start, own.used.end()), (Some(s), Some(e)) if s + 1 == e);
        let keep_alive = before_next
            && !segment.flags.rst
            && (length == 0 || (segment.payload_length == 1 && length == 1 && own.asks_again(peer)));
        let counts = length > 0 && !keep_alive && !stray;
        let again = counts && range.is_some_and(|(start, end)| own.used.cover(start, end));
        let overtaken = counts && !again && matches!((start, own.used.end()), (Some(s), Some(e)) if s < e);
        let acks_fin = matches!((ack, peer.fin), (Some(ack), Some(fin)) if ack > fin);
        // A refusal names the number of the SYN, too, and is no consent.
        let consents = !segment.flags.rst && peer.isn.is_some();
        let acks_syn = consents && own.acked.is_none() && ack.is_some_and(|ack| ack >= 1);
        // It has the peer's FIN, and no ACK of its own yet (RFC 9293 §3.6, figure 13).
        let unheard = own.fin.is_some_and(|fin| peer.acked.is_none_or(|acked| acked <= fin));
        let closing = acks_fin && own.fin_crossed && unheard;
        Place { range, ack, again, overtaken, keep_alive, stray, acks_fin, acks_syn, closing }
    }

    /// Whether each side has acknowledged the other's SYN, and none has ended the connection.
    fn is_established(&self) -> bool {
        let acked = |half: &Half| half.acked.is_some_and(|acked| acked >= 1);
        acked(&self.client) && acked(&self.server) && !self.is_over()
    }

    /// Whether one side has reset the connection, or both have closed it.
    fn is_over(&self) -> bool {
        self.reset || (self.client.acked_fin && self.server.acked_fin)
    }

    fn step(&mut self, from: Side, segment: &Segment, place: &Place) -> Step {
        let first_fin = self.first_fin;
        let (own, peer) = self.halves(from);
        let flags = segment.flags;
        if flags.rst {
            Step::Rst
        } else if flags.syn {
            if flags.ack { Step::SynAck } else { Step::Syn }
        } else if flags.fin {
            Step::Fin
        } else if segment.payload_length > 0 && !place.keep_alive {
            Step::Data
        } else if place.acks_fin && (!own.acked_fin || own.acked == place.ack) && !place.keep_alive {
            // The ACK of the FIN that came second ends the connection; of two that crossed, none came second.
            if first_fin == Some(from) && !place.closing { Step::LastAck } else { Step::FinAck }
        } else if place.ack == Some(1) && peer.last_was_syn && !place.keep_alive {
            Step::Ack
        } else if place.ack > own.acked {
            Step::DataAck
        } else {
            Step::PureAck
        }
    }

    fn fields(&mut self, from: Side, segment: &Segment, place: &Place, step: Step) -> Fields {
        let (own, peer) = self.halves(from);
        let flags = segment.flags;
        let mut fields = fields! { field::FLAGS => flags.to_string(), field::SEQ => segment.seq };
        fields.put_some(field::ACK, flags.ack.then_some(segment.ack));
        fields.put_some(field::SEQ_RELATIVE, place.range.map(|(start, _)| start));
        fields.put_some(field::ACK_RELATIVE, place.ack);
        fields.put(field::PAYLOAD_LENGTH, segment.payload_length);
        fields.put(field::WINDOW, own.scaled(segment, peer));
        let options = &segment.options;
        fields.put_some(field::MSS, options.mss);
        fields.put_some(field::WINDOW_SCALE, options.window_scale);
        if flags.syn {
            fields.put(field::SACK_PERMITTED, options.sack_permitted);
            fields.put(field::TIMESTAMPS, options.timestamps.is_some());
        }
        if !options.sack.is_empty() {
            let relative = |number| peer.relative(number).unwrap_or_else(|| number.into());
            let blocks: Vec<_> = options.sack.iter().map(|&(l, r)| [relative(l), relative(r)]).collect();
            fields.put(field::SACK, blocks);
        }
        if !place.keep_alive {
            fields.put_some(field::TEXT, text(segment.payload()));
        }
        let repeated_ack = matches!(step, Step::Ack | Step::FinAck | Step::LastAck | Step::PureAck)
            && place.ack.is_some()
            && place.ack == own.acked;
        let window_update =
            step == Step::PureAck && own.window.is_some_and(|known| known != own.scaled(segment, peer));
        let after_fin = place.acks_fin && segment.payload_length > 0 && !place.keep_alive;
        for (field, so) in [
            (field::ACKS_SYN, place.acks_syn),
            (field::ACKS_FIN, place.acks_fin && !own.acked_fin),
            (field::AFTER_FIN, after_fin),
            (field::CLOSING, place.closing && step == Step::FinAck),
            (field::RETRANSMISSION, place.again),
            (field::OUT_OF_ORDER, place.overtaken),
            (field::KEEP_ALIVE, place.keep_alive),
            (field::WINDOW_UPDATE, window_update),
            (field::DUPLICATE, repeated_ack && !window_update && !place.keep_alive),
        ] {
            if so {
                fields.put(field, true);
            }
        }
        if step == Step::Fin && (own.acked_fin || after_fin) {
            let now = if after_fin { u64::from(segment.payload_length) } else { 0 };
            fields.put(field::BYTES_AFTER_FIN, own.bytes_after_fin + now);
        }
        fields
    }

    fn remember(&mut self, from: Side, segment: &Segment, place: &Place, step: Step) {
        if step == Step::Fin {
            self.first_fin.get_or_insert(from);
        }
        self.reset |= step == Step::Rst;
        if step == Step::Rst || place.stray {
            return;
        }
        let (own, peer) = self.halves(from);
        let window = own.scaled(segment, peer);
        own.window = Some(window);
        if segment.flags.syn {
            own.window_scale = segment.options.window_scale;
        }
        if let Some((start, end)) = place.range {
            own.used.add(start, end);
            if segment.flags.fin {
                if own.fin.is_none() {
                    own.fin_crossed = !own.acked_fin && !place.acks_fin;
                }
                own.fin = Some(end - 1);
            }
        }
        if place.acks_fin && segment.payload_length > 0 && !place.again && !place.keep_alive {
            own.bytes_after_fin += u64::from(segment.payload_length);
        }
        own.acked = own.acked.max(place.ack);
        own.acked_fin |= place.acks_fin;
        own.last_was_syn = segment.flags.syn;
    }

    /// What the sender has sent so far, and what the other side has.
    fn halves(&mut self, from: Side) -> (&mut Half, &mut Half) {
        match from {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        }
    }
}

impl Half {
    /// A sequence number relative to the initial one, beyond 2³² by its nearness to what was used last.
    fn relative(&self, number: u32) -> Option<i64> {
        let isn = self.isn?;
        let near = self.used.end().unwrap_or(0);
        // Truncated on purpose: sequence numbers are the low 32 bits.
        let near_wrapped = isn.wrapping_add(near as u32);
        Some(near + i64::from(number.wrapping_sub(near_wrapped) as i32))
    }

    /// Whether its last byte, alone once more, asks for an ACK and repeats nothing: all was acknowledged, and that byte
    /// was not sent alone before.
    fn asks_again(&self, peer: &Half) -> bool {
        let end = self.used.end();
        peer.acked.is_some() && peer.acked >= end && end.is_some_and(|end| !self.sent.began_at(end - 1))
    }

    /// The window in bytes: scaled when both SYNs offered it and were seen (RFC 7323 §2.2); in a SYN never.
    fn scaled(&self, segment: &Segment, peer: &Half) -> u32 {
        let window = u32::from(segment.window);
        match (self.window_scale, peer.window_scale) {
            (Some(shift), Some(_)) if !segment.flags.syn => window << shift.min(14),
            _ => window,
        }
    }
}

/// The beginning of data that is text.
fn text(payload: &[u8]) -> Option<String> {
    const MOST: usize = 60;
    let text = std::str::from_utf8(payload).ok()?;
    let readable = !text.is_empty() && text.chars().all(|c| !c.is_control() || "\r\n\t".contains(c));
    readable.then(|| text.trim_end().chars().take(MOST).collect())
}
