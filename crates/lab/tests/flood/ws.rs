//! Floods of WebSocket (RFC 6455): what a client may send after the 101, and a server instead of it.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
};

use super::{Moments, Thrown, honest};

/// Writes `n` times `bytes`, or as often as the peer takes it, and reads what comes meanwhile. Gives the bytes written.
pub(crate) fn pour(stream: &TcpStream, bytes: &[u8], n: u64) -> u64 {
    let mut reading = stream.try_clone().expect("a descriptor is left");
    let answers = thread::spawn(move || {
        let mut part = vec![0; 1 << 16];
        while let Ok(1..) = reading.read(&mut part) {}
    });
    // Many in one write: the peer has most work with them.
    let at_once = (1 << 14) / bytes.len().max(1) + 1;
    let (block, mut written, mut stream) = (bytes.repeat(at_once), 0, stream);
    let mut left = n;
    while left > 0 {
        let now = left.min(at_once as u64);
        let part = &block[..bytes.len() * now as usize];
        if stream.write_all(part).is_err() {
            break;
        }
        (left, written) = (left - now, written + part.len() as u64);
    }
    drop(stream.shutdown(Shutdown::Write));
    answers.join().expect("it does not panic");
    written
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
