//! A client by tokio-rustls: `tls_client HOST:PORT CA.pem`. Each step of the handshake is a line on standard output.

use std::{env, sync::Arc};

use asnoted::{Outcome, Protocol, Session, Witness, tls};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore, client::WebPkiServerVerifier};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::TlsConnector;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stdout).init();
    let [server, ca] = env::args().skip(1).collect::<Vec<_>>().try_into().expect("HOST:PORT CA.pem");

    // Once, for all connections: what rustls tells only through its configuration.
    let ca = CertificateDer::pem_file_iter(ca)?.collect::<Result<Vec<_>, _>>()?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(ca.iter().cloned());
    let provider = Arc::new(tls::provider());
    let inner =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous() // rustls's own verifier, whose verdict is reported and handed on
        .with_custom_certificate_verifier(tls::verifier(inner, ca))
        .with_no_client_auth();
    config.key_log = tls::key_log();

    // For each connection: a watch.
    let session = Session::default();
    let host = server.rsplit_once(':').map_or(&*server, |(host, _)| host).to_owned();
    let stream = TcpStream::connect(&server).await?;
    let watch = tls::Watch::new(Witness::client(&session, Protocol::Tls, &stream));
    let connector = TlsConnector::from(Arc::new(config));
    let connecting = connector.connect(ServerName::try_from(host)?, watch.tap(stream));
    match watch.during(connecting).await {
        Ok(mut tls) => {
            watch.complete(tls.get_ref().1, None);
            tls.shutdown().await?;
            watch.finish(&Outcome::Complete);
        }
        Err(error) => {
            let why = watch.explain(&error);
            eprintln!("{}", why.said().en);
            watch.finish(&Outcome::Failed(Box::new(why)));
        }
    }
    Ok(())
}
