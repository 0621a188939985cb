//! A program of ours, freshly built, and any program whose output is collected while it runs.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, OnceLock},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use claims::Event;
use steps::sync::lock;

use crate::{PATIENCE, sentences};

/// The variables by which a program finds its language: tests read English, whatever their reader does.
const LOCALE: [&str; 4] = ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"];

/// Gives `command` the locale in which tests read, unless it has one of its own.
pub(crate) fn in_english(command: &mut Command) {
    if !command.get_envs().any(|(name, _)| LOCALE.iter().any(|of_locale| name == *of_locale)) {
        for name in LOCALE {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8");
    }
}

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
        in_english(command);
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
pub(crate) fn event(line: &str) -> Event {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("not an event ({error}): {line}"))
}
