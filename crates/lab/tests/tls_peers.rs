//! The TLS pair with itself, each half with openssl and curl, and each with visitors that speak no TLS or leave in
//! the middle.

mod common;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
};

use common::{Output, Running, Server, client, crossed, ids, require, summary};
use steps::{Claim, Direction, Event, Evidence, Side, Verdict};
use tempfile::TempDir;

/// A set of demo keys for all tests of this file.
fn keys() -> &'static Path {
    static KEYS: OnceLock<TempDir> = OnceLock::new();
    let folder = KEYS.get_or_init(|| {
        let folder = TempDir::new().expect("a temporary folder can be made");
        certs::ensure(folder.path()).expect("the demo keys can be made");
        folder
    });
    folder.path()
}

fn key(name: &str) -> String {
    keys().join(name).display().to_string()
}

fn server(args: &[&str]) -> Server {
    let certs = keys().display().to_string();
    Server::start("tls", &[&["--certs", certs.as_str()], args].concat())
}

fn tls_client(target: &str, args: &[&str]) -> Output {
    let certs = keys().display().to_string();
    client(&[&["tls", target, "--certs", certs.as_str()], args].concat())
}

/// The ids of TLS's own steps: what TCP says below them is not at stake here.
fn tls_ids(events: &[Event]) -> Vec<&'static str> {
    ids(events).into_iter().filter_map(|id| id.strip_prefix("tls.")).collect()
}

fn reason(events: &[Event]) -> String {
    let summary = summary(events);
    assert_eq!(summary.text("outcome"), "failed");
    let reason = |lang: &str| summary.fields["reason"][lang].as_str().unwrap_or_default().to_owned();
    assert!(!reason("zh").is_empty(), "both languages say why");
    reason("en")
}

/// The verdict on each claim of the notes' TLS part, `-` where this side shows nothing.
fn verdicts(events: &[Event]) -> String {
    let summary = summary(events);
    let words = Claim::T1 as usize..=Claim::T14 as usize;
    let found = |index| summary.claims.iter().find(|finding| finding.id as usize == index);
    let word = |index| match found(index).map(|finding| finding.verdict) {
        None => '-',
        Some(Verdict::AsNoted) => 'n',
        Some(Verdict::Depends) => '~',
        Some(Verdict::Differs) => 'd',
        Some(Verdict::Absent) => 'a',
    };
    words.map(word).collect()
}

/// One value of every event of a step.
fn values<'a>(events: &'a [Event], step: &str, field: &str) -> Vec<&'a serde_json::Value> {
    events.iter().filter(|event| event.step.id() == step).map(|event| &event.fields[field]).collect()
}

/// The wire part of a log that needs only one key.
fn told(events: &[Event], direction: Direction) -> Vec<(&'static str, &steps::Fields, &steps::Bytes)> {
    let events = crossed(events, direction).into_iter();
    events
        .filter(|event| event.step.protocol() == steps::Protocol::Tls)
        .map(|event| (event.step.id(), &event.fields, &event.bytes))
        .collect()
}

#[test]
fn our_pair_tells_one_story_from_both_ends() {
    // t1 to t14: as Noted, Differs, Absent. What only the client can see (t5, t6) the server leaves open.
    let cases =
        [("ecdhe", "nnndnddddnnnnn", "nnnd--dddnnnnn"), ("tls13", "dddanddaddnndn", "ddda--daddnndn")];
    for (variant, of_client, of_server) in cases {
        let mut server = server(&[]);
        let left = tls_client(&server.addr.to_string(), &["--variant", variant]);
        assert!(left.status.success(), "{}", left.stderr);
        let heard = server.after_connections(1);
        assert_eq!(verdicts(&left.events), of_client, "{variant}");
        assert_eq!(verdicts(&heard), of_server, "{variant}");
        for (sent, received) in [(&left.events, &heard), (&heard, &left.events)] {
            assert_eq!(told(sent, Direction::Sent), told(received, Direction::Received), "{variant}");
        }
        let secrets = |events| values(events, "tls.shared_secret", "fingerprint").len();
        assert_eq!((secrets(&left.events), secrets(&heard)), (1, 1), "{variant}");
        for (step, field) in [("tls.shared_secret", "fingerprint"), ("tls.session_keys", "fingerprints")] {
            assert_eq!(values(&left.events, step, field), values(&heard, step, field), "{variant}");
        }
        for events in [&left.events, &heard] {
            let equal = values(events, "tls.finished", "equal");
            assert_eq!(equal, [true, true], "{variant}");
        }
        let inferred = left.events.iter().chain(&heard);
        let mut inferred = inferred.filter(|event| event.evidence == Evidence::Inferred);
        assert!(inferred.all(|event| event.step.is_summary()), "{variant}");
    }
}

