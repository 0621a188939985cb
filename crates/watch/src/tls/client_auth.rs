//! Mutual TLS: the client's choice of a certificate, and the server's two checks of it.

use std::sync::Arc;

use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::{ResolvesClientCert, danger::HandshakeSignatureValid},
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    sign::CertifiedKey,
};
use steps::{
    common,
    tls::{Step, field},
};
use wire::{Seen, fields, tls::certificate_fields};

use super::{current, listens, signer, verify};

/// `inner`, whose choice and whose signatures are reported to the connection whose handshake calls it
/// ([`during`](super::Watch::during)).
pub fn client_resolver(inner: Arc<dyn ResolvesClientCert>) -> Arc<dyn ResolvesClientCert> {
    Arc::new(Resolver(inner))
}

#[derive(Debug)]
struct Resolver(Arc<dyn ResolvesClientCert>);

impl ResolvesClientCert for Resolver {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let chosen = self.0.resolve(root_hint_subjects, sigschemes);
        if !listens() {
            return chosen;
        }
        let (schemes, certified) = (sigschemes.to_vec(), chosen.clone());
        current(|watch| {
            watch.call(4 * schemes.len(), move |_| {
                let mut fields = fields! { field::SIGNATURE_ALGORITHMS => signer::scheme_names(&schemes) };
                match certified {
                    Some(certified) => fields.append(&mut certificate_fields(&certified.cert)),
                    None => fields.put(field::SUBJECT, "none"),
                }
                Some(Seen::local(Step::ChooseClientCertificate, fields))
            });
        });
        chosen.map(|certified| signer::watched(&certified))
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.only_raw_public_keys()
    }

    fn has_certs(&self) -> bool {
        self.0.has_certs()
    }
}

/// `inner`, whose verdicts on clients are reported to the connection whose handshake calls it, and returned untouched.
pub fn client_verifier(inner: Arc<dyn ClientCertVerifier>) -> Arc<dyn ClientCertVerifier> {
    Arc::new(Verifier(inner))
}

#[derive(Debug)]
struct Verifier(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Verifier {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verdict = self.0.verify_client_cert(end_entity, intermediates, now);
        current(|watch| {
            let (result, chain) = (verify::result(&verdict), verify::owned(end_entity, intermediates));
            watch.call(verify::weight(&chain), move |_| {
                let mut fields = fields! { common::RESULT => result, field::CHECKED_AT => verify::at(now) };
                fields.append(&mut certificate_fields(&chain));
                Some(Seen::local(Step::VerifyClientCertificate, fields))
            });
        });
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.0.verify_tls12_signature(message, cert, dss);
        verify::verified(Step::VerifyClientSignature, message, cert, dss, &verdict);
        verdict
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.0.verify_tls13_signature(message, cert, dss);
        verify::verified(Step::VerifyClientSignature, message, cert, dss, &verdict);
        verdict
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.0.requires_raw_public_keys()
    }
}
