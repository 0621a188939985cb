//! Calls to a collector that is not ours: Python's gRPC with OpenTelemetry's own definitions.

use std::{fs, path::Path, process::Command};

use claims::Event;
use kit::{Running, require_python};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use serde_json::{Value, json};
use steps::{Direction, Evidence, Lang, Side, Step, program::LAB, summary, tls};
use tempfile::TempDir;

use super::*;
use crate::{
    Exporter, Options,
    config::{Config, Over},
};

struct Collector {
    folder: TempDir,
    running: Running,
    url: String,
}

impl Collector {
    fn start() -> Option<Collector> {
        if !require_python("grpc, opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc") {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mut python = Command::new("python3");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/tests/otlp/receiver.py");
        python.arg("-B").arg(script).arg(folder.path()).args(["0", "grpc"]);
        let mut running = Running::start(&mut python);
        let port = running.wait_for("line with the port", |running| {
            let line = running.stdout().first().cloned()?;
            serde_json::from_str::<Value>(&line).ok()?["port"].as_u64()
        });
        Some(Collector { folder, running, url: format!("http://127.0.0.1:{port}") })
    }

    fn told(&self) -> Vec<Value> {
        let lines = self.running.stdout();
        lines.iter().skip(1).map(|line| serde_json::from_str(line).expect("it tells JSON")).collect()
    }
}

fn event(step: impl Into<Step>, fields: Value) -> Event {
    let at = (Side::Client, Direction::Sent);
    Event::bare(steps::Event::by_hand(at, step.into(), Evidence::Wire, fields))
}

#[test]
fn spans_records_and_metrics_arrive_by_grpc_with_the_headers_of_the_environment() {
    let Some(collector) = Collector::start() else { return };
    let vars = [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20x"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
    ];
    let env =
        |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let config = Config::read(&Options::to(&*collector.url), "asnoted-lab", &env).unwrap().expect("it is on");
    let mut exporter = Exporter::with(config, Some(LAB), Lang::En).unwrap();
    exporter.begin_after(|| {}).unwrap();
    exporter.tell(&event(tls::Step::ClientHello, json!({"random": "5f3a"})));
    exporter.tell(&event(tls::Step::Summary, json!({ summary::OUTCOME.name(): "complete" })));
    drop(exporter);

    let told = collector.told();
    let kinds = |kind: &str| told.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!(kinds("log"), 2, "{told:?}");
    assert_eq!(kinds("span"), 2, "a connection and its flight: {told:?}");
    assert!(kinds("metric") >= 1, "{told:?}");
    for line in &told {
        assert_eq!(line["metadata"]["authorization"], "Bearer x", "{line}");
        assert_eq!(
            line["metadata"]["user-agent"].as_str().map(|agent| agent.starts_with("asnoted-otlp/")),
            Some(true)
        );
    }
}

#[test]
fn a_status_that_passes_is_tried_again_and_another_is_not() {
    let Some(collector) = Collector::start() else { return };
    let mut grpc = Grpc::new(None).unwrap();
    let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let target = |url: &str| Target {
        url: url.to_owned(),
        headers: Vec::new(),
        timeout: Duration::from_secs(5),
        gzip: false,
        over: Over::Grpc(method),
    };
    let mut call = |target: &Target, method| {
        let request = ExportTraceServiceRequest::default();
        grpc.call::<ExportTraceServiceResponse>(target, method, &request, target.timeout)
    };
    let here = target(&collector.url);
    assert_eq!(call(&here, method), Ok(ExportTraceServiceResponse::default()));
    for (mode, code, passes) in
        [("UNAVAILABLE", 14, true), ("UNAUTHENTICATED", 16, false), ("RESOURCE_EXHAUSTED", 8, false)]
    {
        fs::write(collector.folder.path().join("mode"), mode).expect("the folder is ours");
        assert_eq!(call(&here, method), Err(Trouble::Grpc { code, passes }), "{mode}");
    }
    fs::write(collector.folder.path().join("mode"), "ok").expect("the folder is ours");
    assert_eq!(call(&here, "/no.such.Service/Export"), Err(Trouble::Grpc { code: 12, passes: false }));
    assert_eq!(call(&here, method), Ok(ExportTraceServiceResponse::default()));
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    assert_eq!(call(&target(&format!("http://{nobody}")), method), Err(Trouble::Refused));
    assert_eq!(call(&target("http://no-such-host.invalid:1"), method), Err(Trouble::NoAddress));
}
