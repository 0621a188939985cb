//! The catalogue against live runs: every step is emitted by one of them, and nothing else is. What the lab's own
//! runs do not meet, a row of [`STIMULI`] brings about; a new step asks for its row.

kit::runner!();

mod common;

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use claims::Event;
use common::{Running, Server, captures, client, require, text};
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};
use steps::{Step, ssh::Step as Ssh, tcp::Step as Tcp, tls::Step as Tls, ws::Step as Ws};
use tempfile::TempDir;

/// Brings something about and gives the log of our side; none where the foreign peer is missing.
type Stimulus = fn(&Bench) -> Option<Vec<Event>>;

/// What it takes to see the steps that an undisturbed run of our pairs does not show.
const STIMULI: &[(&[Step], Stimulus)] = &[
    (&[Step::Tcp(Tcp::Rst), Step::Tcp(Tcp::Error)], a_port_where_nobody_listens),
    (&[Step::Tcp(Tcp::PureAck)], a_silent_connection_is_probed),
    (&[Step::Tcp(Tcp::Undecodable)], a_segment_without_flags),
    (&[Step::Tcp(Tcp::Lost)], |bench| Some(bench.lab(&["run", "tcp/syn-lost"]))),
    (&[Step::Tcp(Tcp::SynSent), Step::Tcp(Tcp::SynReceived), Step::Tcp(Tcp::LastAckState)], |bench| {
        Some(bench.lab(&["run", "tcp/slow-motion"]))
    }),
    (&[Step::Tcp(Tcp::HalfOpenGone), Step::Tcp(Tcp::Timer)], |bench| {
        Some(bench.lab(&["run", "tcp/ack-lost-for-good"]))
    }),
    (&[Step::Tcp(Tcp::Closing)], |bench| Some(bench.lab(&["run", "tcp/simultaneous-close"]))),
    (&[Step::Tcp(Tcp::Held), Step::Tcp(Tcp::Forged)], |bench| Some(bench.lab(&["run", "tcp/stale-syn"]))),
    (&[Step::Tcp(Tcp::Repeated)], |bench| Some(bench.lab(&["run", "tcp/duplicate-syn"]))),
    (&[Step::Tcp(Tcp::Damaged)], |bench| Some(bench.lab(&["run", "tcp/data-damaged"]))),
    (
        &[
            Step::Tls(Tls::HelloRetryRequest),
            Step::Tls(Tls::CertificateRequest),
            Step::Tls(Tls::ClientCertificate),
        ],
        openssl_wants_another_group_and_a_certificate,
    ),
    (&[Step::Tls(Tls::SessionResumed)], |bench| Some(bench.lab(&["run", "tls/resumption"]))),
    (
        &[
            Step::Tls(Tls::ChooseClientCertificate),
            Step::Tls(Tls::VerifyClientCertificate),
            Step::Tls(Tls::VerifyClientSignature),
        ],
        |bench| Some(bench.lab(&["run", "tls/client-certificate"])),
    ),
    (&[Step::Tls(Tls::DoesNotOpen)], |bench| Some(bench.lab(&["run", "tls/tampered-finished"]))),
    (&[Step::Tls(Tls::KeyUpdate)], openssl_turns_to_new_keys),
    (&[Step::Tls(Tls::OtherMessage)], a_certificate_is_named_by_its_url),
    (&[Step::Tls(Tls::Undecodable)], http_at_the_tls_port),
    (&[Step::Ws(Ws::Continuation)], a_text_in_two_frames),
    (&[Step::Ws(Ws::PlainRequest), Step::Ws(Ws::Refused), Step::Ws(Ws::Body)], curl_at_the_websocket_port),
    (&[Step::Ws(Ws::PlainResponse)], a_browser_at_the_websocket_port),
    (&[Step::Ws(Ws::Undecodable)], ssh_at_the_websocket_port),
    (
        &[
            Step::Ssh(Ssh::GroupRequest),
            Step::Ssh(Ssh::Group),
            Step::Ssh(Ssh::Unopened),
            Step::Ssh(Ssh::ChannelRequest),
        ],
        openssh_wants_a_group_and_a_terminal,
    ),
    (&[Step::Ssh(Ssh::ChannelWindowAdjust)], openssh_grants_more_room),
    (&[Step::Ssh(Ssh::NothingInCommon)], |bench| Some(bench.lab(&["run", "ssh/no-common-kex"]))),
    (&[Step::Ssh(Ssh::AuthFailure)], a_key_that_is_not_on_the_list),
    (&[Step::Ssh(Ssh::WrongTag)], |bench| Some(bench.lab(&["run", "ssh/bit-changed-after-newkeys"]))),
    (
        &[
            Step::Ssh(Ssh::AuthPassword),
            Step::Ssh(Ssh::InteractiveQuestion),
            Step::Ssh(Ssh::InteractiveAnswer),
        ],
        a_password_and_an_answer,
    ),
    (&[Step::Ssh(Ssh::OtherMessage), Step::Ssh(Ssh::Disconnect)], ignore_and_disconnect_in_the_clear),
    (&[Step::Ssh(Ssh::LineBefore)], words_instead_of_an_identification),
    (&[Step::Ssh(Ssh::Undecodable)], http_at_the_ssh_port),
];

