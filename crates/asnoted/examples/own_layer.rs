//! A layer of your own, which takes each event as it was seen: `own_layer HOST:PORT` speaks TLS and says how long each side
//! kept the other waiting. It trusts no CA, so the last word is the client's.

use std::{collections::HashMap, env, sync::Arc, sync::Mutex};

use asnoted::{Direction, Event, Outcome, Protocol, Session, Witness, tls};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tracing::Subscriber;
use tracing_subscriber::{Layer, layer::Context, prelude::*};

/// Of each connection, the last event that crossed the wire.
#[derive(Default)]
struct Waits(Mutex<HashMap<String, Arc<Event>>>);

impl<S: Subscriber> Layer<S> for Waits {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let Some(event) = asnoted::event(event) else { return };
        let mut last = self.0.lock().unwrap();
        if event.step.is_summary() {
            last.remove(&event.conn);
            return;
        }
        let waited_for = match event.direction {
            Direction::Sent => event.side.id(),
            Direction::Received => event.side.peer().id(),
            Direction::Local => return,
        };
        if let Some(before) = last.insert(event.conn.clone(), Arc::clone(&event))
            && before.direction != event.direction
        {
            // What can be read only later, with its key, is told later: it was there before.
            let waited = event.elapsed_us.saturating_sub(before.elapsed_us);
            println!("{waited:>8} µs for the {waited_for}'s {}", event.step.id());
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::registry().with(Waits::default()).init();
    let server = env::args().nth(1).expect("HOST:PORT");
    let mut config = ClientConfig::builder_with_provider(Arc::new(tls::provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.key_log = tls::key_log();
    let stream = TcpStream::connect(&server).await?;
    let watch = tls::Watch::new(Witness::client(&Session::default(), Protocol::Tls, &stream));
    let connector = TlsConnector::from(Arc::new(config));
    match watch.during(connector.connect("localhost".try_into()?, watch.tap(stream))).await {
        Ok(_) => watch.finish(&Outcome::Complete),
        Err(error) => watch.finish(&Outcome::Failed(Box::new(watch.explain(&error)))),
    }
    Ok(())
}
