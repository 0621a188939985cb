//! Connections of which `openssl` is the other end, with its own trace of each.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use claims::Event;
use steps::Side;

use super::Run;
use crate::{
    common::{Running, Server, client},
    theirs::{Judge, openssl},
};

/// What `s_client` is told, and which of our servers it visits.
const VISITS: [(&str, At, &[&str]); 12] = [
    ("TLS 1.3", At::Plain, &["-tls1_3", "-alpn", "http/1.1,foo", "-sess_out", "{new}/tls13"]),
    ("TLS 1.3 resumed", At::Plain, &["-tls1_3", "-sess_in", "{new}/tls13"]),
    ("TLS 1.3 after HelloRetryRequest", At::Plain, &["-tls1_3", "-groups", "ffdhe2048:P-384"]),
    ("TLS 1.2 ECDHE", At::Plain, &["-tls1_2", "-sess_out", "{new}/tls12"]),
    ("TLS 1.2 resumed", At::Plain, &["-tls1_2", "-sess_in", "{new}/tls12"]),
    ("TLS 1.2 with P-256", At::Plain, &["-tls1_2", "-groups", "P-256", "-alpn", "http/1.1"]),
    ("TLS 1.2 static RSA", At::Rsa, &["-tls1_2", "-cipher", "AES128-GCM-SHA256"]),
    ("TLS 1.3 mutual", At::Asking, &["-tls1_3", "-cert", "{certs}/client.pem", "-key", "{certs}/client.key"]),
    ("TLS 1.2 mutual", At::Asking, &["-tls1_2", "-cert", "{certs}/client.pem", "-key", "{certs}/client.key"]),
    ("TLS 1.3 with ChaCha20", At::Plain, &["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]),
    ("TLS 1.3 without a certificate", At::Asking, &["-tls1_3"]),
    ("no common group", At::Plain, &["-tls1_3", "-groups", "ffdhe2048"]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Plain,
    /// Static RSA has a port of its own.
    Rsa,
    /// It asks for a certificate.
    Asking,
}

/// `openssl s_client` visits our servers.
pub(crate) fn at_our_server(certs: &Path) -> Vec<Run> {
    let new = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = certs.display().to_string();
    let mut plain = Server::start("tls", &["--certs", &folder]);
    let rsa = plain.said("for static RSA").expect("it says where");
    let mut asking = Server::start("tls", &["--certs", &folder, "--client-auth", "request"]);
    let mut visits = [0, 0];
    let mut runs = Vec::new();
    for (name, at, args) in VISITS {
        let (server, count) = match at {
            At::Plain | At::Rsa => (&mut plain, &mut visits[0]),
            At::Asking => (&mut asking, &mut visits[1]),
        };
        let target = if at == At::Rsa { rsa.clone() } else { server.addr.to_string() };
        let fill = |word: &&str| {
            word.replace("{certs}", &folder).replace("{new}", &new.path().display().to_string())
        };
        let trace = visit(&target, certs, &args.iter().map(fill).collect::<Vec<_>>());
        *count += 1;
        let events = last_connection(server.after_connections(*count));
        runs.push(run(&format!("s_client, {name}"), events, &trace, Side::Client));
    }
    runs
}

/// Runs `s_client` with a request; gives its trace.
fn visit(target: &str, certs: &Path, args: &[String]) -> String {
    let trace = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-trace", "-msgfile"])
        .arg(trace.path())
        .arg("-CAfile")
        .arg(certs.join(certs::CA_CERT));
    command.args(["-ign_eof", "-servername", "localhost", "-connect", target]).args(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    // It may have ended already, refused.
    drop(stdin.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    child.wait().expect("a child of ours can be waited for");
    drop(stdin);
    fs::read_to_string(trace.path()).expect("openssl wrote its trace")
}

/// What our client is told, and what `s_server` is told.
const SERVED: [(&str, &[&str], &[&str]); 10] = [
    (
        "TLS 1.2 static RSA",
        &["--variant", "rsa"],
        &[
            "-tls1_2",
            "-cipher",
            "AES128-GCM-SHA256",
            "-cert",
            "{certs}/server-rsa.pem",
            "-key",
            "{certs}/server-rsa.key",
        ],
    ),
    ("TLS 1.3", &[], &["-tls1_3"]),
    ("TLS 1.2 ECDHE", &[], &["-tls1_2"]),
    ("TLS 1.3 after HelloRetryRequest", &[], &["-tls1_3", "-groups", "P-384"]),
    ("TLS 1.3 without a certificate", &[], &["-tls1_3", "-verify", "1"]),
    ("TLS 1.2 without a certificate", &[], &["-tls1_2", "-verify", "1"]),
    (
        "TLS 1.3 mutual",
        &["--client-cert", "{certs}/client.pem", "--client-key", "{certs}/client.key"],
        &["-tls1_3", "-Verify", "1"],
    ),
    (
        "TLS 1.2 mutual",
        &["--variant", "ecdhe", "--client-cert", "{certs}/client.pem", "--client-key", "{certs}/client.key"],
        &["-tls1_2", "-Verify", "1"],
    ),
    ("TLS 1.3 resumed", &["--variant", "tls13", "--resume"], &["-tls1_3", "-naccept", "2"]),
    ("TLS 1.2 resumed", &["--variant", "ecdhe", "--resume"], &["-tls1_2", "-naccept", "2"]),
];

/// Our client visits `openssl s_server`.
pub(crate) fn before_our_client(certs: &Path) -> Vec<Run> {
    let folder = certs.display().to_string();
    let fill = |words: &[&str]| words.iter().map(|word| word.replace("{certs}", &folder)).collect::<Vec<_>>();
    let mut runs = Vec::new();
    for (name, ours, theirs) in SERVED {
        let trace = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        let mut command = Command::new("openssl");
        command.args(["s_server", "-trace", "-msgfile"]).arg(trace.path());
        command.args(["-www", "-naccept", "1", "-accept", "127.0.0.1:0"]);
        command.arg("-CAfile").arg(certs.join(certs::CA_CERT));
        command
            .arg("-cert")
            .arg(certs.join(certs::SERVER_CERT))
            .arg("-key")
            .arg(certs.join(certs::SERVER_KEY));
        let mut peer = Running::start(command.args(fill(theirs)));
        let addr = peer.wait_for("line that says where it listens", |running| {
            running.stdout().iter().find_map(|line| line.strip_prefix("ACCEPT ").map(str::to_owned))
        });
        let words = [&["tls", addr.as_str(), "--certs", folder.as_str()].map(str::to_owned)[..], &fill(ours)]
            .concat();
        let left = client(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(left.status.success(), "{name}: {}", left.stderr);
        peer.wait_text();
        let trace = fs::read_to_string(trace.path()).expect("openssl wrote its trace");
        runs.push(run(&format!("s_server, {name}"), left.events, &trace, Side::Server));
    }
    runs
}

fn run(name: &str, events: Vec<Event>, trace: &str, side: Side) -> Run {
    let mut conns: Vec<String> = Vec::new();
    for event in &events {
        if !conns.contains(&event.conn) {
            conns.push(event.conn.clone());
        }
    }
    let told = openssl::tell(trace, side, &conns);
    Run { judge: Judge::Openssl, name: name.to_owned(), count: 1, events, told, read: Vec::new() }
}

/// The events of the connection that ended last.
pub(super) fn last_connection(events: Vec<Event>) -> Vec<Event> {
    let last =
        events.iter().rfind(|event| event.step.is_summary()).expect("a connection has ended").conn.clone();
    events.into_iter().filter(|event| event.conn == last).collect()
}
