//! The X.509 half: a CA that signs itself, and what it signs. Read beside it the notes' heading "HTTPS TLS",
//! blocks 4 to 6, and RFC 5280 §4.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail, ensure};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SerialNumber, SignatureAlgorithm,
};
use x509_parser::{certificate::X509Certificate, pem::parse_x509_pem};

use crate::{
    CA_CERT, CA_KEY, CLIENT_CERT, CLIENT_KEY, SERVER_CERT, SERVER_KEY, SERVER_NAMES, SERVER_RSA_CERT,
    SERVER_RSA_KEY, folder::Folder,
};

/// A certificate that the CA issues. Another one is another entry here and its two names in [`crate::FILES`]; sets
/// made before it are completed.
pub(crate) struct Leaf {
    pub(crate) cert: &'static str,
    pub(crate) key: &'static str,
    pub(crate) purpose: Purpose,
    algorithm: &'static SignatureAlgorithm,
    /// What the key does in the handshake: it signs, or it decrypts the pre-master secret (RFC 5246 §7.4.2).
    usage: KeyUsagePurpose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Server,
    Client,
}

pub(crate) static LEAVES: [Leaf; 3] = [
    Leaf {
        cert: SERVER_CERT,
        key: SERVER_KEY,
        purpose: Purpose::Server,
        algorithm: &PKCS_ECDSA_P256_SHA256,
        usage: KeyUsagePurpose::DigitalSignature,
    },
    Leaf {
        cert: SERVER_RSA_CERT,
        key: SERVER_RSA_KEY,
        purpose: Purpose::Server,
        algorithm: &PKCS_RSA_SHA256, // 2048 bits unless told otherwise
        usage: KeyUsagePurpose::KeyEncipherment,
    },
    Leaf {
        cert: CLIENT_CERT,
        key: CLIENT_KEY,
        purpose: Purpose::Client,
        algorithm: &PKCS_ECDSA_P256_SHA256,
        usage: KeyUsagePurpose::DigitalSignature,
    },
];

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CA_DAYS: u32 = 3650;
/// The longest that browsers accept from a CA the user added.
const LEAF_DAYS: u32 = 825;
/// For clocks that are a little behind ours: a fresh certificate must not be "not yet valid".
const BACKDATED: Duration = Duration::from_secs(60 * 60);

/// Makes the missing certificates and keys. The CA's key is touched only when something is to be signed.
pub(crate) fn make_missing(folder: &mut Folder) -> anyhow::Result<()> {
    let missing: Vec<&Leaf> =
        LEAVES.iter().filter(|leaf| !folder.has(leaf.cert) || !folder.has(leaf.key)).collect();
    if folder.has(CA_CERT) && missing.is_empty() {
        return Ok(());
    }
    let issuer = ca(folder)?;
    for leaf in missing {
        issue(folder, leaf, &issuer)?;
    }
    Ok(())
}

/// The CA as it is in the folder, made if need be.
fn ca(folder: &mut Folder) -> anyhow::Result<Issuer<'static, KeyPair>> {
    let key = key(folder, CA_KEY, CA_CERT, &PKCS_ECDSA_P256_SHA256)?;
    if !folder.has(CA_CERT) {
        let cert = ca_params(&key)?.self_signed(&key).context("could not sign the CA's certificate")?;
        folder.add(CA_CERT, &cert.pem())?;
    }
    let path = folder.path(CA_CERT);
    let (pem, path) = (folder.read(CA_CERT)?, path.display());
    let same_key = with_certificate(&pem, |cert| {
        cert.public_key().raw == rcgen::PublicKeyData::subject_public_key_info(&key)
    })
    .with_context(|| {
        format!("{path} is not a certificate (remove it, and what it signed, to make a new set)")
    })?;
    ensure!(
        same_key,
        "{path} and {CA_KEY} beside it do not belong together (put back the one that was changed)"
    );
    Issuer::from_ca_cert_pem(&pem, key).with_context(|| format!("{path} cannot be used as a CA"))
}

fn ca_params(key: &KeyPair) -> anyhow::Result<CertificateParams> {
    let mut params = params(CA_DAYS)?;
    // Two CAs of one name are told apart by nothing but a failed signature, which hides what is wrong ("unknown
    // issuer"). So the name carries the beginning of the key's own identifier.
    let key_id = params.key_identifier(key);
    let tag = hex::encode(key_id.get(..4).unwrap_or_default());
    params.distinguished_name = name(&format!("Handshakes demo CA {tag}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// Signs a certificate for the leaf's key, which is made if need be.
fn issue(folder: &mut Folder, leaf: &Leaf, issuer: &Issuer<'_, KeyPair>) -> anyhow::Result<()> {
    let key = key(folder, leaf.key, leaf.cert, leaf.algorithm)?;
    let cert = leaf_params(leaf)?
        .signed_by(&key, issuer)
        .with_context(|| format!("could not sign {}", folder.path(leaf.cert).display()))?;
    folder.add(leaf.cert, &cert.pem())
}

fn leaf_params(leaf: &Leaf) -> anyhow::Result<CertificateParams> {
    let mut params = params(LEAF_DAYS)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![leaf.usage];
    match leaf.purpose {
        Purpose::Server => {
            params.distinguished_name = name("Handshakes demo server");
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            params.subject_alt_names = CertificateParams::new(SERVER_NAMES.map(String::from))
                .context("a name of SERVER_NAMES is neither a DNS name nor an address")?
                .subject_alt_names;
        }
        Purpose::Client => {
            params.distinguished_name = name("Handshakes demo client");
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
    }
    Ok(params)
}

/// What all certificates share: a random serial number, so that one issued again is another one, and dates.
pub(crate) fn params(days: u32) -> anyhow::Result<CertificateParams> {
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).ok().context("the system gave no random bytes")?;
    let not_before = SystemTime::now() - BACKDATED;
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = not_before.into();
    params.not_after = (not_before + DAY * days).into();
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

pub(crate) fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name.push(DnType::OrganizationName, "not to be trusted");
    name
}

/// The key as it is in the folder, made if need be. A certificate whose key is lost stays without: a new key would
/// not fit it.
fn key(
    folder: &mut Folder,
    name: &str,
    cert: &str,
    algorithm: &'static SignatureAlgorithm,
) -> anyhow::Result<KeyPair> {
    if !folder.has(name) {
        if folder.has(cert) {
            let (key, cert) = (folder.path(name), folder.path(cert));
            bail!(
                "{} is missing but its certificate {} is there (put the key back, or remove the certificate{})",
                key.display(),
                cert.display(),
                if name == CA_KEY { " and all that it signed" } else { "" }
            );
        }
        let key =
            KeyPair::generate_for(algorithm).with_context(|| format!("could not make the key {name}"))?;
        folder.add(name, &key.serialize_pem())?;
        return Ok(key);
    }
    let path = folder.path(name);
    KeyPair::from_pem(&folder.read(name)?)
        .with_context(|| format!("{} is not a private key (put it back, or remove it)", path.display()))
}

/// What `read` makes of a PEM certificate; None when it is none.
pub(crate) fn with_certificate<T>(pem: &str, read: impl FnOnce(&X509Certificate<'_>) -> T) -> Option<T> {
    let (_, block) = parse_x509_pem(pem.as_bytes()).ok()?;
    Some(read(&block.parse_x509().ok()?))
}
