//! How rustls is set up: certificate and key, versions and suites, and the hooks.
//!
//! Read beside it: `clients/src/tls/config.rs`.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};

use super::Options;

/// Both versions that rustls speaks.
pub(super) const BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];

/// The configuration: certificate and key, versions and suites, and the hooks.
pub(super) fn config(
    options: &Options,
    versions: &[&'static SupportedProtocolVersion],
) -> anyhow::Result<ServerConfig> {
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not while the first client waits.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow::anyhow!("the system gave no randomness"))?;
    // Otherwise suites of the other version would still be on offer.
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    options.extra.narrow(&mut provider)?;
    let (chain, key) = certificate(options)?;
    let certified = CertifiedKey::from_der(chain, key, &provider)
        .with_context(|| format!("the certificate and its key do not fit ({})", advice(options)))?;
    let certificate: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(certified));
    let provider = Arc::new(provider);
    let clients = options.extra.client_verifier(&options.certs.join(certs::CA_CERT), &provider)?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .context("rustls refused the TLS versions")?;
    let config = match clients {
        Some(verifier) => config.with_client_cert_verifier(verifier),
        None => config.with_no_client_auth(),
    };
    let mut config = config.with_cert_resolver(watch::tls::resolver(certificate));
    config.key_log = watch::tls::key_log();
    options.extra.apply(&mut config)?;
    Ok(config)
}

/// The certificate chain and its key.
fn certificate(options: &Options) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let could_not_read = |path: &Path| format!("could not read {} ({})", path.display(), advice(options));
    let demo = |name: &str| options.certs.join(name);
    let path = options.cert.clone().unwrap_or_else(|| demo(certs::SERVER_CERT));
    let chain = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| could_not_read(&path))?;
    anyhow::ensure!(!chain.is_empty(), "{} holds no certificate ({})", path.display(), advice(options));
    let path = options.key.clone().unwrap_or_else(|| demo(certs::SERVER_KEY));
    certs::not_encrypted(&path)?;
    let key = PrivateKeyDer::from_pem_file(&path).with_context(|| could_not_read(&path))?;
    Ok((chain, key))
}

/// What to do about a certificate or a key that is of no use.
pub(super) fn advice(options: &Options) -> String {
    match &options.cert {
        Some(_) => "`--cert` and `--key` want PEM files that belong together".into(),
        None => certs::advice(&options.certs),
    }
}
