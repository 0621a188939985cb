//! Captures that hold hostile peers: the table, one connection in every form, and what is said of the file itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, KeyLog, ServerConfig, ServerConnection,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::{
    IN_A_CERTIFICATE, IN_A_HELLO, IN_A_MESSAGE, IN_A_PACKET, a_megabyte, as_long_as, common::require,
    hostile, in_a_line, in_a_value, is_harmless, is_ours, mermaid, outputs::OUTPUTS, parses, raw, servers,
};

/// What two peers said in turn: whether the client did, and what.
pub(crate) type Talk = Vec<(bool, Vec<u8>)>;

/// A capture of these talks, each between two ports of its own, as programs write it whose link has no header.
pub(crate) fn pcap(talks: &[Talk]) -> Vec<u8> {
    let mut out = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
        out.extend(word.to_le_bytes());
    }
    let mut at = 0_u32;
    for (n, talk) in talks.iter().enumerate() {
        let port = 40_000 + u16::try_from(n).expect("a few");
        let mut next = [1000_u32, 5000];
        let mut segment = |of_client: bool, flags: u8, data: &[u8]| {
            let (own, other) = if of_client { (0, 1) } else { (1, 0) };
            let ack = if flags & ACK == 0 { 0 } else { next[other] };
            let packet = packet((port, of_client), (next[own], ack, flags), data);
            at += 1;
            for word in [at / 1000, at % 1000 * 1000] {
                out.extend(word.to_le_bytes());
            }
            let length = u32::try_from(packet.len()).expect("it is short");
            out.extend([length.to_le_bytes(), length.to_le_bytes()].concat());
            out.extend(packet);
            let counted = u32::from(flags & (SYN | FIN) != 0);
            next[own] += u32::try_from(data.len()).expect("it is short") + counted;
        };
        segment(true, SYN, &[]);
        segment(false, SYN | ACK, &[]);
        segment(true, ACK, &[]);
        for (of_client, words) in talk {
            words.chunks(32_000).for_each(|part| segment(*of_client, ACK, part));
        }
        segment(true, FIN | ACK, &[]);
        segment(false, FIN | ACK, &[]);
        segment(true, ACK, &[]);
    }
    out
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// IPv4 and TCP (RFC 791, RFC 9293 §3.1) without checksums, which nobody judges.
fn packet((port, of_client): (u16, bool), (seq, ack, flags): (u32, u32, u8), data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(40 + data.len()).expect("it is short");
    let (from, to) = if of_client { (1, 2) } else { (2, 1) };
    let ports = if of_client { (port, 9000) } else { (9000, port) };
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, from, 127, 0, 0, to]);
    packet.extend([ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat());
    packet.extend([seq.to_be_bytes(), ack.to_be_bytes()].concat());
    packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend_from_slice(data);
    packet
}

/// The lines of a key log.
#[derive(Debug, Default)]
struct Secrets(Mutex<String>);

impl KeyLog for Secrets {
    fn log(&self, label: &str, random: &[u8], secret: &[u8]) {
        let line = format!("{label} {} {}\n", hex::encode(random), hex::encode(secret));
        self.0.lock().expect("nobody panics").push_str(&line);
    }
}

/// Takes any certificate: it is hostile.
#[derive(Debug)]
struct TakesAny;

impl ServerCertVerifier for TakesAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

/// A handshake in memory whose certificate is hostile, and `words` over TLS both ways; and the secrets of it.
fn tls(version: &'static rustls::SupportedProtocolVersion, words: &[u8]) -> (Talk, String) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let (certificate, private) =
        servers::hostile_certificate(IN_A_CERTIFICATE / servers::STRINGS_OF_A_CERTIFICATE);
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .expect("it is known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], private)
        .expect("they fit");
    let secrets = Arc::new(Secrets::default());
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("it is known")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(TakesAny))
        .with_no_client_auth();
    client.key_log = Arc::<Secrets>::clone(&secrets);
    client.alpn_protocols = vec![hostile().as_bytes()[..255].to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let mut client = ClientConnection::new(Arc::new(client), name).expect("it is complete");
    let mut server = ServerConnection::new(Arc::new(server)).expect("it is complete");
    let mut talk = Talk::new();
    let mut said = false;
    loop {
        let (mut out, mut back) = (Vec::new(), Vec::new());
        while client.wants_write() {
            client.write_tls(&mut out).expect("memory");
        }
        let mut rest = out.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).expect("memory");
            server.process_new_packets().expect("it is valid");
            drop(std::io::copy(&mut server.reader(), &mut std::io::sink()));
        }
        while server.wants_write() {
            server.write_tls(&mut back).expect("memory");
        }
        let mut rest = back.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).expect("memory");
            client.process_new_packets().expect("it is valid");
            drop(std::io::copy(&mut client.reader(), &mut std::io::sink()));
        }
        let is_over = out.is_empty() && back.is_empty();
        talk.extend([(true, out), (false, back)].into_iter().filter(|(_, bytes)| !bytes.is_empty()));
        if is_over && said {
            break;
        }
        if is_over {
            said = true;
            use std::io::Write as _;
            client.writer().write_all(words).expect("there is room");
            server.writer().write_all(words).expect("there is room");
        }
    }
    let lines = secrets.0.lock().expect("nobody panics").clone();
    (talk, lines)
}

