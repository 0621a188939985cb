//! Floods of TLS (RFC 8446, RFC 5246): records that the library sends, and records sealed here, which it would not.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::Arc,
};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rustls::{
    CipherSuite, ClientConfig, ConnectionTrafficSecrets, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use super::{Moments, Thrown, bounded, honest, ws::pour};

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// New keys, again and again: each costs the peer a derivation. rustls bears 32 in a row, and then wants data: a byte of
/// the request comes between.
pub(crate) fn key_updates(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    let (mut tls, mut stream) = honest::tls_connection(server, keys, |_| {}, &[&TLS13]);
    let (conn, mut bytes) = (honest::name(&stream), 0);
    let mut reading = stream.try_clone().expect("a descriptor is left");
    let answers = std::thread::spawn(move || drop(std::io::copy(&mut reading, &mut std::io::sink())));
    for n in bounded(n) {
        tls.refresh_traffic_keys().expect("TLS 1.3 has KeyUpdate");
        if n % 16 == 0 {
            tls.writer().write_all(b"x").expect("it is buffered");
        }
        match tls.write_tls(&mut stream) {
            Ok(written) => bytes += written as u64,
            Err(_) => break,
        }
    }
    drop(stream.shutdown(std::net::Shutdown::Write));
    answers.join().expect("it does not panic");
    Thrown { conn, bytes }
}

/// Records without content, which an attacker may send without end: the request never grows.
pub(crate) fn empty_records(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    sealed(server, keys, n, &TLS13, b"", (APPLICATION_DATA, b""))
}

/// One byte a record, behind a request that was answered.
pub(crate) fn one_byte_records(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    sealed(server, keys, n, &TLS13, request, (APPLICATION_DATA, b"x"))
}

/// TLS 1.2: a ClientHello in the middle of a session asks for a new handshake.
pub(crate) fn renegotiation(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    let mut hello = vec![1, 0, 0, 0, 3, 3];
    hello.extend([7; 32]); // random
    hello.extend([0, 0, 2, 0xC0, 0x2B, 1, 0]); // no session, one suite, no compression
    hello[3] = (hello.len() - 4) as u8;
    sealed(server, keys, n, &TLS12, b"", (HANDSHAKE, &hello))
}

/// TLS 1.2: warnings, which end nothing.
pub(crate) fn warnings(server: SocketAddr, keys: &Path, n: u64) -> Thrown {
    sealed(server, keys, n, &TLS12, b"", (ALERT, &[1, 90]))
}

/// A ClientHello of 60,000 bytes in records of one.
pub(crate) fn hello_in_pieces(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let conn = honest::name(&stream);
    for byte in [1, 0, 0xEA, 0x60] {
        stream.write_all(&[HANDSHAKE, 3, 1, 0, 1, byte]).expect("it listens");
    }
    Thrown { conn, bytes: 24 + pour(&stream, &[HANDSHAKE, 3, 1, 0, 1, 3], n) }
}

/// Tickets to a client, all with the server's first flight.
pub(crate) fn tickets(listener: &TcpListener, keys: &Path, n: u64, (begins, done): Moments<'_>) -> u64 {
    let mut tls = accept(listener, keys, begins, |config| config.send_tls13_tickets = n as usize);
    let bytes = tls.sock.count;
    done();
    drop(tls.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    bytes
}

/// To a client: a page that does not end, in records of one byte.
pub(crate) fn endless_page(listener: &TcpListener, keys: &Path, n: u64, (begins, done): Moments<'_>) -> u64 {
    let mut tls = accept(listener, keys, || (), |_| {});
    begins();
    drop(tls.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
    for _ in bounded(n) {
        if tls.write_all(b"x").and_then(|()| tls.flush()).is_err() {
            break;
        }
    }
    done();
    tls.sock.count
}

/// To a client: new keys, again and again; data comes between, as the library wants it.
pub(crate) fn key_updates_to_client(
    listener: &TcpListener,
    keys: &Path,
    n: u64,
    (begins, done): Moments<'_>,
) -> u64 {
    let mut tls = accept(listener, keys, || (), |_| {});
    begins();
    drop(tls.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
    for n in bounded(n) {
        tls.conn.refresh_traffic_keys().expect("the client has TLS 1.3");
        if n % 16 == 0 {
            drop(tls.conn.writer().write_all(b"x"));
        }
        // All of it: what waits is bounded, and a client that takes nothing is not to be thrown more.
        let mut sent = Ok(0);
        while tls.conn.wants_write() && sent.is_ok() {
            sent = tls.conn.write_tls(&mut tls.sock);
        }
        if sent.is_err() {
            break;
        }
    }
    done();
    tls.sock.count
}

/// A stream that counts what it takes.
struct Counted {
    stream: TcpStream,
    count: u64,
}

impl std::io::Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.stream.read(bytes)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

fn accept(
    listener: &TcpListener,
    keys: &Path,
    came: impl FnOnce(),
    change: impl FnOnce(&mut ServerConfig),
) -> StreamOwned<ServerConnection, Counted> {
    let chain = CertificateDer::pem_file_iter(keys.join(certs::SERVER_CERT)).expect("a chain");
    let key = PrivateKeyDer::from_pem_file(keys.join(certs::SERVER_KEY)).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions that there are")
        .with_no_client_auth()
        .with_single_cert(chain.map(|one| one.expect("a certificate")).collect(), key)
        .expect("a certificate and its key");
    change(&mut config);
    let (stream, _) = listener.accept().expect("the client comes");
    came();
    let tls = ServerConnection::new(Arc::new(config)).expect("a connection");
    let mut tls = StreamOwned::new(tls, Counted { stream, count: 0 });
    while tls.conn.is_handshaking() || tls.conn.wants_write() {
        tls.conn.complete_io(&mut tls.sock).expect("a handshake");
    }
    tls
}

/// A handshake by the library, then `n` times one record, sealed under the session's key.
fn sealed(
    server: SocketAddr,
    keys: &Path,
    n: u64,
    version: &'static rustls::SupportedProtocolVersion,
    first: &[u8],
    (kind, content): (u8, &[u8]),
) -> Thrown {
    let only_aes_128 = |config: &mut ClientConfig| {
        let mut provider = rustls::crypto::aws_lc_rs::default_provider();
        let gcm = [
            CipherSuite::TLS13_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ];
        provider.cipher_suites.retain(|suite| gcm.contains(&suite.suite()));
        *config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[version])
            .expect("a version that there is")
            .with_root_certificates(roots(keys))
            .with_no_client_auth();
        config.enable_secret_extraction = true;
    };
    let (mut tls, mut stream) = honest::tls_connection(server, keys, only_aes_128, &[version]);
    if !first.is_empty() {
        tls.writer().write_all(first).expect("it is buffered");
        while tls.wants_write() {
            tls.write_tls(&mut stream).expect("it listens");
        }
    }
    let conn = honest::name(&stream);
    let secrets = tls.dangerous_extract_secrets().expect("it is allowed");
    let (seq, ConnectionTrafficSecrets::Aes128Gcm { key, iv }) = secrets.tx else {
        panic!("another suite than was asked for");
    };
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.as_ref()).expect("16 bytes"));
    let iv: [u8; 12] = iv.as_ref().try_into().expect("12 bytes");
    let mut bytes = 0;
    let mut sealer = Sealer { key, iv, seq, tls13: version.version == TLS13.version };
    let mut reading = stream.try_clone().expect("a descriptor is left");
    let answers = std::thread::spawn(move || drop(std::io::copy(&mut reading, &mut std::io::sink())));
    for begin in bounded(n).step_by(512) {
        let now = (n - begin).min(512);
        let block: Vec<u8> = (0..now).flat_map(|_| sealer.seal(kind, content)).collect();
        if stream.write_all(&block).is_err() {
            break;
        }
        bytes += block.len() as u64;
    }
    drop(stream.shutdown(std::net::Shutdown::Write));
    answers.join().expect("it does not panic");
    Thrown { conn, bytes }
}

fn roots(keys: &Path) -> rustls::RootCertStore {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(keys.join(certs::CA_CERT)).expect("a CA")).expect("a CA");
    roots
}

