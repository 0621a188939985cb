//! Recognises steps in bytes. A decoder takes bytes and gives what it saw in them; it does no I/O, holds no clock and
//! returns no error: where bytes cannot be read it says so once, as a step, and reads nothing after them. However the
//! same bytes are sliced, they give the same steps.

pub use steps::fields;
use steps::{Fields, Side, Step};

mod lang;
mod layout;
pub mod ssh;
pub mod tcp;
pub mod tls;
mod withheld;
pub mod ws;

pub use layout::layout;

/// A step read from bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What happened.
    pub step: Step,
    /// Who sent the bytes; none: it follows inside both sides from what crossed (a negotiation's result).
    pub from: Option<Side>,
    /// The values read, named as the RFC names them.
    pub fields: Fields,
    /// The bytes it was read from, decrypted where they were encrypted.
    pub bytes: Vec<u8>,
    /// How many bytes its sender had sent on this connection when it was complete, where that was counted.
    pub end: Option<u64>,
}

impl Seen {
    /// A step that `from` sent.
    pub fn new(step: impl Into<Step>, from: Side, fields: Fields, bytes: impl Into<Vec<u8>>) -> Self {
        Seen { step: step.into(), from: Some(from), fields, bytes: bytes.into(), end: None }
    }

    /// A step inside a side, without bytes.
    pub fn local(step: impl Into<Step>, fields: Fields) -> Self {
        Seen { step: step.into(), from: None, fields, bytes: Vec::new(), end: None }
    }

    /// The same, complete when its sender had sent `end` bytes.
    pub fn ending(self, end: u64) -> Self {
        Seen { end: Some(end), ..self }
    }
}

/// What was seen, and the moment at which its last byte crossed, as it was given to the decoder.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossed {
    /// The moment, in the unit of the caller who handed the bytes over.
    pub moment: u64,
    /// The step.
    pub seen: Seen,
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)] // it reads the sources, not the wire
mod words_tests;
