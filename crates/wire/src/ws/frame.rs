//! Frames (RFC 6455 §5.2). Of a long payload only the beginning is kept; the rest is counted and let go.

use steps::{
    Fields, Side, common,
    ws::{Step, field},
};

use crate::{Seen, fields};

/// How much of a payload is kept.
pub(super) const KEPT: usize = 4096;

/// How much of a payload is shown in hex.
const SHOWN: usize = 32;

/// Reads the frames of one side.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The frame at hand as it crossed, without what was let go of its payload.
    raw: Vec<u8>,
    header: Option<Header>,
    /// How much of its payload has not crossed yet.
    missing: u64,
    /// The opcode of the fragmented message at hand.
    message: Option<Opcode>,
}

/// What the bytes so far are.
pub(super) enum Read {
    /// The beginning of a frame.
    Partial,
    /// A whole frame.
    Complete(Seen),
    /// No frame.
    Malformed {
        /// What should have come.
        expected: &'static str,
        /// The header that came instead.
        first: Vec<u8>,
    },
}

#[derive(Clone, Copy, Debug)]
struct Header {
    fin: bool,
    rsv: u8,
    opcode: Opcode,
    masking_key: Option<[u8; 4]>,
    payload_length: u64,
    length_form: &'static str,
    /// How many bytes the header has.
    size: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

impl Reader {
    /// Takes bytes from the front of `bytes`, at most to the end of the frame at hand.
    pub(super) fn read(&mut self, from: Side, bytes: &mut &[u8]) -> Read {
        let header = match self.header {
            Some(header) => header,
            None => {
                // The first two bytes say how many more the header has.
                while self.raw.len() < header_size(&self.raw) {
                    let need = header_size(&self.raw) - self.raw.len();
                    match bytes.split_off(..bytes.len().min(need)) {
                        None | Some([]) => return Read::Partial,
                        Some(part) => self.raw.extend_from_slice(part),
                    }
                }
                let header = match Header::read(&self.raw) {
                    Ok(header) => header,
                    Err(expected) => {
                        return Read::Malformed { expected, first: std::mem::take(&mut self.raw) };
                    }
                };
                self.missing = header.payload_length;
                *self.header.insert(header)
            }
        };
        let now = usize::try_from(self.missing).unwrap_or(usize::MAX).min(bytes.len());
        let part = bytes.split_off(..now).unwrap_or_default();
        let room = header.size + KEPT - self.raw.len();
        self.raw.extend_from_slice(&part[..part.len().min(room)]);
        self.missing -= part.len() as u64;
        if self.missing > 0 {
            return Read::Partial;
        }
        self.header = None;
        let raw = std::mem::take(&mut self.raw);
        Read::Complete(self.complete(from, header, raw))
    }

    /// How many bytes have crossed of the frame at hand.
    pub(super) fn midst(&self) -> Option<u64> {
        match self.header {
            Some(header) => Some(header.size as u64 + header.payload_length - self.missing),
            None => Some(self.raw.len() as u64).filter(|crossed| *crossed > 0),
        }
    }

