//! What can go wrong around all four pairs, as tables: nobody there, a port that is taken, keys that are of no use,
//! strangers, peers that hang or vanish. Each ends in one clear message and a summary, and the server lives on.
//!
//! What is peculiar to one protocol stands in the tests named after it.

kit::runner!();

mod common;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    mem,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use claims::Event;
use common::{ByName, Output, Running, Server, binary, keys, missing, require, text};
use socket2::{Domain, SockAddr, Socket, Type};

/// One of the four pairs.
struct Pair {
    /// Its name on the command line.
    protocol: &'static str,
    /// How its client is told where to go.
    target: fn(&str) -> String,
    /// Whether the two sides have keys.
    server_keys: bool,
    client_keys: bool,
    /// The beginning of what its client says first.
    half_a_word: &'static [u8],
}

const PAIRS: [Pair; 4] = [
    Pair {
        protocol: "tcp",
        target: str::to_owned,
        server_keys: false,
        client_keys: false,
        half_a_word: b"hel",
    },
    Pair {
        protocol: "tls",
        target: str::to_owned,
        server_keys: true,
        client_keys: true,
        half_a_word: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    },
    Pair {
        protocol: "ws",
        target: |addr| format!("ws://{addr}/"),
        server_keys: true,
        client_keys: false,
        half_a_word: b"GET / HTTP/1.1\r\nHost: loc",
    },
    Pair {
        protocol: "ssh",
        target: |addr| format!("demo@{addr}"),
        server_keys: true,
        client_keys: true,
        half_a_word: b"SSH-2.0-cut\r\n\0\0\x04\x00\x06\x14",
    },
];

impl Pair {
    fn server_args<'a>(&self, certs: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        let keys = if self.server_keys { &["--certs", certs][..] } else { &[] };
        [keys, args].concat()
    }

    /// `client <protocol>` to `addr`, as a command.
    fn client(&self, certs: &str, addr: &str) -> Command {
        let mut command = Command::new(binary("client"));
        command.args([self.protocol, "--format", "json"]);
        if self.client_keys {
            command.args(["--certs", certs]);
        }
        if self.protocol == "ssh" {
            command.args(["--strict", "no"]);
        }
        command.arg((self.target)(addr));
        command
    }
}

/// What a program of ours ends with where it failed. `client ssh` does as `ssh`, which leaves 0 to 254 to the command.
fn failure(program: &str, protocol: &str) -> i32 {
    if (program, protocol) == ("client", "ssh") { 255 } else { 1 }
}

/// One line on standard error that begins with the program's name and holds each of `words`, and this exit code.
fn fails(output: &Output, code: i32, words: &[&str]) {
    let stderr = &output.stderr;
    // That packets cannot be captured, or that a host key is not checked, is said beforehand.
    let told: Vec<&str> = stderr.lines().filter(|line| !line.trim_start().starts_with("WARN")).collect();
    let [message] = told[..] else { panic!("one message, not: {stderr}") };
    assert!(message.starts_with("client: ") || message.starts_with("server: "), "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
    assert_eq!(output.status.code(), Some(code), "{message}");
    if let Some(last) = output.events.last() {
        assert!(last.step.is_summary(), "{last:?}");
        failed(last);
    }
}

/// Both languages say why.
fn failed(summary: &Event) {
    assert_eq!(summary.text("outcome"), "failed", "{summary:?}");
    let reason = |lang: &str| summary.fields["reason"][lang].as_str().unwrap_or_default();
    assert!(!reason("en").is_empty() && !reason("zh").is_ascii(), "{summary:?}");
}

#[kit::test]
fn a_server_that_cannot_listen_says_why_and_what_to_do() {
    let keys = keys();
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let taken = taken.local_addr().map(|addr| (addr.to_string(), taken)).expect("it is bound");
    for pair in &PAIRS {
        // 192.0.2.0/24 is nobody's (RFC 5737).
        for (addr, words) in [
            (taken.0.as_str(), ["address in use", "is another server running there? `--listen`"]),
            ("192.0.2.1:0", ["this machine has no such address", "`--listen` takes another"]),
        ] {
            let args = pair.server_args(text(keys.path()), &["--listen", addr, "--format", "json"]);
            let output = Running::start(Command::new(binary("server")).arg(pair.protocol).args(args)).wait();
            fails(&output, failure("server", pair.protocol), &[addr, words[0], words[1]]);
        }
    }
}

#[kit::test]
fn a_client_that_reaches_nobody_says_why_and_what_to_do() {
    let keys = keys();
    // Bound, so that nobody else takes the port, and never listening.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a descriptor is left");
    socket.bind(&SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0)))).expect("loopback has a free port");
    let port = socket.local_addr().expect("it is bound").as_socket().expect("it is an address").port();
    let nobody = format!("127.0.0.1:{port}");
    let unshare = Command::new("unshare").args(["-rn", "true"]).stderr(Stdio::null()).status();
    let namespaces = unshare.is_ok_and(|status| status.success()) || missing("the right to make a namespace");
    for pair in &PAIRS {
        let refused = Running::start(&mut pair.client(text(keys.path()), &nobody)).wait();
        fails(
            &refused,
            failure("client", pair.protocol),
            &[&nobody, "connection refused", "Is the server running?"],
        );

        // .invalid is nobody's name (RFC 6761).
        let unknown = Running::start(&mut pair.client(text(keys.path()), "nowhere.invalid:7")).wait();
        fails(&unknown, failure("client", pair.protocol), &["nowhere.invalid", "is the name right?"]);
        assert_eq!(unknown.events, [], "there was no connection");

        // A namespace whose loopback interface is down: there is no way anywhere.
        if namespaces {
            let bare = pair.client(text(keys.path()), &nobody);
            let mut command = Command::new("unshare");
            command.arg("-rn").arg(bare.get_program()).args(bare.get_args());
            fails(
                &Running::start(&mut command).wait(),
                failure("client", pair.protocol),
                &[&nobody, "Is the address right?"],
            );
        }
    }
}

