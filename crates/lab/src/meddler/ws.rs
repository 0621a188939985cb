//! The upgrade request, its answer, and frames (RFC 6455 §4 and §5).
//! The decoder that the watchers use tells where one ends, byte by byte. Fields of a head are its headers
//! (`sec_websocket_key`), those of a frame the parts of RFC 6455 §5.2 (`opcode`, `payload_length`, `masking_key`,
//! `payload_data`).

use std::ops::Range;

use steps::{Side, Step, ws};

use super::{Piece, Split};

#[derive(Default)]
pub(super) struct Splitter {
    decoder: wire::ws::Decoder,
    partial: [Vec<u8>; 2],
}

impl Split for Splitter {
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for &byte in bytes {
            self.partial[from as usize].push(byte);
            let mut step = None;
            self.decoder.feed(from, &[byte], |seen| {
                if seen.from == Some(from) {
                    step = step.or(Some(seen.step));
                }
            });
            if step.is_some() {
                pieces.push(Piece { step, bytes: self.rest(from) });
            }
        }
        // What the decoder does not follow crosses as it is.
        if !self.decoder.follows(from) && !self.partial[from as usize].is_empty() {
            pieces.push(Piece { step: None, bytes: self.rest(from) });
        }
        pieces
    }

    fn rest(&mut self, from: Side) -> Vec<u8> {
        std::mem::take(&mut self.partial[from as usize])
    }

    fn field(&self, step: Step, name: &str, message: &[u8]) -> Option<Range<usize>> {
        match step {
            Step::Ws(
                ws::Step::UpgradeRequest
                | ws::Step::SwitchingProtocols
                | ws::Step::PlainRequest
                | ws::Step::Refused
                | ws::Step::PlainResponse,
            ) => header(name, message),
            Step::Ws(_) => part(name, message),
            Step::Tcp(_) | Step::Tls(_) | Step::Ssh(_) => None,
        }
    }
}

/// Where the value of a header stands in a head.
fn header(name: &str, head: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':');
        if let Some(colon) = colon
            && line[..colon].eq_ignore_ascii_case(name.replace('_', "-").as_bytes())
        {
            let start = colon + 1 + line[colon + 1..].iter().take_while(|byte| **byte == b' ').count();
            return Some(at + start..at + line.trim_ascii_end().len());
        }
        at += line.len();
    }
    None
}

/// Where a part of a frame stands.
fn part(name: &str, frame: &[u8]) -> Option<Range<usize>> {
    let second = *frame.get(1)?;
    let extended = match second & 0x7F {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let key = 2 + extended;
    let payload = if second & 0x80 == 0 { key } else { key + 4 };
    match name {
        "opcode" => Some(0..1),
        "payload_length" => Some(1..key),
        "masking_key" if payload > key => Some(key..payload),
        "payload_data" => Some(payload..frame.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_where_its_standard_puts_it() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: abc=\r\n\r\n";
        let frame = b"\x81\x82\x01\x02\x03\x04hi";
        let at = |step: ws::Step, name, message: &[u8]| {
            let range = Splitter::default().field(step.into(), name, message);
            range.map(|range| message[range].to_vec())
        };
        assert_eq!(at(ws::Step::UpgradeRequest, "sec_websocket_key", head), Some(b"abc=".to_vec()));
        assert_eq!(at(ws::Step::UpgradeRequest, "origin", head), None);
        assert_eq!(at(ws::Step::Text, "opcode", frame), Some(b"\x81".to_vec()));
        assert_eq!(at(ws::Step::Text, "masking_key", frame), Some(vec![1, 2, 3, 4]));
        assert_eq!(at(ws::Step::Text, "payload_data", frame), Some(b"hi".to_vec()));
    }
}