#[test]
fn a_relabelled_recording_keeps_its_verdicts() {
    let server = server(&[]);
    let left = tls_client(&server.addr.to_string(), &["--variant", "ecdhe"]);
    let mut past = steps::Past::default();
    for mut event in left.events {
        event.variant = Some("tls13".into());
        if !event.step.is_summary() {
            assert_eq!(past.judge(&event), event.claims, "{}", event.step);
        }
    }
}

/// A handshake message as openssl's `-trace` names it: who sent it, its name and the length of its body.
type Message = (Direction, String, usize);

/// The handshake messages of openssl's own account.
fn traced(text: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut direction = Direction::Local;
    for line in text.lines() {
        match line {
            // What openssl sent, we received.
            _ if line.starts_with("Sent Record") => direction = Direction::Received,
            _ if line.starts_with("Received Record") => direction = Direction::Sent,
            _ => {}
        }
        let Some((name, length)) = line.trim_start().split_once(", Length=") else { continue };
        let is_name = name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
        if let (true, Ok(length)) = (is_name && line.starts_with("    "), length.trim().parse()) {
            messages.push((direction, name.to_owned(), length));
        }
    }
    messages
}

/// The handshake messages of our log, as openssl names them.
fn ours(events: &[Event]) -> Vec<Message> {
    let mut messages = Vec::new();
    for event in events.iter().filter(|event| event.evidence == Evidence::Wire) {
        let name = match event.step.id() {
            "tls.hello_retry_request" => "ServerHello",
            "tls.client_certificate" => "Certificate",
            "tls.change_cipher_spec" | "tls.application_data" | "tls.alert" | "tls.undecodable" => continue,
            id if !id.starts_with("tls.") => continue,
            _ => event.step.card().title.en,
        };
        messages.push((event.direction, name.to_owned(), event.bytes.0.len() - 4));
    }
    messages
}

/// Both accounts tell the same, in the same order in each direction.
fn agree(events: &[Event], trace: &str, case: &[&str]) {
    for direction in [Direction::Sent, Direction::Received] {
        let of = |messages: Vec<Message>| -> Vec<_> {
            messages.into_iter().filter(|(way, _, _)| *way == direction).collect()
        };
        assert_eq!(of(ours(events)), of(traced(trace)), "{case:?}");
    }
    let equal = values(events, "tls.finished", "equal");
    assert!(equal.len() == 2 && equal.iter().all(|equal| **equal == true), "{case:?}: {equal:?}");
}

