//! The client's two checks: the certificate, and the signature made with its key.

use std::{sync::Arc, time::Duration};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use steps::{
    common,
    tls::{Step, field},
};
use wire::{
    Seen, fields,
    tls::{certificate_fields, key_of_issuer},
};

use super::{
    checks::{self, Check, Verdict},
    current, end,
};

/// `inner`, which trusts `roots` and whose verdicts are reported to the connection whose handshake calls it, and
/// returned untouched.
pub fn verifier(
    inner: Arc<dyn ServerCertVerifier>,
    roots: Vec<CertificateDer<'static>>,
) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Verifier { inner, roots: Arc::new(roots), refusal: Refusal::Counts })
}

/// `inner`, whose verdicts are reported; a refused certificate is reported as such, and then the connection goes on all
/// the same. The signatures of the handshake still count.
pub fn insecure_verifier(
    inner: Arc<dyn ServerCertVerifier>,
    roots: Vec<CertificateDer<'static>>,
) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Verifier { inner, roots: Arc::new(roots), refusal: Refusal::Overridden })
}

#[derive(Debug)]
struct Verifier {
    inner: Arc<dyn ServerCertVerifier>,
    /// The CAs: where a certificate is refused, what kind of key its issuer has may be why.
    roots: Arc<Vec<CertificateDer<'static>>>,
    refusal: Refusal,
}

/// What becomes of a refused certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The connection ends.
    Counts,
    /// The user wanted it so.
    Overridden,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        current(|watch| {
            let (result, check, refused) = (result(&verdict), failed_check(&verdict), verdict.is_err());
            let (chain, name) = (owned(end_entity, intermediates), server_name.to_owned());
            let (roots, refusal) = (Arc::clone(&self.roots), self.refusal);
            watch.call(weight(&chain), move |_| {
                let mut fields = fields! {
                    common::RESULT => result,
                    field::NAME => name.to_str(),
                    field::CHECKED_AT => at(now),
                };
                fields.append(&mut certificate_fields(&chain));
                if refused {
                    let chain: Vec<_> = chain.iter().collect();
                    fields.put_some(field::ISSUER_PUBLIC_KEY, key_of_issuer(&chain, &roots));
                }
                checks::tell(&mut fields, "rustls (webpki)", check);
                fields.put(field::OVERRIDDEN, refused && refusal == Refusal::Overridden);
                Some(Seen::local(Step::VerifyCertificate, fields))
            });
        });
        match self.refusal {
            Refusal::Counts => verdict,
            Refusal::Overridden => Ok(verdict.unwrap_or_else(|_| ServerCertVerified::assertion())),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.inner.verify_tls12_signature(message, cert, dss);
        verified(Step::VerifySignature, message, cert, dss, &verdict);
        verdict
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.inner.verify_tls13_signature(message, cert, dss);
        verified(Step::VerifySignature, message, cert, dss, &verdict);
        verdict
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.inner.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.inner.root_hint_subjects()
    }
}

pub(super) fn verified(
    step: Step,
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
    verdict: &Result<HandshakeSignatureValid, Error>,
) {
    current(|watch| {
        let (result, scheme, length) = (result(verdict), dss.scheme, dss.signature().len());
        let (message, cert) = (message.to_vec(), cert.clone().into_owned());
        watch.call(message.len() + cert.len(), move |watch| {
            let certificate = certificate_fields(&[cert]);
            let mut fields = fields! {
                common::RESULT => result,
                field::SIGNATURE_SCHEME => super::scheme(scheme, &message),
            };
            fields.put_some(field::PUBLIC_KEY, certificate.get(field::PUBLIC_KEY));
            fields.put(field::OVER, watch.signed(&message));
            fields.put(common::SIGNED_LENGTH, message.len());
            fields.put(common::SIGNATURE_LENGTH, length);
            Some(Seen::local(step, fields))
        });
    });
}

/// A chain that outlives the call.
pub(super) fn owned(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Vec<CertificateDer<'static>> {
    let chain = std::iter::once(end_entity).chain(intermediates);
    chain.map(|certificate| certificate.clone().into_owned()).collect()
}

pub(super) fn weight(chain: &[CertificateDer<'_>]) -> usize {
    chain.iter().map(|certificate| certificate.len()).sum()
}

/// A verdict in a few words of ours.
pub(super) fn result<T>(verdict: &Result<T, Error>) -> &'static str {
    match verdict {
        Ok(_) => "valid",
        Err(Error::InvalidCertificate(fault)) => end::certificate(fault).words().en,
        Err(Error::PeerMisbehaved(_)) => "signed by a scheme that was not on offer",
        Err(_) => "does not fit",
    }
}

pub(super) fn at(now: UnixTime) -> String {
    let seconds = Duration::from_secs(now.as_secs());
    let time = jiff::Timestamp::try_from(std::time::UNIX_EPOCH + seconds);
    time.map_or_else(|_| now.as_secs().to_string(), |time| time.to_string())
}

/// Which check the library's error is about.
fn failed_check<T>(verdict: &Result<T, Error>) -> Verdict {
    let Err(error) = verdict else { return Verdict::Valid };
    let Error::InvalidCertificate(error) = error else { return Verdict::Refused };
    match error {
        CertificateError::UnknownIssuer => Verdict::Failed(Check::Issuer),
        CertificateError::BadSignature => Verdict::Failed(Check::Signature),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Verdict::Failed(Check::Validity),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Verdict::Failed(Check::Name)
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Verdict::Failed(Check::Purpose)
        }
        _ => Verdict::Refused, // the library's list is open
    }
}
