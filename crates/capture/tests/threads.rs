//! However many threads follow the connections, what comes out is the same, in the same order.

use std::net::Ipv4Addr;

use asnoted_capture::{Captures, Finished, Keep, Keys};

const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// A capture of IP packets (link type 101), ten milliseconds from one to the next.
struct Pcap(Vec<u8>, u64);

impl Pcap {
    fn new() -> Self {
        let head = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101];
        Pcap(head.iter().flat_map(|word| word.to_le_bytes()).collect(), 0)
    }

    /// A segment between client `n` and the server (RFC 791 §3.1, RFC 9293 §3.1), without checksums.
    fn segment(&mut self, n: u32, from_client: bool, (seq, ack, flags): (u32, u32, u8), data: &[u8]) {
        let [client, server] = [Ipv4Addr::from(0x0a00_0000 + n), Ipv4Addr::new(192, 0, 2, 1)];
        let ends = [(client, 40_000_u16), (server, 80)];
        let [(source, from), (destination, to)] = if from_client { ends } else { [ends[1], ends[0]] };
        let length = u16::try_from(40 + data.len()).expect("it is short");
        let mut packet = vec![0x45, 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0, 0, 0, 0, 64, 6, 0, 0]);
        packet.extend([source.octets(), destination.octets()].concat());
        packet.extend([from.to_be_bytes(), to.to_be_bytes()].concat());
        packet.extend([seq.to_be_bytes(), ack.to_be_bytes()].concat());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(data);
        let (at, length) = (self.1 * 10_000, u32::from(length));
        self.1 += 1;
        for word in [(at / 1_000_000) as u32, (at % 1_000_000) as u32, length, length] {
            self.0.extend(word.to_le_bytes());
        }
        self.0.extend(packet);
    }

    /// One connection is refused, every hundredth is answered in HTTP and reset.
    fn connection(&mut self, n: u32) {
        self.segment(n, true, (999, 0, SYN), &[]);
        if !n.is_multiple_of(100) {
            return self.segment(n, false, (0, 1000, RST | ACK), &[]);
        }
        self.segment(n, false, (4999, 1000, SYN | ACK), &[]);
        let request = format!("GET /{n} HTTP/1.1\r\nHost: {n}.example\r\n\r\n");
        self.segment(n, true, (1000, 5000, ACK), request.as_bytes());
        let next = 1000 + request.len() as u32;
        self.segment(n, false, (5000, next, ACK), b"HTTP/1.1 204 No Content\r\n\r\n");
        self.segment(n, true, (next, 5027, RST | ACK), &[]);
    }
}

/// What is handed out while it is read, and at the end.
fn read(file: &[u8], keep: Keep, threads: usize) -> Vec<Finished> {
    let mut captures = Captures::in_threads(Keys::default(), keep, threads);
    let mut all = Vec::new();
    captures.file(file, |captures| all.extend(captures.ready())).expect("it is a capture");
    all.extend(captures.finish().0);
    all
}

#[test]
fn the_rows_come_in_one_order_also_past_one_that_stays_open() {
    let mut pcap = Pcap::new();
    pcap.segment(0, true, (1, 0, SYN), &[]);
    pcap.segment(0, false, (9, 2, SYN | ACK), &[]);
    // More than may wait for the first, which never ends.
    for n in 1..90_000 {
        pcap.connection(n);
    }
    let told = |finished: &[Finished]| -> Vec<String> {
        finished.iter().map(|one| format!("{:?}", one.row)).collect()
    };
    let alone = told(&read(&pcap.0, Keep::Nothing, 1));
    assert_eq!(alone.len(), 90_000);
    assert!(alone[0].contains("number: 2,"), "{}", alone[0]);
    assert!(alone[99].contains("100.example"), "{}", alone[99]);
    for threads in [2, 3] {
        assert!(told(&read(&pcap.0, Keep::Nothing, threads)) == alone, "{threads} threads");
    }
}

#[test]
fn the_events_are_those_of_one_thread() {
    let mut pcap = Pcap::new();
    (1..=400).for_each(|n| pcap.connection(n));
    let told = |finished: &[Finished]| -> Vec<String> {
        let events = finished.iter().flat_map(|one| &one.events);
        events.map(|event| serde_json::to_string(event).expect("plain data")).collect()
    };
    let alone = told(&read(&pcap.0, Keep::All, 1));
    assert!(alone.len() > 400, "{}", alone.len());
    assert_eq!(told(&read(&pcap.0, Keep::All, 5)), alone);
    let one = told(&read(&pcap.0, Keep::One(300), 2));
    assert!(one.len() > 4 && one.iter().all(|event| alone.contains(event)), "{one:?}");
}
