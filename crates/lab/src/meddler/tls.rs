//! TLS records (RFC 8446 §5.1), each named by what it holds: a record is what crosses as one.

use std::ops::Range;

use steps::{Side, Step, tls};

use super::{Piece, Split};

#[derive(Default)]
pub(super) struct Splitter {
    partial: [Vec<u8>; 2],
    /// A side has turned to its keys: its handshake records are encrypted.
    encrypted: [bool; 2],
}

impl Split for Splitter {
    fn push(&mut self, from: Side, bytes: &[u8]) -> Vec<Piece> {
        let side = from as usize;
        self.partial[side].extend_from_slice(bytes);
        let mut pieces = Vec::new();
        while let Some(length) = record_length(&self.partial[side]) {
            let rest = self.partial[side].split_off(length);
            let bytes = std::mem::replace(&mut self.partial[side], rest);
            let step = self.name(from, &bytes);
            pieces.push(Piece { step: step.map(Step::Tls), bytes });
        }
        pieces
    }

    fn rest(&mut self, from: Side) -> Vec<u8> {
        std::mem::take(&mut self.partial[from as usize])
    }

    fn field(&self, step: Step, name: &str, record: &[u8]) -> Option<Range<usize>> {
        // Record header 5, message header 4, legacy_version 2 (RFC 8446 §4.1.2).
        const RANDOM: Range<usize> = 11..43;
        match (step, name) {
            (Step::Tls(tls::Step::ClientHello | tls::Step::ServerHello), "random") => Some(RANDOM),
            (Step::Tls(tls::Step::ClientHello), "cipher_suites") => {
                let session_id = usize::from(*record.get(RANDOM.end)?);
                let at = RANDOM.end + 1 + session_id;
                let length = usize::from(u16::from_be_bytes([*record.get(at)?, *record.get(at + 1)?]));
                Some(at + 2..at + 2 + length)
            }
            (Step::Tls(_), "fragment") => Some(5..record.len()),
            _ => None,
        }
    }
}

impl Splitter {
    /// The step of the first message in a record.
    fn name(&mut self, from: Side, record: &[u8]) -> Option<tls::Step> {
        let side = from as usize;
        match *record.first()? {
            20 => {
                self.encrypted[side] = true;
                Some(tls::Step::ChangeCipherSpec)
            }
            21 => Some(tls::Step::Alert),
            22 if self.encrypted[side] => Some(tls::Step::Finished),
            22 => Some(match (*record.get(5)?, from) {
                (1, _) => tls::Step::ClientHello,
                (2, _) => tls::Step::ServerHello,
                (11, Side::Server) => tls::Step::Certificate,
                (11, Side::Client) => tls::Step::ClientCertificate,
                (12, _) => tls::Step::ServerKeyExchange,
                (13, _) => tls::Step::CertificateRequest,
                (14, _) => tls::Step::ServerHelloDone,
                (15, _) => tls::Step::CertificateVerify,
                (16, _) => tls::Step::ClientKeyExchange,
                (20, _) => tls::Step::Finished,
                _ => tls::Step::OtherMessage,
            }),
            // What a TLS 1.3 record holds cannot be told from outside.
            23 => Some(tls::Step::ApplicationData),
            _ => None,
        }
    }
}

/// The length of the record that stands first, once it is whole.
fn record_length(bytes: &[u8]) -> Option<usize> {
    let [_, _, _, high, low, ..] = *bytes else { return None };
    let length = 5 + usize::from(u16::from_be_bytes([high, low]));
    (bytes.len() >= length).then_some(length)
}
