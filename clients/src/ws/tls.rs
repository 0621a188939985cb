//! What lies below wss: TLS with a server whose certificate a CA vouches for.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    client::WebPkiServerVerifier,
    pki_types::{CertificateDer, pem::PemObject},
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsConnector;

use super::Options;

/// Trusts the CA that the options name, and has the handshake reported.
pub(super) fn connector(options: &Options) -> anyhow::Result<TlsConnector> {
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not between the SYN and the ClientHello.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow!("the system gave no randomness"))?;
    let versions: &[&SupportedProtocolVersion] = if options.tls12 { &[&TLS12] } else { &[&TLS13, &TLS12] };
    // Otherwise suites of the other version would still be on offer.
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    let provider = Arc::new(provider);
    let roots = match &options.ca {
        Some(file) => trusted(file, "--ca wants a PEM file")?,
        None => {
            certs::ensure_and_say(&options.certs)?;
            trusted(&options.certs.join(certs::CA_CERT), &certs::advice(&options.certs))?
        }
    };
    let (roots, trusted) = roots;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(&provider))
        .build()
        .context("rustls refused the CA")?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .context("rustls refused the TLS versions")?
        .dangerous() // the verifier below is rustls's own, and its verdicts are reported
        .with_custom_certificate_verifier(watch::tls::verifier(verifier, roots))
        .with_no_client_auth();
    config.key_log = watch::tls::key_log();
    // WebSocket's upgrade is HTTP/1.1 (RFC 7301).
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The CAs in `file`, and those of them that can be used.
fn trusted(file: &Path, what_to_do: &str) -> anyhow::Result<(Vec<CertificateDer<'static>>, RootCertStore)> {
    let could_not_read = || format!("could not read {} ({what_to_do})", file.display());
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(could_not_read)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.iter().cloned());
    anyhow::ensure!(!roots.is_empty(), "{} holds no usable CA certificate ({what_to_do})", file.display());
    Ok((found, roots))
}
