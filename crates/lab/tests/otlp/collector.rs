//! The collector that is not ours: `receiver.py`, which reads what comes with OpenTelemetry's own definitions.

use std::{
    fs,
    io::Write as _,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{PATIENCE, Running, require_python};

/// A collector on a port of its own.
pub(crate) struct Collector {
    folder: TempDir,
    port: u64,
    running: Option<Running>,
    /// What earlier runs of it told.
    before: Vec<Value>,
}

impl Collector {
    /// Starts one; none where Python or the definitions are not there.
    pub(crate) fn start() -> Option<Collector> {
        if !require_python("opentelemetry.proto.collector.logs.v1.logs_service_pb2") {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mut collector = Collector { folder, port: 0, running: None, before: Vec::new() };
        collector.come_back();
        Some(collector)
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The option that sends to it.
    pub(crate) fn option(&self) -> String {
        format!("--otlp={}", self.url())
    }

    /// Dies as by `kill -9`, in the middle of whatever it does.
    pub(crate) fn die(&mut self) {
        self.before = self.told();
        self.running = None;
    }

    /// Starts again on the same port.
    pub(crate) fn come_back(&mut self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/otlp/receiver.py");
        let mut python = Command::new("python3");
        python.arg("-B").arg(script).arg(self.folder.path()).arg(self.port.to_string());
        let mut running = Running::start(&mut python);
        let port = |running: &Running| {
            running
                .stdout()
                .first()
                .and_then(|line| serde_json::from_str::<Value>(line).ok()?["port"].as_u64())
        };
        self.port = running.wait_for("line with the port", port);
        self.running = Some(running);
    }

    /// From now on requests are answered so: `ok`, `stall`, or a status.
    pub(crate) fn answers(&self, mode: &str) {
        fs::write(self.folder.path().join("mode"), mode).expect("the folder is ours");
    }

    /// All that was told so far.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.marked();
        let lines = self.running.iter().flat_map(Running::stdout);
        let now = lines.map(|line| serde_json::from_str(&line).expect("it tells JSON"));
        let all: Vec<Value> = self.before.iter().cloned().chain(now).collect();
        for each in &all {
            assert_ne!(each["kind"], "error", "the receiver cannot read it: {each}");
        }
        all
    }

    /// Waits until all is told that was answered.
    fn marked(&self) {
        static MARKS: AtomicU64 = AtomicU64::new(0);
        let Some(running) = &self.running else { return };
        let mark = MARKS.fetch_add(1, Relaxed).to_string();
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).expect("it listens");
        let request = format!("POST /mark HTTP/1.0\r\ncontent-length: {}\r\n\r\n{mark}", mark.len());
        stream.write_all(request.as_bytes()).expect("it reads");
        let line = format!(r#""mark": "{mark}""#);
        let until = Instant::now() + PATIENCE;
        while !running.stdout().iter().any(|told| told.contains(&line)) {
            assert!(Instant::now() < until, "the receiver tells nothing any more: {running:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was told of one kind by one service.
    pub(crate) fn of(&self, kind: &str, service: &str) -> Vec<Value> {
        let mine = |each: &Value| each["kind"] == kind && each["resource"]["service.name"] == service;
        self.told().into_iter().filter(mine).collect()
    }

    /// The bodies of all requests, as they came.
    pub(crate) fn bodies(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = fs::read_dir(self.folder.path()).expect("the folder is ours");
        let paths = files.map(|file| file.expect("it can be listed").path());
        let bodies = paths.filter(|path| path.file_name().is_none_or(|name| name != "mode"));
        bodies.map(|path| (path.clone(), fs::read(&path).expect("it can be read"))).collect()
    }
}
