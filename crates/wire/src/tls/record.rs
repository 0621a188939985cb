//! The record layer (RFC 5246 §6.2, RFC 8446 §5.1): type, version, length, and so many bytes.

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

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) header: [u8; 5],
    pub(super) body: Vec<u8>,
    /// How many bytes its sender has sent up to its last.
    pub(super) end: u64,
}

impl Record {
    /// What it takes to keep it: an empty one is not kept for nothing.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + 2 * size_of::<Self>()
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
    /// No record; there are at least [`ENOUGH`] bytes.
    Foreign,
}

/// What stands at the beginning of `bytes`.
pub(super) fn next(bytes: &[u8]) -> Next<'_> {
    if !may_begin(bytes) {
        return if bytes.len() < ENOUGH { Next::Partial } else { Next::Foreign };
    }
    let Some((header, rest)) = bytes.split_first_chunk::<5>() else { return Next::Partial };
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    match rest.split_at_checked(length) {
        Some((body, rest)) => Next::Record(Record { header: *header, body: body.to_vec(), end: 0 }, rest),
        None => Next::Partial,
    }
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
