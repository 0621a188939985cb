//! What the tests of the suite share: they start the real binaries `server` and `client`, and foreign peers, and read their
//! logs. Compiled once, for tests alone.
#![allow(missing_docs)] // the tests show what each is for

pub mod browser;
pub mod runner;
pub mod sentences;

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use claims::Event;
use steps::{Direction, Evidence, sync::lock};

mod by_name;
pub use by_name::ByName;
pub use kit_test::test;

/// How long a test waits for anything before it fails: generous, because two cores may serve many tests.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The path of one of our binaries, freshly built.
pub fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        // This test runs from target/<profile>/deps.
        let test = env::current_exe().expect("a running test has a path");
        let folder = test.parent().and_then(|deps| deps.parent()).expect("target/<profile>/deps");
        if env::var_os("HANDSHAKES_BUILT").is_some() {
            return folder.to_owned(); // by who says so, a moment ago
        }
        let target = folder.parent().expect("target/<profile>");
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        // The whole workspace and its tests are selected although two binaries suffice: Cargo unites features
        // over what is selected, and with a smaller choice it would compile the libraries again.
        let built = Command::new(cargo)
            .args(["build", "-q", "--workspace", "--bins", "--tests"])
            .args(["--profile", profile, "--target-dir"])
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs: it started this test");
        assert!(built.success(), "`server` and `client` do not build");
        folder.to_owned()
    });
    folder.join(name)
}

/// A folder with a set of demo keys.
pub fn keys() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a temporary folder can be made");
    certs::ensure(folder.path()).expect("the demo keys can be made");
    folder
}

/// A path that the tests made, as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// What a program that ended has left.
#[derive(Debug)]
pub struct Output {
    /// What it wrote to standard output, when that was JSON events.
    pub events: Vec<Event>,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// A program whose output is collected while it runs; it is killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Arc<Mutex<Vec<String>>>,
    stderr: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts `command` with its output collected and nothing on standard input.
    pub fn start(command: &mut Command) -> Running {
        Running::spawn(command.stdin(Stdio::null()))
    }

    /// Starts `command` with its output collected and its standard input held open: it reads what is written
    /// there, and the end of it when that is dropped.
    pub fn talk(command: &mut Command) -> (Running, ChildStdin) {
        let mut running = Running::spawn(command.stdin(Stdio::piped()));
        let stdin = running.child.stdin.take().expect("it was piped");
        (running, stdin)
    }

    fn spawn(command: &mut Command) -> Running {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
        let (stdout, stderr) = <(Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<String>>>)>::default();
        let readers = vec![
            collect(child.stdout.take().expect("it was piped"), Arc::clone(&stdout)),
            collect(child.stderr.take().expect("it was piped"), Arc::clone(&stderr)),
        ];
        Running { child, stdout, stderr, readers }
    }

    /// The lines of standard output so far.
    pub fn stdout(&self) -> Vec<String> {
        lock(&self.stdout).clone()
    }

    /// The lines of standard error so far.
    pub fn stderr(&self) -> Vec<String> {
        lock(&self.stderr).clone()
    }

    /// Waits until `look` finds something in this program's output.
    pub fn wait_for<T>(&mut self, what: &str, look: impl Fn(&Running) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if let Some(status) = self.child.try_wait().expect("a child of ours can be waited for") {
                // Its last lines may still be on their way through the pipe.
                self.readers.drain(..).for_each(|reader| drop(reader.join()));
                return look(self).unwrap_or_else(|| panic!("ended ({status}) before {what}: {self:#?}"));
            }
            assert!(Instant::now() < until, "no {what} within {PATIENCE:?}: {self:#?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end; what it wrote stays here.
    pub fn end(&mut self) -> ExitStatus {
        self.ended()
    }

    /// Waits for the end; events that do not read as JSON fail the test.
    pub fn wait(mut self) -> Output {
        let status = self.ended();
        let events = self.stdout().iter().filter(|line| !names_a_run(line)).map(|line| event(line)).collect();
        Output { events, status, stderr: self.stderr().join("\n") }
    }

    /// Waits for the end of a program that prints text; gives how it ended and its lines.
    pub fn wait_text(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.ended();
        (status, self.stdout())
    }

    fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours can be waited for") {
                break status;
            }
            assert!(Instant::now() < until, "it did not end within {PATIENCE:?}: {self:#?}");
            thread::sleep(Duration::from_millis(10));
        };
        self.readers.drain(..).for_each(|reader| drop(reader.join()));
        status
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as Ctrl-C or `docker stop` would.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        let killed = Command::new("sh").args(["-c", &kill]).status();
        assert!(killed.is_ok_and(|status| status.success()), "`{kill}` failed");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
        if !thread::panicking() {
            sentences::are_for_people(self.stdout().iter().chain(&self.stderr()));
        }
    }
}

