//! What stands behind the head of an answer that is not 101 (RFC 9112 §6), as it crossed.

use steps::{
    Side, common,
    ws::{Step, field},
};

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

    /// Takes from `bytes` what belongs to the body; whether it is whole now.
    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> bool {
        let missing = self.length.map_or(u64::MAX, |length| length - self.crossed);
        let taken = usize::try_from(missing).unwrap_or(usize::MAX).min(bytes.len());
        let (body, beyond) = bytes.split_at(taken);
        *bytes = beyond;
        let room = KEPT - self.raw.len();
        self.raw.extend_from_slice(&body[..body.len().min(room)]);
        self.crossed += taken as u64;
        self.length == Some(self.crossed)
    }

    /// The step of what has crossed; none when nothing has.
    pub(super) fn seen(&mut self, from: Side) -> Option<Seen> {
        if self.crossed == 0 {
            return None;
        }
        let raw = std::mem::take(&mut self.raw);
        let mut fields = fields! { common::LENGTH => self.crossed };
        if let Some(length) = self.length.filter(|length| *length != self.crossed) {
            fields.put(field::CONTENT_LENGTH, length);
        }
        if self.crossed > raw.len() as u64 {
            fields.put(field::KEPT, raw.len());
        }
        fields.put(common::TEXT, String::from_utf8_lossy(&raw).trim_end());
        Some(Seen::new(Step::Body, from, fields, raw))
    }
}