/// The scenarios that bring values which cards show and the runs above do not.
const VALUES: &[&str] = &[
    "tcp/ack-of-fin-lost",
    "tcp/last-ack-lost",
    "tcp/server-never-closes",
    "tcp/syn-ack-lost",
    "tls/post-quantum-tls13",
    "tls/server-name",
    "ws/over-tls",
    "ssh/rekey",
    "ssh/foreign-key-then-answers",
];

/// Values that cards show and that no peer at hand sends, and who does.
const UNSEEN: &[(Step, &str, &str)] = &[
    (Step::Ssh(Ssh::ExtInfo), "ping@openssh.com", "OpenSSH since 9.5"),
    (Step::Ssh(Ssh::InteractiveQuestion), "name", "a server whose PAM module names its question"),
    (Step::Ssh(Ssh::InteractiveQuestion), "instruction", "the same"),
    (
        Step::Ssh(Ssh::OtherMessage),
        "request_name",
        "OpenSSH, which tells its other host keys to a client of ours",
    ),
];

#[kit::test]
fn every_step_of_the_catalogue_is_emitted_and_no_other() {
    if !captures("every_step_of_the_catalogue_is_emitted_and_no_other") {
        return;
    }
    let bench = Bench::new();
    // That nothing else is emitted is seen to where the logs are read: an id that the catalogue does not know
    // fails the test there.
    let mut logs = vec![bench.lab(&[])];
    logs.extend(["rsa", "tls13"].map(|variant| bench.lab(&["tls", "--variant", variant])));
    logs.extend(VALUES.iter().map(|scenario| bench.lab(&["run", scenario])));
    let mut untested = BTreeSet::new();
    for (steps, stimulus) in STIMULI {
        let ids = steps.iter().map(|step| step.id());
        match stimulus(&bench) {
            Some(log) => {
                let ids_of_log: BTreeSet<_> = common::ids(&log).into_iter().collect();
                let missing: Vec<_> = ids.filter(|id| !ids_of_log.contains(id)).collect();
                assert!(
                    missing.is_empty(),
                    "{missing:?} did not come of their stimulus, only {ids_of_log:?}"
                );
                logs.push(log);
            }
            None => untested.extend(ids),
        }
    }
    let events: Vec<&Event> = logs.iter().flatten().collect();
    let emitted: BTreeSet<&str> = events.iter().map(|event| event.step.id()).collect();
    let missing: Vec<_> =
        Step::all().map(Step::id).filter(|id| !emitted.contains(id) && !untested.contains(id)).collect();
    assert!(missing.is_empty(), "no live run emits {missing:?}: each needs a row in STIMULI");
    // And what its card shows of it.
    let has = |step: Step, name: &str| {
        events.iter().any(|event| event.step == step && event.fields.contains_key(name))
    };
    let shown = Step::all().flat_map(|step| step.card().shows.all().iter().map(move |name| (step, *name)));
    let tested = shown.filter(|(step, _)| !untested.contains(step.id()));
    let known = |step: Step, name: &str| UNSEEN.iter().any(|(of, it, _)| (*of, *it) == (step, name));
    let missing = tested.filter(|(step, name)| !has(*step, name) && !known(*step, name));
    let missing: Vec<_> = missing.map(|(step, name)| format!("{step}: {name}")).collect();
    assert!(missing.is_empty(), "no live run has these values, which cards show: {missing:#?}");
}

