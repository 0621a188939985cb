//! A layer of your own: `failures HOST:PORT…` tries TLS with each and counts why handshakes fail, as a metric would, by the
//! rule that recognised the cause. It trusts no CA.

use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex},
};

use asnoted::{Outcome, Protocol, Session, Witness, summary, tls};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

#[derive(Clone, Default)]
struct Failures(Arc<Mutex<BTreeMap<String, u64>>>);

impl<S: tracing::Subscriber> Layer<S> for Failures {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let Some(event) = asnoted::event(event).filter(|event| event.step.is_summary()) else { return };
        if event.get(summary::OUTCOME) == Some("failed") {
            let rule = event.get(summary::RULE).unwrap_or("other").to_owned();
            *self.0.lock().unwrap().entry(rule).or_default() += 1;
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let failures = Failures::default();
    tracing_subscriber::registry().with(failures.clone()).init();
    let config = ClientConfig::builder_with_provider(Arc::new(tls::provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let (connector, session) = (TlsConnector::from(Arc::new(config)), Session::default());
    for server in env::args().skip(1) {
        let stream = TcpStream::connect(&server).await?;
        let watch = tls::Watch::new(Witness::client(&session, Protocol::Tls, &stream));
        let connecting = connector.connect("localhost".try_into()?, watch.tap(stream));
        let outcome = match watch.during(connecting).await {
            Ok(_) => Outcome::Complete,
            Err(error) => Outcome::Failed(Box::new(watch.explain(&error))),
        };
        watch.finish(&outcome);
    }
    for (rule, count) in &*failures.0.lock().unwrap() {
        println!("handshake_failures{{rule=\"{rule}\"}} {count}");
    }
    Ok(())
}
