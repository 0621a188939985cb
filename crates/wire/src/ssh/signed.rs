//! What a client signs to log in by public key (RFC 4252 §7).

use super::{exchange::fingerprint, reader::Reader};

/// The signed data, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of RFC 4252 §7
pub struct SignedRequest {
    pub session_identifier: Vec<u8>,
    pub message_number: u8,
    pub user_name: String,
    pub service_name: String,
    pub method_name: String,
    pub has_signature: bool,
    pub public_key_algorithm_name: String,
    pub public_key_fingerprint: String,
}

impl SignedRequest {
    /// Takes `signed` apart; none: it has another form.
    pub fn read(signed: &[u8]) -> Option<Self> {
        let mut reader = Reader(signed);
        let request = SignedRequest {
            session_identifier: reader.string()?.to_vec(),
            message_number: reader.byte()?,
            user_name: reader.text()?,
            service_name: reader.text()?,
            method_name: reader.text()?,
            has_signature: reader.boolean()?,
            public_key_algorithm_name: reader.text()?,
            public_key_fingerprint: fingerprint(reader.string()?),
        };
        reader.is_empty().then_some(request)
    }
}
