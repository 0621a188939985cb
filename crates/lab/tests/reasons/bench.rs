//! What the runs of this folder share: the keys, our programs, and peers made of a few lines.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::Duration,
};

use claims::Event;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use socket2::SockRef;
use steps::{
    Past, Said, Side, summary,
    tcp::reason::{Attempt, End, Facts, Refusal, reason},
};
use tempfile::TempDir;

use crate::common::{Output, Running, Server, binary};

/// A rule, and the run that meets it.
pub(crate) struct Case {
    /// The rule.
    pub(crate) rule: &'static str,
    /// The run in a few words, as the page has it.
    pub(crate) run: &'static str,
    how: How,
}

enum How {
    /// A connection that never came about: nothing is logged, and this is what the client says.
    Refused(SocketAddr, Refusal, &'static str),
    /// `lab run` with this scenario.
    Scenario(&'static str),
    /// What both ends, or one of them, logged.
    Run(fn(&Bench) -> Vec<Event>),
}

/// What was said.
pub(crate) type Met = Said;

/// A run of its own.
pub(crate) fn case(rule: &'static str, run: &'static str, how: fn(&Bench) -> Vec<Event>) -> Case {
    Case { rule, run, how: How::Run(how) }
}

/// A connection to `to` that never comes about in a network made by `script`.
pub(crate) fn refused(
    rule: &'static str,
    run: &'static str,
    to: &str,
    how: Refusal,
    script: &'static str,
) -> Case {
    Case { rule, run, how: How::Refused(to.parse().expect("an address"), how, script) }
}

/// A scenario of the suite.
pub(crate) fn scenario(rule: &'static str, run: &'static str) -> Case {
    let name = run.strip_prefix("lab run ").expect("so it is typed");
    Case { rule, run, how: How::Scenario(name) }
}

/// The keys, and a folder for what a run needs.
pub(crate) struct Bench {
    folder: TempDir,
    certs: String,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let certs = folder.path().join("certs");
        certs::ensure(&certs).expect("the demo keys can be made");
        // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
        drop(fs::create_dir_all("/run/sshd"));
        binary("client");
        Bench { certs: certs.display().to_string(), folder }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One of the demo keys.
    pub(crate) fn key(&self, name: &str) -> String {
        Path::new(&self.certs).join(name).display().to_string()
    }

    /// Runs the case: some summary names the rule, and this is what it says.
    pub(crate) fn meet(&self, case: &Case) -> Met {
        let events = match &case.how {
            How::Refused(address, how, script) => return refusal(case.rule, *address, how, script),
            How::Run(run) => run(self),
            How::Scenario(name) => {
                let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
                lab.args(["run", name, "--format", "json", "--certs", &self.certs]);
                Running::start(&mut lab).wait().events
            }
        };
        let summaries: Vec<_> = events.iter().filter(|event| event.step.is_summary()).collect();
        let found = summaries.iter().find(|event| event.get(summary::RULE) == Some(case.rule));
        let rules: Vec<_> =
            summaries.iter().map(|event| (event.get(summary::RULE), event.failure())).collect();
        let said = found.unwrap_or_else(|| panic!("{} met {rules:#?}", case.run)).failure();
        let Said { en, zh } = said.expect("a rule has its sentence");
        Said { en: self.plain(&en), zh: self.plain(&zh) }
    }

    /// The same in each run: without ports, times, prints and folders.
    fn plain(&self, said: &str) -> String {
        let said = said.replace(&self.folder.path().display().to_string(), "DIR");
        let (mut plain, mut rest) = (String::new(), said.as_str());
        while let Some(next) = rest.chars().next() {
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
            if let Some(port) = ["127.0.0.1:", "localhost:", "]:"].iter().find(|it| rest.starts_with(**it)) {
                let digits = rest[port.len()..].bytes().take_while(u8::is_ascii_digit).count();
                plain += port;
                plain += if digits > 0 { "PORT" } else { "" };
                rest = &rest[port.len() + digits..];
            } else if let Some(print) = rest.strip_prefix("SHA256:") {
                plain += "SHA256:…";
                rest = &print[print.bytes().take_while(|byte| is_key(*byte)).count()..];
            } else if let Some(of) =
                ["of one run ", "known_hosts_", "/tmp/.tmp"].iter().find(|it| rest.starts_with(**it))
            {
                // A number, a host or a name by chance.
                plain += of.trim_end_matches([' ', '_']);
                let chance = |byte: &u8| byte.is_ascii_alphanumeric() || b"._".contains(byte);
                rest = &rest[of.len()..];
                rest = &rest[rest.bytes().take_while(|byte| chance(byte)).count()..];
            } else if is_moment(rest) {
                plain += "DATE";
                rest = &rest[rest.find('Z').map_or(rest.len(), |at| at + 1)..];
            } else {
                plain.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        plain
    }

    /// Our client.
    pub(crate) fn client(&self, args: &[&str]) -> Vec<Event> {
        self.client_to(args).events
    }

    fn client_to(&self, args: &[&str]) -> Output {
        let mut command = Command::new(binary("client"));
        command.args(args).args(["--format", "json"]);
        if args[0] != "tcp" {
            command.args(["--certs", &self.certs]);
        }
        // Held open: where input ends at once, a client of SSH says so, and a server that leaves then has bytes unread.
        let (running, _keyboard) = Running::talk(&mut command);
        running.wait()
    }

    /// Our server.
    pub(crate) fn server(&self, protocol: &str, args: &[&str]) -> Server {
        let certs: &[&str] = if protocol == "tcp" { &[] } else { &["--certs", &self.certs] };
        Server::start(protocol, &[certs, args].concat())
    }

    /// Our server with a visitor; what it logged of it.
    pub(crate) fn visited(&self, protocol: &str, args: &[&str], talk: fn(&mut Peer)) -> Vec<Event> {
        let mut server = self.server(protocol, args);
        let stream = TcpStream::connect(server.addr).expect("it listens");
        let mut visitor = Peer(stream);
        talk(&mut visitor);
        drop(visitor);
        server.after_connections(1)
    }

    /// A server that speaks TLS by the demo certificate, with the application protocol `alpn`, if any.
    pub(crate) fn at_tls(&self, alpn: &'static [u8], talk: fn(&mut Tls)) -> String {
        let chain = CertificateDer::pem_file_iter(self.key(certs::SERVER_CERT)).expect("it is there");
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("it reads");
        let key = PrivateKeyDer::from_pem_file(self.key(certs::SERVER_KEY)).expect("it is there");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("rustls has its versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they fit");
        config.alpn_protocols =
            [alpn].iter().filter(|name| !name.is_empty()).map(|name| name.to_vec()).collect();
        let config = Arc::new(config);
        listening(move |stream| {
            let tls = ServerConnection::new(Arc::clone(&config)).expect("the configuration is good");
            talk(&mut StreamOwned::new(tls, stream));
        })
    }
}

/// Whether a time in UTC begins here: `2026-01-01T`.
fn is_moment(text: &str) -> bool {
    let shape = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    text.bytes().take(11).map(shape).eq(*b"0000-00-00T")
}

/// A peer that speaks TLS.
pub(crate) type Tls = StreamOwned<ServerConnection, TcpStream>;

/// A peer of a few lines.
pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    /// Waits for some bytes.
    pub(crate) fn hear(&mut self) -> Vec<u8> {
        let mut some = vec![0; 16 * 1024];
        let read = self.0.read(&mut some).unwrap_or_default();
        some.truncate(read);
        some
    }

    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) {
        // Who has heard enough may be gone.
        drop(self.0.write_all(bytes.as_ref()));
    }

    /// Ends its direction, and hears the other to its end.
    pub(crate) fn fin(&mut self) {
        drop(self.0.shutdown(Shutdown::Write));
        self.stay();
    }

    /// Ends both with RST when it is dropped.
    pub(crate) fn rst(&mut self) {
        SockRef::from(&self.0).set_linger(Some(Duration::ZERO)).expect("it is a socket");
    }

    /// Says nothing more until the other side ends.
    pub(crate) fn stay(&mut self) {
        let mut some = [0; 4096];
        loop {
            match self.0.read(&mut some) {
                Ok(1..) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
            }
        }
    }
}

/// A server of a few lines: where it listens.
pub(crate) fn at(talk: fn(&mut Peer)) -> String {
    listening(move |stream| talk(&mut Peer(stream)))
}

fn listening(talk: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for visitor in listener.incoming().flatten() {
            talk(visitor);
        }
    });
    here.to_string()
}

