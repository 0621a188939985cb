//! A server or client of ours in a process of its own: its log in a file, and an eye on its memory.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use claims::Event;
use steps::{Gap, sync::lock};
use tempfile::NamedTempFile;

use super::common::{PATIENCE, binary, listens_at};

/// A process under attack. It is killed when dropped.
pub(crate) struct Victim {
    child: Child,
    log: NamedTempFile,
    said: Arc<Mutex<Vec<String>>>,
}

/// What a log holds, line by line.
pub(crate) enum Line {
    Event(Box<Event>),
    Gap(Gap),
}

impl Victim {
    /// Starts `server <protocol>`, and gives where it listens.
    pub(crate) fn server(protocol: &str, args: &[&str]) -> (Victim, SocketAddr) {
        let mut command = Command::new(binary("server"));
        command.args([protocol, "--listen", "127.0.0.1:0", "--format", "json"]).args(args);
        let victim = Victim::start(command);
        let listens = || {
            let said = lock(&victim.said);
            said.iter().find_map(|line| listens_at(line, protocol))
        };
        let address = wait_for("line that says where it listens", listens);
        (victim, address)
    }

    /// Starts a client, or any other program of ours.
    pub(crate) fn start(mut command: Command) -> Victim {
        let log = NamedTempFile::new().expect("there is a place for the log");
        let out = File::create(log.path()).expect("it is ours");
        let child = command.env_remove("LOG_DIR").stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
        let mut child = child.spawn().expect("it starts");
        let said = Arc::<Mutex<Vec<String>>>::default();
        let (heard, stderr) = (Arc::clone(&said), child.stderr.take().expect("it was piped"));
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lock(&heard).push(line);
            }
        });
        Victim { child, log, said }
    }

    /// KiB of memory that it takes now.
    pub(crate) fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that it took since [`Victim::forget_most`].
    pub(crate) fn most(&self) -> u64 {
        self.status("VmHWM:")
    }

    pub(crate) fn forget_most(&self) {
        // proc(5): 5 resets the peak resident set size to the current value.
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("it is our child");
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    }

    /// Waits until its memory has not changed much for so long as it takes to give some back.
    pub(crate) fn settled(&self) -> u64 {
        const A_WHILE: Duration = Duration::from_millis(2500);
        let (mut since, mut was) = (Instant::now(), self.memory());
        wait_for("end of its changes", || {
            let is = self.memory();
            if is.abs_diff(was) > 256 {
                (since, was) = (Instant::now(), is);
            }
            (since.elapsed() > A_WHILE).then_some(is)
        })
    }

    /// How many bytes of log it has written.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.log.as_file().metadata().expect("it is open").len()
    }

    /// The log so far: each line is an event or a gap.
    pub(crate) fn log(&self) -> Vec<Line> {
        let text = fs::read_to_string(self.log.path()).expect("it is text");
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let line = |line: &str| match serde_json::from_str::<Gap>(line) {
            Ok(gap) => Line::Gap(gap),
            Err(_) => Line::Event(Box::new(serde_json::from_str(line).unwrap_or_else(|error| {
                panic!("neither event nor gap ({error}): {line}");
            }))),
        };
        whole.lines().map(line).collect()
    }

    /// Asks it to end, waits for that, and gives its log and what it said.
    pub(crate) fn end(mut self) -> (Vec<Line>, Vec<String>) {
        let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        self.wait();
        let said = lock(&self.said).clone();
        (self.log(), said)
    }

    /// Waits for its own end.
    pub(crate) fn wait(&mut self) {
        wait_for("end of the process", || self.child.try_wait().expect("it is our child"));
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits until `look` finds something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "no {what} within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}