/// Demo keys, and a set that nobody here knows.
struct Bench {
    keys: TempDir,
    others: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let set = || {
            let folder = TempDir::new().expect("a temporary folder can be made");
            certs::ensure(folder.path()).expect("the demo keys can be made");
            folder
        };
        Bench { keys: set(), others: set() }
    }

    fn certs(&self) -> &str {
        text(self.keys.path())
    }

    /// `lab <args>`, to its end.
    fn lab(&self, args: &[&str]) -> Vec<Event> {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        let output =
            Running::start(lab.args(args).args(["--format", "json", "--certs", self.certs()])).wait();
        assert!(output.status.success(), "{}", output.stderr);
        output.events
    }

    /// Says each of `parts` to a server of ours, a further one once the one before was answered, then leaves.
    fn visit(&self, protocol: &str, parts: &[&[u8]]) -> Vec<Event> {
        let mut server = Server::start(protocol, &["--certs", self.certs()]);
        let mut stream = TcpStream::connect(server.addr).expect("it listens");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                stream.read_exact(&mut [0]).expect("an answer comes");
            }
            stream.write_all(part).expect("the server has not left yet");
        }
        // The server may have had enough before: the log says what became of the connection.
        drop(stream.shutdown(Shutdown::Write));
        drop(stream.read_to_end(&mut Vec::new()));
        server.after_connections(1)
    }
}

fn a_port_where_nobody_listens(_: &Bench) -> Option<Vec<Event>> {
    // Bound, so that nobody else takes the port, and never listening.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a descriptor is left");
    let any: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    socket.bind(&SockAddr::from(any)).expect("loopback has a free port");
    let here = socket.local_addr().ok()?.as_socket().expect("it is an IPv4 address");
    Some(client(&["tcp", &here.to_string()]).events)
}

/// A keep-alive probe asks for an ACK of what was acknowledged before.
fn a_silent_connection_is_probed(_: &Bench) -> Option<Vec<Event>> {
    let mut server = Server::start("tcp", &[]);
    let socket = Socket::from(TcpStream::connect(server.addr).expect("it listens"));
    // After an answer the kernel waits for the interval, whatever the time of silence is.
    let soon = TcpKeepalive::new().with_time(Duration::from_secs(1)).with_interval(Duration::from_secs(1));
    socket.set_tcp_keepalive(&soon).expect("Linux has keep-alive probes");
    // The second answer is the ACK that was sent before, again.
    let answer = |event: &Event| event.step == Tcp::PureAck.into() && event.fields.contains_key("duplicate");
    server.after("the answer to a probe", answer, 1);
    drop(socket);
    Some(server.after_connections(1))
}

/// A "null scan": a bare header, every control bit 0, in the name of a connection that is open.
fn a_segment_without_flags(_: &Bench) -> Option<Vec<Event>> {
    let mut server = Server::start("tcp", &[]);
    let stream = TcpStream::connect(server.addr).expect("it listens");
    let client = stream.local_addr().expect("it is connected");
    server.after_event("tcp.established");
    let ports = [client.port().to_be_bytes(), server.addr.port().to_be_bytes()].concat();
    let header = [&ports[..], &[0; 8], &[5 << 4], &[0; 7]].concat();
    let raw =
        Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::TCP)).expect("who captures may do this too");
    raw.send_to(&header, &SockAddr::from(server.addr)).expect("loopback takes it");
    server.after_event("tcp.undecodable");
    drop(stream);
    Some(server.after_connections(1))
}

