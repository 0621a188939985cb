//! TLS by rustls: a handshake, an HTTPS request, a small page, close_notify both ways.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Instant};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion,
    client::{Resumption, WebPkiServerVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use steps::{Protocol, Side};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use watch::{Outcome, Session, Started, Witness, tls::Watch};

use super::{Held, Kind};

pub(crate) const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 58\r\n\
                      Connection: close\r\n\r\n<!doctype html><title>TLS</title><p>This page is encrypted\n";

fn provider(
    kind: Kind,
    watched: bool,
) -> (Arc<CryptoProvider>, &'static [&'static SupportedProtocolVersion]) {
    static NEW: [&SupportedProtocolVersion; 1] = [&TLS13];
    static OLD: [&SupportedProtocolVersion; 1] = [&TLS12];
    let versions: &[&SupportedProtocolVersion] = if kind == Kind::Tls13 { &NEW } else { &OLD };
    let mut provider = if watched { watch::tls::provider() } else { aws_lc_rs::default_provider() };
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    (Arc::new(provider), versions)
}

pub(crate) fn acceptor(kind: Kind, watched: bool, certs: &Path) -> anyhow::Result<TlsAcceptor> {
    let (provider, versions) = provider(kind, watched);
    let chain = CertificateDer::pem_file_iter(certs.join(certs::SERVER_CERT))?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(certs.join(certs::SERVER_KEY))?;
    let certificate: Arc<dyn ResolvesServerCert> =
        Arc::new(SingleCertAndKey::from(CertifiedKey::from_der(chain, key, &provider)?));
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    let config = config.with_no_client_auth();
    let mut config =
        config.with_cert_resolver(if watched { watch::tls::resolver(certificate) } else { certificate });
    if watched {
        config.key_log = watch::tls::key_log();
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

pub(crate) fn connector(kind: Kind, watched: bool, certs: &Path) -> anyhow::Result<TlsConnector> {
    let (provider, versions) = provider(kind, watched);
    let mut roots = RootCertStore::empty();
    for ca in CertificateDer::pem_file_iter(certs.join(certs::CA_CERT))? {
        roots.add(ca?)?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let verifier = verifier.build()?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .dangerous() // the verifier is rustls's own
        .with_custom_certificate_verifier(if watched {
            watch::tls::verifier(verifier, Vec::new())
        } else {
            verifier
        })
        .with_no_client_auth();
    if watched {
        config.key_log = watch::tls::key_log();
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled(); // each handshake is a full one
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The same with secrets that go to `log`.
pub(crate) fn logging(
    kind: Kind,
    certs: &Path,
    log: Arc<dyn rustls::KeyLog>,
) -> anyhow::Result<TlsConnector> {
    let connector = connector(kind, false, certs)?;
    let mut config = ClientConfig::clone(connector.config());
    config.key_log = log;
    Ok(TlsConnector::from(Arc::new(config)))
}

pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: TlsAcceptor,
    watched: Option<Session>,
) -> anyhow::Result<()> {
    let Some(session) = watched else {
        return answer(acceptor.accept(stream).await?).await;
    };
    let ends = (peer, stream.local_addr()?);
    let witness = Witness::new(&session, Side::Server, Protocol::Tls, None, ends, Started::now());
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(witness);
    let stream = watch.tap(stream);
    let tls = watch.during(async { acceptor.accept(stream).await }).await?;
    let connection = tls.get_ref().1;
    watch.complete(connection, connection.server_name());
    answer(tls).await?;
    watch.finish(&Outcome::Complete);
    Ok(())
}

/// Gives the moment at which the handshake was complete.
pub(crate) async fn visit(
    stream: TcpStream,
    connector: &TlsConnector,
    watched: Option<&Session>,
) -> anyhow::Result<Instant> {
    let Some(session) = watched else {
        let tls = connector.connect(name(), stream).await?;
        let complete = Instant::now();
        return ask(tls).await.map(|()| complete);
    };
    let (ends, started) = ((stream.local_addr()?, stream.peer_addr()?), Started::now());
    let witness = Witness::new(session, Side::Client, Protocol::Tls, None, ends, started);
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(witness);
    let stream = watch.tap(stream);
    let tls = watch.during(async { connector.connect(name(), stream).await }).await?;
    watch.complete(tls.get_ref().1, None);
    let complete = Instant::now();
    ask(tls).await?;
    watch.finish(&Outcome::Complete);
    Ok(complete)
}

/// A visit over any stream: for a recording.
pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    connector: &TlsConnector,
) -> anyhow::Result<()> {
    ask(connector.connect(name(), stream).await?).await
}

pub(crate) async fn hold(stream: TcpStream, connector: &TlsConnector) -> anyhow::Result<Held> {
    Ok(Box::new(connector.connect(name(), stream).await?))
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(mut tls: S) -> anyhow::Result<()> {
    let (mut head, mut part) = (Vec::new(), [0; 2048]);
    while !head.ends_with(b"\r\n\r\n") {
        match tls.read(&mut part).await? {
            0 => return Ok(()),
            n => head.extend_from_slice(&part[..n]),
        }
    }
    tls.write_all(ANSWER.as_bytes()).await?;
    tls.shutdown().await?;
    while let Ok(1..) = tls.read(&mut part).await {}
    Ok(())
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut tls: S) -> anyhow::Result<()> {
    tls.write_all(REQUEST.as_bytes()).await?;
    let mut page = Vec::with_capacity(1024);
    tls.read_to_end(&mut page).await?;
    anyhow::ensure!(page == ANSWER.as_bytes(), "another page came");
    drop(tls.shutdown().await); // the server may be gone already
    Ok(())
}

fn name() -> ServerName<'static> {
    ServerName::try_from("localhost").expect("a DNS name")
}
