//! A key that stands in a capture behind the end of its connection: nothing is opened with it, and that is counted.

use asnoted_capture::{Captures, Keep, Keys};

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// A capture of IP packets with the keys of some of its connections (draft-ietf-opsawg-pcapng §4).
struct Pcapng(Vec<u8>);

impl Pcapng {
    fn new() -> Self {
        let mut file = Pcapng(Vec::new());
        let version = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        file.block(0x0a0d_0d0a, &version);
        file.block(1, &[101, 0, 0, 0, 0, 0, 4, 0]);
        file
    }

    fn block(&mut self, kind: u32, body: &[u8]) {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let length = (12 + body.len() + padding.len()) as u32;
        let head = [kind.to_le_bytes(), length.to_le_bytes()].concat();
        self.0.extend([&head[..], body, &padding, &length.to_le_bytes()].concat());
    }

    /// A line of a key log for the connection with this client's random.
    fn keys(&mut self, random: u8) {
        let [random, secret] =
            [(random, 32), (7, 48)].map(|(byte, times)| format!("{byte:02x}").repeat(times));
        let line = format!("CLIENT_RANDOM {random} {secret}\n");
        let head = [0x544c_534b_u32.to_le_bytes(), (line.len() as u32).to_le_bytes()].concat();
        self.block(10, &[&head, line.as_bytes()].concat());
    }

    fn segment(&mut self, from_client: bool, (seq, ack, flags): (u32, u32, u8), data: &[u8]) {
        let ends = if from_client { [(1, 40_000_u16), (2, 443)] } else { [(2, 443), (1, 40_000)] };
        let length = (40 + data.len()) as u16;
        let [(from, source), (to, destination)] = ends;
        let packet = [
            &[0x45, 0][..],
            &length.to_be_bytes(),
            &[0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to],
            &[source.to_be_bytes(), destination.to_be_bytes()].concat(),
            &[seq.to_be_bytes(), ack.to_be_bytes()].concat(),
            &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0],
            data,
        ]
        .concat();
        let length = (packet.len() as u32).to_le_bytes();
        self.block(6, &[&[0; 12][..], &length, &length, &packet].concat());
    }

    /// A ClientHello (RFC 5246 §7.4.1.2) with this random, and both sides close. The next connection between the same ends
    /// ends this one.
    fn connection(&mut self, random: u8) {
        let start = u32::from(random) * 100_000;
        let hello = [&[3, 3][..], &[random; 32], &[0, 0, 2, 0xc0, 0x2f, 1, 0]].concat();
        let (body, all) = (hello.len() as u8, hello.len() as u8 + 4);
        let record = [&[22, 3, 1, 0, all, 1, 0, 0, body][..], &hello].concat();
        let next = start + 1 + record.len() as u32;
        self.segment(true, (start, 0, SYN), &[]);
        self.segment(false, (start, start + 1, SYN | ACK), &[]);
        self.segment(true, (start + 1, start + 1, ACK), &record);
        self.segment(false, (start + 1, next, FIN | ACK), &[]);
        self.segment(true, (next, start + 2, FIN | ACK), &[]);
    }
}

#[test]
fn a_key_that_comes_after_its_connection_was_told_is_counted() {
    let mut file = Pcapng::new();
    file.keys(1);
    (1..=3).for_each(|random| file.connection(random));
    file.keys(1); // it was there
    file.keys(2); // too late
    file.keys(3); // its connection may still go on
    file.keys(9); // of none that was captured
    for threads in [1, 2, 3] {
        let mut captures = Captures::in_threads(Keys::default(), Keep::Nothing, threads);
        captures.file(file.0.as_slice(), |_| {}).expect("it is a capture");
        let (finished, counts) = captures.finish();
        assert_eq!((finished.len(), counts.late_keys), (3, 1), "{threads} threads: {finished:?}");
    }
}