#[test]
fn openssl_s_client_agrees_with_our_server() {
    if !require("openssl") {
        return;
    }
    let cases: [&[&str]; 4] = [
        &["-tls1_3"],
        &["-tls1_2"],
        &["-tls1_3", "-groups", "ffdhe2048:P-384"],
        &["-tls1_2", "-groups", "P-256"],
    ];
    for case in cases {
        let mut server = server(&[]);
        let mut command = Command::new("openssl");
        command.args([
            "s_client",
            "-trace",
            "-ign_eof",
            "-CAfile",
            &key(certs::CA_CERT),
            "-servername",
            "localhost",
        ]);
        command.args(["-verify_return_error", "-connect", &server.addr.to_string()]).args(case);
        let trace = ask(&mut command);
        assert!(trace.contains("This page crossed the wire"), "{case:?}: {trace}");
        let events = server.after_connections(1);
        agree(&events, &trace, case);
        assert_eq!(summary(&events).text("outcome"), "complete", "{case:?}");
        assert_eq!(values(&events, "tls.choose_certificate", "server_name")[0], "localhost");
        let retried = tls_ids(&events).contains(&"hello_retry_request");
        assert_eq!(retried, case.contains(&"ffdhe2048:P-384"));
    }
}

/// Runs an `openssl s_client` that sends a request; gives all it printed.
fn ask(command: &mut Command) -> String {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = spawned.expect("openssl starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("openssl reads its input");
    let output = child.wait_with_output().expect("a child of ours can be waited for");
    drop(stdin);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn new_keys_that_openssl_asks_for_open_what_follows() {
    if !require("openssl") {
        return;
    }
    let mut server = server(&[]);
    let mut command = Command::new("openssl");
    command.args(["s_client", "-tls1_3", "-connect", &server.addr.to_string()]);
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = spawned.expect("openssl starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    server.after_event("tls.handshake_complete");
    // On a line of its own, "K" makes s_client send a KeyUpdate and ask for one.
    stdin.write_all(b"K\n").expect("openssl reads its input");
    server.after_event("tls.key_update");
    stdin.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("openssl reads its input");
    let events = server.after_connections(1);
    drop(stdin);
    drop(child.wait());
    let asked = values(&events, "tls.key_update", "request_update");
    assert_eq!(asked, ["update_requested", "update_not_requested"]);
    assert_eq!(values(&events, "tls.application_data", "plaintext"), ["GET / HTTP/1.0", "HTTP/1.1 200 OK"]);
}

#[test]
fn a_message_without_a_step_is_named_by_its_type() {
    if !require("openssl") {
        return;
    }
    // A TLS 1.2 server that staples the CA's word on its certificate says so in a CertificateStatus.
    let folder = TempDir::new().expect("a temporary folder can be made");
    let [index, word] = ["index.txt", "word.der"].map(|name| folder.path().join(name).display().to_string());
    let serial = openssl(&["x509", "-noout", "-serial", "-in", &key(certs::SERVER_CERT)]);
    let serial = serial.trim().trim_start_matches("serial=");
    std::fs::write(&index, format!("V\t491231235959Z\t\t{serial}\tunknown\t/CN=server\n"))
        .expect("it is ours");
    let (ca, ca_key) = (key(certs::CA_CERT), key(certs::CA_KEY));
    let signer = ["-CA", &ca, "-rsigner", &ca, "-rkey", &ca_key];
    let asked = ["-issuer", &ca, "-cert", &key(certs::SERVER_CERT), "-respout", &word];
    openssl(&[&["ocsp", "-index", &index], &signer[..], &asked[..]].concat());

    let (_peer, addr) = openssl_server(&["-tls1_2", "-status_file", &word]);
    let left = tls_client(&addr.to_string(), &[]);
    assert!(left.status.success(), "{}", left.stderr);
    assert_eq!(values(&left.events, "tls.other_message", "type"), [22]);
    assert_eq!(values(&left.events, "tls.other_message", "name"), ["certificate_status"]);
    assert_eq!(values(&left.events, "tls.finished", "equal"), [true, true]);
}

/// What an openssl command prints.
fn openssl(args: &[&str]) -> String {
    let output = Command::new("openssl").args(args).output().expect("openssl starts");
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn curl_gets_the_page_from_our_server() {
    if !require("curl") {
        return;
    }
    for (version, step) in [("--tlsv1.3", "encrypted_extensions"), ("--tls-max=1.2", "server_hello_done")] {
        let mut server = server(&[]);
        let mut command = Command::new("curl");
        let url = format!("https://localhost:{}/", server.addr.port());
        command.args(["-sS", "--noproxy", "*", "--cacert", &key(certs::CA_CERT)]);
        command.args(version.split('=')).arg(url);
        let page = command.output().expect("curl starts");
        assert!(String::from_utf8_lossy(&page.stdout).contains("This page crossed the wire"), "{page:?}");
        let events = server.after_connections(1);
        assert_eq!(summary(&events).text("outcome"), "complete");
        assert!(tls_ids(&events).contains(&step));
        assert_eq!(values(&events, "tls.handshake_complete", "alpn"), ["http/1.1"]);
    }
}

/// An `openssl s_server` for one connection.
fn openssl_server(args: &[&str]) -> (Running, SocketAddr) {
    let mut command = Command::new("openssl");
    command.args(["s_server", "-trace", "-www", "-naccept", "1", "-accept", "127.0.0.1:0"]);
    command.args(["-cert", &key(certs::SERVER_CERT), "-key", &key(certs::SERVER_KEY)]).args(args);
    let mut running = Running::start(&mut command);
    let addr = running.wait_for("line that says where it listens", |running| {
        running.stdout().iter().find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok())
    });
    (running, addr)
}

#[test]
fn openssl_s_server_agrees_with_our_client() {
    if !require("openssl") {
        return;
    }
    let cases: [(&[&str], &[&str]); 6] = [
        (&["-tls1_3"], &[]),
        (&["-tls1_2"], &[]),
        (&["-tls1_3", "-groups", "P-384"], &[]),
        (&["-tls1_3", "-verify", "1"], &[]),
        (&["-tls1_2", "-verify", "1"], &["--variant", "ecdhe"]),
        (&["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], &["--variant", "tls13"]),
    ];
    for (openssl, args) in cases {
        let (mut peer, addr) = openssl_server(openssl);
        let left = tls_client(&addr.to_string(), args);
        assert!(left.status.success(), "{openssl:?}: {}", left.stderr);
        // Its account is complete once it has ended.
        let trace = peer.wait_for("end of the account", |running| {
            let lines = running.stdout();
            lines.iter().any(|line| line.contains("server accepts that finished")).then(|| lines.join("\n"))
        });
        agree(&left.events, &trace, openssl);
    }
}

#[test]
fn a_server_that_insists_on_a_client_certificate_is_named() {
    if !require("openssl") {
        return;
    }
    let (_peer, addr) = openssl_server(&["-tls1_3", "-Verify", "1"]);
    let left = tls_client(&addr.to_string(), &[]);
    assert!(!left.status.success());
    assert!(reason(&left.events).contains("certificate_required"), "{}", left.stderr);
    assert_eq!(values(&left.events, "tls.client_certificate", "certificates"), [0]);
}

#[test]
fn our_server_names_each_strange_visitor_and_lives_on() {
    let mut server = server(&["--handshake-timeout", "0.5"]);
    let cases: [(&[u8], bool, &str); 6] = [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", true, "plain HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", true, "SSH"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09", true, "did not speak TLS"),
        (b"\x16\x03\x01\xff\xff\x00\x00\x00\x00\x00", true, "TLS"),
        (b"\x16\x03\x01\x00\xff\x01", false, "closed the TCP connection before its first message"),
        (b"\x16\x03\x01\x00\xff\x01", true, "within 0.5 s, before its first message"),
    ];
    for (n, (bytes, stay, why)) in cases.into_iter().enumerate() {
        let mut visitor = TcpStream::connect(server.addr).expect("the server listens");
        visitor.write_all(bytes).expect("the server reads");
        if !stay {
            visitor.shutdown(Shutdown::Write).expect("the socket is open");
        }
        drop(visitor.read_to_end(&mut Vec::new()));
        let events = server.after_connections(n + 1);
        let last: Vec<_> =
            events.iter().rev().find(|event| event.step.is_summary()).cloned().into_iter().collect();
        assert!(reason(&last).contains(why), "{}", reason(&last));
    }
    let left = tls_client(&server.addr.to_string(), &[]);
    assert!(left.status.success(), "{}", left.stderr);
}

#[test]
fn our_client_says_what_is_wrong_with_the_server() {
    let other = TempDir::new().expect("a temporary folder can be made");
    certs::ensure(other.path()).expect("the demo keys can be made");
    let stranger = other.path().join(certs::CA_CERT).display().to_string();
    let ecdhe = server(&["--variant", "ecdhe"]);
    let addr = ecdhe.addr.to_string();
    let cases: [(&str, &[&str], &str); 6] = [
        (&addr, &["--ca", &stranger], "no trusted CA signed it"),
        (&addr, &["--server-name", "other.example"], "--server-name"),
        (&addr, &["--variant", "tls13"], "no TLS version in common"),
        (&answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), &[], "plain HTTP"),
        (&answering(b"SSH-2.0-OpenSSH_9.2\r\n"), &[], "SSH server"),
        (&answering(b""), &[], "closed the TCP connection before its first message"),
    ];
    for (target, args, why) in cases {
        let left = tls_client(target, args);
        assert_eq!(left.status.code(), Some(1));
        assert!(left.stderr.contains(why), "`{why}` is not in: {}", left.stderr);
        assert!(reason(&left.events).contains(why));
    }
}

/// A server that says `bytes` to its first visitor and closes.
fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let (mut visitor, _) = listener.accept().expect("the client comes");
        // Closing with unread bytes would be a reset.
        drop(visitor.read(&mut [0; 4096]));
        drop(visitor.write_all(bytes));
    });
    here.to_string()
}

