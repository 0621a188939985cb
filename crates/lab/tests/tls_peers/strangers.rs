//! Visitors that speak no TLS, and servers that do not.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use tempfile::TempDir;

use crate::bench::{reason, server, tls_client, values, verdicts};
use crate::common::ByName as _;

#[kit::test]
fn our_server_names_each_strange_visitor_and_lives_on() {
    for variant in ["tls13", "rsa"] {
        strange_visitors_come(variant);
    }
}

fn strange_visitors_come(variant: &str) {
    let mut server = server(&["--handshake-timeout", "0.5", "--variant", variant]);
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
    let left = tls_client(&server.addr.to_string(), &["--variant", variant]);
    assert!(left.status.success(), "{}", left.stderr);
}

#[kit::test]
fn our_client_says_what_is_wrong_with_the_server() {
    let other = TempDir::new().expect("a temporary folder can be made");
    certs::ensure(other.path()).expect("the demo keys can be made");
    let stranger = other.path().join(certs::CA_CERT).display().to_string();
    let ecdhe = server(&["--variant", "ecdhe"]);
    let addr = ecdhe.addr.to_string();
    let rsa = server(&["--variant", "rsa"]);
    let static_rsa = rsa.addr.to_string();
    let cases: [(&str, &[&str], &str); 11] = [
        (&static_rsa, &["--variant", "rsa", "--ca", &stranger], "no way leads from its issuer"),
        (&static_rsa, &["--variant", "rsa", "--server-name", "other.example"], "--server-name"),
        (&addr, &["--variant", "rsa"], "handshake_failure"),
        (&answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), &["--variant", "rsa"], "plain HTTP"),
        (&answering(b""), &["--variant", "rsa"], "closed the TCP connection before its first message"),
        (&addr, &["--ca", &stranger], "no way leads from its issuer"),
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

#[kit::test]
fn past_a_refused_certificate_only_with_a_warning_and_the_refusal_in_the_log() {
    let other = TempDir::new().expect("a temporary folder can be made");
    certs::ensure(other.path()).expect("the demo keys can be made");
    let stranger = other.path().join(certs::CA_CERT).display().to_string();
    for variant in ["rsa", "ecdhe", "tls13"] {
        let server = server(&["--variant", variant]);
        let args = ["--variant", variant, "--ca", &stranger];
        let left = tls_client(&server.addr.to_string(), &[&args[..], &["--insecure"]].concat());
        assert!(left.status.success(), "{variant}: {}", left.stderr);
        assert!(left.stderr.contains("WARNING: --insecure"), "{variant}: {}", left.stderr);
        let refused = left.events.iter().find(|event| event.step.id() == "tls.verify_certificate");
        let refused = refused.expect("the library checked it all the same");
        assert!(refused.is("overridden") && refused.text("result") != "valid", "{variant}");
        assert_eq!(
            refused.fields["checks"]["issuer"].as_str().map(|told| &told[..6]),
            Some("failed"),
            "{variant}"
        );
        assert_eq!(&verdicts(&left.events)[4..5], "d", "{variant}: t5 is not as noted");
    }
}

#[kit::test]
fn each_check_of_the_certificate_is_told_by_its_name() {
    for (variant, library) in [("rsa", "OpenSSL"), ("ecdhe", "rustls (webpki)"), ("tls13", "rustls (webpki)")]
    {
        let server = server(&["--variant", variant]);
        let left = tls_client(&server.addr.to_string(), &["--variant", variant]);
        let told = &values(&left.events, "tls.verify_certificate", "checks")[0];
        for check in ["issuer", "signature", "validity", "purpose", "name"] {
            assert!(told[check].as_str().is_some_and(|told| told.starts_with("passed")), "{variant}: {told}");
        }
        assert_eq!(*values(&left.events, "tls.verify_certificate", "checked_by")[0], library);
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