/// A foreign server on a free port, once it listens there; it ends when it is dropped.
pub(crate) fn foreign(program: &str, args: &[&str]) -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
    let port_text = port.to_string();
    let args: Vec<_> = args.iter().map(|arg| arg.replace("PORT", &port_text)).collect();
    let mut running = Running::start(Command::new(program).args(args));
    running.wait_for("port", |_| {
        // Asking by connect() would be a visit.
        let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default()
            + &fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
        let here = format!(":{port:04X} ");
        table.lines().any(|line| line.contains(&here) && line.contains(" 0A ")).then_some(())
    });
    (running, format!("localhost:{port}"))
}

/// What the client prints is what the rule says of that address.
fn refusal(rule: &str, address: SocketAddr, how: &Refusal, script: &str) -> Met {
    let end = End::NotConnected(Attempt { address, how: how.clone() });
    let reason = reason(&Facts { side: Side::Client, past: &Past::default(), end });
    assert_eq!(reason.rule, Some(rule));
    let script = format!("ip link set lo up; {script}; exec $CLIENT tcp {address}");
    let mut command = Command::new("unshare");
    command.args(["-n", "sh", "-c", &script]).env("CLIENT", binary("client")).env("SERVER", binary("server"));
    let mut running = Running::start(&mut command);
    running.end();
    let (said, printed) = (reason.said(), running.stderr().join("\n"));
    assert!(printed.contains(&said.en), "{} is not in: {printed}", said.en);
    said
}

/// A shell in a network of its own, whose loopback is up; `$CLIENT` and `$SERVER` are our programs.
pub(crate) fn apart(script: &str) -> Vec<Event> {
    let script = format!("ip link set lo up; {script}");
    let mut command = Command::new("unshare");
    command.args(["-n", "sh", "-c", &script]).env("CLIENT", binary("client")).env("SERVER", binary("server"));
    let mut running = Running::start(&mut command);
    running.end();
    running.stdout().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Runs a program to its end, which has to be a good one.
pub(crate) fn done(program: &str, args: &[&str]) {
    let output =
        Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}
