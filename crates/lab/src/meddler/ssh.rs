//! Identification lines and clear packets (RFC 4253 §4.2 and §6); after NEWKEYS each chunk.
//! The decoder that the watchers use tells where one ends, byte by byte.

use std::ops::Range;

use steps::{Side, Step, ssh};

use super::{Piece, Split};

#[derive(Default)]
pub(super) struct Splitter {
    decoder: wire::ssh::Decoder,
    partial: [Vec<u8>; 2],
    /// A side has turned to its keys.
    dark: [bool; 2],
}

impl Split for Splitter {
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Piece> {
        if self.dark[from as usize] {
            // No length can be read any more: what comes at once counts as one.
            return vec![Piece { step: Some(ssh::Step::Encrypted.into()), bytes: bytes.to_vec() }];
        }
        let mut pieces = Vec::new();
        for (at, &byte) in bytes.iter().enumerate() {
            self.partial[from as usize].push(byte);
            let mut step = None;
            for seen in self.decoder.feed(from, &[byte]) {
                if seen.from == Some(from) {
                    step = step.or(Some(seen.step));
                }
            }
            if step.is_some() {
                pieces.push(Piece { step, bytes: self.rest(from) });
            }
            if step == Some(ssh::Step::Newkeys.into()) {
                self.dark[from as usize] = true;
                if at + 1 < bytes.len() {
                    pieces.extend(self.push(from, &bytes[at + 1..]));
                }
                break;
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