fn openssl_wants_another_group_and_a_certificate(bench: &Bench) -> Option<Vec<Event>> {
    if !require("openssl") {
        return None;
    }
    let mut command = Command::new("openssl");
    command.args([
        "s_server",
        "-tls1_3",
        "-www",
        "-groups",
        "P-384",
        "-Verify",
        "1",
        "-accept",
        "127.0.0.1:0",
    ]);
    command.arg("-cert").arg(bench.keys.path().join(certs::SERVER_CERT));
    command.arg("-key").arg(bench.keys.path().join(certs::SERVER_KEY));
    let mut openssl = Running::start(&mut command);
    let addr = openssl.wait_for("line that says where it listens", |openssl| {
        openssl.stdout().iter().find_map(|line| line.strip_prefix("ACCEPT ").map(str::to_owned))
    });
    Some(client(&["tls", &addr, "--certs", bench.certs()]).events)
}

fn openssl_turns_to_new_keys(bench: &Bench) -> Option<Vec<Event>> {
    if !require("openssl") {
        return None;
    }
    let mut server = Server::start("tls", &["--certs", bench.certs()]);
    let mut command = Command::new("openssl");
    command.args(["s_client", "-tls1_3", "-connect", &server.addr.to_string()]);
    let (_openssl, mut keyboard) = Running::talk(&mut command);
    server.after_event("tls.handshake_complete");
    // On a line of its own, "K" is the command to send a KeyUpdate.
    keyboard.write_all(b"K\n").expect("openssl reads its input");
    server.after_event("tls.key_update");
    drop(keyboard);
    Some(server.after_connections(1))
}

/// A CertificateURL (RFC 6066 §5), which hardly anyone sends: a message without a step of its own.
fn a_certificate_is_named_by_its_url(bench: &Bench) -> Option<Vec<Event>> {
    Some(bench.visit("tls", &[b"\x16\x03\x01\x00\x04\x15\x00\x00\x00"]))
}

fn http_at_the_tls_port(bench: &Bench) -> Option<Vec<Event>> {
    let mut events = bench.visit("tls", &[b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]);
    // And a server whose first line can be quoted.
    let ssh = Server::start("ssh", &["--certs", bench.certs()]);
    events.extend(client(&["tls", &ssh.addr.to_string(), "--certs", bench.certs()]).events);
    Some(events)
}

fn a_text_in_two_frames(bench: &Bench) -> Option<Vec<Event>> {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
    // Masked with zeroes. FIN 0, text; FIN 1, continuation; close.
    let frames = b"\x01\x82\0\0\0\0he\x80\x83\0\0\0\0llo\x88\x80\0\0\0\0";
    Some(bench.visit("ws", &[request, frames]))
}