/// Whom a capture may hold, and the key log of its TLS.
pub(crate) fn talks() -> (Vec<Talk>, String) {
    let (line, value, long) = (in_a_line(), in_a_value(), a_megabyte(&hostile()));
    let (longest, _) = servers::hostile_certificate(IN_A_MESSAGE / 2 / servers::STRINGS_OF_A_CERTIFICATE);
    let long_of = |strings: usize| as_long_as(IN_A_PACKET / strings, &hostile());
    let client = |words: &str| (true, words.as_bytes().to_vec());
    let server = |words: &str| (false, words.as_bytes().to_vec());
    let ssh = |mine: Vec<u8>| [b"SSH-2.0-x\r\n".to_vec(), mine].concat();
    let upgrade = format!(
        "GET / HTTP/1.1\r\nHost: {value}\r\nUser-Agent: {value}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {value}\r\n\r\n"
    );
    let switching = format!(
        "HTTP/1.1 101 {value}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nServer: {value}\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: {value}\r\n\r\n"
    );
    let frames = |masked| {
        let text = hostile();
        [
            raw::frame(1, text.as_bytes(), masked),
            raw::frame(1, &long.as_bytes()[..1 << 20], masked),
            raw::frame(9, &text.as_bytes()[..125], masked),
            raw::close(1011, &text, masked),
        ]
        .concat()
    };
    let (tls13, secrets13) = tls(&rustls::version::TLS13, hostile().as_bytes());
    let (tls12, secrets12) = tls(&rustls::version::TLS12, hostile().as_bytes());
    let talks = vec![
        vec![client(&upgrade), server(&switching), (true, frames(true)), (false, frames(false))],
        vec![
            client(&format!("GET / HTTP/1.1\r\nHost: {value}\r\n\r\n")),
            server(&format!(
                "HTTP/1.1 403 {value}\r\nLocation: {value}\r\nContent-Length: {}\r\n\r\n{long}",
                long.len()
            )),
        ],
        tls13,
        tls12,
        vec![(true, raw::client_hello(&hostile(), &hostile())), server(&hostile())],
        vec![
            (true, raw::client_hello("localhost", &as_long_as(IN_A_HELLO - 600, &hostile()))),
            (false, raw::server_flight(&hostile(), &[&longest, &longest])),
        ],
        vec![(true, raw::client_hello(&as_long_as(IN_A_HELLO, &hostile()), "h2"))],
        vec![
            client(&format!("SSH-2.0-{line} {line}\r\n")),
            server(&format!("{line}\r\nSSH-2.0-{line}\r\n")),
            (true, raw::kexinit(&hostile().replace('x', ","))),
            (false, [raw::debug(&line), raw::kexinit(&hostile()), raw::disconnect(&hostile())].concat()),
        ],
        vec![(true, ssh(raw::kexinit("curve25519-sha256"))), (false, ssh(raw::disconnect(&hostile())))],
        vec![(true, ssh(raw::kexinit(&long_of(10)))), (false, ssh(raw::debug(&long_of(2))))],
        vec![client(&hostile()), server(&long)],
        vec![server(&format!("220 {line} ESMTP\r\n")), client(&format!("EHLO {line}\r\nSTARTTLS\r\n"))],
    ];
    (talks, secrets13 + &secrets12)
}

/// A folder that has a hostile name, and files in it that do.
fn named(folder: &Path, extension: &str) -> PathBuf {
    let name: String = in_a_line().replace('/', "").chars().take(60).collect();
    folder.join(format!("{name}.{extension}"))
}

fn lab(args: &[&str], path: &Path, keys: &Path) -> std::process::Output {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    lab.arg("read").arg(path).args(args).arg("--keylog").arg(keys);
    lab.output().expect("it runs")
}

