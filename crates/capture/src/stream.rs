//! One direction of a TCP connection, put together again (RFC 9293 §3.4): what came out of order waits for what is
//! missing, what came twice is handed out once (the first that came counts), and what was not captured is named as a
//! gap. Numbers wrap; memory is bounded.

use std::{borrow::Cow, collections::BTreeMap};

/// What is handed out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// The next bytes, and the moment at which they were captured.
    Bytes(Cow<'a, [u8]>, u64),
    /// So many bytes were sent and are not in the capture.
    Gap(u64),
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// The furthest place that a segment reached, captured or not.
    sent: u64,
    /// The sequence number of the next byte; none: nothing was seen yet.
    next: Option<u32>,
    /// How many bytes were handed out or skipped.
    place: u64,
    /// What came early, by its place in the stream.
    waiting: BTreeMap<u64, (Vec<u8>, u64)>,
    waiting_bytes: usize,
    /// Up to where the peer has acknowledged.
    acked: u64,
}

/// What may wait for what is missing.
const MOST_WAITING: usize = 1 << 20;

/// So many segments after a hole that the peer has acknowledged, the hole is in the capture and not on the wire: a few
/// packets may stand in another order in a file than they had on the wire.
const PATIENCE: usize = 8;

impl Stream {
    /// The sender's SYN took up this number: the first byte has the next one. The last SYN before the first byte counts:
    /// one before it was forged, or of another connection. Of a stream that flows nothing changes.
    pub(crate) fn syn(&mut self, seq: u32) {
        if self.place == 0 && self.waiting.is_empty() {
            self.next = Some(seq.wrapping_add(1));
        }
    }

    /// A segment with data: the number of its first byte, as much as was captured, and how many bytes it had.
    pub(crate) fn data<'a>(
        &mut self,
        seq: u32,
        (captured, length): (&'a [u8], u32),
        moment: u64,
        out: &mut Vec<Piece<'a>>,
    ) {
        let next = *self.next.get_or_insert(seq);
        // By its nearness to what is due; further away than 2³¹ no window reaches.
        let ahead = i64::from(seq.wrapping_sub(next) as i32);
        if let Ok(ends) = u64::try_from(ahead + i64::from(length)) {
            self.sent = self.sent.max(self.place + ends);
        }
        let (start, bytes) = match usize::try_from(-ahead) {
            Ok(old) if old >= captured.len() && captured.len() == length as usize => return,
            Ok(old) => (self.place, captured.get(old..).unwrap_or_default()),
            Err(_) => (self.place + ahead.unsigned_abs(), captured),
        };
        if bytes.is_empty() {
            return;
        }
        // Most come in order, while nothing waits: they need not be kept.
        if start == self.place && self.waiting.is_empty() {
            self.advance(bytes.len() as u64);
            out.push(Piece::Bytes(bytes.into(), moment));
            return;
        }
        self.wait(start, bytes, moment);
        self.hand_out(out);
    }

    /// Whether the peer, who has everything before this number, knows more than was captured.
    pub(crate) fn lacks(&self, ack: u32) -> bool {
        self.next.is_none_or(|next| (ack.wrapping_sub(next) as i32) > 0)
    }

    /// The peer has acknowledged everything before this number.
    pub(crate) fn ack(&mut self, ack: u32, out: &mut Vec<Piece<'_>>) {
        let Some(next) = self.next else { return };
        let ahead = i64::from(ack.wrapping_sub(next) as i32);
        if let Ok(ahead) = u64::try_from(ahead) {
            self.acked = self.acked.max(self.place + ahead);
        }
        let hole_was_sent = self.waiting.first_key_value().is_some_and(|(start, _)| *start <= self.acked);
        if hole_was_sent && self.waiting.len() >= PATIENCE {
            self.skip(out);
        }
    }

    /// Nothing more will come: what waits is handed out, with the gaps before it.
    pub(crate) fn end(&mut self, out: &mut Vec<Piece<'_>>) {
        while !self.waiting.is_empty() {
            self.skip(out);
        }
    }

    /// How many bytes behind the last that was captured are known to have been sent.
    pub(crate) fn tail(&self) -> u64 {
        self.sent.saturating_sub(self.place)
    }

    fn wait(&mut self, start: u64, bytes: &[u8], moment: u64) {
        // What came first at a place counts: a later segment fills only what is free.
        let mut at = start;
        let mut rest = bytes;
        while !rest.is_empty() {
            let covered = self.waiting.range(..=at).next_back().map(|(s, (held, _))| s + held.len() as u64);
            if let Some(covered) = covered.filter(|covered| *covered > at) {
                let skip = usize::try_from(covered - at).unwrap_or(usize::MAX).min(rest.len());
                rest = &rest[skip..];
                at += skip as u64;
                continue;
            }
            let until = self.waiting.range(at..).next().map_or(u64::MAX, |(next, _)| *next);
            let room = usize::try_from(until - at).unwrap_or(usize::MAX).min(rest.len());
            self.waiting.insert(at, (rest[..room].to_vec(), moment));
            self.waiting_bytes += room;
            rest = &rest[room..];
            at += room as u64;
        }
    }

