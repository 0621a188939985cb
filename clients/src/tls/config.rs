//! How rustls is set up: whom to trust, versions and suites, and the hooks.
//!
//! Read beside it: `servers/src/tls/config.rs`.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    client::WebPkiServerVerifier,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::Options;

/// The configuration: whom to trust, versions and suites, and the hooks.
pub(super) fn config(
    roots: Vec<CertificateDer<'static>>,
    versions: &[&'static SupportedProtocolVersion],
    options: &Options,
) -> anyhow::Result<ClientConfig> {
    let extra = &options.extra;
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not between the SYN and the ClientHello.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow!("the system gave no randomness"))?;
    // Otherwise suites of the other version would still be on offer.
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    extra.narrow(&mut provider)?;
    let provider = Arc::new(provider);
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(roots.iter().cloned());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(&provider))
        .build()
        .context("rustls refused the CA")?;
    let certificate = extra.certificate(&provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .context("rustls refused the TLS versions")?
        .dangerous() // the verifier below is rustls's own, and its verdicts are reported
        .with_custom_certificate_verifier(match options.insecure {
            false => watch::tls::verifier(verifier, roots),
            true => watch::tls::insecure_verifier(verifier, roots),
        });
    let mut config = match certificate {
        Some(certificate) => config.with_client_cert_resolver(certificate),
        None => config.with_no_client_auth(),
    };
    config.key_log = watch::tls::key_log();
    config.enable_sni = !options.without.sni;
    if !options.without.alpn {
        config.alpn_protocols = extra.alpn();
    }
    Ok(config)
}

/// The CAs to trust.
pub(super) fn roots(options: &Options) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    if options.system_roots {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            let why = found.errors.first().map_or("there are none".into(), ToString::to_string);
            bail!("this machine's CAs could not be read: {why} (--ca FILE names others)");
        }
        return Ok(found.certs);
    }
    match &options.ca {
        Some(file) => trusted(file, "--ca wants a PEM file"),
        None => {
            certs::ensure_and_say(&options.certs)?;
            trusted(&options.certs.join(certs::CA_CERT), &certs::advice(&options.certs))
        }
    }
}

/// The CAs in `file`, those that can be used.
fn trusted(file: &Path, what_to_do: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let could_not_read = || format!("could not read {} ({what_to_do})", file.display());
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(could_not_read)?;
    let usable = RootCertStore::empty().add_parsable_certificates(found.iter().cloned()).0;
    anyhow::ensure!(usable > 0, "{} holds no usable CA certificate ({what_to_do})", file.display());
    Ok(found)
}