/// What became of a file of the demo keys.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Garbage,
    Folder,
    Unreadable,
    Missing,
}

#[kit::test]
fn keys_that_are_of_no_use_are_named() {
    use Fault::{Folder, Garbage, Missing, Unreadable};
    let check = "`certs --check --dir ";
    let identity = "`--identity` takes another";
    let all = [Garbage, Folder, Unreadable];
    let cases: [(&str, &str, &str, &[Fault], &str); 9] = [
        ("server", "tls", certs::SERVER_CERT, &all, check),
        ("server", "tls", certs::SERVER_KEY, &all, check),
        // A key is never made anew for a certificate that is there.
        ("server", "tls", certs::SERVER_KEY, &[Missing], "put the key back, or remove the certificate"),
        ("server", "ssh", certs::SSH_HOST_KEY, &all, check),
        ("server", "ssh", certs::SSH_HOST_KEY, &[Missing], "put the key back, or remove the public half"),
        // A line that is no key lets nobody in, and the others still count.
        ("server", "ssh", certs::AUTHORIZED_KEYS, &[Folder, Unreadable], check),
        ("client", "tls", certs::CA_CERT, &all, check),
        ("client", "ssh", certs::SSH_USER_KEY, &all, identity),
        ("client", "ssh", certs::SSH_USER_KEY, &[Missing], "put the key back, or remove the public half"),
    ];
    for (program, protocol, file, faults, what_to_do) in cases {
        for fault in faults {
            let keys = keys();
            let path = keys.path().join(file);
            spoil(&path, *fault);
            let mut command = Command::new(binary(program));
            command.args([protocol, "--format", "json", "--certs", text(keys.path())]);
            if program == "server" {
                command.args(["--listen", "127.0.0.1:0"]);
            }
            if *fault == Unreadable {
                let Some(bound) = bound_by_modes(command) else { continue };
                command = bound;
            }
            let output = Running::start(&mut command).wait();
            fails(&output, failure(program, protocol), &[text(&path), what_to_do]);
        }
    }
}

fn spoil(path: &Path, fault: Fault) {
    let done = match fault {
        Fault::Garbage => fs::write(path, "no key\n"),
        Fault::Folder => fs::remove_file(path).and_then(|()| fs::create_dir(path)),
        Fault::Unreadable => fs::set_permissions(path, fs::Permissions::from_mode(0o000)),
        Fault::Missing => fs::remove_file(path),
    };
    done.unwrap_or_else(|error| panic!("{fault:?} {}: {error}", path.display()));
}

/// `command` as one to whom the mode of a file means something: root without the privilege to pass over it.
fn bound_by_modes(command: Command) -> Option<Command> {
    let root = fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
    if !root {
        return Some(command);
    }
    if !require("setpriv") {
        return None;
    }
    let mut bound = Command::new("setpriv");
    bound
        .args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]);
    bound.arg(command.get_program()).args(command.get_args());
    Some(bound)
}

