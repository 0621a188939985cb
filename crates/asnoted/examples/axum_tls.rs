//! A server by axum over TLS: `axum_tls CERT.pem` writes its certificate there, says where it listens, and serves until it
//! is stopped. Each step of each handshake is a line of standard error.

use std::{env, fs, sync::Arc};

use asnoted::{Outcome, Protocol, Session, Witness, tls};
use axum::{Router, routing::get};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use rustls::{ServerConfig, crypto::CryptoProvider, sign::CertifiedKey, sign::SingleCertAndKey};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    fs::write(env::args().nth(1).expect("CERT.pem"), cert.pem())?;

    let provider: CryptoProvider = tls::provider();
    let key = provider.key_provider.load_private_key(signing_key.into())?;
    let certified = CertifiedKey::new(vec![cert.into()], key);
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(tls::resolver(Arc::new(SingleCertAndKey::from(certified))));
    config.key_log = tls::key_log();
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let (session, app) = (Session::default(), Router::new().route("/", get(|| async { "hello\n" })));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let watch = tls::Watch::new(Witness::server(&session, Protocol::Tls, &stream));
        tokio::spawn(serve(stream, acceptor.clone(), app.clone(), watch));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, app: Router, watch: tls::Watch) {
    let served = async {
        let tls = watch.during(acceptor.accept(watch.tap(stream))).await?;
        watch.complete(tls.get_ref().1, tls.get_ref().1.server_name());
        let http = hyper::server::conn::http1::Builder::new();
        let served = http.serve_connection(TokioIo::new(tls), TowerToHyperService::new(app)).await;
        served.map_err(std::io::Error::other)
    };
    match served.await {
        Ok(()) => watch.finish(&Outcome::Complete),
        Err(error) => watch.finish(&Outcome::Failed(Box::new(watch.explain(&error)))),
    }
}
