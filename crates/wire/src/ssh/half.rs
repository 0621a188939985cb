//! One direction of a connection, cut into its pieces: lines before the identification, the identification, packets
//! in the clear (RFC 4253 §4.2, §6), and the first bytes after NEWKEYS.

use steps::{Fields, Side};

use super::foreign::{is_text, looks_like};
use crate::fields;

/// An identification line, its line end included (RFC 4253 §4.2).
const LONGEST_IDENTIFICATION: usize = 255;
/// Lines a server may send before it, and how long one may be: generous, and still a bound.
const MOST_LINES_BEFORE: usize = 1024;
const LONGEST_LINE_BEFORE: usize = 1024;
/// Lines before it that the step quotes.
const QUOTED_LINES: usize = 4;
/// A packet without encryption: every implementation must take this much (RFC 4253 §6.1), and nothing in a key
/// exchange comes near it.
const LONGEST_PACKET: usize = 35_000;
/// As many bytes as tell what was sent instead.
const FIRST_BYTES: usize = 16;

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    stage: Stage,
    bytes: Vec<u8>,
    lines_before: Vec<String>,
    count_before: usize,
    sequence: u32,
    guess: Guess,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    Identification,
    Packets,
    /// A packet of the key exchange came before the other side's KEXINIT: its meaning is not known yet.
    Waiting,
    /// NEWKEYS has crossed, the first encrypted bytes have not.
    Turning,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Guess {
    #[default]
    None,
    Wrong,
}

/// A piece of one direction.
pub(super) enum Piece {
    Identification { fields: Fields, bytes: Vec<u8> },
    Packet(Packet),
    Dark([u8; FIRST_BYTES]),
}

/// Bytes that SSH does not allow here.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) expected: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Lost {
    fn at(expected: &'static str, bytes: &[u8]) -> Self {
        Lost { expected, bytes: bytes[..bytes.len().min(FIRST_BYTES)].to_vec() }
    }
}

impl Half {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.stage != Stage::Dark {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// The next complete piece. `agreed`: the algorithms are known, so a packet of the key exchange has a meaning.
    pub(super) fn next(&mut self, from: Side, agreed: bool) -> Result<Option<Piece>, Lost> {
        match self.stage {
            Stage::Identification => self.identification(from),
            Stage::Packets => self.packet(agreed),
            Stage::Waiting => self.waiting(),
            Stage::Dark => Ok(None),
            Stage::Turning => Ok(self.bytes.first_chunk::<FIRST_BYTES>().copied().map(|first| {
                self.stage = Stage::Dark;
                self.bytes = Vec::new();
                Piece::Dark(first)
            })),
        }
    }

    /// What the end of the direction reveals: a peer that never identified itself, unless it sent nothing or was
    /// cut inside a good line.
    pub(super) fn end(&mut self) -> Option<Lost> {
        if self.stage != Stage::Identification {
            return None;
        }
        let cut_inside_a_good_line = b"SSH-".starts_with(&self.bytes[..self.bytes.len().min(4)]);
        match self.lines_before.first() {
            Some(line) if self.bytes.is_empty() => Some(Lost::at(IDENTIFICATION, line.as_bytes())),
            _ if cut_inside_a_good_line => None,
            _ => Some(Lost::at(IDENTIFICATION, &self.bytes)),
        }
    }

    /// How many bytes are held back.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.bytes.capacity() + self.lines_before.iter().map(String::capacity).sum::<usize>()
    }

    pub(super) fn turn_dark(&mut self) {
        self.stage = Stage::Turning;
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.stage == Stage::Waiting
    }

    pub(super) fn go_on(&mut self) {
        self.stage = Stage::Packets;
    }

    /// The sender guessed the result of the negotiation: a wrong guess makes its next packet void.
    pub(super) fn expect_guess(&mut self, right: bool) {
        self.guess = if right { Guess::None } else { Guess::Wrong };
    }

    pub(super) fn is_wrong_guess(&self) -> bool {
        self.guess == Guess::Wrong
    }

    pub(super) fn guess_is_spent(&mut self) {
        self.guess = Guess::None;
    }

