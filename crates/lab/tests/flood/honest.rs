//! A client that wants nothing but a handshake and a word, by the bare libraries.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

/// One visit: its name in the log, and how long its handshake took.
pub(crate) struct Visit {
    pub(crate) conn: String,
    pub(crate) wait: Duration,
}

/// The name of a connection in a log.
pub(crate) fn name(stream: &TcpStream) -> String {
    let ends = (stream.local_addr().expect("connected"), stream.peer_addr().expect("connected"));
    format!("{}>{}", ends.0, ends.1)
}

/// A handshake with the server of `protocol`, a word, and a close as it should be.
pub(crate) fn visit(protocol: &str, server: SocketAddr, keys: &Path) -> Visit {
    match protocol {
        "tls" => tls(server, keys),
        "ws" => ws(server),
        "ssh" => ssh(server, keys),
        other => panic!("nobody visits {other}"),
    }
}

/// A connection to the TLS server, whose handshake is complete.
pub(crate) fn tls_connection(
    server: SocketAddr,
    keys: &Path,
    change: impl FnOnce(&mut ClientConfig),
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> (ClientConnection, TcpStream) {
    let mut tls = tls_client(keys, change, versions);
    let stream = connect(server, &mut tls);
    (tls, stream)
}

/// A client that has read its files: what it waits for from here on is the server.
fn tls_client(
    keys: &Path,
    change: impl FnOnce(&mut ClientConfig),
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(keys.join(certs::CA_CERT)).expect("a CA")).expect("a CA");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions that there are")
        .with_root_certificates(roots)
        .with_no_client_auth();
    change(&mut config);
    let name = ServerName::try_from("localhost").expect("a name");
    ClientConnection::new(Arc::new(config), name).expect("a connection")
}

/// Does the handshake.
fn connect(server: SocketAddr, tls: &mut ClientConnection) -> TcpStream {
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.set_nodelay(true).expect("it is TCP");
    while tls.is_handshaking() {
        tls.complete_io(&mut stream).expect("a handshake");
    }
    stream
}

fn tls(server: SocketAddr, keys: &Path) -> Visit {
    let mut tls = tls_client(keys, |_| {}, rustls::ALL_VERSIONS);
    let began = Instant::now();
    let stream = connect(server, &mut tls);
    let (conn, wait) = (name(&stream), began.elapsed());
    let mut tls = StreamOwned::new(tls, stream);
    tls.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it is asked");
    let mut answer = Vec::new();
    tls.read_to_end(&mut answer).expect("it answers");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    tls.conn.send_close_notify();
    drop(tls.flush());
    Visit { conn, wait }
}

/// A connection to the WebSocket server, after its 101.
pub(crate) fn ws_connection(server: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.set_nodelay(true).expect("it is TCP");
    stream
        .write_all(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        )
        .expect("it is asked");
    // Behind the head the server says nothing before it is asked.
    let (mut head, mut part) = (Vec::new(), [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        let n = stream.read(&mut part).expect("it answers");
        assert!(n > 0, "it closed: {head:?}");
        head.extend_from_slice(&part[..n]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream
}

fn ws(server: SocketAddr) -> Visit {
    let began = Instant::now();
    let mut stream = ws_connection(server);
    let visit = Visit { conn: name(&stream), wait: began.elapsed() };
    // Close with code 1000, masked with zeros.
    stream.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]).expect("it is told");
    stream.read_to_end(&mut Vec::new()).expect("it closes");
    visit
}

/// Takes any host key: whom it reaches is whom it was told.
pub(crate) struct TrustsAnyone;

impl russh::client::Handler for TrustsAnyone {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

/// Logs in, and gives the connection's name with the session.
pub(crate) async fn ssh_session(
    server: SocketAddr,
    keys: &Path,
) -> (String, russh::client::Handle<TrustsAnyone>) {
    log_in(server, user_key(keys)).await
}

/// The user's key, read.
fn user_key(keys: &Path) -> Arc<PrivateKey> {
    let text = std::fs::read_to_string(keys.join(certs::SSH_USER_KEY)).expect("a key");
    Arc::new(PrivateKey::from_openssh(text.as_str()).expect("a key"))
}

async fn log_in(server: SocketAddr, key: Arc<PrivateKey>) -> (String, russh::client::Handle<TrustsAnyone>) {
    let stream = TcpStream::connect(server).expect("it listens");
    stream.set_nodelay(true).expect("it is TCP");
    stream.set_nonblocking(true).expect("it is TCP");
    let conn = name(&stream);
    let stream = tokio::net::TcpStream::from_std(stream).expect("it is TCP");
    let mut session =
        russh::client::connect_stream(Arc::default(), stream, TrustsAnyone).await.expect("a key exchange");
    let login = session.authenticate_publickey("demo", PrivateKeyWithHashAlg::new(key, None)).await;
    assert!(login.expect("an answer").success());
    (conn, session)
}

/// A runtime of this thread.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn ssh(server: SocketAddr, keys: &Path) -> Visit {
    let key = user_key(keys);
    runtime().block_on(async {
        let began = Instant::now();
        let (conn, session) = log_in(server, key).await;
        let wait = began.elapsed();
        session.disconnect(russh::Disconnect::ByApplication, "", "").await.expect("it is told");
        drop(session.await);
        Visit { conn, wait }
    })
}
