//! What a client signs to log in by public key (RFC 4252 §7).

use super::{
    certificate::fingerprint,
    reader::Reader,
    verify::{Signature, Verifier},
};

/// How long the value is of a signature: a name and the value, both strings of RFC 4251.
pub(super) fn value_length(signature: &[u8]) -> Option<usize> {
    let mut inside = Reader(signature);
    inside.string()?;
    Some(inside.string()?.len())
}

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
    pub public_key: Vec<u8>,
    pub public_key_fingerprint: String,
}

impl SignedRequest {
    /// Takes `signed` apart; none: it has another form.
    pub fn read(signed: &[u8]) -> Option<Self> {
        let mut reader = Reader(signed);
        let (session_identifier, message_number) = (reader.string()?.to_vec(), reader.byte()?);
        let (user_name, service_name, method_name) = (reader.text()?, reader.text()?, reader.text()?);
        let (has_signature, public_key_algorithm_name) = (reader.boolean()?, reader.text()?);
        let public_key = reader.string()?;
        reader.is_empty().then(|| SignedRequest {
            session_identifier,
            message_number,
            user_name,
            service_name,
            method_name,
            has_signature,
            public_key_algorithm_name,
            public_key_fingerprint: fingerprint(public_key),
            public_key: public_key.to_vec(),
        })
    }

    /// How long the signature itself is that `signature` holds, without the names and lengths around it.
    pub fn signature_length(signature: &[u8]) -> Option<usize> {
        value_length(Reader(signature).string()?)
    }

    /// Verifies `signature`, a string of RFC 4251 that holds algorithm and value, over `signed`, with the key that the
    /// request names.
    pub fn verify(&self, verifier: &Verifier, signed: &[u8], signature: &[u8]) -> Signature {
        match Reader(signature).string() {
            Some(signature) => verifier.verify(&self.public_key, signature, signed),
            None => Signature::Wrong,
        }
    }
}