/// How a stranger leaves.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// With a FIN, and reads what is still said.
    Politely,
    /// With a RST.
    Abruptly,
    /// Not at all: it waits for the server to end.
    Never,
}

#[kit::test]
fn a_server_outlives_strangers_that_talk_hang_or_vanish() {
    // One after the other would take as many timeouts as there are pairs.
    thread::scope(|scope| {
        for pair in &PAIRS {
            scope.spawn(|| outlives_strangers(pair));
        }
    });
}

fn outlives_strangers(pair: &Pair) {
    use Leaves::{Abruptly, Never, Politely};
    let keys = keys();
    let patience = ["--handshake-timeout", "2", "--idle-timeout", "2"];
    let mut server = Server::start(pair.protocol, &pair.server_args(text(keys.path()), &patience));
    let says: [&[u8]; 6] = [
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
        b"SSH-2.0-stranger\r\n",
        b"\xf0\x0d\xba\xbe\0\xff\x80\x7f\xf0\x0d\xba\xbe\0\xff\x80\x7f",
        pair.half_a_word,
    ];
    let mut expected = BTreeMap::new();
    // All at once: none must stand in another's way.
    let visits: Vec<_> = says
        .into_iter()
        .flat_map(|bytes| [Politely, Abruptly, Never].map(|leaves| (bytes, leaves)))
        .map(|(bytes, leaves)| {
            let stranger = TcpStream::connect(server.addr).expect("it listens");
            let conn = format!("{}>{}", stranger.local_addr().expect("it is connected"), server.addr);
            expected.insert(conn, leaves);
            thread::spawn(move || visit(stranger, bytes, leaves))
        })
        .collect();
    for visit in visits {
        visit.join().expect("a stranger does not panic");
    }
    let events = server.after_connections(expected.len());
    let summaries: Vec<_> = events.iter().filter(|event| event.step.is_summary()).collect();
    assert_eq!(summaries.len(), expected.len(), "{}: one summary a connection", pair.protocol);
    for summary in summaries {
        let leaves = expected.remove(&summary.conn).expect("one of these strangers, once");
        // To the TCP server nobody who leaves politely is a stranger.
        if pair.protocol == "tcp" && matches!(leaves, Politely) {
            assert_eq!(summary.text("outcome"), "complete", "{summary:?}");
        } else {
            failed(summary);
        }
    }
    let good = Running::start(&mut pair.client(text(keys.path()), &server.addr.to_string())).wait();
    assert!(good.status.success(), "{}: {}", pair.protocol, good.stderr);
    let stopped = server.stop();
    assert!(stopped.status.success() && !stopped.stderr.contains("panicked"), "{}", stopped.stderr);
}

fn visit(mut stranger: TcpStream, bytes: &[u8], leaves: Leaves) {
    // The server may have had enough before the last byte.
    drop(stranger.write_all(bytes));
    match leaves {
        Leaves::Politely => drop(stranger.shutdown(Shutdown::Write)),
        Leaves::Abruptly => return reset(stranger),
        Leaves::Never => {}
    }
    drop(stranger.read_to_end(&mut Vec::new()));
}

/// Leaves with a RST.
fn reset(stream: TcpStream) {
    let socket = Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).expect("the socket is open");
}

#[kit::test]
fn a_client_says_that_its_server_vanished_or_hangs() {
    thread::scope(|scope| {
        for pair in &PAIRS {
            scope.spawn(|| {
                let keys = keys();
                let vanishes = answering(|mut client| {
                    // Its first words are awaited, so that the connection is open.
                    drop(client.read(&mut [0; 64]));
                    reset(client);
                });
                let output = Running::start(&mut pair.client(text(keys.path()), &vanishes)).wait();
                fails(&output, failure("client", pair.protocol), &[&vanishes]);
                assert!(!output.events.is_empty(), "{}: a connection has a log", pair.protocol);
                let hangs = answering(|mut client| {
                    drop(client.read_to_end(&mut Vec::new()));
                    // Closing would be an answer: the descriptor stays open until the test has ended.
                    mem::forget(client);
                });
                let output = Running::start(&mut pair.client(text(keys.path()), &hangs)).wait();
                fails(&output, failure("client", pair.protocol), &[&hangs, " 10 s"]);
                assert!(!output.events.is_empty(), "{}: a connection has a log", pair.protocol);
            });
        }
    });
}

/// A server that does `what` with its first visitor.
fn answering(what: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound").to_string();
    thread::spawn(move || what(listener.accept().expect("the client comes").0));
    here
}