/// Seals records as RFC 8446 §5.2 and RFC 5288 §3 have it.
struct Sealer {
    key: LessSafeKey,
    iv: [u8; 12],
    seq: u64,
    tls13: bool,
}

impl Sealer {
    fn seal(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        let seq = self.seq.to_be_bytes();
        self.seq += 1;
        let mut nonce = self.iv;
        nonce[4..].iter_mut().zip(seq).for_each(|(byte, seq)| *byte ^= seq);
        let unique = Nonce::assume_unique_for_key(nonce);
        let mut body = content.to_vec();
        if self.tls13 {
            body.push(kind);
            let length = (body.len() + 16) as u16;
            let header = [&[APPLICATION_DATA, 3, 3], &length.to_be_bytes()[..]].concat();
            self.key.seal_in_place_append_tag(unique, Aad::from(&header), &mut body).expect("it is sealed");
            [header, body].concat()
        } else {
            let length = (content.len() as u16).to_be_bytes();
            let covered = [&seq[..], &[kind, 3, 3], &length].concat();
            self.key.seal_in_place_append_tag(unique, Aad::from(&covered), &mut body).expect("it is sealed");
            let length = (8 + body.len()) as u16;
            [&[kind, 3, 3], &length.to_be_bytes()[..], &nonce[4..], &body].concat()
        }
    }
}