#[kit::test]
fn in_every_form() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (talks, secrets) = talks();
    let (file, keys) = (named(folder.path(), "pcap"), named(folder.path(), "keys"));
    fs::write(&file, pcap(&talks)).expect("the folder is ours");
    fs::write(&keys, secrets).expect("the folder is ours");
    let check = |args: &[&str]| {
        let left = lab(args, &file, &keys);
        let what = format!("a capture, {args:?}");
        assert!(left.status.success(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
        is_harmless(&what, &left.stdout);
        is_ours(&what, "lab: ", &left.stderr);
        left.stdout
    };
    for lang in ["en", "zh"] {
        let table = check(&["--lang", lang]);
        let table = String::from_utf8(table).expect("it was harmless");
        for of_a_peer in [r"\u{80}", "TLS 1.3", "WebSocket", "SSH"] {
            assert!(table.contains(of_a_peer), "no {of_a_peer}: {table}");
        }
        check(&["--lang", lang, "--filter", "tls", "--sort", "bytes"]);
    }
    for (_, args) in OUTPUTS {
        check(args);
        check(&[&["--connection", "all"], args].concat());
    }
    let rows = check(&["--format", "json"]);
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = String::from_utf8_lossy(&rows)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    assert_eq!(rows.len(), talks.len());
    // A parser reads the same text.
    assert!(rows.iter().any(|row| row["server_name"].as_str().is_some_and(|it| it.contains('\u{80}'))));
    // What was offered is not agreed.
    assert!(rows[4]["version"].is_null() && rows[3]["version"] == "TLS 1.2", "{rows:?}");
    let mut steps = String::new();
    for n in 1..=talks.len() {
        let number = n.to_string();
        let events = check(&["--connection", &number, "--format", "json"]);
        parses(&format!("connection {n}"), &events);
        steps.push_str(&String::from_utf8_lossy(&events));
        for form in ["text", "mermaid", "html"] {
            for lang in ["en", "zh"] {
                let page = check(&["--connection", &number, "--ladder", form, "--lang", lang]);
                if form == "mermaid" {
                    mermaid::statements(&format!("connection {n}"), &String::from_utf8_lossy(&page));
                }
            }
        }
    }
    for step in [
        "tls.certificate",
        "tls.application_data",
        "ws.switching_protocols",
        "ws.text",
        "ws.close",
        "ws.body",
        "ssh.kexinit",
        "ssh.disconnect",
        "ssh.identification",
    ] {
        assert!(steps.contains(&format!("\"{step}\"")), "nothing hostile came as far as {step}");
    }
}

/// Packed, whole and cut off: what is said names the file.
#[kit::test]
fn packed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let keys = named(folder.path(), "keys");
    fs::write(&keys, "").expect("the folder is ours");
    let plain = named(folder.path(), "pcap");
    fs::write(&plain, pcap(&talks().0)).expect("the folder is ours");
    let table = lab(&[], &plain, &keys).stdout;
    for (program, extension) in [("gzip", "pcap.gz"), ("zstd", "pcap.zst")] {
        if !require(program) {
            continue;
        }
        let packed = Command::new(program).arg("-c").arg(&plain).output().expect("it is there").stdout;
        let file = named(folder.path(), extension);
        fs::write(&file, &packed).expect("the folder is ours");
        let left = lab(&[], &file, &keys);
        is_harmless(extension, &left.stdout);
        is_ours(extension, "lab: ", &left.stderr);
        assert_eq!(String::from_utf8_lossy(&left.stdout), String::from_utf8_lossy(&table), "{extension}");
        for length in [5, packed.len() / 2, packed.len() - 3] {
            fs::write(&file, &packed[..length]).expect("the folder is ours");
            for lang in ["en", "zh"] {
                let left = lab(&["--lang", lang], &file, &keys);
                let what = format!("{length} bytes of {extension}");
                is_harmless(&what, &left.stdout);
                is_ours(&what, "lab: ", &left.stderr);
                assert!(String::from_utf8_lossy(&left.stderr).contains(r"\u{1b}"), "{what}: it was named");
            }
        }
    }
}

#[kit::test]
fn what_is_said_of_a_file_that_has_a_hostile_name() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (file, keys) = (named(folder.path(), "pcap"), named(folder.path(), "keys"));
    let whole = pcap(&talks().0);
    fs::write(&keys, hostile()).expect("the folder is ours");
    for (words, begin) in [
        ("cut off", &whole[..whole.len() - 5]),
        ("only its first bytes", &whole[..6]),
        ("a block", &whole[..30]),
    ] {
        fs::write(&file, begin).expect("the folder is ours");
        let left = lab(&[], &file, &keys);
        let what = format!("{words} in a file of a hostile name");
        is_harmless(&what, &left.stdout);
        is_ours(&what, "lab: ", &left.stderr);
        assert!(String::from_utf8_lossy(&left.stderr).contains(r"\u{1b}"), "{what}: it was named");
    }
    for args in [&["--connection", "77"][..], &[]] {
        fs::write(&file, &whole).expect("the folder is ours");
        let gone = named(folder.path(), "gone");
        for (file, keys) in [(&file, &keys), (&gone, &keys), (&file, &gone)] {
            let left = lab(args, file, keys);
            is_harmless("a file that is not there", &left.stdout);
            is_ours("a file that is not there", "lab: ", &left.stderr);
            assert!(!left.stderr.is_empty());
        }
    }
}