#[test]
fn a_record_that_did_not_arrive_has_no_event() {
    for variant in ["ecdhe", "tls13"] {
        for from in [Side::Client, Side::Server] {
            let mut before: Vec<Vec<&'static str>> = Vec::new();
            for k in 0..=3 {
                let mut server = server(&[]);
                let between = cut_before(server.addr, from, k);
                let left = tls_client(&between, &["--variant", variant]);
                let heard = server.after_connections(1);
                let log = if from == Side::Server { &left.events } else { &heard };
                let received: Vec<_> =
                    told(log, Direction::Received).into_iter().map(|(id, _, _)| id).collect();
                assert_eq!(received.is_empty(), k == 0, "{variant} {from:?} {k}: {received:?}");
                assert_eq!(summary(log).text("outcome"), "failed", "{variant} {from:?} {k}");
                if let Some(fewer) = before.last() {
                    assert!(received.starts_with(fewer) && received.len() > fewer.len(), "{received:?}");
                }
                before.push(received);
            }
        }
    }
}

/// A TCP proxy for one connection that ends both sides instead of handing on record `k` of `from`, counted from 0.
fn cut_before(to: SocketAddr, from: Side, k: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("the client comes");
        let server = TcpStream::connect(to).expect("the server listens");
        let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor is left");
        let (source, sink) = (clone(&client), clone(&server));
        let cut = move |side| (side == from).then_some(k);
        thread::spawn(move || carry(source, sink, cut(Side::Client)));
        carry(server, client, cut(Side::Server));
    });
    here.to_string()
}

/// Carries whole records, `most` of them.
fn carry(mut source: TcpStream, mut sink: TcpStream, most: Option<usize>) {
    let mut record = || {
        let mut record = vec![0; 5];
        source.read_exact(&mut record).ok()?;
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        record.resize(5 + length, 0);
        source.read_exact(&mut record[5..]).ok()?;
        Some(record)
    };
    let mut count = 0;
    while let Some(record) = record() {
        if most == Some(count) || sink.write_all(&record).is_err() {
            break;
        }
        count += 1;
    }
    drop(sink.shutdown(Shutdown::Both));
    drop(source.shutdown(Shutdown::Both));
}
