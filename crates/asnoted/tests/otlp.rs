//! The exporter as a layer of an application that traces itself with `tracing-opentelemetry`: the connection's span has a link
//! to the application's, and the connection a trace of its own, which the other end knows, too.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Sender, channel},
    thread,
};

use asnoted::{Outcome, Protocol, Session, Witness, otlp::Layered, ws};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    trace::v1::Span,
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use prost::Message;
use tracing::{Instrument, dispatcher};
use tracing_opentelemetry::{OpenTelemetrySpanExt, get_otel_context};
use tracing_subscriber::prelude::*;

/// What is sent to a collector, as path and body of each request.
type Told = (String, Vec<u8>);

fn collector() -> (String, std::sync::mpsc::Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            thread::spawn(move || answer(&stream, &tell));
        }
    });
    (url, told)
}

fn answer(mut stream: &TcpStream, tell: &Sender<Told>) {
    let mut from = BufReader::new(stream);
    loop {
        let (mut head, mut line) = (Vec::new(), String::new());
        while from.read_line(&mut line).is_ok_and(|read| read > 2) {
            head.push(std::mem::take(&mut line));
        }
        let Some(request) = head.first() else { return };
        let path = request.split(' ').nth(1).expect("a path").to_owned();
        let headers: HashMap<_, _> = head.iter().filter_map(|line| line.split_once(": ")).collect();
        let length = headers["content-length"].trim().parse().expect("a number");
        let mut body = vec![0; length];
        from.read_exact(&mut body).expect("it is whole");
        tell.send((path, body)).expect("the test waits for it");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("it reads");
    }
}

fn ids(span: &Span) -> (Vec<u8>, Vec<u8>) {
    (span.trace_id.clone(), span.span_id.clone())
}

#[test]
fn a_connection_is_a_span_that_is_linked_to_the_applications_own() {
    let (url, told) = collector();
    let tracer = SdkTracerProvider::builder().build();
    let theirs = tracing_opentelemetry::layer().with_tracer(tracer.tracer("application"));
    let sends = Layered::default().to(url).within(|span, dispatch| {
        let context = get_otel_context(span, dispatch)?;
        let span = context.span().span_context().clone();
        span.is_valid().then(|| (span.trace_id().to_bytes(), span.span_id().to_bytes()))
    });
    let (handshakes, exporter) = sends.layer().expect("a thread");
    let subscriber = tracing_subscriber::registry().with(theirs).with(handshakes);

    let connection = async {
        let (near, far) = tokio::io::duplex(4096);
        let watch = ws::Watch::new(Witness::client(&Session::default(), Protocol::Ws, &()));
        let upgrading = tokio_tungstenite::client_async("ws://localhost/", watch.tap(near));
        let accepting = tokio_tungstenite::accept_async(far);
        let (upgraded, accepted) = tokio::join!(watch.during(upgrading), accepting);
        let _both = (upgraded.expect("an upgrade"), accepted.expect("an upgrade"));
        watch.finish(&Outcome::Complete);
        let context = tracing::Span::current().context();
        context.span().span_context().clone()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let own = dispatcher::with_default(&subscriber.into(), || {
        runtime.block_on(connection.instrument(tracing::info_span!("request")))
    });
    assert!(own.is_valid());
    drop(exporter);

    let (mut spans, mut logs) = (Vec::new(), Vec::new());
    for (path, body) in told.try_iter() {
        match path.as_str() {
            "/v1/traces" => {
                let request = ExportTraceServiceRequest::decode(&body[..]).expect("spans");
                let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                spans.extend(scopes.flat_map(|scope| scope.spans));
            }
            "/v1/logs" => {
                let request = ExportLogsServiceRequest::decode(&body[..]).expect("records");
                let resources = request.resource_logs.into_iter();
                for resource in resources {
                    let attributes = resource.resource.expect("a resource").attributes;
                    let name = attributes.iter().find(|pair| pair.key == "service.name").expect("a name");
                    assert!(format!("{name:?}").contains("unknown_service:"), "{name:?}");
                    logs.extend(resource.scope_logs.into_iter().flat_map(|scope| scope.log_records));
                }
            }
            _ => {}
        }
    }
    let roots: Vec<_> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    let [root] = roots.as_slice() else { panic!("one connection: {roots:?}") };
    assert_eq!(root.name, "WebSocket connection");
    let [link] = root.links.as_slice() else { panic!("one link: {root:?}") };
    assert_eq!(link.trace_id, own.trace_id().to_bytes());
    assert_eq!(link.span_id, own.span_id().to_bytes());
    assert_ne!(link.trace_id, root.trace_id, "the trace is what both ends compute");
    assert!(spans.iter().any(|span| span.parent_span_id == root.span_id), "flights: {spans:?}");
    let names: Vec<_> = logs.iter().map(|log| log.event_name.as_str()).collect();
    assert!(
        names.contains(&"asnoted.ws.upgrade_request") && names.contains(&"asnoted.ws.summary"),
        "{names:?}"
    );
    let known: Vec<_> = spans.iter().map(ids).collect();
    assert!(logs.iter().all(|log| known.contains(&(log.trace_id.clone(), log.span_id.clone()))), "{logs:?}");
}
