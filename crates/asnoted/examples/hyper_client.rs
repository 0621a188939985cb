//! A client by hyper: `hyper_client HOST:PORT CA.pem` gets `/`. The program has its own log, with a span for each request, and
//! the handshakes beside it as a layer.

use std::{env, sync::Arc};

use asnoted::{Outcome, Protocol, Session, Witness, tls};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tracing::Instrument;
use tracing_subscriber::{EnvFilter, Layer, fmt, prelude::*};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (handshakes, _guard) = asnoted::log::layer(std::io::stdout())?;
    let yours = fmt::layer().with_writer(std::io::stderr).with_filter(EnvFilter::new("info"));
    tracing_subscriber::registry().with(yours).with(handshakes).init();
    let [server, ca] = env::args().skip(1).collect::<Vec<_>>().try_into().expect("HOST:PORT CA.pem");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca)?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(tls::provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.key_log = tls::key_log();
    let connector = TlsConnector::from(Arc::new(config));
    let body = get(&server, connector).instrument(tracing::info_span!("request", server)).await?;
    println!("{}", String::from_utf8_lossy(&body).trim_end());
    Ok(())
}

async fn get(server: &str, connector: TlsConnector) -> anyhow::Result<Bytes> {
    let stream = TcpStream::connect(server).await?;
    let watch = tls::Watch::new(Witness::client(&Session::default(), Protocol::Tls, &stream));
    let name = server.rsplit_once(':').map_or(server, |(host, _)| host);
    let connecting = connector.connect(ServerName::try_from(name.to_owned())?, watch.tap(stream));
    let tls: TlsStream<_> = watch.during(connecting).await.inspect_err(|error| {
        watch.finish(&Outcome::Failed(Box::new(watch.explain(error))));
    })?;
    watch.complete(tls.get_ref().1, None);
    let (mut http, connection) = http1::handshake(TokioIo::new(tls)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/").header("Host", server).body(Empty::<Bytes>::new())?;
    let answer = http.send_request(request).await?;
    tracing::info!(status = answer.status().as_u16(), "answered");
    let body = answer.into_body().collect().await?.to_bytes();
    drop(http); // the last who may ask: the connection ends
    connection.await??;
    watch.finish(&Outcome::Complete);
    Ok(body)
}
