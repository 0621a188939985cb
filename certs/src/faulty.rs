//! Certificates with one thing wrong, each for one fault of the notes' heading "HTTPS TLS", block 6 (the client checks
//! the certificate). A set is made for one run and has a CA of its own; read beside it RFC 5280 §6.

use std::{fs, path::Path, str::FromStr, time::SystemTime};

use anyhow::{Context as _, anyhow};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};

use crate::{
    CA_CERT, SERVER_CERT, SERVER_KEY, SERVER_NAMES,
    tls::{DAY, name, params},
};

/// The certificate of the CA between the root and the server.
pub const INTERMEDIATE_CERT: &str = "intermediate.pem";

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing by itself; but its CA is its own, and a client that trusts another one refuses it.
    UnknownCa,
    /// It signed itself.
    SelfSigned,
    /// Its last day is over.
    Expired,
    /// Its first day has not come.
    NotYetValid,
    /// It is for another name than the one that a client asks for.
    WrongName,
    /// A CA below the root issued it, and the server does not send that CA's certificate.
    MissingIntermediate,
    /// The same, and the server does send it: nothing is wrong.
    WithIntermediate,
}

impl FromStr for Flaw {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        Ok(match text {
            "unknown-ca" => Flaw::UnknownCa,
            "self-signed" => Flaw::SelfSigned,
            "expired" => Flaw::Expired,
            "not-yet-valid" => Flaw::NotYetValid,
            "wrong-name" => Flaw::WrongName,
            "missing-intermediate" => Flaw::MissingIntermediate,
            "with-intermediate" => Flaw::WithIntermediate,
            other => return Err(anyhow!("no certificate is known as `{other}`")),
        })
    }
}

/// The kind of the server's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// ECDSA on P-256.
    #[default]
    Ecdsa,
    /// RSA, 2048 bits; for static RSA.
    Rsa,
}

/// Makes a server's certificate and key with `flaw` in the folder `into`, named as in the demo set, and the
/// certificates of the CAs above it: [`CA_CERT`] is the root, trusted by whoever is told to.
///
/// # Errors
///
/// Says which file could not be made.
pub fn faulty(flaw: Flaw, key: Key, into: &Path) -> anyhow::Result<()> {
    let write = |file: &str, text: &str| {
        let path = into.join(file);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
    };
    let key = match key {
        Key::Ecdsa => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        Key::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
    }
    .context("could not make the server's key")?;
    let leaf = leaf(flaw)?;
    let (root_key, between_key) = (ca_key()?, ca_key()?);
    let root = ca("Handshakes root of one run", 1)?;
    let root_pem = root.self_signed(&root_key).context("could not sign the root")?.pem();
    let root = Issuer::new(root, root_key);

    let (chain, ca) = match flaw {
        Flaw::SelfSigned => {
            let own = leaf.self_signed(&key).context("could not sign the server's certificate")?.pem();
            (own.clone(), own)
        }
        Flaw::UnknownCa | Flaw::Expired | Flaw::NotYetValid | Flaw::WrongName => {
            let signed = leaf.signed_by(&key, &root).context("could not sign the server's certificate")?;
            (signed.pem(), root_pem)
        }
        Flaw::MissingIntermediate | Flaw::WithIntermediate => {
            let between = ca("Handshakes intermediate of one run", 0)?;
            let signed = between.signed_by(&between_key, &root).context("could not sign the CA between")?;
            write(INTERMEDIATE_CERT, &signed.pem())?;
            let between = Issuer::new(between, between_key);
            let leaf = leaf.signed_by(&key, &between).context("could not sign the server's certificate")?;
            let sent = if flaw == Flaw::WithIntermediate { signed.pem() } else { String::new() };
            (leaf.pem() + &sent, root_pem)
        }
    };
    write(CA_CERT, &ca)?;
    write(SERVER_CERT, &chain)?;
    write(SERVER_KEY, &key.serialize_pem())
}

fn ca_key() -> anyhow::Result<KeyPair> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("could not make the key of a CA")
}

/// A CA below which stand so many others.
fn ca(common_name: &str, below: u8) -> anyhow::Result<CertificateParams> {
    let mut params = params(30)?;
    // A name of its own: two CAs of one name are told apart by nothing but a failed signature.
    let serial = params.serial_number.as_ref().map(|serial| hex::encode(&serial.to_bytes()[..4]));
    params.distinguished_name = name(&format!("{common_name} {}", serial.unwrap_or_default()));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf(flaw: Flaw) -> anyhow::Result<CertificateParams> {
    let mut params = params(30)?;
    let now = SystemTime::now();
    let (from, to) = match flaw {
        Flaw::Expired => (now - DAY * 30, now - DAY),
        Flaw::NotYetValid => (now + DAY, now + DAY * 30),
        Flaw::UnknownCa
        | Flaw::SelfSigned
        | Flaw::WrongName
        | Flaw::MissingIntermediate
        | Flaw::WithIntermediate => (now - DAY, now + DAY * 30),
    };
    (params.not_before, params.not_after) = (from.into(), to.into());
    let names: &[&str] = if flaw == Flaw::WrongName { &["elsewhere.example"] } else { &SERVER_NAMES };
    params.distinguished_name = name("Handshakes server of one run");
    params.subject_alt_names =
        CertificateParams::new(names.iter().copied().map(String::from).collect::<Vec<_>>())
            .context("a name is neither a DNS name nor an address")?
            .subject_alt_names;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}
