//! One packet (RFC 4253 §6), when it crossed, and what stood there instead of one.

use steps::{Fields, ssh::field};

use super::{connection::beginning, foreign::is_text};

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
    /// How it crossed, where it was opened under keys.
    sealed: Option<Sealed>,
    when: When,
}

/// A packet as it crossed under keys, told beside what was in it.
#[derive(Debug)]
pub(super) struct Sealed {
    begins: Vec<u8>,
    tag: Vec<u8>,
    length_encrypted: bool,
}

impl Sealed {
    /// Of the bytes that crossed, of which the last `tag` are the tag or MAC.
    pub(super) fn of(crossed: &[u8], tag: usize, length_encrypted: bool) -> Self {
        let (packet, tag) = crossed.split_at(crossed.len().saturating_sub(tag));
        let begins = packet[..packet.len().min(FIRST_BYTES)].to_vec();
        Sealed { begins, tag: tag.to_vec(), length_encrypted }
    }
}

impl Packet {
    /// `numbered`: its place in its direction, and how it crossed where it was opened under keys.
    pub(super) fn new(
        bytes: Vec<u8>,
        padding: usize,
        (sequence, sealed): (u32, Option<Sealed>),
        when: When,
    ) -> Self {
        Packet { bytes, padding, sequence, sealed, when }
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
        fields.put(field::PACKET_LENGTH, self.bytes.len() - 4);
        fields.put(field::PADDING_LENGTH, self.padding);
        fields.put(field::SEQUENCE_NUMBER, self.sequence);
        if let Some(sealed) = &self.sealed {
            fields.put(field::ENCRYPTED, true);
            // An opener gives out nothing else: this is what proves that the keys are right.
            fields.put(field::TAG_VERIFIED, true);
            fields.put(field::LENGTH_ENCRYPTED, sealed.length_encrypted);
            fields.put(field::PACKET_ON_THE_WIRE, hex::encode(&sealed.begins));
            fields.put(field::TAG, hex::encode(&sealed.tag));
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
    /// The line that they begin, where a whole one is there.
    pub(super) line: Option<String>,
    /// The number of a packet that did not open under the session's key.
    pub(super) unopened: Option<u32>,
}

impl Lost {
    pub(super) fn at(expected: &'static str, bytes: &[u8]) -> Self {
        let bytes = bytes[..bytes.len().min(FIRST_BYTES)].to_vec();
        Lost { expected, bytes, line: None, unopened: None }
    }

    /// The same of a whole line, which is quoted where it is text.
    pub(super) fn at_line(expected: &'static str, line: &[u8]) -> Self {
        let is_text = line.iter().all(|byte| is_text(*byte));
        let words = beginning(line);
        Lost { line: Some(words).filter(|words| is_text && !words.is_empty()), ..Lost::at(expected, line) }
    }
}