    fn hand_out(&mut self, out: &mut Vec<Piece<'_>>) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() == self.place) {
            let (bytes, moment) = entry.remove();
            self.waiting_bytes -= bytes.len();
            self.advance(bytes.len() as u64);
            out.push(Piece::Bytes(bytes.into(), moment));
        }
        if self.waiting_bytes > MOST_WAITING {
            self.skip(out);
        }
    }

    /// Gives up on what is missing before the first that waits.
    fn skip(&mut self, out: &mut Vec<Piece<'_>>) {
        if let Some((&start, _)) = self.waiting.first_key_value() {
            out.push(Piece::Gap(start - self.place));
            self.advance(start - self.place);
            self.hand_out(out);
        }
    }

    fn advance(&mut self, by: u64) {
        self.place += by;
        // Truncated on purpose: sequence numbers wrap.
        self.next = self.next.map(|next| next.wrapping_add(by as u32));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn feed<'a>(stream: &mut Stream, segments: &[(u32, &'a [u8])]) -> Vec<Piece<'a>> {
        let mut out = Vec::new();
        for (n, (seq, bytes)) in segments.iter().enumerate() {
            stream.data(*seq, (bytes, bytes.len() as u32), n as u64, &mut out);
        }
        out
    }

    fn bytes(pieces: &[Piece<'_>]) -> Vec<u8> {
        let all = pieces.iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes, _) => Some(bytes.as_ref()),
            Piece::Gap(_) => None,
        });
        all.collect::<Vec<_>>().concat()
    }

    #[test]
    fn out_of_order_twice_and_overlapping_comes_out_once_and_in_order() {
        let mut stream = Stream::default();
        stream.syn(u32::MAX - 2); // the numbers wrap after two bytes
        let first = u32::MAX - 1;
        let segments: [(u32, &[u8]); 5] = [
            (first.wrapping_add(4), b"efgh"),
            (first, b"abc"),
            (first, b"abc"),
            (first.wrapping_add(2), b"CDE"),
            (first.wrapping_add(6), b"GHij"),
        ];
        assert_eq!(bytes(&feed(&mut stream, &segments)), b"abcDefghij");
        assert_eq!(stream.place, 10);
    }

    #[test]
    fn the_last_syn_before_the_first_byte_counts() {
        let mut stream = Stream::default();
        stream.syn(5000); // forged
        stream.syn(99);
        let mut out = feed(&mut stream, &[(100, b"ab")]);
        stream.syn(7000);
        stream.data(102, (b"cd", 2), 0, &mut out);
        assert_eq!(bytes(&out), b"abcd");
    }

    #[test]
    fn what_was_acknowledged_and_not_captured_is_a_gap() {
        let mut stream = Stream::default();
        stream.syn(0);
        let mut out = feed(&mut stream, &[(1, b"ab")]);
        for n in 0..8 {
            stream.data(13 + n, (b"x", 1), 0, &mut out);
        }
        stream.ack(13, &mut out);
        assert_eq!(out[1], Piece::Gap(10));
        assert_eq!(bytes(&out), b"abxxxxxxxx");
        stream.data(31, (b"z", 1), 0, &mut out);
        stream.end(&mut out);
        assert_eq!(out[out.len() - 2..], [Piece::Gap(10), Piece::Bytes(b"z".into(), 0)]);
    }

    #[test]
    fn what_a_snap_length_cut_off_is_a_gap() {
        let mut stream = Stream::default();
        let mut out = Vec::new();
        stream.data(1, (b"head", 100), 0, &mut out);
        stream.data(101, (b"next", 4), 1, &mut out);
        stream.end(&mut out);
        assert_eq!(out, [Piece::Bytes(b"head".into(), 0), Piece::Gap(96), Piece::Bytes(b"next".into(), 1)]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut stream = Stream::default();
        stream.syn(0);
        let mut out = Vec::new();
        for n in 0..4000_u32 {
            stream.data(1000 + n * 1000, (&[7; 1000], 1000), 0, &mut out);
            assert!(stream.waiting_bytes <= MOST_WAITING);
        }
        assert_eq!(out.iter().filter(|piece| matches!(piece, Piece::Gap(_))).count(), 1);
    }

    proptest! {
        #[test]
        fn any_slicing_and_any_order_give_the_same_bytes(
            text in prop::collection::vec(any::<u8>(), 1..400),
            isn: u32,
            cuts in prop::collection::vec((0..400usize, 1..60usize), 0..40),
            order in any::<u64>(),
        ) {
            // Random slices, and all of it once more, in an order of chance.
            let mut slices: Vec<(usize, usize)> = cuts
                .into_iter()
                .filter(|(start, _)| *start < text.len())
                .map(|(start, length)| (start, (start + length).min(text.len())))
                .collect();
            slices.extend((0..text.len()).step_by(50).map(|start| (start, (start + 50).min(text.len()))));
            let mut chance = order | 1;
            for i in (1..slices.len()).rev() {
                chance ^= chance << 13;
                chance ^= chance >> 7;
                chance ^= chance << 17;
                slices.swap(i, (chance % (i as u64 + 1)) as usize);
            }
            let mut stream = Stream::default();
            stream.syn(isn);
            let mut out = Vec::new();
            for (start, end) in slices {
                let seq = isn.wrapping_add(1).wrapping_add(start as u32);
                stream.data(seq, (&text[start..end], (end - start) as u32), 0, &mut out);
            }
            stream.end(&mut out);
            prop_assert!(out.iter().all(|piece| !matches!(piece, Piece::Gap(_))));
            prop_assert_eq!(bytes(&out), text);
        }
    }
}
