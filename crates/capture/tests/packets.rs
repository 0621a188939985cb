//! However a network takes packets apart, and however little of each was captured: what is told of the connection.

use std::net::Ipv6Addr;

use asnoted_capture::{Captures, Ended, Finished, Keep, Keys, Kind, Trouble};

const CLIENT: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const SERVER: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// A segment with options for its timestamps (RFC 7323), or, of a SYN, for more.
fn segment(from_client: bool, (seq, ack, flags): (u32, u32, u8), data: &[u8]) -> (bool, Vec<u8>) {
    let ports = if from_client { [50_000_u16, 80] } else { [80, 50_000] };
    let times = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1];
    let options = match flags & SYN {
        0 => times.to_vec(),
        _ => [&[2, 4, 5, 0xa0, 4, 2, 3, 3, 7, 0][..], &[1, 1], &times[2..], &[1, 1]].concat(),
    };
    let words = u8::try_from(5 + options.len() / 4).expect("it is short");
    let head = [
        &ports.map(u16::to_be_bytes).concat()[..],
        &seq.to_be_bytes(),
        &ack.to_be_bytes(),
        &[words << 4, flags, 0xff, 0xff, 0, 0, 0, 0],
        &options,
    ];
    (from_client, [&head.concat(), data].concat())
}

/// GET, answered, and closed by both.
fn conversation() -> Vec<(bool, Vec<u8>)> {
    let request = b"GET / HTTP/1.1\r\nHost: www.example\r\nAccept: text/html\r\n\r\n";
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    let [asked, answered] = [1001 + request.len() as u32, 5001 + answer.len() as u32];
    vec![
        segment(true, (1000, 0, SYN), b""),
        segment(false, (5000, 1001, SYN | ACK), b""),
        segment(true, (1001, 5001, ACK), b""),
        segment(true, (1001, 5001, ACK), request),
        segment(false, (5001, asked, ACK), answer),
        segment(true, (asked, answered, FIN | ACK), b""),
        segment(false, (answered, asked + 1, FIN | ACK), b""),
        segment(true, (asked + 1, answered + 1, ACK), b""),
    ]
}

fn ip6(from_client: bool, next: u8, payload: &[u8]) -> Vec<u8> {
    let ends = if from_client { [CLIENT, SERVER] } else { [SERVER, CLIENT] };
    let length = u16::try_from(payload.len()).expect("it is short").to_be_bytes();
    let head = [0x60, 0, 0, 0, length[0], length[1], next, 64];
    [&head[..], &ends.map(|end| end.octets()).concat(), payload].concat()
}

/// The packets, of each at most so many bytes.
fn read(packets: &[Vec<u8>], snap: usize) -> Finished {
    let mut file: Vec<u8> = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    for (at, packet) in packets.iter().enumerate() {
        let kept = &packet[..packet.len().min(snap)];
        for word in [at, 0, kept.len(), packet.len()] {
            file.extend((word as u32).to_le_bytes());
        }
        file.extend(kept);
    }
    let mut captures = Captures::new(Keys::default(), Keep::All);
    captures.file(file.as_slice(), |_| {}).expect("it is a capture");
    let (mut finished, counts) = captures.finish();
    assert_eq!((counts.unreadable, counts.fragments, finished.len()), (0, 0, 1), "{counts:?}");
    finished.remove(0)
}

/// Fragments of `next` and what follows it (RFC 8200 §4.5), behind a header for each hop.
fn fragments((n, from_client): (u32, bool), next: u8, all: &[u8], size: usize) -> Vec<Vec<u8>> {
    let parts = all.chunks(size).enumerate();
    let fragment = |(at, part): (usize, &[u8])| {
        let offset = at * size;
        let more = u16::from(offset + part.len() < all.len());
        let offset = (u16::try_from(offset).expect("it is short") | more).to_be_bytes();
        let hop = [44, 0, 1, 4, 0, 0, 0, 0];
        let head = [&hop[..], &[next, 0], &offset, &n.to_be_bytes()].concat();
        ip6(from_client, 0, &[&head, part].concat())
    };
    parts.map(fragment).collect()
}

