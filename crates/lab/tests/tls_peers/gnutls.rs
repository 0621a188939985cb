//! GnuTLS's own account of the handshake against ours: in both versions, with a client certificate, resumed, refused.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
};

use claims::Event;
use steps::{Direction, Evidence};
use tempfile::TempDir;

use crate::{
    bench::{key, reason, server, tls_client, tls_ids, values},
    common::{Running, require},
};

/// A handshake message: who sent it, as our side sees it, its name in small letters, and its length with its header.
type Message = (Direction, String, usize);

/// The handshake messages of GnuTLS's debug log (level 4).
fn logged(text: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    for line in text.lines() {
        let Some((_, line)) = line.split_once("]: ").filter(|(head, _)| head.contains("HSK[")) else {
            continue;
        };
        let name = |words: &str| words.to_lowercase().replace(' ', "");
        if let Some((words, rest)) = line.split_once(" was queued [") {
            // What GnuTLS sent, we received.
            let length = rest.split(' ').next().and_then(|n| n.parse().ok());
            messages.extend(length.map(|length| (Direction::Received, name(words), length)));
        } else if let Some((words, rest)) = line.split_once(" was received. Length ") {
            let words = words.split(" (").next().unwrap_or_default();
            let length = rest.split('[').next().and_then(|n| n.parse::<usize>().ok());
            messages.extend(length.map(|length| (Direction::Sent, name(words), length + 4)));
        }
    }
    messages
}

/// The handshake messages of our log.
fn ours(events: &[Event]) -> Vec<Message> {
    let message = |event: &&Event| {
        let other = ["change_cipher_spec", "application_data", "alert", "undecodable", "does_not_open"];
        event.evidence == Evidence::Wire
            && event.direction != Direction::Local
            && event.step.id().strip_prefix("tls.").is_some_and(|id| !other.contains(&id))
    };
    let name = |event: &Event| match event.step.id() {
        "tls.client_certificate" => "certificate".to_owned(),
        _ => event.step.card().title.en.to_lowercase(),
    };
    let messages = events.iter().filter(message);
    messages.map(|event| (event.direction, name(event), event.bytes.0.len())).collect()
}

fn agree(events: &[Event], log: &str, case: &str) {
    for direction in [Direction::Sent, Direction::Received] {
        let of = |messages: Vec<Message>| -> Vec<_> {
            messages.into_iter().filter(|(way, _, _)| *way == direction).collect()
        };
        assert_eq!(of(ours(events)), of(logged(log)), "{case}: {log}");
    }
    let equal = values(events, "tls.finished", "equal");
    assert!(!equal.is_empty() && equal.iter().all(|equal| **equal == true), "{case}: {equal:?}");
}

const TLS12: &str = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
const TLS13: &str = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

