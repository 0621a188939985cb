//! TLS records (RFC 8446 §5.1), each named by what it holds. A record in the clear that holds several messages is
//! parted into one record a message, so that one can be met and the next left alone: how messages are framed is in no
//! hash and in no signature.
//!
//! What an encrypted record holds can be told from outside only by its place and its length: TLS 1.2's first one is
//! Finished, TLS 1.3's first one of the server begins with EncryptedExtensions and holds the rest of its flight, the
//! client's is Finished when it is as long as one. Whatever else is encrypted is `tls.application_data`, as its header
//! says.

use std::ops::Range;

use steps::{Side, Step, tls};

use super::{Piece, Split};

const HEADER: usize = 5;

#[derive(Default)]
pub(super) struct Splitter {
    lanes: [Lane; 2],
}

/// One direction.
#[derive(Default)]
struct Lane {
    partial: Vec<u8>,
    /// So many bytes of a message are still to come, in the next records.
    pending: usize,
    /// ChangeCipherSpec has crossed: handshake records are encrypted.
    encrypted: bool,
    /// So many encrypted records have crossed, by content type handshake and application data.
    protected: (usize, usize),
}

impl Split for Splitter {
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Piece> {
        let lane = &mut self.lanes[from as usize];
        lane.partial.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while let Some(length) = record_length(&lane.partial) {
            let rest = lane.partial.split_off(length);
            let record = std::mem::replace(&mut lane.partial, rest);
            lane.record(from, record, &mut pieces);
        }
        pieces
    }

    fn rest(&mut self, from: Side) -> Vec<u8> {
        std::mem::take(&mut self.lanes[from as usize].partial)
    }

    fn field(&self, step: Step, name: &str, record: &[u8]) -> Option<Range<usize>> {
        // Record header 5, message header 4, legacy_version 2 (RFC 8446 §4.1.2).
        const RANDOM: Range<usize> = 11..43;
        match (step, name) {
            (Step::Tls(tls::Step::ClientHello | tls::Step::ServerHello), "random") => Some(RANDOM),
            (Step::Tls(tls::Step::ClientHello), "cipher_suites" | "extensions") => {
                let session_id = usize::from(*record.get(RANDOM.end)?);
                let at = RANDOM.end + 1 + session_id;
                let length = usize::from(u16::from_be_bytes([*record.get(at)?, *record.get(at + 1)?]));
                let suites = at + 2..at + 2 + length;
                if name == "cipher_suites" {
                    return Some(suites);
                }
                let compression = usize::from(*record.get(suites.end)?);
                Some(suites.end + 1 + compression + 2..record.len())
            }
            (Step::Tls(_), "fragment") => Some(HEADER..record.len()),
            _ => None,
        }
    }
}

impl Lane {
    /// Names a record, or parts it into its messages and names those.
    fn record(&mut self, from: Side, record: Vec<u8>, pieces: &mut Vec<Piece>) {
        let whole = |step, bytes| Piece { step: Some(Step::Tls(step)), bytes };
        match record[0] {
            20 => {
                self.encrypted = true;
                pieces.push(whole(tls::Step::ChangeCipherSpec, record));
            }
            21 => pieces.push(whole(tls::Step::Alert, record)),
            22 if self.encrypted => {
                self.protected.0 += 1;
                pieces.push(whole(tls::Step::Finished, record));
            }
            22 => self.messages(from, &record, pieces),
            23 => {
                self.protected.1 += 1;
                pieces.push(whole(self.protected_13(from, record.len() - HEADER), record));
            }
            _ => pieces.push(Piece { step: None, bytes: record }),
        }
    }

    /// What an application data record holds as far as that can be told; in TLS 1.2, Finished has crossed before.
    fn protected_13(&self, from: Side, length: usize) -> tls::Step {
        // Behind the content: one byte of content type, 16 of authentication (RFC 8446 §5.2).
        const FINISHED: [usize; 2] = [4 + 32 + 17, 4 + 48 + 17];
        match (self.protected, from) {
            ((0, 1), Side::Server) if length > 2 + 17 => tls::Step::EncryptedExtensions,
            ((0, 1), Side::Client) if FINISHED.contains(&length) => tls::Step::Finished,
            _ => tls::Step::ApplicationData,
        }
    }