    fn identification(&mut self, from: Side) -> Result<Option<Piece>, Lost> {
        loop {
            let ssh = self.bytes.starts_with(b"SSH-");
            let longest = if ssh { LONGEST_IDENTIFICATION } else { LONGEST_LINE_BEFORE };
            let end = self.bytes.iter().take(longest).position(|byte| *byte == b'\n');
            let line = &self.bytes[..end.unwrap_or(self.bytes.len().min(longest))];
            if line.iter().any(|byte| !is_text(*byte)) {
                // Binary data shows itself at once; its first bytes tell which kind it is.
                return match end {
                    Some(end) => Err(Lost::at(IDENTIFICATION, &self.bytes[..=end])),
                    None if self.bytes.len() >= FIRST_BYTES => Err(Lost::at(IDENTIFICATION, &self.bytes)),
                    None => Ok(None),
                };
            }
            let Some(end) = end else {
                return if self.bytes.len() >= longest {
                    Err(Lost::at("a line end within the longest line SSH allows (RFC 4253 §4.2)", line))
                } else {
                    Ok(None)
                };
            };
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            if ssh {
                let fields = self.read_identification(&line)?;
                self.stage = Stage::Packets;
                return Ok(Some(Piece::Identification { fields, bytes: line }));
            }
            // Only a server may send other lines first; one that begins like HTTP will never come to SSH.
            let allowed = from == Side::Server && looks_like(&line) == "other text";
            if !allowed || self.count_before == MOST_LINES_BEFORE {
                return Err(Lost::at(IDENTIFICATION, &line));
            }
            self.count_before += 1;
            if self.lines_before.len() < QUOTED_LINES {
                self.lines_before.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
    }

    /// `SSH-protoversion-softwareversion SP comments CR LF`.
    fn read_identification(&mut self, line: &[u8]) -> Result<Fields, Lost> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        let (protoversion, rest) = text[4..]
            .split_once('-')
            .ok_or_else(|| Lost::at("SSH-protoversion-softwareversion (RFC 4253 §4.2)", line))?;
        if !["2.0", "1.99"].contains(&protoversion) {
            return Err(Lost::at("protocol version 2.0, or 1.99 for compatibility (RFC 4253 §5)", line));
        }
        let (software, comments) = match rest.split_once(' ') {
            Some((software, comments)) => (software, Some(comments)),
            None => (rest, None),
        };
        let mut fields = fields! {
            "protoversion" => protoversion,
            "softwareversion" => software,
        };
        if let Some(comments) = comments {
            fields.insert("comments".into(), comments.into());
        }
        if self.count_before > 0 {
            fields.insert("lines_before".into(), std::mem::take(&mut self.lines_before).into());
            fields.insert("lines_before_count".into(), self.count_before.into());
        }
        Ok(fields)
    }

    /// A sender may guess one packet ahead, no more.
    fn waiting(&self) -> Result<Option<Piece>, Lost> {
        if self.bytes.len() > 2 * LONGEST_PACKET {
            return Err(Lost::at("the other side's KEXINIT before more of the key exchange", &self.bytes));
        }
        Ok(None)
    }

    fn packet(&mut self, agreed: bool) -> Result<Option<Piece>, Lost> {
        let Some(length) = self.bytes.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length);
        let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(4);
        // RFC 4253 §6: at least 16 bytes, a multiple of 8.
        if !(16..=LONGEST_PACKET).contains(&whole) || whole % 8 != 0 {
            return if self.bytes.len() >= FIRST_BYTES {
                Err(Lost::at("a packet length that RFC 4253 §6 allows", &self.bytes))
            } else {
                Ok(None)
            };
        }
        let Some(bytes) = self.bytes.get(..whole) else { return Ok(None) };
        let padding = usize::from(bytes[4]);
        // Padding of at least 4, and a payload of at least the message number.
        if padding < 4 || padding + 2 > whole - 4 {
            return Err(Lost::at("a padding length that RFC 4253 §6 allows", bytes));
        }
        if !agreed && super::message::is_key_exchange(bytes[5]) {
            self.stage = Stage::Waiting;
            return self.waiting();
        }
        let packet = Packet { bytes: self.bytes.drain(..whole).collect(), padding, sequence: self.sequence };
        self.sequence = self.sequence.wrapping_add(1);
        Ok(Some(Piece::Packet(packet)))
    }
}

const IDENTIFICATION: &str = "a line that begins with SSH- (RFC 4253 §4.2)";

/// A packet in the clear: length, padding length, payload, padding.
pub(super) struct Packet {
    bytes: Vec<u8>,
    padding: usize,
    sequence: u32,
}

impl Packet {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn payload(&self) -> &[u8] {
        &self.bytes[5..self.bytes.len() - self.padding]
    }

    /// `fields` of the payload, and what the packet around it says.
    pub(super) fn describe(&self, mut fields: Fields) -> Fields {
        fields.insert("packet_length".into(), (self.bytes.len() - 4).into());
        fields.insert("padding_length".into(), self.padding.into());
        fields.insert("sequence_number".into(), self.sequence.into());
        fields
    }

    pub(super) fn lost(&self, expected: &'static str) -> Lost {
        Lost::at(expected, &self.bytes)
    }
}
