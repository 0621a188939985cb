//! What stands behind the head of an answer that is not 101 (RFC 9112 §6), as it crossed.

use steps::{Side, ws::Step};

use crate::{Seen, fields};

/// How much of a body is kept.
pub(super) const KEPT: usize = 4096;

/// Reads one body.
#[derive(Debug)]
pub(super) struct Body {
    raw: Vec<u8>,
    crossed: u64,
    /// Its whole length, where the head said so.
    length: Option<u64>,
}

impl Body {
    pub(super) fn new(length: Option<u64>) -> Self {
        Body { raw: Vec::new(), crossed: 0, length }
    }

    /// Takes the next bytes; whether the body is whole now.
    pub(super) fn read(&mut self, bytes: &[u8]) -> bool {
        let room = KEPT - self.raw.len();
        self.raw.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.crossed += bytes.len() as u64;
        self.length.is_some_and(|length| self.crossed >= length)
    }

    /// The step of what has crossed; none when nothing has.
    pub(super) fn seen(&mut self, from: Side) -> Option<Seen> {
        if self.crossed == 0 {
            return None;
        }
        let raw = std::mem::take(&mut self.raw);
        let mut fields = fields! { "length" => self.crossed };
        if let Some(length) = self.length.filter(|length| *length != self.crossed) {
            fields.insert("content_length".into(), length.into());
        }
        if self.crossed > raw.len() as u64 {
            fields.insert("kept".into(), raw.len().into());
        }
        fields.insert("text".into(), String::from_utf8_lossy(&raw).trim_end().into());
        Some(Seen::new(Step::Body, from, fields, raw))
    }
}