/// Runs a gnutls-cli that asks for the page; gives its account.
fn gnutls_cli(port: u16, ca: &str, args: &[&str]) -> String {
    let mut command = Command::new("gnutls-cli");
    command.args(["-d", "4", "--x509cafile", ca, "-p", &port.to_string()]).args(args).arg("localhost");
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.expect("gnutls-cli starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    // One that refuses our certificate may be gone before it has read this.
    drop(stdin.write_all(b"GET / HTTP/1.0\r\n\r\n"));
    let output = child.wait_with_output().expect("a child of ours can be waited for");
    drop(stdin);
    [output.stdout, output.stderr].iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

#[kit::test]
fn gnutls_cli_agrees_with_our_server() {
    if !require("gnutls-cli") {
        return;
    }
    let (ca, cert, private) = (key(certs::CA_CERT), key(certs::CLIENT_CERT), key(certs::CLIENT_KEY));
    for priority in [TLS12, TLS13] {
        let mut plain = server(&[]);
        let log = gnutls_cli(plain.addr.port(), &ca, &["--priority", priority]);
        agree(&plain.after_connections(1), &log, priority);

        let mut mutual = server(&["--client-auth", "require"]);
        let own = ["--priority", priority, "--x509certfile", &cert, "--x509keyfile", &private];
        let log = gnutls_cli(mutual.addr.port(), &ca, &own);
        let events = mutual.after_connections(1);
        agree(&events, &log, priority);
        assert_eq!(values(&events, "tls.verify_client_certificate", "result"), ["valid"], "{priority}");
        assert_eq!(values(&events, "tls.verify_client_signature", "result"), ["valid"], "{priority}");

        let mut resumed = server(&["--resumption", "ticket"]);
        let log = gnutls_cli(resumed.addr.port(), &ca, &["--priority", priority, "--resume"]);
        let events = resumed.after_connections(2);
        assert!(log.contains("This is a resumed session"), "{priority}: {log}");
        agree(&events, &log, priority);
        assert_eq!(values(&events, "tls.server_hello", "resumed"), [false, true], "{priority}");
        assert!(tls_ids(&events).contains(&"session_resumed"), "{priority}");
    }
}

#[kit::test]
fn gnutls_cli_that_does_not_know_our_ca_is_told_of() {
    if !require("gnutls-cli") {
        return;
    }
    let other = TempDir::new().expect("a temporary folder can be made");
    certs::ensure(other.path()).expect("the demo keys can be made");
    let stranger = other.path().join(certs::CA_CERT).display().to_string();
    let mut server = server(&[]);
    let log = gnutls_cli(server.addr.port(), &stranger, &[]);
    let events = server.after_connections(1);
    assert!(log.contains("The certificate issuer is unknown"), "{log}");
    // GnuTLS's tool checks the certificate once the handshake is over, and leaves with an alert of its own.
    let alerts = values(&events, "tls.alert", "description");
    assert!(
        alerts.iter().any(|alert| *alert == "unknown_ca" || *alert == "bad_certificate"),
        "{alerts:?} {log}"
    );
    assert!(reason(&events).contains("sent the alert") || reason(&events).contains("ended with the alert"));
}

/// A gnutls-serv on a free port.
fn gnutls_serv(args: &[&str]) -> (Running, u16) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = free.expect("loopback has a free port").port();
    let mut command = Command::new("gnutls-serv");
    command.args(["-d", "4", "--http", "-p", &port.to_string()]).args(args);
    command.args(["--x509certfile", &key(certs::SERVER_CERT), "--x509keyfile", &key(certs::SERVER_KEY)]);
    let mut running = Running::start(&mut command);
    running.wait_for("line that says where it listens", |running| {
        let all = [running.stdout(), running.stderr()].concat();
        all.iter().any(|line| line.contains("listening on IPv4") && line.contains("done")).then_some(())
    });
    (running, port)
}

#[kit::test]
fn gnutls_serv_agrees_with_our_client() {
    if !require("gnutls-serv") {
        return;
    }
    let (ca, cert, private) = (key(certs::CA_CERT), key(certs::CLIENT_CERT), key(certs::CLIENT_KEY));
    for (priority, variant) in [(TLS12, "ecdhe"), (TLS13, "tls13")] {
        let mutual = ["--client-cert", cert.as_str(), "--client-key", &private];
        let cases: [(&[&str], &[&str], usize); 3] = [
            (&[], &[], 1),
            (&["--require-client-cert", "--x509cafile", &ca], &mutual, 1),
            (&[], &["--resume"], 2),
        ];
        for (of_server, of_client, handshakes) in cases {
            let case = format!("{variant} {of_client:?}");
            let (mut peer, port) = gnutls_serv(&[&["--priority", priority], of_server].concat());
            let args = [&["--variant", variant, "--server-name", "localhost"], of_client].concat();
            let left = tls_client(&format!("127.0.0.1:{port}"), &args);
            assert!(left.status.success(), "{case}: {}", left.stderr);
            let log = peer.wait_for("the end of its account", |peer| {
                let log = peer.stderr().join("\n") + &peer.stdout().join("\n");
                (log.matches("FINISHED (20) was received").count() == handshakes).then_some(log)
            });
            agree(&left.events, &log, &case);
            let resumed = tls_ids(&left.events).contains(&"session_resumed");
            assert_eq!(resumed, handshakes == 2, "{case}");
        }
    }
}
