//! Hostile clients, and what our servers tell of them: at once, and when their logs are read again.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use crate::{
    IN_A_HEAD, IN_A_HELLO, IN_A_PACKET, IN_A_SEALED_PACKET, IN_AN_IDENTIFICATION, a_megabyte, as_long_as,
    common::{PATIENCE, binary, keys, listens_at, text},
    hostile, in_a_line, in_a_value, is_harmless, is_ours,
    outputs::OUTPUTS,
    parses, raw, ssh,
};

/// A server that writes to files, byte for byte, and ends with its standard input.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    addr: SocketAddr,
}

impl Server {
    #[allow(clippy::zombie_processes)] // whoever has it waits for it in `stop`
    fn start(protocol: &str, args: &[&str]) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = |name: &str| File::create(folder.path().join(name)).expect("the folder is ours");
        let mut server = Command::new(binary("server"));
        server
            .args([protocol, "--listen", "127.0.0.1:0", "--until-eof", "--log-dir"])
            .arg(folder.path().join("logs"));
        server.args(args).env("RUST_LOG", if args.contains(&"--bytes") { "debug" } else { "warn" });
        server.stdin(Stdio::piped()).stdout(file("stdout")).stderr(file("stderr"));
        let child = server.spawn().expect("it starts");
        let until = Instant::now() + PATIENCE;
        loop {
            let said = fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
            if let Some(addr) = said.lines().find_map(|line| listens_at(line, protocol)) {
                return Server { child, folder, addr };
            }
            assert!(Instant::now() < until, "it does not listen: {said}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it wrote: standard output, standard error.
    fn stop(&mut self) -> (Vec<u8>, Vec<u8>) {
        drop(self.child.stdin.take());
        self.child.wait().expect("it ends");
        let read = |name: &str| fs::read(self.folder.path().join(name)).expect("it was made");
        (read("stdout"), read("stderr"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server tells of those whom `visit` sends, through every output, and what `lab read` makes of its log.
///
/// `seen` are steps that must be in it: else the test would show nothing.
fn check(protocol: &str, args: &[&str], seen: &[&str], visit: impl Fn(SocketAddr)) {
    for (output, options) in OUTPUTS {
        let mut server = Server::start(protocol, &[args, options].concat());
        visit(server.addr);
        let (stdout, stderr) = server.stop();
        let what = format!("{protocol}, {output}");
        is_harmless(&format!("{what}, standard output"), &stdout);
        is_ours(&format!("{what}, standard error"), "server: ", &stderr);
        let logs: Vec<_> =
            fs::read_dir(server.folder.path().join("logs")).expect("it records").flatten().collect();
        let [log] = &logs[..] else { panic!("{what}: one log, not {logs:?}") };
        let recorded = fs::read(log.path()).expect("it was made");
        is_harmless(&format!("{what}, recorded"), &recorded);
        parses(&format!("{what}, recorded"), &recorded);
        if output == "json" {
            parses(&what, &stdout);
            let told = String::from_utf8_lossy(&stdout);
            seen.iter().for_each(|step| assert!(told.contains(step), "{what}: no {step}"));
            read_again(protocol, &log.path());
        }
    }
}

/// `lab read` in all its forms.
pub(crate) fn read_again(what: &str, log: &Path) {
    let ladder_in_chinese = ("Chinese ladder", &["--ladder", "text", "--lang", "zh"][..]);
    let page_in_chinese = ("Chinese page", &["--ladder", "html", "--lang", "zh"][..]);
    for (form, args) in OUTPUTS.into_iter().chain([ladder_in_chinese, page_in_chinese]) {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        let left = lab.arg("read").arg(log).args(args).output().expect("it runs");
        let what = format!("{what} read again, {form}");
        assert!(left.status.success(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
        is_harmless(&what, &left.stdout);
        is_ours(&what, "lab: ", &left.stderr);
    }
}

/// Says each of `words` in a connection of its own, and reads to the end.
fn say(server: SocketAddr, words: &[Vec<u8>]) {
    for words in words {
        let mut stream = TcpStream::connect(server).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("the option is known");
        let mut back = stream.try_clone().expect("it is open");
        let reading = thread::spawn(move || while back.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {});
        // It may hang up in the middle of a megabyte.
        let _ = stream.write_all(words);
        let _ = stream.shutdown(Shutdown::Write);
        reading.join().expect("it only reads");
    }
}

#[kit::test]
fn of_tcp() {
    let words =
        [hostile().into_bytes(), a_megabyte(&hostile()).into_bytes(), a_megabyte(&in_a_line()).into_bytes()];
    check("tcp", &[], &["tcp.established"], |server| say(server, &words));
}

const KEY: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Requests of which each has one place for a text.
const REQUESTS: [&str; 15] = [
    "GET /{} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n",
    "{} / HTTP/1.1\r\nHost: a\r\nKEY\r\n",
    "GET / HTTP/{}\r\nHost: a\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nOrigin: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX-{}: a\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nCookie: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nReferer: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: {}\r\nUpgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: {}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Protocol: {}\r\nKEY\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Extensions: {}\r\nKEY\r\n",
];

#[kit::test]
fn of_websocket() {
    let mut words = Vec::new();
    for value in [in_a_value(), in_a_line()] {
        for text in [&value, &as_long_as(IN_A_HEAD, &value)] {
            words
                .extend(REQUESTS.map(|request| request.replace("{}", text).replace("KEY", KEY).into_bytes()));
        }
    }
    let (text, long) = (hostile(), a_megabyte(&hostile()));
    for frames in [
        raw::frame(1, text.as_bytes(), true),
        raw::frame(1, &long.as_bytes()[..1 << 20], true),
        raw::frame(2, text.as_bytes(), true),
        raw::frame(9, &text.as_bytes()[..125], true),
        raw::close(1000, &text, true),
        raw::close(1011, &text, true),
        raw::close(1011, "\u{202e}\nserver: forged\u{1b}[2J", true),
        text.clone().into_bytes(),
    ] {
        words.push([format!("GET / HTTP/1.1\r\nHost: a\r\n{KEY}\r\n").into_bytes(), frames].concat());
    }
    words.extend([text.into_bytes(), long.into_bytes()]);
    let seen = ["ws.upgrade_request", "ws.plain_request", "ws.undecodable", "ws.text", "ws.ping", "ws.close"];
    check("ws", &["--no-tls"], &seen, |server| say(server, &words));
}

#[kit::test]
fn of_tls() {
    let keys = keys();
    let certs = text(keys.path());
    let mut words = vec![hostile().into_bytes(), a_megabyte(&hostile()).into_bytes()];
    for (name, alpn) in [
        (hostile(), hostile()),
        (in_a_value(), in_a_value()),
        ("localhost".into(), hostile()),
        (as_long_as(IN_A_HELLO, &hostile()), hostile()),
        ("localhost".into(), as_long_as(IN_A_HELLO - 600, &hostile())),
    ] {
        words.push(raw::client_hello(&name, &alpn));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(
        CertificateDer::pem_file_iter(keys.path().join(certs::CA_CERT)).expect("it was made").flatten(),
    );
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they are known")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    let line = in_a_line();
    let requests = [
        format!("GET /{line} HTTP/1.1\r\nHost: {line}\r\nUser-Agent: {line}\r\n\r\n"),
        format!("{line}\r\n\r\n"),
        hostile(),
        a_megabyte(&hostile()),
    ];
    let seen = ["tls.client_hello", "tls.undecodable", "tls.application_data"];
    check("tls", &["--certs", certs], &seen, |server| {
        say(server, &words);
        for request in &requests {
            let name = ServerName::try_from("localhost").expect("it is one");
            let mut connection = ClientConnection::new(Arc::clone(&config), name).expect("it is complete");
            let mut stream = TcpStream::connect(server).expect("it listens");
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let _ = tls.write_all(request.as_bytes());
            tls.conn.send_close_notify();
            let _ = tls.flush();
            let _ = stream.shutdown(Shutdown::Write);
            while stream.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {}
        }
    });
}

#[kit::test]
fn of_ssh() {
    let keys = keys();
    let line = in_a_line();
    let long = |strings: usize| as_long_as(IN_A_PACKET / strings, &hostile());
    let after = |packet: Vec<u8>| [b"SSH-2.0-hostile\r\n".to_vec(), packet].concat();
    let words = [
        format!("SSH-2.0-{line} {line}\r\n").into_bytes(),
        format!("SSH-2.0-{}\r\n", as_long_as(IN_AN_IDENTIFICATION, &line)).into_bytes(),
        format!("{line}\r\nSSH-2.0-x\r\n").into_bytes(),
        hostile().into_bytes(),
        a_megabyte(&hostile()).into_bytes(),
        after(raw::disconnect(&hostile())),
        after(raw::disconnect(&long(2))),
        after(raw::debug(&hostile())),
        after(raw::debug(&long(2))),
        after(raw::kexinit(&long(10))),
        after(raw::kexinit(&hostile().replace(',', ""))),
        after(raw::kexinit(&hostile().replace('x', ","))),
    ];
    let runtime = tokio::runtime::Runtime::new().expect("there are threads");
    let texts = [hostile(), as_long_as(IN_A_SEALED_PACKET, &hostile())];
    let seen = [
        "ssh.disconnect",
        "ssh.kexinit",
        "ssh.auth_success",
        "ssh.exec",
        "ssh.undecodable",
        "ssh.channel_request",
    ];
    check("ssh", &["--certs", text(keys.path()), "--password-login", "on"], &seen, |server| {
        say(server, &words);
        for text in &texts {
            runtime.block_on(ssh::visit(server, keys.path(), text)).expect("the demo user is let in");
        }
    });
}
