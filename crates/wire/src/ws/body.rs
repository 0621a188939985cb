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
    /// It comes in chunks, whose lengths stand between them.
    chunks: Option<Chunks>,
}

impl Body {
    pub(super) fn new(length: Option<u64>, chunked: bool) -> Self {
        let chunks = chunked.then(Chunks::default);
        Body { raw: Vec::new(), crossed: 0, length, chunks }
    }

    /// Takes from `bytes` what belongs to the body; whether it is whole now.
    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> bool {
        if let Some(chunks) = &mut self.chunks {
            while let Some((first, rest)) = bytes.split_first() {
                *bytes = rest;
                self.crossed += 1;
                match chunks.next(*first) {
                    Chunk::Content if self.raw.len() < KEPT => self.raw.push(*first),
                    Chunk::Content | Chunk::Frame => {}
                    Chunk::End => return true,
                }
            }
            return false;
        }
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
        if self.crossed > raw.len() as u64 && self.chunks.is_none() {
            fields.put(field::KEPT, raw.len());
        }
        fields.put(common::TEXT, String::from_utf8_lossy(&raw).trim_end());
        Some(Seen::new(Step::Body, from, fields, raw))
    }
}

/// Takes a body in chunks apart (RFC 9112 §7.1), byte by byte.
#[derive(Debug, Default)]
enum Chunks {
    /// The length of the next chunk, in hex; `said`: the digits are over.
    #[default]
    Start,
    Length {
        so_far: u64,
        said: bool,
    },
    /// So many bytes of the chunk are missing, then its line end.
    Content(u64),
    LineEnd,
    /// After the last chunk: the trailer, up to an empty line.
    Trailer {
        empty: bool,
    },
}

/// What a byte of it is.
enum Chunk {
    Content,
    Frame,
    End,
}

impl Chunks {
    fn next(&mut self, byte: u8) -> Chunk {
        match self {
            Chunks::Start => match (byte as char).to_digit(16) {
                Some(digit) => *self = Chunks::Length { so_far: digit.into(), said: false },
                // No chunk begins like this: what follows cannot be told apart.
                None => return Chunk::End,
            },
            Chunks::Length { so_far, said } => match (byte, (byte as char).to_digit(16)) {
                (b'\n', _) => {
                    *self = match *so_far {
                        0 => Chunks::Trailer { empty: true },
                        length => Chunks::Content(length),
                    }
                }
                (_, Some(digit)) if !*said => {
                    *so_far = so_far.saturating_mul(16).saturating_add(digit.into());
                }
                _ => *said = true,
            },
            Chunks::Content(missing) => {
                *missing -= 1;
                if *missing == 0 {
                    *self = Chunks::LineEnd;
                }
                return Chunk::Content;
            }
            Chunks::LineEnd => {
                if byte == b'\n' {
                    *self = Chunks::Start;
                }
            }
            Chunks::Trailer { empty } => match byte {
                b'\n' if *empty => return Chunk::End,
                b'\n' => *empty = true,
                b'\r' => {}
                _ => *empty = false,
            },
        }
        Chunk::Frame
    }
}
