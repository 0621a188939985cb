//! What reaches a collector, as OpenTelemetry's own definitions read it, is what the JSON log of the same run says: each
//! connection a span, both ends in one trace, each event a record, failures as errors, and no secret.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod collector;
mod expected;
mod load;
mod strings;

use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use claims::Event;
use collector::Collector;
use common::{Output, Running, Server, binary, keys, may_capture, text};
use serde_json::Value;
use steps::Side;

/// What both ends of one connection logged.
struct Met {
    client: Output,
    server: Output,
}

/// One connection between our two programs, both of which send.
fn meet(collector: &Collector, (server_args, client_args): (&[&str], &[&str])) -> Met {
    let option = collector.option();
    let mut server = Server::start(server_args[0], &[&server_args[1..], &[option.as_str()]].concat());
    let target = match client_args.contains(&"wss") {
        true => format!("wss://{}", server.addr_of("wss")),
        false if server_args[0] == "ws" => format!("ws://{}", server.addr),
        false if server_args[0] == "ssh" => format!("demo@{}", server.addr),
        false => server.addr.to_string(),
    };
    let args = client_args.iter().filter(|arg| **arg != "wss");
    let mut command = Command::new(binary("client"));
    command.args([server_args[0], &target, "--format", "json", &option]).args(args);
    let client = Running::start(&mut command).wait();
    server.after_connections(1);
    Met { client, server: server.stop() }
}

/// The span of the one connection that a program made, and its children.
fn spans(collector: &Collector, service: &str) -> (Value, Vec<Value>) {
    let spans = collector.of("span", service);
    let (mut roots, children): (Vec<_>, Vec<_>) = spans.into_iter().partition(|span| span["parent"] == "");
    assert_eq!(roots.len(), 1, "{roots:?}");
    (roots.remove(0), children)
}

/// The trace id as docs/otlp.md says it is made.
fn trace_id(by: &str, parts: &[&str]) -> String {
    let text: String = ["asnoted trace", by].iter().chain(parts).map(|part| format!("{part}\n")).collect();
    hex::encode(&digest(&SHA256, text.as_bytes()).as_ref()[..16])
}

