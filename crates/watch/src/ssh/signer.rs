//! Shows exactly what a client signs to log in (RFC 4252 §7).

use russh::{
    Signer,
    keys::{HashAlg, agent::AgentIdentity},
};
use steps::{
    Evidence, Fields, Side,
    ssh::{Step, field},
};
use wire::{Seen, fields, ssh::SignedRequest};

use super::{ClientCalls, Line};
use crate::Witness;

/// A signer that is watched: the inner one signs, and its answer is handed on untouched.
#[derive(Debug)]
pub struct WatchedSigner<S> {
    inner: S,
    witness: Witness,
    line: Line,
}

impl<S> WatchedSigner<S> {
    /// Watches `inner`, which signs for the client that gets `calls`.
    pub fn new(inner: S, calls: &ClientCalls) -> Self {
        WatchedSigner { inner, witness: calls.witness.clone(), line: calls.line.clone() }
    }
}

impl<S: Signer + Send> Signer for WatchedSigner<S> {
    type Error = S::Error;

    /// russh calls this when, and only when, USERAUTH_PK_OK has come.
    async fn auth_sign(
        &mut self,
        key: &AgentIdentity,
        hash_alg: Option<HashAlg>,
        to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, Self::Error> {
        let request = SignedRequest::read(&to_sign);
        if let Some(request) = &request {
            let fields = fields! {
                field::PUBLIC_KEY_ALGORITHM_NAME => request.public_key_algorithm_name.as_str(),
                field::PUBLIC_KEY_FINGERPRINT => request.public_key_fingerprint.as_str(),
            };
            self.line.opening.called(Seen::new(Step::PublickeyOk, Side::Server, fields, []));
        }
        let asked = to_sign.clone();
        let signed = self.inner.auth_sign(key, hash_alg, to_sign).await?;
        if self.witness.is_enabled()
            && let Some(request) = request
            && let Some(signature) = signed.strip_prefix(&*asked).filter(|signature| !signature.is_empty())
        {
            let (opening, elapsed) = (self.line.opening.clone(), self.witness.elapsed());
            let signature = signature.to_vec();
            self.witness.note(asked.len() + signature.len(), move |witness| {
                let mut fields = describe(&request);
                fields.put(field::SIGNED_LENGTH, asked.len());
                fields.put_some(field::SIGNATURE_LENGTH, SignedRequest::signature_length(&signature));
                fields.put(
                    field::SIGNATURE,
                    request.verify(witness.session().verifier(), &asked, &signature).name(),
                );
                if let Some(same) = opening.is_session_identifier(&request.session_identifier) {
                    fields.put(field::IS_EXCHANGE_HASH, same);
                }
                // What is signed stays on this side: only the request and the signature travel.
                let seen = Seen { bytes: asked, ..Seen::local(Step::SignedRequest, fields) };
                witness.saw_after(elapsed, Evidence::Callback, seen);
            });
        }
        Ok(signed)
    }
}

fn describe(request: &SignedRequest) -> Fields {
    fields! {
        field::SESSION_IDENTIFIER => hex::encode(&request.session_identifier),
        field::MESSAGE_NUMBER => request.message_number,
        field::USER_NAME => request.user_name.as_str(),
        field::SERVICE_NAME => request.service_name.as_str(),
        field::METHOD_NAME => request.method_name.as_str(),
        field::HAS_SIGNATURE => request.has_signature,
        field::PUBLIC_KEY_ALGORITHM_NAME => request.public_key_algorithm_name.as_str(),
        field::PUBLIC_KEY_FINGERPRINT => request.public_key_fingerprint.as_str(),
    }
}
