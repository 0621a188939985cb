//! A long capture through standard input: two hundred megabytes of many connections and a few long ones, made here as they
//! are written. The memory of the reader does not grow with them, and each connection has its row.
//!
//! ```sh
//! STREAM_MIB=10240 cargo test --release -p lab --test stream -- --nocapture   # ten gigabytes
//! ```

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Command, Stdio},
    thread,
};

use common::binary;

/// A pcap file of raw IP, made as it is written.
struct Pcap<W> {
    to: W,
    /// In milliseconds.
    at: u32,
    written: usize,
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

impl<W: Write> Pcap<W> {
    fn new(mut to: W) -> Self {
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
            to.write_all(&word.to_le_bytes()).expect("it reads");
        }
        Pcap { to, at: 0, written: 24 }
    }

    /// IPv4 and TCP (RFC 791, RFC 9293 §3.1) without checksums, which nobody judges.
    fn segment(&mut self, port: u16, of_client: bool, (seq, ack, flags): (u32, u32, u8), data: &[u8]) {
        let length = u16::try_from(40 + data.len()).expect("it is short");
        let (from, to) = if of_client { (1, 2) } else { (2, 1) };
        let ports = if of_client { (port, 80_u16) } else { (80, port) };
        let mut packet = vec![0x45, 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
        packet.extend([ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat());
        packet.extend([seq.to_be_bytes(), ack.to_be_bytes()].concat());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend_from_slice(data);
        self.at += 2;
        for word in [self.at / 1000, self.at % 1000 * 1000, u32::from(length), u32::from(length)] {
            self.to.write_all(&word.to_le_bytes()).expect("it reads");
        }
        self.to.write_all(&packet).expect("it reads");
        self.written += 16 + packet.len();
    }

    /// A connection in which the server answers a request with so many bytes, and both close.
    fn connection(&mut self, port: u16, bytes: usize) {
        let request = b"GET / HTTP/1.1\r\nHost: flat.example\r\n\r\n";
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
        let body = [b'x'; 16 << 10];
        self.segment(port, true, (999, 0, SYN), &[]);
        self.segment(port, false, (4999, 1000, SYN | ACK), &[]);
        self.segment(port, true, (1000, 5000, ACK), request);
        let (asked, mut next) = (1000 + request.len() as u32, 5000);
        let mut say = |pcap: &mut Self, data: &[u8]| {
            pcap.segment(port, false, (next, asked, ACK), data);
            next = next.wrapping_add(data.len() as u32);
        };
        say(self, head.as_bytes());
        let mut left = bytes;
        while left > 0 {
            let now = left.min(body.len());
            say(self, &body[..now]);
            left -= now;
        }
        self.segment(port, false, (next, asked, FIN | ACK), &[]);
        self.segment(port, true, (asked, next + 1, FIN | ACK), &[]);
        self.segment(port, false, (next + 1, asked + 1, ACK), &[]);
    }
}

#[test]
fn two_hundred_megabytes_are_read_in_flat_memory() {
    let mib = std::env::var("STREAM_MIB").map_or(200, |mib| mib.parse().expect("a number"));
    let bytes: usize = mib << 20;
    let mut lab = Command::new(binary("lab"));
    let mut lab = lab
        .args(["read", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let (stdin, stdout) = (lab.stdin.take().expect("a pipe"), lab.stdout.take().expect("a pipe"));
    let rows = thread::spawn(move || {
        let rows = BufReader::new(stdout).lines().map(|row| row.expect("it is text"));
        let closed = |row: &String| row.contains("\"established\":true") && row.contains("closed");
        let (closed, other): (Vec<_>, Vec<_>) = rows.partition(closed);
        assert_eq!(other, Vec::<String>::new());
        let numbers = closed.iter().zip(1..).filter(|(row, n)| row.contains(&format!("\"connection\":{n},")));
        (closed.len(), numbers.count())
    });
    let memory = |name: &str| {
        let status = fs::read_to_string(format!("/proc/{}/status", lab.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number")
    };
    let mut pcap = Pcap::new(BufWriter::new(stdin));
    let (mut connections, mut early) = (0_u32, None);
    while pcap.written < bytes {
        // Most connections are short; the ports come again after a minute of the capture's time.
        let body = if connections.is_multiple_of(500) { 4 << 20 } else { 3000 };
        pcap.connection(10_000 + (connections % 50_000) as u16, body);
        connections += 1;
        // What it holds of closed connections it holds for two minutes.
        if early.is_none() && pcap.at > 200_000 {
            early = Some(memory("VmHWM:"));
        }
    }
    pcap.to.flush().expect("it reads");
    let (early, late) = (early.expect("the capture is longer"), memory("VmHWM:"));
    drop(pcap);
    let (rows, in_order) = rows.join().expect("the rows are as expected");
    assert!(lab.wait().expect("it ends").success());
    println!("{connections} connections; {early} KiB after 200 s of it, at most {late} KiB");
    assert_eq!((rows, in_order), (connections as usize, connections as usize));
    assert!(late < early * 5 / 4 + (4 << 10), "{early} KiB, then {late} KiB");
}