#[test]
fn fragments_are_put_together_also_where_options_stand_behind_their_header() {
    let whole: Vec<_> = conversation().iter().map(|(client, segment)| ip6(*client, 6, segment)).collect();
    let expected = read(&whole, usize::MAX);
    assert_eq!((expected.row.kind, expected.row.ended.clone()), (Kind::Http, Ended::Closed));
    for size in [8, 40, 64] {
        for options in [false, true] {
            let mut packets = Vec::new();
            for (n, (client, segment)) in (1..).zip(conversation()) {
                // Destination options (RFC 8200 §4.6) travel within the first fragment.
                let (next, all) = match options {
                    true => (60, [&[6, 0, 1, 4, 0, 0, 0, 0][..], &segment].concat()),
                    false => (6, segment),
                };
                packets.extend(fragments((n, client), next, &all, size));
            }
            let told = read(&packets, usize::MAX);
            assert_eq!(told.row.outcome().en.split(' ').next(), Some("established"));
            assert_eq!((told.row.bytes, told.row.missing), (expected.row.bytes, 0), "{size} {options}");
            let steps = |told: &Finished| told.events.iter().map(|one| one.step).collect::<Vec<_>>();
            assert_eq!(steps(&told), steps(&expected), "{size} {options}");
        }
    }
}

#[test]
fn a_header_that_was_cut_off_still_tells_its_segment_and_nobody_guesses_what_is_missing() {
    let whole: Vec<_> = conversation().iter().map(|(client, segment)| ip6(*client, 6, segment)).collect();
    let expected = read(&whole, usize::MAX).row;
    // As much as tcpdump took for long: of a SYN not all of its options.
    for (snap, kind) in [(60, Kind::Nothing), (68, Kind::Nothing), (90, Kind::Http)] {
        let finished = read(&whole, snap);
        let summary = finished.events.last().expect("it ends with a summary");
        let expected_there = if finished.row.established { "complete" } else { "incomplete" };
        assert_eq!(summary.get(steps::summary::OUTCOME), Some(expected_there), "{snap}");
        assert_eq!(summary.failure(), None, "{snap}");
        let told = finished.row;
        assert_eq!((told.segments, told.bytes, &told.ended), (8, expected.bytes, &Ended::Closed), "{snap}");
        assert_eq!(told.kind, kind, "{snap}");
        let outcome = told.outcome();
        for guess in ["nothing was said", "did not complete", "没有传输数据", "没有完成"] {
            assert!(!outcome.en.contains(guess) && !outcome.zh.contains(guess), "{snap}: {outcome:?}");
        }
        assert!(outcome.en.contains("bytes are not in the capture"), "{snap}: {outcome:?}");
    }
}

#[test]
fn a_capture_without_a_packet_is_whole_where_a_block_ends_and_cut_off_elsewhere() {
    let section = [0x0a0d_0d0a_u32, 28, 0x1a2b_3c4d, 1, u32::MAX, u32::MAX, 28];
    let interface = [1_u32, 20, 101, 0, 20];
    let bytes = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let pcapng = bytes(&[&section[..], &interface].concat());
    let pcap = bytes(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 0x0004_0000, 101]);
    let read = |file: &[u8]| Captures::new(Keys::default(), Keep::All).file(file, |_| {});
    for whole in [&pcapng[..], &pcapng[..28], &pcap] {
        assert!(matches!(read(whole), Ok(0)), "{:?}", read(whole));
    }
    for cut in 29..pcapng.len() {
        assert!(matches!(read(&pcapng[..cut]), Err(Trouble::CutOff)), "{cut}: {:?}", read(&pcapng[..cut]));
    }
}
