//! Hostile servers, and what our client tells of them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{
    IN_A_HEAD, IN_A_PACKET, OUTPUTS, a_megabyte, as_long_as,
    common::{binary, keys, text},
    hostile, in_a_line, in_a_value, is_harmless, is_ours, parses, raw,
};

/// What a server does with its end of a connection.
pub(crate) type Act = Arc<dyn Fn(&mut TcpStream) + Send + Sync>;

/// Says `words` once the client has spoken, and ends.
fn says(words: impl Into<Vec<u8>>) -> Act {
    let words = words.into();
    Arc::new(move |stream: &mut TcpStream| {
        let _ = stream.read(&mut [0; 1 << 16]);
        let _ = stream.write_all(&words);
    })
}

/// A server of `act`; it lives as long as the test.
fn serve(act: Act) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let act = Arc::clone(&act);
            thread::spawn(move || {
                act(&mut stream);
                // To close with unread bytes would take back what was said.
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                while stream.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {}
            });
        }
    });
    here
}

/// What our client tells of `act`, through every output.
pub(crate) fn check(protocol: &str, name: &str, act: Act, args: &[&str]) {
    let there = serve(act);
    let target = match protocol {
        "ws" => format!("ws://{there}/"),
        "ssh" => format!("demo@{there}"),
        _ => there.to_string(),
    };
    for (output, options) in OUTPUTS {
        let mut client = Command::new(binary("client"));
        client.args([protocol, &target]).args(args).args(options).stdin(Stdio::null());
        // What the libraries say, too.
        client.env("RUST_LOG", if output == "lines" { "debug" } else { "warn" });
        let left = client.output().expect("it runs");
        let what = format!("{protocol} {name}, {output}");
        is_harmless(&format!("{what}, standard output"), &left.stdout);
        is_ours(&format!("{what}, standard error"), "client: ", &left.stderr);
        assert!(left.status.code().is_some_and(|code| code < 2), "{what}: {}", left.status);
        if output == "json" {
            parses(&what, &left.stdout);
            // It got as far as a peer: else the test would show nothing.
            let told = String::from_utf8_lossy(&left.stdout);
            assert!(!told.is_empty(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
            for (word, step) in
                [("disconnect", "ssh.disconnect"), ("algorithms", "ssh.kexinit"), ("close", "ws.close")]
            {
                assert!(!name.contains(word) || told.contains(step), "{what}: no {step}: {told}");
            }
        }
    }
}

#[test]
fn of_tcp() {
    for (name, words) in [("a line", hostile()), ("a megabyte", a_megabyte(&hostile()))] {
        check("tcp", name, says(words), &[]);
    }
}

/// A valid upgrade, and then `frames`.
fn upgraded(protocol: Option<String>, frames: Vec<u8>) -> Act {
    Arc::new(move |stream: &mut TcpStream| {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).unwrap_or_default();
        let request = String::from_utf8_lossy(&part[..n]).into_owned();
        let key = request.lines().find_map(|line| line.split_once("-Key: ")).map_or("", |(_, key)| key);
        let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
        let protocol =
            protocol.as_deref().map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{protocol}\r\n"
        );
        let _ = stream.write_all(&[head.as_bytes(), &frames].concat());
    })
}

#[test]
fn of_websocket() {
    for (kind, value, line) in [("allowed", in_a_value(), in_a_value()), ("any", in_a_line(), in_a_line())] {
        let long = as_long_as(IN_A_HEAD, &value);
        for (name, answer) in [
            ("reason phrase", format!("HTTP/1.1 403 {line}\r\nContent-Length: 0\r\n\r\n")),
            (
                "Location",
                format!("HTTP/1.1 301 Moved\r\nLocation: https://u:p@{value}\r\nContent-Length: 0\r\n\r\n"),
            ),
            (
                "headers",
                format!(
                    "HTTP/1.1 404 No\r\nServer: {value}\r\nX-{line}: {value}\r\nContent-Length: 0\r\n\r\n"
                ),
            ),
            (
                "version",
                format!("HTTP/1.1 426 No\r\nSec-WebSocket-Version: {value}\r\nContent-Length: 0\r\n\r\n"),
            ),
            (
                "upgrade",
                format!(
                    "HTTP/1.1 101 {line}\r\nUpgrade: {value}\r\nConnection: {value}\r\nSec-WebSocket-Accept: {value}\r\n\
                     Sec-WebSocket-Extensions: {value}\r\nSec-WebSocket-Protocol: {value}\r\n\r\n"
                ),
            ),
            ("long header", format!("HTTP/1.1 500 {line}\r\nServer: {long}\r\n\r\n")),
        ] {
            check("ws", &format!("{name} ({kind})"), says(answer), &[]);
        }
        check(
            "ws",
            &format!("subprotocol ({kind})"),
            upgraded(Some(value), Vec::new()),
            &["--protocol", "chat"],
        );
    }
    for (name, body) in [("body", hostile()), ("a megabyte of body", a_megabyte(&hostile()))] {
        let head = format!("HTTP/1.1 403 No\r\nContent-Length: {}\r\n\r\n", body.len());
        check("ws", name, says(head + &body), &[]);
    }
    check("ws", "no HTTP", says(hostile()), &[]);
    let (text, long) = (hostile(), a_megabyte(&hostile()));
    for (name, frames) in [
        ("text", raw::frame(1, text.as_bytes(), false)),
        ("a megabyte of text", raw::frame(1, &long.as_bytes()[..1 << 20], false)),
        ("binary", raw::frame(2, text.as_bytes(), false)),
        ("ping", raw::frame(9, &text.as_bytes()[..125], false)),
        ("good close", raw::close(1000, &text, false)),
        ("bad close", raw::close(1011, &text, false)),
        ("forged close", raw::close(1011, "\u{202e}\nclient: forged\u{1b}[2J", false)),
        ("no frame", text.clone().into_bytes()),
    ] {
        check("ws", name, upgraded(None, frames), &[]);
    }
}