fn collect(pipe: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            lock(&lines).push(text);
            line.clear();
        }
    })
}

/// Whether a line of a log says that the run of a scenario begins there, or has ended.
pub fn names_a_run(line: &str) -> bool {
    serde_json::from_str::<steps::Run>(line).is_ok()
}

/// An event, and nothing else: also a line that says that events are missing fails the test.
fn event(line: &str) -> Event {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("not an event ({error}): {line}"))
}

/// Where a server of ours listens for `protocol`, when `line` of its standard error says so, in whichever language.
pub fn listens_at(line: &str, protocol: &str) -> Option<SocketAddr> {
    let said = line.strip_prefix("server: ")?.strip_prefix(protocol)?.strip_prefix(' ')?;
    said.split(' ').find_map(|word| word.parse().ok())
}

/// One of our servers, listening on a free loopback port.
#[derive(Debug)]
pub struct Server {
    /// Where it listens, as it said itself; the first address when it has several.
    pub addr: SocketAddr,
    running: Running,
}

impl Server {
    /// Starts `server <protocol> --listen 127.0.0.1:0 --format json <args>` and waits until it listens.
    pub fn start(protocol: &str, args: &[&str]) -> Server {
        Server::run(Command::new(binary("server")), protocol, "127.0.0.1:0", args)
    }

    /// The same on another address, or by another `command` that leads to the program.
    pub fn run(mut command: Command, protocol: &str, listen: &str, args: &[&str]) -> Server {
        command.args([protocol, "--listen", listen, "--format", "json"]).args(args);
        if protocol == "ws" && !args.contains(&"--certs") {
            command.arg("--no-tls"); // keys are made where a test says
        }
        let mut running = Running::start(&mut command);
        let addr = running.wait_for("line that says where it listens", |running| {
            running.stderr().iter().find_map(|line| listens_at(line, protocol))
        });
        Server { addr, running }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// The address of another of its ports: `wss`.
    pub fn addr_of(&mut self, name: &str) -> SocketAddr {
        self.running.wait_for("line that says where it listens", |running| {
            running.stderr().iter().find_map(|line| listens_at(line, name))
        })
    }

    /// The address in the first line on standard error that holds `words`.
    pub fn said(&mut self, words: &str) -> Option<String> {
        let line = |running: &Running| running.stderr().into_iter().find(|line| line.contains(words));
        let line = self.running.wait_for(words, line);
        line.split(' ').find(|word| word.parse::<SocketAddr>().is_ok()).map(str::to_owned)
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        self.running.stdout().iter().map(|line| event(line)).collect()
    }

    /// Waits until `n` connections have ended, then gives all events so far.
    pub fn after_connections(&mut self, n: usize) -> Vec<Event> {
        self.after("summary of the connection", |event| event.step.is_summary(), n)
    }

    /// Waits until there were `n` events that `are` what was waited for, then gives all events so far.
    pub fn after(&mut self, what: &str, are: impl Fn(&Event) -> bool, n: usize) -> Vec<Event> {
        self.running.wait_for(what, |running| {
            let events: Vec<_> = running.stdout().iter().map(|line| event(line)).collect();
            (events.iter().filter(|event| are(event)).count() >= n).then_some(events)
        })
    }

    /// Waits until the step `id` was reported.
    pub fn after_event(&mut self, id: &str) {
        self.running.wait_for(id, |running| {
            running.stdout().iter().map(|line| event(line)).any(|event| event.step.id() == id).then_some(())
        });
    }

    /// Stops it as `docker stop` would and gives what it left.
    pub fn stop(self) -> Output {
        self.running.terminate();
        self.running.wait()
    }
}

/// Runs `client <args> --format json` to its end.
pub fn client(args: &[&str]) -> Output {
    Running::start(Command::new(binary("client")).args(args).args(["--format", "json"])).wait()
}

/// Whether a foreign peer is there. In CI (`CI=true`) a missing one fails the test; elsewhere the test that asked ends early, and
/// the runner names it as ignored, with what was missing.
pub fn require(program: &str) -> bool {
    let found = env::var_os("PATH").is_some_and(|path| {
        // sshd and tshark's helpers live where only root's PATH looks.
        env::split_paths(&path)
            .chain(["/usr/sbin".into(), "/sbin".into()])
            .any(|folder| folder.join(program).is_file())
    });
    found || missing(program)
}

/// Whether Python can import `module`; otherwise as [`require`].
pub fn require_python(module: &str) -> bool {
    let import = format!("import {module}");
    let status = Command::new("python3").args(["-c", &import]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()) || missing(&format!("python3 with `{module}`"))
}

pub fn missing(what: &str) -> bool {
    let ci = env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    assert!(!ci, "{what} is not installed, and CI must not skip a peer");
    if !runner::lacks(what) {
        // Not by `eprintln!`, whose words Rust's runner keeps to itself where a test passes.
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(io::stderr().lock(), "NOT TESTED: {test}: {what} is not installed");
    }
    false
}

/// Whether this process may capture packets.
pub fn may_capture() -> bool {
    const CAP_NET_RAW: u64 = 1 << 13;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0) & CAP_NET_RAW != 0
}

