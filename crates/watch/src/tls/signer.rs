//! The server's certificate, and the signatures with a certificate's key.

use std::sync::Arc;

use rustls::{
    Error, SignatureAlgorithm, SignatureScheme,
    pki_types::SubjectPublicKeyInfoDer,
    server::{ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, Signer, SigningKey},
};
use steps::{
    common,
    tls::{Step, field},
};
use wire::{
    Seen, fields,
    tls::{certificate_fields, names},
};

use super::{current, listens};

/// `inner`, whose choice and whose signatures are reported to the connection whose handshake calls it
/// ([`during`](super::Watch::during)).
pub fn resolver(inner: Arc<dyn ResolvesServerCert>) -> Arc<dyn ResolvesServerCert> {
    Arc::new(Resolver(inner))
}

#[derive(Debug)]
struct Resolver(Arc<dyn ResolvesServerCert>);

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if !listens() {
            return self.0.resolve(hello);
        }
        let (name, schemes) = (hello.server_name().map(str::to_owned), hello.signature_schemes().to_vec());
        let chosen = self.0.resolve(hello);
        let certified = chosen.clone();
        current(|watch| {
            watch.call(4 * schemes.len(), move |_| {
                let mut fields = fields! {};
                fields.put_some(field::SERVER_NAME, name);
                fields.put(field::SIGNATURE_ALGORITHMS, scheme_names(&schemes));
                match certified {
                    Some(certified) => fields.append(&mut certificate_fields(&certified.cert)),
                    None => fields.put(field::SUBJECT, "none"),
                }
                Some(Seen::local(Step::ChooseCertificate, fields))
            });
        });
        chosen.map(|certified| watched(&certified))
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.only_raw_public_keys()
    }
}

pub(super) fn scheme_names(schemes: &[SignatureScheme]) -> Vec<String> {
    schemes.iter().map(|scheme| names::signature_scheme((*scheme).into())).collect()
}

/// The same certificate with a key whose signatures are reported.
pub(super) fn watched(certified: &CertifiedKey) -> Arc<CertifiedKey> {
    let key = Arc::new(Key(Arc::clone(&certified.key)));
    Arc::new(CertifiedKey { cert: certified.cert.clone(), key, ocsp: certified.ocsp.clone() })
}

#[derive(Debug)]
struct Key(Arc<dyn SigningKey>);

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(Watched(self.0.choose_scheme(offered)?)))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.0.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct Watched(Box<dyn Signer>);

impl Signer for Watched {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = self.0.sign(message);
        current(|watch| {
            let (scheme, message) = (self.0.scheme(), message.to_vec());
            let made = signed.as_ref().map(Vec::len).map_err(ToString::to_string);
            watch.call(message.len(), move |watch| {
                let mut fields = fields! {
                    field::SIGNATURE_SCHEME => super::scheme(scheme, &message),
                    field::OVER => watch.signed(&message),
                    common::SIGNED_LENGTH => message.len(),
                };
                match made {
                    Ok(length) => fields.put(common::LENGTH, length),
                    Err(error) => fields.put(common::ERROR, error),
                };
                Some(Seen::local(Step::Sign, fields))
            });
        });
        signed
    }

    fn scheme(&self) -> SignatureScheme {
        self.0.scheme()
    }
}
