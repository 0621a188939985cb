//! The upgrade request, its answer, and frames (RFC 6455 §4 and §5).
//! The decoder that the watchers use tells where one ends, byte by byte.

use std::ops::Range;

use steps::{Side, Step};

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

        pieces
    }

    fn rest(&mut self, from: Side) -> Vec<u8> {
        std::mem::take(&mut self.partial[from as usize])
    }

    fn field(&self, _: Step, _: &str, _: &[u8]) -> Option<Range<usize>> {
        None
    }
}
