//! The log as one layer among those of an application, which has a span, a formatter and filters of its own.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use asnoted::{Lang, Outcome, Protocol, Session, Witness, log, ws};
use tracing::{Dispatch, Instrument, dispatcher};
use tracing_subscriber::{EnvFilter, Layer, fmt, prelude::*};

/// What was written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A WebSocket that opens and ends, in the application's span, before `subscriber`.
fn connection(subscriber: impl Into<Dispatch>) {
    let connection = async {
        let (near, far) = tokio::io::duplex(4096);
        let watch = ws::Watch::new(Witness::client(&Session::default(), Protocol::Ws, &()));
        let upgrading = tokio_tungstenite::client_async("ws://localhost/", watch.tap(near));
        let accepting = tokio_tungstenite::accept_async(far);
        let (upgraded, accepted) = tokio::join!(watch.during(upgrading), accepting);
        let _both = (upgraded.expect("an upgrade"), accepted.expect("an upgrade"));
        watch.finish(&Outcome::Complete);
        tracing::info!("the application's word");
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    dispatcher::with_default(&subscriber.into(), || {
        runtime.block_on(connection.instrument(tracing::info_span!("request", number = 7)));
    });
}

#[test]
fn each_layer_takes_what_its_own_filter_lets_through() {
    let (all, warnings, ours) = <(Written, Written, Written)>::default();
    let (handshakes, guard) = log::layer(ours.clone()).expect("a thread");
    let subscriber = tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(false).with_writer(Mutex::new(all.clone())))
        .with(fmt::layer().with_writer(Mutex::new(warnings.clone())).with_filter(EnvFilter::new("warn")))
        .with(handshakes);
    connection(subscriber);
    drop(guard);

    let line =
        all.text().lines().find(|line| line.contains(r#"step="ws.upgrade_request""#)).map(str::to_owned);
    let line = line.expect("a formatter gets the event as fields");
    assert!(line.contains("request{number=7}"), "in the application's span: {line}");
    assert!(line.contains(r#"evidence="wire""#), "{line}");
    assert!(line.contains(r#"conn="stream-"#) && !line.contains("0.0.0.0"), "no address is made up: {line}");
    assert_eq!(warnings.text(), "");
    let (ours, notes) = (ours.text(), ["upgrade request", "wire"]);
    assert!(ours.lines().any(|line| notes.iter().all(|words| line.contains(words))), "{ours}");
    assert!(!ours.contains("the application's word"), "{ours}");
    assert!(ours.lines().all(|line| line.chars().count() <= 80), "{ours}");
}

#[test]
fn a_filter_for_all_layers_lets_handshakes_through_where_it_names_them() {
    for (filter, lines) in [("warn", false), ("warn,handshake=info", true)] {
        let ours = Written::default();
        let (handshakes, guard) =
            log::Options::default().lang(Lang::Zh).layer(ours.clone()).expect("a thread");
        connection(tracing_subscriber::registry().with(EnvFilter::new(filter)).with(handshakes));
        drop(guard);
        assert_eq!(ours.text().contains("升级请求"), lines, "{filter}: {}", ours.text());
    }
}

#[test]
fn json_is_an_event_a_line() {
    let ours = Written::default();
    let (handshakes, guard) = log::Options::default().json().layer(ours.clone()).expect("a thread");
    connection(tracing_subscriber::registry().with(handshakes));
    drop(guard);
    let read = |line: &str| serde_json::from_str::<asnoted::Event>(line).expect("an event");
    let events: Vec<_> = ours.text().lines().map(read).collect();
    let steps: Vec<_> = events.iter().map(|event| event.step.id()).collect();
    assert_eq!((steps.first(), steps.last()), (Some(&"ws.upgrade_request"), Some(&"ws.summary")));
    // It ran in memory.
    let number = events[0].conn.strip_prefix("stream-").map(str::parse::<u64>);
    assert!(matches!(number, Some(Ok(1..))), "{}", events[0].conn);
    assert!(events.iter().all(|event| event.conn == events[0].conn));
}
