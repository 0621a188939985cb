//! What the notes do not tell of, with openssl and curl on the other side: client certificates and resumption.

use std::process::Command;

use tempfile::TempDir;

use crate::{
    bench::{key, reason, server, tls_client, tls_ids, values},
    common::{ByName as _, require, summary},
    openssl::{ask, finished, openssl_server},
};

/// The options by which a program of openssl's shows the demo client's certificate.
fn own_certificate() -> [String; 4] {
    ["-cert".into(), key(certs::CLIENT_CERT), "-key".into(), key(certs::CLIENT_KEY)]
}

#[kit::test]
fn openssl_s_client_shows_our_server_a_certificate() {
    if !require("openssl") {
        return;
    }
    for version in ["-tls1_2", "-tls1_3"] {
        let mut server = server(&["--client-auth", "require"]);
        let mut command = Command::new("openssl");
        command.args(["s_client", "-ign_eof", version, "-CAfile", &key(certs::CA_CERT)]);
        command.args(["-connect", &server.addr.to_string()]).args(own_certificate());
        ask(&mut command);
        let events = server.after_connections(1);
        finished(&events, &[version]);
        assert_eq!(summary(&events).text("outcome"), "complete", "{version}");
        assert_eq!(values(&events, "tls.verify_client_certificate", "result"), ["valid"], "{version}");
        let serials = values(&events, "tls.client_certificate", "serial");
        assert_eq!(serials, values(&events, "tls.verify_client_certificate", "serial"), "{version}");
    }
}

#[kit::test]
fn openssl_s_server_checks_our_certificate() {
    if !require("openssl") {
        return;
    }
    let (ca, cert, private) = (key(certs::CA_CERT), key(certs::CLIENT_CERT), key(certs::CLIENT_KEY));
    for (version, variant) in [("-tls1_2", "ecdhe"), ("-tls1_3", "tls13")] {
        let asks = [version, "-Verify", "1", "-verify_return_error", "-CAfile", &ca];
        let (_peer, addr) = openssl_server(&asks);
        let shows = ["--variant", variant, "--client-cert", &cert, "--client-key", &private];
        let left = tls_client(&addr.to_string(), &shows);
        assert!(left.status.success(), "{version}: {}", left.stderr);
        finished(&left.events, &asks);
        assert_eq!(values(&left.events, "tls.client_certificate", "certificates"), [1], "{version}");
        assert!(tls_ids(&left.events).contains(&"choose_client_certificate"), "{version}");
    }
}

#[kit::test]
fn openssl_s_client_resumes_at_our_server() {
    if !require("openssl") {
        return;
    }
    for (version, how) in
        [("-tls1_2", "session ID"), ("-tls1_2", "session ticket"), ("-tls1_3", "pre-shared key")]
    {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let session = folder.path().join("session.pem").display().to_string();
        let keeps = if how == "session ticket" { "ticket" } else { "id" };
        let mut server = server(&["--resumption", keeps]);
        let visit = |option: &str| {
            let mut command = Command::new("openssl");
            command.args(["s_client", "-ign_eof", version, option, &session]);
            command.args(["-connect", &server.addr.to_string()]);
            ask(&mut command)
        };
        let traces = [visit("-sess_out"), visit("-sess_in")];
        assert!(traces[1].contains("Reused, TLSv1."), "{how}: {}", traces[1]);
        let events = server.after_connections(2);
        finished(&events, &[version]);
        assert_eq!(values(&events, "tls.server_hello", "resumed"), [false, true], "{how}");
        assert_eq!(values(&events, "tls.session_resumed", "by"), [how]);
        let second = events.iter().rfind(|event| event.step.is_summary()).expect("there were two");
        let absent = second.claims.iter().filter(|finding| finding.verdict == claims::Verdict::Absent);
        let absent: Vec<_> = absent.map(|finding| finding.id.id()).collect();
        assert!(absent.starts_with(&["t3", "t4", "t5", "t6"]), "{how}: {absent:?}");
    }
}

#[kit::test]
fn our_client_resumes_at_openssl_s_server() {
    if !require("openssl") {
        return;
    }
    for (version, variant) in [("-tls1_2", "ecdhe"), ("-tls1_3", "tls13")] {
        let (_peer, addr) = openssl_server(&[version, "-naccept", "2"]);
        let left = tls_client(&addr.to_string(), &["--variant", variant, "--resume"]);
        assert!(left.status.success(), "{version}: {}", left.stderr);
        finished(&left.events, &[version]);
        assert_eq!(values(&left.events, "tls.server_hello", "resumed"), [false, true], "{version}");
        // The ticket that is shown is the one that was handed out.
        let given = values(&left.events, "tls.new_session_ticket", "ticket_fingerprint");
        let shown = values(&left.events, "tls.session_resumed", "identity_fingerprint");
        assert!(given.contains(&shown[0]), "{version}: {shown:?} is not among {given:?}");
    }
}

#[kit::test]
fn curl_shows_a_certificate_resumes_and_refuses_a_ca() {
    if !require("curl") {
        return;
    }
    let curl = |ca: &str, args: &[&str], urls: &[String]| {
        let mut command = Command::new("curl");
        command.args(["-sS", "--noproxy", "*", "--cacert", ca]).args(args).args(urls);
        command.output().expect("curl starts")
    };
    let (ca, cert, private) = (key(certs::CA_CERT), key(certs::CLIENT_CERT), key(certs::CLIENT_KEY));
    let url = |port: u16| format!("https://localhost:{port}/");
    for version in ["--tlsv1.3", "--tls-max=1.2"] {
        let version: Vec<_> = version.split('=').collect();
        let mut mutual = server(&["--client-auth", "require"]);
        let shows = [&version[..], &["--cert", &cert, "--key", &private]].concat();
        let page = curl(&ca, &shows, &[url(mutual.addr.port())]);
        assert!(page.status.success(), "{page:?}");
        let events = mutual.after_connections(1);
        assert_eq!(values(&events, "tls.verify_client_signature", "result"), ["valid"], "{version:?}");

        let mut twice = server(&[]);
        let both = vec![url(twice.addr.port()); 2];
        assert!(curl(&ca, &version, &both).status.success(), "{version:?}");
        let events = twice.after_connections(2);
        assert_eq!(values(&events, "tls.server_hello", "resumed"), [false, true], "{version:?}");

        let other = TempDir::new().expect("a temporary folder can be made");
        certs::ensure(other.path()).expect("the demo keys can be made");
        let mut refused = server(&[]);
        let stranger = other.path().join(certs::CA_CERT).display().to_string();
        let said = curl(&stranger, &version, &[url(refused.addr.port())]);
        assert_eq!(said.status.code(), Some(60), "{said:?}"); // curl's number for a certificate that it does not trust
        let why = reason(&refused.after_connections(1));
        assert!(
            why.contains("alert unknown_ca") && why.contains("found no way from our certificate's issuer"),
            "{why}"
        );
    }
}