    /// Parts a handshake record in the clear. A message that spans records crosses as it came, named where it begins.
    fn messages(&mut self, from: Side, record: &[u8], pieces: &mut Vec<Piece>) {
        let (header, mut rest) = record.split_at(HEADER);
        while !rest.is_empty() {
            let (step, length) = match (self.pending, rest) {
                (0, [kind, high, middle, low, ..]) => {
                    let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
                    (Some(message(*kind, from)), 4 + length)
                }
                (0, _) => (None, rest.len()),
                (pending, _) => (None, pending),
            };
            let (this, next) = rest.split_at(length.min(rest.len()));
            self.pending = length - this.len();
            rest = next;
            // At most as long as the record it came in.
            let length = u16::try_from(this.len()).unwrap_or(u16::MAX).to_be_bytes();
            let bytes = [&header[..3], &length, this].concat();
            pieces.push(Piece { step: step.map(Step::Tls), bytes });
        }
    }
}

fn message(kind: u8, from: Side) -> tls::Step {
    match (kind, from) {
        (1, _) => tls::Step::ClientHello,
        (2, _) => tls::Step::ServerHello,
        (4, _) => tls::Step::NewSessionTicket,
        (11, Side::Server) => tls::Step::Certificate,
        (11, Side::Client) => tls::Step::ClientCertificate,
        (12, _) => tls::Step::ServerKeyExchange,
        (13, _) => tls::Step::CertificateRequest,
        (14, _) => tls::Step::ServerHelloDone,
        (15, _) => tls::Step::CertificateVerify,
        (16, _) => tls::Step::ClientKeyExchange,
        (20, _) => tls::Step::Finished,
        _ => tls::Step::OtherMessage,
    }
}

/// The length of the record that stands first, once it is whole.
fn record_length(bytes: &[u8]) -> Option<usize> {
    let [_, _, _, high, low, ..] = *bytes else { return None };
    let length = HEADER + usize::from(u16::from_be_bytes([high, low]));
    (bytes.len() >= length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pieces: &[Piece]) -> Vec<&'static str> {
        pieces.iter().map(|piece| piece.step.map_or("", Step::id)).collect()
    }

    #[test]
    fn a_record_with_three_messages_crosses_as_three() {
        let record = b"\x16\x03\x03\x00\x0d\x02\0\0\x01s\x0b\0\0\0\x0e\0\0\0";
        let mut splitter = Splitter::default();
        assert!(splitter.push(Side::Server, &record[..9]).is_empty());
        let pieces = splitter.push(Side::Server, &record[9..]);
        assert_eq!(named(&pieces), ["tls.server_hello", "tls.certificate", "tls.server_hello_done"]);
        assert_eq!(pieces[0].bytes, b"\x16\x03\x03\x00\x05\x02\0\0\x01s");
    }

    #[test]
    fn a_message_in_two_records_is_named_where_it_begins() {
        let mut splitter = Splitter::default();
        let pieces =
            splitter.push(Side::Server, b"\x16\x03\x03\0\x05\x0b\0\0\x02a\x16\x03\x03\0\x05b\x0e\0\0\0");
        assert_eq!(named(&pieces), ["tls.certificate", "", "tls.server_hello_done"]);
    }

    #[test]
    fn an_encrypted_record_is_named_by_its_place() {
        let record = |kind: u8, length: u8| [&[kind, 3, 3, 0, length][..], &vec![7; length.into()]].concat();
        let mut splitter = Splitter::default();
        let flight = [record(20, 1), record(23, 200), record(23, 90)].concat();
        let pieces = splitter.push(Side::Server, &flight);
        let names = ["tls.change_cipher_spec", "tls.encrypted_extensions", "tls.application_data"];
        assert_eq!(named(&pieces), names);
        let pieces = splitter.push(Side::Client, &[record(20, 1), record(23, 69), record(23, 69)].concat());
        assert_eq!(named(&pieces), ["tls.change_cipher_spec", "tls.finished", "tls.application_data"]);
        let mut splitter = Splitter::default();
        let pieces = splitter.push(Side::Server, &[record(20, 1), record(22, 40), record(23, 200)].concat());
        assert_eq!(named(&pieces), ["tls.change_cipher_spec", "tls.finished", "tls.application_data"]);
    }
}
