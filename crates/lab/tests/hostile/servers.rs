//! Hostile servers, and what our client tells of them.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{
    IN_A_CERTIFICATE, IN_A_HEAD, IN_A_LINE_BEFORE, IN_A_PACKET, IN_AN_IDENTIFICATION, a_megabyte, as_long_as,
    common::{binary, keys, may_capture, text},
    hostile, in_a_line, in_a_value, is_harmless, is_ours,
    outputs::{OUTPUTS, WHY},
    parses, raw, recordings,
};

/// What a server does with its end of a connection.
pub(crate) type Act = Arc<dyn Fn(&mut TcpStream) + Send + Sync>;

/// Says `words` once the client has spoken, and ends.
pub(crate) fn says(words: impl Into<Vec<u8>>) -> Act {
    let words = words.into();
    Arc::new(move |stream: &mut TcpStream| {
        let _ = stream.read(&mut [0; 1 << 16]);
        let _ = stream.write_all(&words);
    })
}

/// A server of `act`; it lives as long as the test.
pub(crate) fn serve(act: Act) -> SocketAddr {
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
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let capture = folder.path().join("run.pcapng");
    let recorded = ("pcapng", &["-v", "--capture", text(&capture)][..]);
    // To record takes a right.
    // Several connections, which bring nothing new where only the length differs.
    let why = WHY.into_iter().filter(|_| !name.contains("bytes of") && !name.contains("(allowed)"));
    let outputs = OUTPUTS.into_iter().chain(may_capture().then_some(recorded)).chain(why);
    for (output, options) in outputs {
        let mut client = Command::new(binary("client"));
        client.args([protocol, &target]).args(args).args(options).stdin(Stdio::null());
        client.env("CERTS_DIR", folder.path().join("certs"));
        // What the libraries say, too.
        client.env("RUST_LOG", if output == "lines" { "debug" } else { "warn" });
        let left = client.output().expect("it runs");
        let what = format!("{protocol} {name}, {output}");
        is_harmless(&format!("{what}, standard output"), &left.stdout);
        is_ours(&format!("{what}, standard error"), "client: ", &left.stderr);
        // 3 is what the SSH server says of the command.
        let codes = if protocol == "ssh" { [0, 1, 3, 255].as_slice() } else { &[0, 1] };
        assert!(left.status.code().is_some_and(|code| codes.contains(&code)), "{what}: {}", left.status);
        if output == "pcapng" {
            assert!(recordings::check(&what, &capture) > 3, "{what}: no comments");
        }
        if output == "why in JSON" {
            let told: serde_json::Value = serde_json::from_slice(last_line(&left.stdout))
                .unwrap_or_else(|error| panic!("{what}: {error}: {}", String::from_utf8_lossy(&left.stdout)));
            assert!(told["why"]["peer"].is_string(), "{what}: {told}");
        }
        if output == "json" {
            parses(&what, &left.stdout);
            // It got as far as a peer: else the test would show nothing.
            let told = String::from_utf8_lossy(&left.stdout);
            assert!(!told.is_empty(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
            assert!(!name.contains("long ") || told.len() > 10_000, "{what}: it was not told whole");
            for (word, step) in [
                ("disconnect", "ssh.disconnect"),
                ("algorithms", "ssh.kexinit"),
                ("close", "ws.close"),
                ("certificate", "tls.certificate"),
            ] {
                assert!(!name.contains(word) || told.contains(step), "{what}: no {step}: {told}");
            }
        }
    }
}

fn last_line(text: &[u8]) -> &[u8] {
    text.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
}

#[kit::test]
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

/// Answers of which each has one place for a text: its name, and the answer with `{}` there.
const ANSWERS: [(&str, &str); 11] = [
    ("reason phrase", "403 {}\r\nContent-Length: 0\r\n"),
    ("Location", "301 Moved\r\nLocation: https://u:p@{}\r\nContent-Length: 0\r\n"),
    ("header", "404 No\r\nServer: {}\r\nContent-Length: 0\r\n"),
    ("header's name", "404 No\r\nX-{}: a\r\nContent-Length: 0\r\n"),
    ("version", "426 No\r\nSec-WebSocket-Version: {}\r\nContent-Length: 0\r\n"),
    ("phrase of a 101", "101 {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n"),
    ("Upgrade", "101 Yes\r\nUpgrade: {}\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n"),
    ("Connection", "101 Yes\r\nUpgrade: websocket\r\nConnection: {}\r\nSec-WebSocket-Accept: x\r\n"),
    ("accept", "101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n"),
    (
        "extensions",
        "101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: {}\r\n",
    ),
    ("protocol", "101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: {}\r\n"),
];

#[kit::test]
fn of_websocket() {
    for (kind, value) in [("allowed", in_a_value()), ("any", in_a_line())] {
        for (name, answer) in ANSWERS {
            let says = |text: &str| says(format!("HTTP/1.1 {}\r\n", answer.replace("{}", text)));
            check("ws", &format!("{name} ({kind})"), says(&value), &[]);
            check(
                "ws",
                &format!("{IN_A_HEAD} bytes of {name} ({kind})"),
                says(&as_long_as(IN_A_HEAD, &value)),
                &[],
            );
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

#[kit::test]
fn of_ssh_before_its_keys() {
    let keys = keys();
    let args = ["--certs", text(keys.path()), "--strict", "no"];
    let line = in_a_line();
    let long = |strings: usize| as_long_as(IN_A_PACKET / strings, &hostile());
    let identification = as_long_as(IN_AN_IDENTIFICATION, &line);
    let lines_before =
        format!("{}\r\n", as_long_as(IN_A_LINE_BEFORE, &line)).repeat((1 << 20) / IN_A_LINE_BEFORE);
    let after = |packet: Vec<u8>| says([b"SSH-2.0-hostile\r\n".to_vec(), packet].concat());
    for (name, act) in [
        ("identification", says(format!("SSH-2.0-{line} {line}\r\n"))),
        ("the longest identification", says(format!("SSH-2.0-{identification}\r\n"))),
        ("lines before", says(format!("{line}\r\n{line}\nSSH-2.0-x\r\n"))),
        ("a megabyte of lines before", says(format!("{lines_before}SSH-2.0-x\r\n"))),
        ("no SSH", says(hostile())),
        ("a megabyte", says(a_megabyte(&hostile()))),
        ("disconnect", after(raw::disconnect(&hostile()))),
        ("long disconnect", after(raw::disconnect(&long(2)))),
        ("debug", after(raw::debug(&hostile()))),
        ("long debug", after(raw::debug(&long(2)))),
        ("long algorithms", after(raw::kexinit(&long(10)))),
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

/// A certificate with `bytes` of hostile text in each string, and its key: subject, issuer, names of each kind, and
/// policies (RFC 5280 §4.1.2, §4.2.1.4, §4.2.1.6).
pub(crate) fn hostile_certificate(bytes: usize) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let text = as_long_as(bytes, &hostile());
    // What an IA5String holds.
    let ascii: String = as_long_as(bytes, &hostile().replace(|c: char| !c.is_ascii(), ""));
    let ia5 = || ascii.as_str().try_into().expect("it is ASCII");
    let named = |params: &mut CertificateParams| {
        for kind in [DnType::CommonName, DnType::OrganizationName, DnType::CountryName, DnType::LocalityName]
        {
            params.distinguished_name.push(kind, text.clone());
        }
    };
    let key = || KeyPair::generate().expect("a key can be made");
    let mut above = CertificateParams::default();
    named(&mut above);
    let issuer = rcgen::Issuer::new(above, key());
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a plain name");
    named(&mut params);
    params.subject_alt_names.extend([
        SanType::DnsName(ia5()),
        SanType::Rfc822Name(ia5()),
        SanType::URI(ia5()),
        SanType::OtherName((vec![1, 3, 6, 1], rcgen::OtherNameValue::Utf8String(text.clone()))),
    ]);
    let statement = [&[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 2, 1][..], &raw::der(0x16, ascii.as_bytes())].concat();
    let any_policy =
        [&[0x06, 4, 0x55, 0x1d, 0x20, 0][..], &raw::der(0x30, &raw::der(0x30, &statement))].concat();
    let policies = raw::der(0x30, &raw::der(0x30, &any_policy));
    params.custom_extensions.push(rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 32], policies));
    let own = key();
    let certificate = params.signed_by(&own, &issuer).expect("it can be signed");
    let private = PrivateKeyDer::from_pem_slice(own.serialize_pem().as_bytes()).expect("it was just made");
    (certificate.der().clone(), private)
}

/// How many strings of a certificate are hostile.
pub(crate) const STRINGS_OF_A_CERTIFICATE: usize = 13;

/// A TLS server with such a certificate, which says `words` over TLS.
pub(crate) fn tls(bytes: usize, words: Vec<u8>) -> Act {
    let (certificate, private) = hostile_certificate(bytes);
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

#[kit::test]
fn of_tls() {
    let keys = keys();
    let certs = ["--certs", text(keys.path())];
    let insecure = [&certs[..], &["--insecure"]].concat();
    let page = format!("HTTP/1.1 200 {}\r\nServer: {}\r\n\r\n{}", in_a_line(), in_a_line(), hostile());
    let (short, long) = (hostile().len(), IN_A_CERTIFICATE / STRINGS_OF_A_CERTIFICATE);
    for (name, act, args) in [
        ("certificate, not trusted", tls(short, Vec::new()), &certs[..]),
        ("certificate, taken unseen", tls(short, page.into_bytes()), &insecure),
        ("certificate, long, not trusted", tls(long, Vec::new()), &certs),
        ("certificate, long, taken unseen", tls(long, hostile().into_bytes()), &insecure),
        ("protocol that was chosen", says(raw::server_flight(&hostile(), &[b"none"])), &certs),
        ("no page", tls(short, hostile().into_bytes()), &insecure),
        ("a megabyte", tls(short, a_megabyte(&hostile()).into_bytes()), &insecure),
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
