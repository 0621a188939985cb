//! TLS records by their headers alone (RFC 8446 §5.1): without keys these tell how far a handshake came.

/// The records of one direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    header: Vec<u8>,
    /// How much of the record at hand has not crossed.
    missing: usize,
    /// ChangeCipherSpec crossed.
    pub(crate) changed: bool,
    /// Handshake or application data crossed after it: encrypted, or in TLS 1.3 called application data.
    pub(crate) protected: u64,
    /// The longest of these.
    pub(crate) longest: usize,
    /// An alert whose words cannot be read crossed: in TLS 1.2 its type stands in the clear.
    pub(crate) closed_alert: bool,
}

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const APPLICATION_DATA: u8 = 23;

impl Records {
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.missing.min(bytes.len());
            self.missing -= skipped;
            bytes = &bytes[skipped..];
            while self.missing == 0 && self.header.len() < 5 {
                let Some((first, rest)) = bytes.split_first() else { return };
                self.header.push(*first);
                bytes = rest;
            }
            if let &[kind, _, _, high, low] = self.header.as_slice() {
                let length = usize::from(u16::from_be_bytes([high, low]));
                self.header.clear();
                self.missing = length;
                match kind {
                    CHANGE_CIPHER_SPEC => self.changed = true,
                    ALERT if length > 2 => self.closed_alert = true,
                    APPLICATION_DATA => self.note(length),
                    _ if self.changed => self.note(length),
                    _ => {}
                }
            }
        }
    }

    fn note(&mut self, length: usize) {
        self.protected += 1;
        self.longest = self.longest.max(length);
    }
}

/// Whether the handshake is over, as far as record headers tell: both sides have sent what only a Finished can be. In
/// TLS 1.3 an alert under the handshake's keys looks alike and is shorter: 2 bytes, the true type, a tag of 16; a
/// Finished has at least 4 + 32.
pub(crate) fn established(client: &Records, server: &Records, tls13: bool) -> bool {
    const SHORTEST_FINISHED: usize = 4 + 32 + 1 + 8;
    let sent = |records: &Records| records.protected > 0 && (!tls13 || records.longest >= SHORTEST_FINISHED);
    sent(client) && sent(server) && (tls13 || (client.changed && server.changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_slicing_counts_the_same_records() {
        let stream =
            [&[22, 3, 3, 0, 2, 1, 2][..], &[20, 3, 3, 0, 1, 1], &[22, 3, 3, 0, 40], &[9; 40]].concat();
        for slice in 1..stream.len() {
            let mut records = Records::default();
            stream.chunks(slice).for_each(|part| records.take(part));
            assert!(records.changed && !records.closed_alert, "{slice}");
            assert_eq!((records.protected, records.longest), (1, 40), "{slice}");
        }
    }
}
