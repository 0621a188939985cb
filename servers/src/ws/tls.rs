//! What lies below wss: TLS with the demo certificate.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;

/// Takes TLS 1.3 and 1.2, and has the handshake reported.
pub(super) fn acceptor(dir: &Path) -> anyhow::Result<TlsAcceptor> {
    certs::ensure_and_say(dir)?;
    let provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not while the first client waits.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow::anyhow!("the system gave no randomness"))?;
    let could_not_read = |path: &Path| format!("could not read {} ({})", path.display(), certs::advice(dir));
    let path = dir.join(certs::SERVER_CERT);
    let chain = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| could_not_read(&path))?;
    let path = dir.join(certs::SERVER_KEY);
    let key = PrivateKeyDer::from_pem_file(&path).with_context(|| could_not_read(&path))?;
    let certified = CertifiedKey::from_der(chain, key, &provider)
        .with_context(|| format!("{} and its key do not fit ({})", certs::SERVER_CERT, certs::advice(dir)))?;
    let certificate: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(certified));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .context("rustls refused the TLS versions")?
        .with_no_client_auth()
        .with_cert_resolver(watch::tls::resolver(certificate));
    config.key_log = watch::tls::key_log();
    // WebSocket's upgrade is HTTP/1.1: a browser must not choose HTTP/2 (RFC 7301).
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
