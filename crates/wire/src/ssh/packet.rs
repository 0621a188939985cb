//! One packet (RFC 4253 §6), when it crossed, and what stood there instead of one.

use steps::Fields;

/// As many bytes as tell what was sent instead.
pub(super) const FIRST_BYTES: usize = 16;

/// When something crossed: its place in the order of both directions, the moment as it was given, and how many bytes its
/// sender had sent then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    pub(super) order: u64,
    pub(super) moment: u64,
    pub(super) end: u64,
}

/// A packet in the clear, or decrypted: length, padding length, payload, padding.
#[derive(Debug)]
pub(super) struct Packet {
    bytes: Vec<u8>,
    padding: usize,
    sequence: u32,
    encrypted: bool,
    when: When,
}

impl Packet {
    /// `numbered`: its place in its direction, and whether it was opened under keys.
    pub(super) fn new(
        bytes: Vec<u8>,
        padding: usize,
        (sequence, encrypted): (u32, bool),
        when: When,
    ) -> Self {
        Packet { bytes, padding, sequence, encrypted, when }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn payload(&self) -> &[u8] {
        &self.bytes[5..self.bytes.len() - self.padding]
    }

    /// The packet up to byte `at` of its payload.
    pub(super) fn bytes_to(&self, at: usize) -> &[u8] {
        &self.bytes[..self.bytes.len().min(5 + at)]
    }

    pub(super) fn when(&self) -> When {
        self.when
    }

    pub(super) fn is_key_exchange(&self) -> bool {
        self.payload().first().copied().is_some_and(super::message::is_key_exchange)
    }

    /// `fields` of the payload, and what the packet around it says.
    pub(super) fn describe(&self, mut fields: Fields) -> Fields {
        fields.insert("packet_length".into(), (self.bytes.len() - 4).into());
        fields.insert("padding_length".into(), self.padding.into());
        fields.insert("sequence_number".into(), self.sequence.into());
        if self.encrypted {
            fields.insert("encrypted".into(), true.into());
            // An opener gives out nothing else: this is what proves that the keys are right.
            fields.insert("tag_verified".into(), true.into());
        }
        fields
    }

    pub(super) fn lost(&self, expected: &'static str) -> Lost {
        Lost::at(expected, &self.bytes)
    }
}

/// Bytes that SSH does not allow here.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) expected: &'static str,
    pub(super) bytes: Vec<u8>,
    /// The number of a packet that did not open under the session's key.
    pub(super) unopened: Option<u32>,
}

impl Lost {
    pub(super) fn at(expected: &'static str, bytes: &[u8]) -> Self {
        Lost { expected, bytes: bytes[..bytes.len().min(FIRST_BYTES)].to_vec(), unopened: None }
    }
}