    /// The step of a frame that has crossed.
    fn complete(&mut self, from: Side, header: Header, raw: Vec<u8>) -> Seen {
        let crossed = &raw[header.size..];
        let payload: Vec<u8> = match header.masking_key {
            None => crossed.to_vec(),
            Some(key) => crossed.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect(),
        };
        let mut fields = header.fields(crossed, &payload);
        match header.opcode {
            Opcode::Text | Opcode::Binary | Opcode::Continuation => {
                let message = match header.opcode {
                    Opcode::Continuation => self.message,
                    first => Some(first),
                };
                if header.opcode == Opcode::Continuation
                    && let Some(message) = message
                {
                    fields.put(field::MESSAGE_OPCODE, message.hex());
                }
                if message == Some(Opcode::Text) {
                    text(&mut fields, header, &payload);
                }
                self.message = message.filter(|_| !header.fin);
            }
            // Control frames may stand between the parts of a message.
            Opcode::Close => close(&mut fields, &payload),
            Opcode::Ping | Opcode::Pong => {}
        }
        Seen::new(header.opcode.step(), from, fields, raw)
    }
}

/// How many bytes the header has, as far as its beginning says.
fn header_size(raw: &[u8]) -> usize {
    let [_, second, ..] = raw else { return 2 };
    let length = match second & 0x7F {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let key = if second & 0x80 != 0 { 4 } else { 0 };
    2 + length + key
}

impl Header {
    /// Reads a whole header.
    fn read(raw: &[u8]) -> Result<Header, &'static str> {
        let (&[first, second], rest) = raw.split_first_chunk().ok_or("a frame header")?;
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let (payload_length, length_form, rest) = match second & 0x7F {
            126 => (number(&rest[..2]), "7+16 bits", &rest[2..]),
            127 => (number(&rest[..8]), "7+64 bits", &rest[8..]),
            short => (u64::from(short), "7 bits", rest),
        };
        let opcode = Opcode::read(first & 0x0F).ok_or("a frame with an opcode of RFC 6455 §5.2")?;
        if payload_length >> 63 != 0 {
            return Err("a payload length below 2^63");
        }
        Ok(Header {
            fin: first & 0x80 != 0,
            rsv: first >> 4 & 0b111,
            opcode,
            masking_key: rest.first_chunk().copied(),
            payload_length,
            length_form,
            size: raw.len(),
        })
    }

    /// What the header says, and how the payload begins: as it crossed beside what it means.
    fn fields(&self, crossed: &[u8], payload: &[u8]) -> Fields {
        let start = |bytes: &[u8]| hex::encode(&bytes[..bytes.len().min(SHOWN)]);
        let mut fields = fields! {
            field::FIN => self.fin,
            field::RSV => format!("{:03b}", self.rsv),
            field::OPCODE => self.opcode.hex(),
            field::MASK => self.masking_key.is_some(),
            common::PAYLOAD_LENGTH => self.payload_length,
            field::LENGTH_FORM => self.length_form,
        };
        if let Some(key) = self.masking_key {
            fields.put(field::MASKING_KEY, hex::encode(key));
            fields.put(field::MASKED_PAYLOAD, start(crossed));
        }
        fields.put(field::PAYLOAD, start(payload));
        if self.payload_length > payload.len() as u64 {
            fields.put(field::KEPT, payload.len());
        }
        fields
    }
}

impl Opcode {
    fn read(number: u8) -> Option<Opcode> {
        match number {
            0x0 => Some(Opcode::Continuation),
            0x1 => Some(Opcode::Text),
            0x2 => Some(Opcode::Binary),
            0x8 => Some(Opcode::Close),
            0x9 => Some(Opcode::Ping),
            0xA => Some(Opcode::Pong),
            _ => None,
        }
    }

    fn hex(self) -> String {
        format!("0x{:X}", self as u8)
    }

    fn step(self) -> Step {
        match self {
            Opcode::Continuation => Step::Continuation,
            Opcode::Text => Step::Text,
            Opcode::Binary => Step::Binary,
            Opcode::Close => Step::Close,
            Opcode::Ping => Step::Ping,
            Opcode::Pong => Step::Pong,
        }
    }
}

/// The payload as text, as far as it was kept.
fn text(fields: &mut Fields, header: Header, payload: &[u8]) {
    let cut = header.payload_length > payload.len() as u64;
    match std::str::from_utf8(payload) {
        // With RSV bits the payload means what an extension says.
        _ if header.rsv != 0 => {}
        Ok(text) => fields.put(common::TEXT, text),
        // The end of what was kept may stand within a character.
        Err(error) if cut && error.error_len().is_none() => {
            let text = String::from_utf8_lossy(&payload[..error.valid_up_to()]);
            fields.put(common::TEXT, text);
        }
        // A fragment may begin or end within a character: only a whole message must be UTF-8.
        Err(_) if !header.fin || header.opcode == Opcode::Continuation => {}
        Err(_) => fields.put(field::UTF8, false),
    }
}

/// The code and the reason of a close (RFC 6455 §7.4).
fn close(fields: &mut Fields, payload: &[u8]) {
    let Some((code, reason)) = payload.split_first_chunk() else {
        let meaning = if payload.is_empty() { "no code given" } else { "malformed: half a code" };
        fields.put(field::MEANING, meaning);
        return;
    };
    let code = u16::from_be_bytes(*code);
    let meaning = match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1007 => "invalid payload data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "mandatory extension",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        3000..=3999 => "registered with IANA",
        4000..=4999 => "private use",
        _ => "not to be sent",
    };
    fields.put(field::CODE, code);
    fields.put(field::MEANING, meaning);
    fields.put(common::WHY, String::from_utf8_lossy(reason));
}