/// `command` as it is where packets may be captured, else in a user and network namespace of its own. None where
/// that is not allowed either.
pub fn with_capture(command: Command) -> Option<Command> {
    if may_capture() {
        return Some(command);
    }
    let up = "ip link set lo up && exec \"$@\"";
    let works = Command::new("unshare")
        .args(["-Urn", "sh", "-c", up, "sh", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        missing("CAP_NET_RAW, or the right to make a user namespace,");
        return None;
    }
    let mut wrapped = Command::new("unshare");
    wrapped.args(["-Urn", "sh", "-c", up, "sh"]).arg(command.get_program()).args(command.get_args());
    Some(wrapped)
}

/// Whether the test of that name may capture packets. Where it may not, the test is run again in a namespace in
/// which it may, and what that run says holds.
pub fn captures(test: &str) -> bool {
    if may_capture() {
        return true;
    }
    let mut again = Command::new(env::current_exe().expect("a running test has a path"));
    again.args([test, "--exact", "--nocapture"]);
    if let Some(mut again) = with_capture(again) {
        let output = again.stdin(Stdio::null()).output().expect("unshare ran a moment ago");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        // What it lacks there, it lacks.
        match said.lines().find_map(|line| line.trim().strip_prefix(&format!("{test}: "))) {
            Some(why) if output.status.success() => {
                missing(why.trim_end_matches(" is not installed"));
            }
            _ => assert!(output.status.success() && said.contains("1 passed"), "{said}"),
        }
    }
    false
}

/// The ids of the steps, in order.
pub fn ids(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.step.id()).collect()
}

/// What crossed the wire in `direction`, in order.
pub fn crossed(events: &[Event], direction: Direction) -> Vec<&Event> {
    let on_wire = |event: &&Event| event.evidence == Evidence::Wire && event.direction == direction;
    events.iter().filter(on_wire).collect()
}

/// The summary of the only connection.
pub fn summary(events: &[Event]) -> &Event {
    let mut summaries = events.iter().filter(|event| event.step.is_summary());
    let summary = summaries.next().expect("each connection ends with a summary");
    assert!(summaries.next().is_none(), "one connection, one summary");
    summary
}
