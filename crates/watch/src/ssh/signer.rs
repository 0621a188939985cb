//! Shows exactly what a client signs to log in (RFC 4252 §7).

use russh::{
    Signer,
    keys::{HashAlg, agent::AgentIdentity},
};
use steps::{Evidence, Fields, Side, ssh::Step};
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
        if let Some(request) = &request
            && !self.line.opening.is_opened()
        {
            let fields = fields! {
                "public_key_algorithm_name" => request.public_key_algorithm_name.as_str(),
                "public_key_fingerprint" => request.public_key_fingerprint.as_str(),
            };
            self.witness.saw(Evidence::Callback, Seen::new(Step::PublickeyOk, Side::Server, fields, []));
        }
        let asked = to_sign.clone();
        let signed = self.inner.auth_sign(key, hash_alg, to_sign).await?;
        if let Some(request) = request
            && let Some(signature) = signed.strip_prefix(&*asked).filter(|signature| !signature.is_empty())
        {
            let mut fields = describe(&request);
            fields.insert("signed_length".into(), asked.len().into());
            fields.insert("signature_length".into(), SignedRequest::signature_length(signature).into());
            fields.insert("signature".into(), request.verify(&asked, signature).name().into());
            if let Some(same) = self.line.opening.is_session_identifier(&request.session_identifier) {
                fields.insert("is_exchange_hash".into(), same.into());
            }
            // What is signed stays on this side: only the request and the signature travel.
            let seen = Seen { bytes: asked, ..Seen::local(Step::SignedRequest, fields) };
            self.witness.saw(Evidence::Callback, seen);
        }
        Ok(signed)
    }
}

fn describe(request: &SignedRequest) -> Fields {
    fields! {
        "session_identifier" => hex::encode(&request.session_identifier),
        "message_number" => request.message_number,
        "user_name" => request.user_name.as_str(),
        "service_name" => request.service_name.as_str(),
        "method_name" => request.method_name.as_str(),
        "has_signature" => request.has_signature,
        "public_key_algorithm_name" => request.public_key_algorithm_name.as_str(),
        "public_key_fingerprint" => request.public_key_fingerprint.as_str(),
    }
}