fn curl_at_the_websocket_port(bench: &Bench) -> Option<Vec<Event>> {
    Some(bench.visit("ws", &[b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"]))
}

fn a_browser_at_the_websocket_port(bench: &Bench) -> Option<Vec<Event>> {
    Some(bench.visit("ws", &[b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"]))
}

fn ssh_at_the_websocket_port(bench: &Bench) -> Option<Vec<Event>> {
    Some(bench.visit("ws", &[b"SSH-2.0-OpenSSH_9.2p1\r\n"]))
}

fn openssh_wants_a_group_and_a_terminal(bench: &Bench) -> Option<Vec<Event>> {
    if !require("ssh") {
        return None;
    }
    let mut server = Server::start("ssh", &["--certs", bench.certs()]);
    let ssh = Command::new("ssh")
        .args(["-tt", "-F", "none", "-p", &server.addr.port().to_string(), "-i"])
        .arg(bench.keys.path().join(certs::SSH_USER_KEY))
        .args(["-o", "KexAlgorithms=diffie-hellman-group-exchange-sha256", "-o", "BatchMode=yes"])
        .args(["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no"])
        .args(["-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null"])
        .args(["demo@127.0.0.1", "whoami"])
        .stdin(Stdio::null())
        .output();
    let output = ssh.expect("ssh starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(server.after_connections(1))
}

/// An sshd opens a session with a window of 0, and grants room once the command runs.
fn openssh_grants_more_room(bench: &Bench) -> Option<Vec<Event>> {
    if !require("sshd") {
        return None;
    }
    // sshd separates its privileges in this folder when it runs as root; a package makes it at boot.
    drop(fs::create_dir_all("/run/sshd"));
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let addr = free.expect("loopback has a free port");
    let config = bench.others.path().join("sshd_config");
    let lines = format!(
        "ListenAddress {addr}\nHostKey {0}/ssh_host_ed25519_key\nAuthorizedKeysFile {0}/authorized_keys\n\
         PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n",
        bench.certs()
    );
    fs::write(&config, lines).expect("it is ours");
    let mut sshd = Running::start(Command::new("/usr/sbin/sshd").args(["-D", "-e", "-f"]).arg(&config));
    sshd.wait_for("Server listening", |sshd| {
        sshd.stderr().iter().any(|line| line.contains("Server listening")).then_some(())
    });
    let user = Command::new("id").arg("-un").output().expect("every system has it").stdout;
    let target = format!("{}@{addr}", String::from_utf8_lossy(&user).trim());
    let run = client(&["ssh", "--strict", "no", "--certs", bench.certs(), &target, "true"]);
    assert!(run.status.success(), "{}", run.stderr);
    Some(run.events)
}

fn a_key_that_is_not_on_the_list(bench: &Bench) -> Option<Vec<Event>> {
    let server = Server::start("ssh", &["--certs", bench.certs()]);
    let other = bench.others.path().join(certs::SSH_USER_KEY);
    let target = format!("demo@{}", server.addr);
    let args = ["ssh", "--strict", "no", "--certs", bench.certs(), "--identity", text(&other), &target];
    Some(client(&args).events)
}

fn a_password_and_an_answer(bench: &Bench) -> Option<Vec<Event>> {
    let mut server = Server::start("ssh", &["--certs", bench.certs(), "--password-login", "on"]);
    let (target, passwords) = (format!("demo@{}", server.addr), bench.keys.path().join(certs::SSH_PASSWORD));
    for method in ["password", "keyboard-interactive"] {
        let args =
            ["ssh", "--strict", "no", "--certs", bench.certs(), "--methods", method, "--password-file"];
        let run = client(&[&args[..], &[text(&passwords), &target]].concat());
        assert!(run.status.success(), "{}", run.stderr);
    }
    Some(server.after_connections(2))
}

fn ignore_and_disconnect_in_the_clear(bench: &Bench) -> Option<Vec<Event>> {
    let ignore = ssh_packet(b"\x02\0\0\0\x04idle");
    let debug = ssh_packet(b"\x04\x01\0\0\0\x05hello\0\0\0\0");
    let disconnect = ssh_packet(b"\x01\0\0\0\x0b\0\0\0\x03bye\0\0\0\0");
    Some(bench.visit("ssh", &[&[b"SSH-2.0-test\r\n", &ignore[..], &debug, &disconnect].concat()]))
}

/// A packet in the clear (RFC 4253 §6): lengths, payload, at least four bytes of padding to a multiple of eight.
fn ssh_packet(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (5 + payload.len() + 4) % 8) % 8;
    let length = u32::try_from(1 + payload.len() + padding).expect("a short packet");
    let padding_length = u8::try_from(padding).expect("less than 12");
    [&length.to_be_bytes(), &[padding_length][..], payload, &vec![0; padding]].concat()
}

fn words_instead_of_an_identification(bench: &Bench) -> Option<Vec<Event>> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let target = format!("demo@{}", listener.local_addr().expect("it is bound"));
    let peer = thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("the client comes");
        peer.write_all(b"Exceeded MaxStartups\r\n").expect("it takes them");
        peer.shutdown(Shutdown::Write).expect("it is open");
        drop(peer.read_to_end(&mut Vec::new()));
    });
    let folder = bench.keys.path().to_str().expect("temporary folders have plain names");
    let left = client(&["ssh", &target, "--certs", folder]);
    peer.join().expect("the peer did not panic");
    Some(left.events)
}

fn http_at_the_ssh_port(bench: &Bench) -> Option<Vec<Event>> {
    Some(bench.visit("ssh", &[b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"]))
}
