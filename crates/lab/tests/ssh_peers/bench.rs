//! The bench on which the peers stand: a folder of keys, our programs, OpenSSH's, and what they said.

use std::{
    cell::RefCell,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use claims::{Claim, Event, Verdict};
use steps::{Step, ssh::Step as Ssh};

use crate::common::{binary, require, sentences::are_for_people};

/// Longer than anything here takes; only a hang reaches it.
const TOO_LONG: Duration = Duration::from_secs(60);

/// A folder of keys, and the programs.
pub(crate) struct Bench(tempfile::TempDir);

impl Bench {
    pub(crate) fn new() -> Option<Self> {
        for peer in ["ssh", "ssh-keygen"] {
            if !require(peer) {
                return None;
            }
        }
        let bench = Bench(tempfile::tempdir().unwrap());
        fs::create_dir(bench.dir("certs")).unwrap();
        keygen(&bench.dir("certs/ssh_host_ed25519_key"));
        keygen(&bench.dir("certs/id_ed25519"));
        fs::copy(bench.dir("certs/id_ed25519.pub"), bench.dir("certs/authorized_keys")).unwrap();
        Some(bench)
    }

    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn server(&self, arguments: &[&str]) -> Server {
        let mut command = Command::new(binary("server"));
        command.args(["ssh", "--format", "json", "--certs"]).arg(self.dir("certs"));
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Running(command.spawn().unwrap());
        let log = lines(child.0.stdout.take().unwrap());
        let messages = lines(child.0.stderr.take().unwrap());
        // Before that it may say which keys it made.
        let port = loop {
            let message = messages.recv_timeout(TOO_LONG).expect("it says where it listens");
            if let Some((_, address)) = message.split_once("listens on ") {
                break address.rsplit_once(':').unwrap_or_else(|| panic!("{message}")).1.parse().unwrap();
            }
        };
        Server { _child: child, port, log, seen: Default::default() }
    }

    pub(crate) fn client(&self, port: u16, arguments: &[&str]) -> Run {
        self.client_to(&format!("demo@127.0.0.1:{port}"), port, arguments)
    }

    pub(crate) fn client_to(&self, destination: &str, port: u16, arguments: &[&str]) -> Run {
        let output = Command::new(binary("client"))
            .args(["ssh", "--format", "json", "--certs"])
            .arg(self.dir("certs"))
            .arg(destination)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<String> =
            [&text, &said].into_iter().flat_map(|it| it.lines()).map(str::to_owned).collect();
        are_for_people(&lines);
        let events = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        Run { output, events, port }
    }

    /// The client at a terminal of its own, with nothing typed yet.
    pub(crate) fn client_at_a_terminal(&self, port: u16, arguments: &str) -> Terminal {
        let (client, certs) =
            (binary("client").display().to_string(), self.dir("certs").display().to_string());
        Terminal::new(&format!(
            "{client} ssh demo@127.0.0.1:{port} --certs {certs} --format json {arguments}"
        ))
    }

    /// A file of passwords as the client wants it, one a line.
    pub(crate) fn password_file(&self, name: &str, lines: &[&str]) -> String {
        let path = self.dir(name);
        fs::write(&path, lines.join("\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    /// The demo user's password.
    pub(crate) fn password(&self) -> String {
        certs::ensure(&self.dir("certs")).unwrap();
        certs::password(&self.dir("certs")).unwrap()
    }

    /// A real sshd on a free port with a configuration of its own.
    pub(crate) fn sshd(&self) -> Option<Sshd> {
        self.sshd_with("LogLevel DEBUG2\n")
    }

    /// The same, with `lines` in front of the configuration.
    pub(crate) fn sshd_with(&self, lines: &str) -> Option<Sshd> {
        if !require("sshd") {
            return None;
        }
        // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
        drop(fs::create_dir_all("/run/sshd"));
        let port = free_port();
        let config = self.dir("sshd_config");
        let text = format!(
            "{lines}ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             UsePAM no\nPermitRootLogin yes\n",
            self.dir("certs/ssh_host_ed25519_key").display(),
            self.dir("certs/authorized_keys").display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(&config).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = Running(command.spawn().unwrap());
        let log = self::lines(child.0.stderr.take().unwrap());
        let sshd = Sshd { _child: child, port, log };
        sshd.wait_for("Server listening");
        Some(sshd)
    }
}

/// A command that has a terminal, and what stands on the screen.
pub(crate) struct Terminal {
    child: Running,
    keyboard: ChildStdin,
    output: Receiver<Vec<u8>>,
    pub(crate) screen: String,
}

impl Terminal {
    pub(crate) fn new(line: &str) -> Self {
        let mut script = Command::new("script");
        script.args(["-qec", line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = Running(script.spawn().unwrap());
        let (keyboard, mut stdout) = (child.0.stdin.take().unwrap(), child.0.stdout.take().unwrap());
        let (send, output) = channel();
        thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(read @ 1..) = stdout.read(&mut some) {
                if send.send(some[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, keyboard, output, screen: String::new() }
    }

    /// Waits until `words` stand on the screen, below what has been read so far, then types.
    pub(crate) fn answer(&mut self, words: &str, keys: &str) {
        let read = self.screen.len();
        while !self.screen[read..].contains(words) {
            match self.output.recv_timeout(TOO_LONG) {
                Ok(some) => self.screen.push_str(&String::from_utf8_lossy(&some)),
                Err(_) => panic!("`{words}` never came: {}", self.screen),
            }
        }
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end; gives whether it went well, and the events between what else was shown.
    pub(crate) fn end(mut self) -> (bool, String, Vec<Event>) {
        while let Ok(some) = self.output.recv_timeout(TOO_LONG) {
            self.screen.push_str(&String::from_utf8_lossy(&some));
        }
        let starts = self.screen.lines().filter_map(|line| line.find("{\"v\":").map(|at| &line[at..]));
        let events = starts.map(|line| serde_json::from_str(line.trim()).expect(line)).collect();
        (self.child.0.wait().unwrap().success(), self.screen, events)
    }
}

pub(crate) fn keygen(path: &Path) {
    keygen_as(path, &["ed25519"]);
}

/// A key of a kind, as `ssh-keygen -t` is told.
pub(crate) fn keygen_as(path: &Path, kind: &[&str]) {
    drop(fs::remove_file(path));
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-C", "test", "-f"])
        .arg(path)
        .arg("-t")
        .args(kind)
        .stdin(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// The program beside this test's own folder.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that ends with its test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub(crate) fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

pub(crate) struct Server {
    _child: Running,
    pub(crate) port: u16,
    log: Receiver<String>,
    seen: RefCell<Vec<Event>>,
}

impl Server {
    /// All events of the `n`-th connection that ended.
    pub(crate) fn connection(&self, n: usize) -> Vec<Event> {
        let mut seen = self.seen.borrow_mut();
        loop {
            let ended: Vec<_> = all(&seen, Ssh::Summary).map(|event| event.conn.clone()).collect();
            if let Some(conn) = ended.get(n) {
                return seen.iter().filter(|event| event.conn == *conn).cloned().collect();
            }
            let line = self.log.recv_timeout(TOO_LONG).expect("the server reports the connection");
            are_for_people([&line]);
            seen.push(serde_json::from_str(&line).expect(&line));
        }
    }

    /// How the `n`-th connection ended, as JSON.
    pub(crate) fn summary(&self, n: usize) -> String {
        serde_json::to_string(&of(&self.connection(n), Ssh::Summary).fields).unwrap()
    }
}

pub(crate) struct Sshd {
    _child: Running,
    pub(crate) port: u16,
    log: Receiver<String>,
}

impl Sshd {
    /// What sshd said up to the line that holds `words`.
    pub(crate) fn wait_for(&self, words: &str) -> Vec<String> {
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains(words)) {
            match self.log.recv_timeout(TOO_LONG) {
                Ok(line) => said.push(line),
                Err(_) => panic!("sshd never said `{words}` but:\n{}", said.join("\n")),
            }
        }
        said
    }
}

/// One run of the client.
pub(crate) struct Run {
    pub(crate) output: Output,
    pub(crate) events: Vec<Event>,
    pub(crate) port: u16,
}

impl Run {
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub(crate) fn has(&self, step: Ssh) -> bool {
        all(&self.events, step).next().is_some()
    }

    pub(crate) fn field(&self, step: Ssh, name: &str) -> steps::Value {
        of(&self.events, step).fields[name].clone()
    }

    /// The verdict of the summary.
    pub(crate) fn verdict(&self, claim: Claim) -> Option<Verdict> {
        of(&self.events, Ssh::Summary).claims.iter().find(|it| it.id == claim).map(|it| it.verdict)
    }
}

pub(crate) fn all(events: &[Event], step: Ssh) -> impl Iterator<Item = &Event> {
    events.iter().filter(move |event| event.step == step.into())
}

pub(crate) fn of(events: &[Event], step: Ssh) -> &Event {
    all(events, step).next().unwrap_or_else(|| panic!("no {} in {events:#?}", Step::from(step)))
}

pub(crate) fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Text that holds other text.
pub(crate) struct Contains(pub(crate) &'static str);

impl PartialEq<Contains> for &str {
    fn eq(&self, other: &Contains) -> bool {
        self.contains(other.0)
    }
}

impl std::fmt::Debug for Contains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Each of `expected` is in `seen`, one after the other; others may stand between them.
pub(crate) fn assert_in_order<A: PartialEq<B> + std::fmt::Debug, B: std::fmt::Debug>(
    seen: &[A],
    expected: &[B],
) {
    let mut rest = seen.iter();
    for next in expected {
        assert!(rest.any(|it| it == next), "{next:?} does not come in its place in {seen:#?}");
    }
}
