//! The record layer (RFC 5246 §6.2, RFC 8446 §5.1): type, version, length, and so many bytes.

use steps::{Fields, tls::field};

/// Content types.
pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;

/// A protected record holds at most 2^14 bytes and what the protection adds (TLS 1.2 allows 2048).
const MOST: usize = (1 << 14) + 2048;

/// So many bytes are needed to say what something looks like that is no record. Waiting for them makes the answer
/// independent of the slicing.
pub(super) const ENOUGH: usize = 8;

/// Of what is text a line is awaited, and so many bytes at most.
const LINE: usize = 200;

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) header: [u8; 5],
    pub(super) body: Vec<u8>,
    /// How many bytes its sender has sent up to its last.
    pub(super) end: u64,
}

/// A record as it crossed, told beside what was in it.
#[derive(Debug)]
pub(super) struct Sealed {
    header: String,
    length: usize,
    begins: String,
}

impl Sealed {
    pub(super) fn tell(&self, fields: &mut Fields) {
        fields.put(field::RECORD_HEADER, self.header.as_str());
        fields.put(field::CIPHERTEXT_LENGTH, self.length);
        fields.put(field::CIPHERTEXT, self.begins.as_str());
    }
}

impl Record {
    /// What it takes to keep it: an empty one is not kept for nothing.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + 2 * size_of::<Self>()
    }

    /// What it looks like to whoever has no key. TLS 1.2's AES-GCM sends `nonce` bytes in front, which are no ciphertext.
    pub(super) fn sealed(&self, nonce: usize) -> Sealed {
        let ciphertext = &self.body[nonce.min(self.body.len())..];
        let begins = hex::encode(&ciphertext[..ciphertext.len().min(16)]);
        Sealed { header: hex::encode(self.header), length: self.body.len(), begins }
    }

    /// The record as it crossed.
    pub(super) fn whole(&self) -> Vec<u8> {
        [&self.header, self.body.as_slice()].concat()
    }
}

/// What stands at the beginning of some bytes.
pub(super) enum Next<'a> {
    /// A record, and the bytes behind it.
    Record(Record, &'a [u8]),
    /// Not enough to tell.
    Partial,
    /// No record, but these bytes: at least [`ENOUGH`], and of text its first line.
    Foreign(&'a [u8]),
}

/// What stands at the beginning of `bytes`.
pub(super) fn next(bytes: &[u8]) -> Next<'_> {
    if !may_begin(bytes) {
        return foreign(bytes).map_or(Next::Partial, Next::Foreign);
    }
    let Some((header, rest)) = bytes.split_first_chunk::<5>() else { return Next::Partial };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    match rest.split_at_checked(length) {
        Some((body, rest)) => Next::Record(Record { header: *header, body: body.to_vec(), end: 0 }, rest),
        None => Next::Partial,
    }
}

/// The beginning of what is no record, as soon as it is there.
fn foreign(bytes: &[u8]) -> Option<&[u8]> {
    let ends = |byte: &u8| *byte == b'\n' || !is_text(*byte);
    let end = bytes.iter().take(LINE).position(ends).map_or(LINE, |at| at + 1);
    bytes.get(..end.max(ENOUGH))
}

/// The first line, where it is text.
pub(super) fn line(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (line.len() >= 3 && line.iter().all(|byte| is_text(*byte)))
        .then(|| String::from_utf8_lossy(line).into_owned())
}

/// Bytes of UTF-8 count: the text is shown, and what harms is made harmless there.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || byte == b'\r' || byte == b' ' || byte.is_ascii_graphic() || byte >= 0x80
}

/// Whether `bytes` can be the beginning of a record.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let mut header = bytes.iter();
    header.next().is_none_or(|kind| (CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(kind))
        && header.next().is_none_or(|major| *major == 3)
        && header.next().is_none_or(|minor| *minor <= 4)
        && match bytes {
            [_, _, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])) <= MOST,
            _ => true,
        }
}