fn field(events: &[Event], step: &str, from: Side, name: &str) -> String {
    let mut of = events.iter().filter(|event| event.step.id() == step && event.sender() == Some(from));
    match of.find_map(|event| event.fields.named(name)).unwrap_or_else(|| panic!("no {name} of {step}")) {
        steps::Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// Both ends' spans, checked against both ends' logs.
fn checked(collector: &Collector, met: &Met, service: [&str; 2]) -> [Value; 2] {
    let ends = [(&met.client, service[0], "SPAN_KIND_CLIENT"), (&met.server, service[1], "SPAN_KIND_SERVER")];
    ends.map(|(end, service, kind)| {
        let (span, flights) = spans(collector, service);
        assert_eq!((span["span_kind"].as_str(), span["scope"].as_str()), (Some(kind), Some("asnoted")));
        assert!(span["start"].as_u64() <= span["end"].as_u64(), "{span}");
        assert_eq!(span["attributes"]["asnoted.events"], end.events.len());
        let seen: std::collections::HashSet<_> =
            end.events.iter().filter(|event| event.sender().is_some()).map(|event| event.step.id()).collect();
        let mut told = std::collections::HashSet::new();
        for (n, flight) in flights.iter().enumerate() {
            assert_eq!((&flight["trace"], &flight["parent"]), (&span["trace"], &span["id"]), "{flight}");
            assert_eq!(flight["attributes"]["asnoted.flight"], n + 1);
            told.extend(
                flight["attributes"]["asnoted.flight.steps"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|step| step.as_str().expect("a text").to_owned()),
            );
        }
        assert_eq!(told, seen.into_iter().map(str::to_owned).collect());
        let logs = collector.of("log", service);
        expected::equal(&logs, &end.events);
        let ids: Vec<_> = flights.iter().chain([&span]).map(|span| span["id"].clone()).collect();
        for log in &logs {
            assert_eq!(log["trace"], span["trace"], "{log}");
            assert!(ids.contains(&log["span"]), "{log}");
        }
        span
    })
}

const SERVICE: [&str; 2] = ["asnoted-client", "asnoted-server"];

#[kit::test]
fn both_ends_of_each_pair_stand_in_one_trace_and_tell_what_they_logged() {
    let certs = keys();
    let certs = ["--certs", text(certs.path())];
    let with = |args: &[&'static str]| [args, &certs[..]].concat();
    for (server, client, by, nonces) in [
        (
            with(&["tls"]),
            with(&["--variant", "ecdhe"]),
            "client_random",
            vec![("tls.client_hello", Side::Client, "random")],
        ),
        (
            with(&["tls"]),
            with(&["--variant", "tls13"]),
            "client_random",
            vec![("tls.client_hello", Side::Client, "random")],
        ),
        (
            vec!["ws"],
            vec![],
            "sec_websocket_key",
            vec![("ws.upgrade_request", Side::Client, "sec_websocket_key")],
        ),
        (with(&["ws"]), with(&["wss"]), "client_random", vec![("tls.client_hello", Side::Client, "random")]),
        (
            with(&["ssh"]),
            with(&["--strict", "no", "whoami"]),
            "kexinit_cookies",
            vec![("ssh.kexinit", Side::Client, "cookie"), ("ssh.kexinit", Side::Server, "cookie")],
        ),
    ] {
        let Some(collector) = Collector::start() else { return };
        let met = meet(&collector, (&server, &client));
        assert!(met.client.status.success(), "{}", met.client.stderr);
        let [ours, theirs] = checked(&collector, &met, SERVICE);
        assert_eq!(ours["attributes"]["asnoted.trace.by"], by);
        assert_eq!(ours["trace"], theirs["trace"], "{by}");
        assert_ne!(ours["id"], theirs["id"]);
        for (events, trace) in [(&met.client.events, &ours["trace"]), (&met.server.events, &theirs["trace"])]
        {
            let nonces: Vec<_> =
                nonces.iter().map(|(step, from, name)| field(events, step, *from, name)).collect();
            let nonces: Vec<_> = nonces.iter().map(String::as_str).collect();
            assert_eq!(*trace, trace_id(by, &nonces));
        }
        for (span, kind) in [(&ours, "client"), (&theirs, "server")] {
            assert_eq!(span["status"], "STATUS_CODE_UNSET");
            assert_eq!(span["attributes"]["asnoted.outcome"], "complete");
            let service = format!("asnoted-{kind}");
            let metrics = collector.of("metric", &service);
            let value = |name: &str| {
                metrics.iter().find(|metric| metric["name"] == name).map(|metric| metric["value"].clone())
            };
            assert_eq!(value("asnoted.connections"), Some(1.into()), "{metrics:?}");
            assert_eq!(value("asnoted.handshake.duration"), Some(1.into()), "{metrics:?}");
            assert_eq!(value("asnoted.events.dropped"), None, "{metrics:?}");
        }
    }
}

#[kit::test]
fn plain_tcp_meets_where_both_saw_the_segments_and_says_so_where_not() {
    let Some(collector) = Collector::start() else { return };
    let met = meet(&collector, (&["tcp", "--no-capture"], &["--no-capture"]));
    let [ours, theirs] = checked(&collector, &met, SERVICE);
    assert_ne!(ours["trace"], theirs["trace"]);
    for span in [ours, theirs] {
        assert_eq!(span["attributes"]["asnoted.trace.by"], "this_end_alone");
    }
    if !may_capture() {
        common::missing("CAP_NET_RAW");
        return;
    }
    let Some(collector) = Collector::start() else { return };
    let met = meet(&collector, (&["tcp"], &[]));
    let [ours, theirs] = checked(&collector, &met, SERVICE);
    assert_eq!(ours["attributes"]["asnoted.trace.by"], "initial_sequence_numbers");
    assert_eq!(ours["trace"], theirs["trace"]);
    let numbers = [("tcp.syn", Side::Client), ("tcp.syn_ack", Side::Server)];
    let numbers = numbers.map(|(step, from)| field(&met.server.events, step, from, "seq"));
    assert_eq!(ours["trace"], trace_id("initial_sequence_numbers", &[&numbers[0], &numbers[1]]));
}

#[kit::test]
fn a_failure_is_the_error_of_both_spans_with_the_rule_that_recognised_it() {
    let Some(collector) = Collector::start() else { return };
    let (ours, theirs) = (keys(), keys());
    let args = (["tls", "--certs", text(theirs.path())], ["--certs", text(ours.path()), "--lang", "zh"]);
    let met = meet(&collector, (&args.0, &args.1));
    assert!(!met.client.status.success());
    let [client, server] = checked(&collector, &met, SERVICE);
    assert_eq!(client["trace"], server["trace"]);
    for (span, end, lang) in [(&client, &met.client, "zh"), (&server, &met.server, "en")] {
        let summary = common::summary(&end.events);
        let fields = |name: &str| summary.fields.named(name).cloned().unwrap_or_default();
        assert_eq!(span["status"], "STATUS_CODE_ERROR");
        assert_eq!(span["message"], fields("reason")[lang]);
        assert_eq!(span["attributes"]["error.type"], fields("rule"));
        assert_eq!(span["attributes"]["asnoted.failed_side"], fields("failed_side"));
        assert_eq!(span["attributes"]["asnoted.outcome"], "failed");
        let service = format!("asnoted-{}", span["attributes"]["asnoted.side"].as_str().expect("a text"));
        let metrics = collector.of("metric", &service);
        let failed =
            metrics.iter().find(|metric| metric["name"] == "asnoted.connections").expect("it is told");
        assert_eq!(failed["attributes"]["error.type"], fields("rule"));
        let errors = collector.of("log", &service).into_iter().filter(|log| log["severity"] == 17).count();
        assert_eq!(errors, 1);
    }
}

#[kit::test]
fn the_environment_alone_is_enough_and_a_trace_around_the_program_is_linked() {
    let Some(collector) = Collector::start() else { return };
    let mut lab = Command::new(binary("lab"));
    let certs = keys();
    lab.args(["ws", "-q", "--certs", text(certs.path())]);
    lab.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).env("OTEL_SERVICE_NAME", "class 7");
    lab.env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip").env("OTEL_RESOURCE_ATTRIBUTES", "room=7");
    lab.env("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let (status, _) = Running::start(&mut lab).wait_text();
    assert!(status.success());
    let spans = collector.of("span", "class 7");
    let roots: Vec<_> = spans.iter().filter(|span| span["parent"] == "").collect();
    assert_eq!(roots.len(), 2, "{roots:?}");
    for span in roots {
        assert_eq!(span["resource"]["room"], "7");
        let link =
            serde_json::json!([{"trace": "0af7651916cd43dd8448eb211c80319c", "id": "b7ad6b7169203331"}]);
        assert_eq!(span["links"], link);
    }
}

#[kit::test]
fn a_recorded_log_read_later_gives_its_spans_the_ids_that_they_had() {
    let Some(collector) = Collector::start() else { return };
    let (certs, logs) = (keys(), tempfile::tempdir().expect("a temporary folder can be made"));
    let ids = |service: &str| {
        let mut ids: Vec<_> =
            collector.of("span", service).iter().map(|span| span["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let lab = |args: &[&str], service: &str| {
        let mut lab = Command::new(binary("lab"));
        lab.args(args).args([
            &collector.option(),
            "--log-dir",
            text(logs.path()),
            "--certs",
            text(certs.path()),
        ]);
        let (status, _) = Running::start(lab.env("OTEL_SERVICE_NAME", service)).wait_text();
        assert!(status.success());
    };
    lab(&["tls", "-q"], "live");
    lab(&["read", "--last", "tls"], "read");
    assert!(ids("live").len() > 4);
    assert_eq!(ids("live"), ids("read"));
}
