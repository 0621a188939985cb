//! Our TLS pair with openssl and curl on the other side.

use std::{
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
};

use claims::Event;
use tempfile::TempDir;

use crate::{
    bench::{key, reason, server, tls_client, tls_ids, values},
    common::{ByName as _, Running, require, summary},
};

/// Both Finished of every handshake were computed again, and are what crossed. What else crossed the oracle lays beside
/// openssl's own account.
pub(crate) fn finished(events: &[Event], case: &[&str]) {
    let equal = values(events, "tls.finished", "equal");
    let handshakes = events.iter().filter(|event| event.step.is_summary()).count();
    assert!(
        equal.len() == 2 * handshakes && equal.iter().all(|equal| **equal == true),
        "{case:?}: {equal:?}"
    );
}

#[kit::test]
fn openssl_s_client_gets_the_page_from_our_server() {
    if !require("openssl") {
        return;
    }
    let cases: [(&[&str], &[&str]); 5] = [
        (&["-tls1_3"], &[]),
        (&["-tls1_2"], &[]),
        (&["-tls1_3", "-groups", "ffdhe2048:P-384"], &[]),
        (&["-tls1_2", "-groups", "P-256"], &[]),
        (&["-tls1_2", "-cipher", "AES128-GCM-SHA256"], &["--variant", "rsa"]),
    ];
    for (case, args) in cases {
        let mut server = server(args);
        let mut command = Command::new("openssl");
        command.args(["s_client", "-ign_eof", "-CAfile", &key(certs::CA_CERT), "-servername", "localhost"]);
        command.args(["-verify_return_error", "-connect", &server.addr.to_string()]).args(case);
        let page = ask(&mut command);
        assert!(page.contains("This page crossed the wire"), "{case:?}: {page}");
        let events = server.after_connections(1);
        finished(&events, case);
        assert_eq!(summary(&events).text("outcome"), "complete", "{case:?}");
        assert_eq!(values(&events, "tls.client_hello", "server_name")[0], "localhost");
        let retried = tls_ids(&events).contains(&"hello_retry_request");
        assert_eq!(retried, case.contains(&"ffdhe2048:P-384"));
    }
}

/// Runs an `openssl s_client` that sends a request; gives all it printed.
pub(crate) fn ask(command: &mut Command) -> String {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = spawned.expect("openssl starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("openssl reads its input");
    let output = child.wait_with_output().expect("a child of ours can be waited for");
    drop(stdin);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[kit::test]
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

#[kit::test]
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

#[kit::test]
fn curl_gets_the_page_from_our_server() {
    if !require("curl") {
        return;
    }
    for (options, step, agreed) in [
        ("--tlsv1.3", "encrypted_extensions", "http/1.1"),
        ("--tls-max 1.2", "server_hello_done", "http/1.1"),
        // Which offers http/1.0 alone.
        ("--http1.0", "encrypted_extensions", "http/1.0"),
    ] {
        let mut server = server(&[]);
        let mut command = Command::new("curl");
        let url = format!("https://localhost:{}/", server.addr.port());
        command.args(["-sS", "--noproxy", "*", "--cacert", &key(certs::CA_CERT)]);
        command.args(options.split(' ')).arg(url);
        let page = command.output().expect("curl starts");
        assert!(String::from_utf8_lossy(&page.stdout).contains("This page crossed the wire"), "{page:?}");
        let events = server.after_connections(1);
        assert_eq!(summary(&events).text("outcome"), "complete");
        assert!(tls_ids(&events).contains(&step));
        assert_eq!(values(&events, "tls.handshake_complete", "alpn"), [agreed]);
    }
}

/// An `openssl s_server` for one connection.
pub(crate) fn openssl_server(args: &[&str]) -> (Running, SocketAddr) {
    let mut command = Command::new("openssl");
    command.args(["s_server", "-www", "-naccept", "1", "-accept", "127.0.0.1:0"]);
    command.args(["-cert", &key(certs::SERVER_CERT), "-key", &key(certs::SERVER_KEY)]).args(args);
    let mut running = Running::start(&mut command);
    let addr = running.wait_for("line that says where it listens", |running| {
        running.stdout().iter().find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok())
    });
    (running, addr)
}

#[kit::test]
fn our_client_gets_the_page_from_openssl_s_server() {
    if !require("openssl") {
        return;
    }
    let (cert, rsa_key) = (key(certs::SERVER_RSA_CERT), key(certs::SERVER_RSA_KEY));
    let rsa = ["-tls1_2", "-cipher", "AES128-GCM-SHA256", "-cert", &cert, "-key", &rsa_key];
    let cases: [(&[&str], &[&str]); 7] = [
        (&rsa, &["--variant", "rsa"]),
        (&["-tls1_3"], &[]),
        (&["-tls1_2"], &[]),
        (&["-tls1_3", "-groups", "P-384"], &[]),
        (&["-tls1_3", "-verify", "1"], &[]),
        (&["-tls1_2", "-verify", "1"], &["--variant", "ecdhe"]),
        (&["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], &["--variant", "tls13"]),
    ];
    for (openssl, args) in cases {
        let (_peer, addr) = openssl_server(openssl);
        let left = tls_client(&addr.to_string(), args);
        assert!(left.status.success(), "{openssl:?}: {}", left.stderr);
        finished(&left.events, openssl);
    }
}

#[kit::test]
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
