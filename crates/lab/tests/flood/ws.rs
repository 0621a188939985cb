//! Floods of WebSocket (RFC 6455): what a client may send after the 101, and a server instead of it.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
};

use super::{Moments, Thrown, bounded, honest};

/// Writes `n` times `bytes`, or as often as the peer takes it, and reads what comes meanwhile. Gives the bytes written.
pub(crate) fn pour(stream: &TcpStream, bytes: &[u8], n: u64) -> u64 {
    let (written, answers) = pour_on(stream, bytes, n);
    drop(stream.shutdown(Shutdown::Write));
    answers.join().expect("it does not panic");
    written
}

/// The same, and does not hang up. Gives also who reads, until the peer hangs up.
fn pour_on(stream: &TcpStream, bytes: &[u8], n: u64) -> (u64, thread::JoinHandle<()>) {
    let mut reading = stream.try_clone().expect("a descriptor is left");
    let answers = thread::spawn(move || {
        let mut part = vec![0; 1 << 16];
        while let Ok(1..) = reading.read(&mut part) {}
    });
    // Many in one write: the peer has most work with them.
    let at_once = (1 << 14) / bytes.len().max(1) as u64 + 1;
    let (block, mut written, mut stream) = (bytes.repeat(at_once as usize), 0, stream);
    for begin in bounded(n).step_by(at_once as usize) {
        let now = (n - begin).min(at_once);
        let part = &block[..bytes.len() * now as usize];
        if stream.write_all(part).is_err() {
            break;
        }
        written += part.len() as u64;
    }
    (written, answers)
}

fn frames(server: SocketAddr, first: &[u8], frame: &[u8], n: u64) -> Thrown {
    let mut stream = honest::ws_connection(server);
    let conn = honest::name(&stream);
    stream.write_all(first).expect("it listens");
    Thrown { conn, bytes: pour(&stream, frame, n) }
}

/// Pings without a payload: six bytes each, and each is answered.
pub(crate) fn pings(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    frames(server, &[], &[0x89, 0x80, 0, 0, 0, 0], n)
}

/// A message that has begun, and goes on in frames of no byte: it never grows, and never ends.
pub(crate) fn empty_fragments(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    frames(server, &[0x01, 0x80, 0, 0, 0, 0], &[0x00, 0x80, 0, 0, 0, 0], n)
}

/// A message in frames of one byte.
pub(crate) fn fragments(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    frames(server, &[0x01, 0x81, 0, 0, 0, 0, b'x'], &[0x00, 0x81, 0, 0, 0, 0, b'x'], n)
}

/// Messages of one byte, each of which is sent back.
pub(crate) fn messages(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    frames(server, &[], &[0x81, 0x81, 0, 0, 0, 0, b'x'], n)
}

/// Messages of 64 KiB.
pub(crate) fn long_messages(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    let mut frame = vec![0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    frame.resize(frame.len() + (1 << 16), b'x');
    frames(server, &[], &frame, n)
}

/// A request whose head does not end.
pub(crate) fn endless_head(server: SocketAddr, _: &Path, n: u64) -> Thrown {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let conn = honest::name(&stream);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").expect("it listens");
    Thrown { conn, bytes: pour(&stream, b"X: y\r\n", n) }
}

/// To a client: a refusal whose body does not end.
pub(crate) fn endless_refusal(listener: &TcpListener, _: &Path, n: u64, (begins, done): Moments<'_>) -> u64 {
    let (mut stream, _) = listener.accept().expect("the client comes");
    begins();
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n").expect("it listens");
    let bytes = pour(&stream, &[b'x'; 1024], n);
    done();
    bytes
}

/// To a client: frames after a valid 101.
fn frames_to_client(
    listener: &TcpListener,
    (first, frame, n): (&[u8], &[u8], u64),
    (begins, done): Moments<'_>,
) -> u64 {
    let (mut stream, _) = listener.accept().expect("the client comes");
    let (mut head, mut part) = (Vec::new(), [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        let n = stream.read(&mut part).expect("it asks");
        assert!(n > 0, "it closed");
        head.extend_from_slice(&part[..n]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("it has a key");
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).expect("it listens");
    begins();
    stream.write_all(first).expect("it listens");
    let (written, answers) = pour_on(&stream, frame, n);
    done();
    drop(stream.shutdown(Shutdown::Both));
    answers.join().expect("it does not panic");
    written
}

/// To a client: pings without a payload.
pub(crate) fn pings_to_client(listener: &TcpListener, _: &Path, n: u64, moments: Moments<'_>) -> u64 {
    frames_to_client(listener, (&[], &[0x89, 0], n), moments)
}

/// To a client: a message in frames of no byte.
pub(crate) fn fragments_to_client(listener: &TcpListener, _: &Path, n: u64, moments: Moments<'_>) -> u64 {
    frames_to_client(listener, (&[1, 0], &[0, 0], n), moments)
}

/// To a client of SSH, whose flood is in the clear: `first`, and `n` times `packet`.
pub(crate) fn to_client_in_the_clear(
    listener: &TcpListener,
    (first, packet, n): (&[u8], &[u8], u64),
    (begins, done): Moments<'_>,
) -> u64 {
    let (mut stream, _) = listener.accept().expect("the client comes");
    begins();
    stream.write_all(first).expect("it listens");
    let (written, answers) = pour_on(&stream, packet, n);
    done();
    drop(stream.shutdown(Shutdown::Both));
    answers.join().expect("it does not panic");
    written
}