#[test]
fn of_ssh_before_its_keys() {
    let keys = keys();
    let args = ["--certs", text(keys.path()), "--strict", "no"];
    let line = in_a_line();
    let long = as_long_as(IN_A_PACKET, &hostile());
    let after = |packet: Vec<u8>| says([b"SSH-2.0-hostile\r\n".to_vec(), packet].concat());
    for (name, act) in [
        ("identification", says(format!("SSH-2.0-{line} {line}\r\n"))),
        ("lines before", says(format!("{line}\r\n{line}\nSSH-2.0-x\r\n"))),
        ("no SSH", says(hostile())),
        ("a megabyte", says(a_megabyte(&hostile()))),
        ("disconnect", after(raw::disconnect(&hostile()))),
        ("long disconnect", after(raw::disconnect(&long))),
        ("debug", after(raw::debug(&hostile()))),
        ("algorithms", after(raw::kexinit(&hostile().replace(',', "")))),
        ("many algorithms", after(raw::kexinit(&format!("{},{}", hostile(), hostile().replace('x', ","))))),
        (
            "the way of the server",
            after(
                [raw::debug(&line), raw::kexinit("curve25519-sha256"), raw::disconnect(&hostile())].concat(),
            ),
        ),
    ] {
        check("ssh", name, act, &args);
    }
}

/// A certificate with hostile names, and its key.
pub(crate) fn hostile_certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().expect("a key can be made");
    let ascii: String = in_a_line().chars().filter(char::is_ascii).take(60).collect();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a plain name");
    let san = ascii.as_str().try_into().expect("it is ASCII");
    params.subject_alt_names.push(rcgen::SanType::DnsName(san));
    for kind in [DnType::CommonName, DnType::OrganizationName, DnType::CountryName, DnType::LocalityName] {
        params.distinguished_name.push(kind, hostile());
    }
    let certificate = params.self_signed(&key).expect("it can be signed");
    let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("it was just made");
    (certificate.der().clone(), private)
}

/// A TLS server with such a certificate, which says `words` over TLS.
fn tls(words: Vec<u8>) -> Act {
    let (certificate, private) = hostile_certificate();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they are known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], private)
        .expect("they fit");
    let config = Arc::new(config);
    Arc::new(move |stream: &mut TcpStream| {
        let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("it is complete");
        let mut tls = rustls::Stream::new(&mut connection, stream);
        let _ = tls.read(&mut [0; 4096]);
        let _ = tls.write_all(&words);
        tls.conn.send_close_notify();
        let _ = tls.flush();
    })
}

#[test]
fn of_tls() {
    let keys = keys();
    let certs = ["--certs", text(keys.path())];
    let insecure = [&certs[..], &["--insecure"]].concat();
    let page = format!("HTTP/1.1 200 {}\r\nServer: {}\r\n\r\n{}", in_a_line(), in_a_line(), hostile());
    for (name, act, args) in [
        ("certificate, not trusted", tls(Vec::new()), &certs[..]),
        ("certificate, taken unseen", tls(page.into_bytes()), &insecure),
        ("no page", tls(hostile().into_bytes()), &insecure),
        ("a megabyte", tls(a_megabyte(&hostile()).into_bytes()), &insecure),
        ("no TLS", says(hostile()), &certs),
        (
            "an alert of no kind",
            says([&[21, 3, 3, 0, 2, 2, 0x9b][..], hostile().as_bytes()].concat()),
            &certs,
        ),
    ] {
        check("tls", name, Arc::clone(&act), args);
        if name.starts_with("certificate") {
            // The two versions tell of a certificate in two ways.
            check("tls", name, act, &[args, &["--variant", "ecdhe"]].concat());
        }
    }
}
