//! One direction of a connection, cut into its pieces: lines before the identification, the identification, packets
//! in the clear and under keys (RFC 4253 §4.2, §6), and the first bytes after NEWKEYS.

use std::collections::VecDeque;

use steps::{Fields, Side, ssh::field};

use super::{
    foreign::{is_text, looks_like},
    opener::Opener,
    packet::{FIRST_BYTES, Lost, Packet, Sealed, When},
};
use crate::fields;

/// An identification line, its line end included (RFC 4253 §4.2).
const LONGEST_IDENTIFICATION: usize = 255;
/// Lines a server may send before it, and how long one may be: generous, and still a bound.
const MOST_LINES_BEFORE: usize = 1024;
const LONGEST_LINE_BEFORE: usize = 8192;
/// Lines before it that have a step of their own, and how many of them the identification quotes.
const TOLD_LINES: usize = 20;
const QUOTED_LINES: usize = 4;
/// As much of a line as is quoted.
const QUOTED: usize = 200;
/// A packet without encryption: every implementation must take this much (RFC 4253 §6.1), and nothing in a key
/// exchange comes near it.
const LONGEST_PACKET: usize = 35_000;
/// As much of a direction as waits for its key; a connection whose secret never comes must not fill the memory.
const MOST_WAITING: usize = 64 * 1024;
/// As many moments as are remembered for it.
const MOST_SLICES: usize = 4096;

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    stage: Stage,
    bytes: Vec<u8>,
    /// When the bytes crossed: how many were left behind each slice's end, counted over the whole direction.
    slices: VecDeque<(u64, When)>,
    taken: u64,
    /// The next piece, read and not yet taken: its turn is when nothing crossed before it in the other direction.
    ahead: Option<Piece>,
    lines_before: Vec<String>,
    count_before: usize,
    identification: Vec<u8>,
    sequence: u32,
    guess: Guess,
    /// NEWKEYS has crossed for the first time, the first encrypted bytes have not been shown.
    announces: bool,
    opener: Option<Opener>,
    /// Opens what follows the next NEWKEYS.
    next_opener: Option<Opener>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Stage {
    #[default]
    Identification,
    Packets,
    /// NEWKEYS has crossed, and the keys are not known yet.
    Locked,
    /// Nothing more is read.
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Guess {
    #[default]
    None,
    Wrong,
}

/// A piece of one direction.
#[derive(Debug)]
pub(super) enum Piece {
    /// A line of text before the identification.
    LineBefore {
        fields: Fields,
        bytes: Vec<u8>,
        when: When,
    },
    Identification {
        fields: Fields,
        bytes: Vec<u8>,
        when: When,
    },
    Packet(Packet),
    /// The first bytes under the first keys.
    Dark([u8; FIRST_BYTES], When),
    /// More crossed than may wait for a key.
    Overflow(When),
    Lost(Lost, When),
}

impl Piece {
    pub(super) fn when(&self) -> When {
        match self {
            Piece::LineBefore { when, .. }
            | Piece::Identification { when, .. }
            | Piece::Dark(_, when)
            | Piece::Overflow(when)
            | Piece::Lost(_, when) => *when,
            Piece::Packet(packet) => packet.when(),
        }
    }
}

impl Half {
    pub(super) fn push(&mut self, bytes: &[u8], when: When) {
        if (self.stage != Stage::Dark || self.announces) && !bytes.is_empty() {
            self.bytes.extend_from_slice(bytes);
            let end = self.taken + self.bytes.len() as u64;
            // Bytes that trickle in while they wait shall not take more room than they are worth.
            if self.slices.len() == MOST_SLICES {
                self.slices.pop_back();
            }
            self.slices.push_back((end, when));
        }
    }

    /// When the next complete piece crossed, if it has its turn. `agreed`: the algorithms are known, so a packet of the
    /// key exchange has a meaning.
    pub(super) fn peek(&mut self, from: Side, agreed: bool) -> Option<When> {
        if self.ahead.is_none() {
            let last = self.slices.back().map(|(_, when)| *when).unwrap_or_default();
            self.ahead = self.read(from).unwrap_or_else(|lost| Some(Piece::Lost(lost, last)));
        }
        let ahead = self.ahead.as_ref()?;
        match ahead {
            Piece::Packet(packet) if !agreed && packet.is_key_exchange() => {
                // A sender may guess one packet ahead, no more.
                if self.bytes.len() <= 2 * LONGEST_PACKET {
                    return None;
                }
                let expected = "the other side's KEXINIT before more of the key exchange";
                let when = packet.when();
                self.ahead = Some(Piece::Lost(packet.lost(expected), when));
                Some(when)
            }
            other => Some(other.when()),
        }
    }

    /// The piece that was looked at.
    pub(super) fn take(&mut self) -> Option<Piece> {
        self.ahead.take()
    }

    fn read(&mut self, from: Side) -> Result<Option<Piece>, Lost> {
        if self.announces {
            // Every packet is longer: until so much is here nothing is judged, in whatever slices it comes.
            let Some(first) = self.bytes.first_chunk::<FIRST_BYTES>() else { return Ok(None) };
            self.announces = false;
            return Ok(Some(Piece::Dark(*first, self.when(FIRST_BYTES))));
        }
        match self.stage {
            Stage::Identification => self.identification(from),
            // The same for each packet: what is told of a bad one must not depend on how much of it has come.
            Stage::Packets if self.opener.is_some() && self.bytes.len() < FIRST_BYTES => Ok(None),
            Stage::Packets if self.opener.is_some() => self.opened(),
            Stage::Packets => self.packet(),
            Stage::Locked if self.bytes.len() > MOST_WAITING => {
                Ok(Some(Piece::Overflow(self.when(self.bytes.len()))))
            }
            Stage::Locked => Ok(None),
            Stage::Dark => {
                if !self.announces {
                    (self.bytes, self.slices) = (Vec::new(), VecDeque::new());
                }
                Ok(None)
            }
        }
    }

    /// When the first `n` of the bytes at hand had crossed.
    fn when(&self, n: usize) -> When {
        let end = self.taken + n as u64;
        let slice = self.slices.iter().find(|(to, _)| *to >= end);
        When { end, ..slice.map(|(_, when)| *when).unwrap_or_default() }
    }

    /// Takes the first `n` bytes.
    fn drain(&mut self, n: usize) -> (Vec<u8>, When) {
        let when = self.when(n);
        let drained = self.bytes.drain(..n).collect();
        self.taken += n as u64;
        while self.slices.front().is_some_and(|(to, _)| *to <= self.taken) {
            self.slices.pop_front();
        }
        (drained, when)
    }

    /// What the end of the direction reveals: words without a line end, or a peer that never identified itself, unless it
    /// sent nothing or was cut inside a good line.
    pub(super) fn end(&mut self, from: Side) -> Option<Piece> {
        if self.stage != Stage::Identification || self.bytes.is_empty() {
            return None;
        }
        let when = self.when(self.bytes.len());
        let cut_inside_a_good_line = b"SSH-".starts_with(&self.bytes[..self.bytes.len().min(4)]);
        if cut_inside_a_good_line {
            return None;
        }
        if self.is_line_before(from, &self.bytes) {
            let (line, _) = self.drain(self.bytes.len());
            return self.line_before(line, when);
        }
        Some(Piece::Lost(Lost::at(IDENTIFICATION, &self.bytes), when))
    }

    /// Only a server may send other lines first; one that begins like HTTP or TLS will never come to SSH.
    fn is_line_before(&self, from: Side, line: &[u8]) -> bool {
        from == Side::Server
            && !line.starts_with(b"SSH-")
            && line.iter().all(|byte| may_stand_before(*byte))
            && matches!(looks_like(line), "other text" | "binary data" | "nothing")
    }

    /// Takes note of a line; the first ones are told.
    fn line_before(&mut self, line: Vec<u8>, when: When) -> Option<Piece> {
        let text: String = String::from_utf8_lossy(&line).trim_end().chars().take(QUOTED).collect();
        self.count_before += 1;
        if self.lines_before.len() < QUOTED_LINES {
            self.lines_before.push(text.clone());
        }
        let fields = fields! { field::TEXT => text, field::LENGTH => line.len() };
        (self.count_before <= TOLD_LINES).then_some(Piece::LineBefore { fields, bytes: line, when })
    }

    /// How many bytes are held back.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.bytes.capacity() + self.lines_before.iter().map(String::capacity).sum::<usize>()
    }

    /// The identification line without its line end, once it crossed.
    pub(super) fn identification_line(&self) -> &[u8] {
        &self.identification
    }

    /// NEWKEYS crossed: what follows is under the next keys. `restart`: strict key exchange counts from zero.
    pub(super) fn turn(&mut self, first: bool, restart: bool) {
        self.announces = first;
        if restart {
            self.sequence = 0;
        }
        self.opener = self.next_opener.take();
        self.stage = if self.opener.is_some() { Stage::Packets } else { Stage::Locked };
    }

    /// The keys that follow NEWKEYS, which has crossed already or not.
    pub(super) fn unlock(&mut self, opener: Opener) {
        if self.stage == Stage::Locked {
            self.opener = Some(opener);
            self.stage = Stage::Packets;
        } else {
            self.next_opener = Some(opener);
        }
    }

    /// The keys will not be known: whatever is encrypted is not read.
    pub(super) fn give_up(&mut self) {
        if self.stage == Stage::Locked {
            self.stage = Stage::Dark;
            self.ahead = self.ahead.take().filter(|ahead| !matches!(ahead, Piece::Overflow(_)));
        }
    }

    pub(super) fn is_locked(&self) -> bool {
        self.stage == Stage::Locked
    }

    /// Whether its packets are opened now.
    pub(super) fn is_opened(&self) -> bool {
        self.opener.is_some()
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
            let good = |byte: &u8| if ssh { is_text(*byte) } else { may_stand_before(*byte) };
            if !line.iter().all(good) {
                // Binary data shows itself at once; its first bytes tell which kind it is.
                return match end {
                    Some(end) => Err(Lost::at_line(IDENTIFICATION, &self.bytes[..=end])),
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
            let (line, when) = self.drain(end + 1);
            if ssh {
                let fields = self.read_identification(&line)?;
                self.stage = Stage::Packets;
                self.identification = line.strip_suffix(b"\n").unwrap_or(&line).to_vec();
                if self.identification.ends_with(b"\r") {
                    self.identification.pop();
                }
                return Ok(Some(Piece::Identification { fields, bytes: line, when }));
            }
            if !self.is_line_before(from, &line) || self.count_before == MOST_LINES_BEFORE {
                return Err(Lost::at_line(IDENTIFICATION, &line));
            }
            if let Some(told) = self.line_before(line, when) {
                return Ok(Some(told));
            }
        }
    }

    /// `SSH-protoversion-softwareversion SP comments CR LF`.
    fn read_identification(&mut self, line: &[u8]) -> Result<Fields, Lost> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        let (protoversion, rest) = text[4..]
            .split_once('-')
            .ok_or_else(|| Lost::at_line("SSH-protoversion-softwareversion (RFC 4253 §4.2)", line))?;
        if !["2.0", "1.99"].contains(&protoversion) {
            return Err(Lost::at_line("protocol version 2.0, or 1.99 for compatibility (RFC 4253 §5)", line));
        }
        let (software, comments) = match rest.split_once(' ') {
            Some((software, comments)) => (software, Some(comments)),
            None => (rest, None),
        };
        let mut fields = fields! {
            field::PROTOVERSION => protoversion,
            field::SOFTWAREVERSION => software,
        };
        if let Some(comments) = comments {
            fields.put(field::COMMENTS, comments);
        }
        if self.count_before > 0 {
            fields.put(field::LINES_BEFORE, std::mem::take(&mut self.lines_before));
            fields.put(field::LINES_BEFORE_COUNT, self.count_before);
        }
        Ok(fields)
    }

    /// A packet under keys.
    fn opened(&mut self) -> Result<Option<Piece>, Lost> {
        let Some(opener) = &mut self.opener else { return Ok(None) };
        let opened = opener.open(self.sequence, &self.bytes);
        let opened =
            opened.map_err(|it| Lost { unopened: Some(self.sequence), ..Lost::at(it, &self.bytes) })?;
        let Some(opened) = opened else { return Ok(None) };
        let padding = opened.plain.get(4).copied().map_or(0, usize::from);
        if padding + 6 > opened.plain.len() {
            return Err(Lost::at("a padding length that RFC 4253 §6 allows", &self.bytes));
        }
        let (crossed, when) = self.drain(opened.took());
        let sealed = Sealed::of(&crossed, opened.tag, opened.length_encrypted);
        Ok(Some(self.numbered(opened.plain, padding, Some(sealed), when)))
    }

    fn numbered(&mut self, bytes: Vec<u8>, padding: usize, sealed: Option<Sealed>, when: When) -> Piece {
        let packet = Packet::new(bytes, padding, (self.sequence, sealed), when);
        self.sequence = self.sequence.wrapping_add(1);
        Piece::Packet(packet)
    }

    fn packet(&mut self) -> Result<Option<Piece>, Lost> {
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
        let (bytes, when) = self.drain(whole);
        Ok(Some(self.numbered(bytes, padding, None, when)))
    }
}

const IDENTIFICATION: &str = "a line that begins with SSH- (RFC 4253 §4.2)";

/// Whether `byte` can stand in a line before the identification, which people read: in whatever encoding, with what a
/// terminal does (RFC 4253 §4.2 asks for no more than that it be harmless where it is shown).
fn may_stand_before(byte: u8) -> bool {
    is_text(byte) || matches!(byte, 0x07 | 0x08 | 0x0b | 0x0c | 0x1b)
}
