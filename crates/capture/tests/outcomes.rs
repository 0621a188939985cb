//! What a table says of connections that never came about, and of packets that are no TCP, in captures made by hand.

use std::net::Ipv4Addr;

use asnoted_capture::{Captures, Counts, Ended, Finished, Keep, Keys};
use steps::tcp::reason::Icmp;

const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);

/// A packet of IPv4 (RFC 791 §3.1) without checksum.
fn ip(from: Ipv4Addr, to: Ipv4Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).expect("it is short").to_be_bytes();
    let head = [0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0];
    [&head[..], &from.octets(), &to.octets(), payload].concat()
}

/// A segment without data (RFC 9293 §3.1).
fn segment(ports: (u16, u16), seq: u32, ack: u32, flags: u8) -> Vec<u8> {
    let ports = [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat();
    [&ports[..], &seq.to_be_bytes(), &ack.to_be_bytes(), &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat()
}

/// ICMP of that type and code about `packet`, of which it quotes the header and eight bytes (RFC 792).
fn icmp(kind: u8, code: u8, packet: &[u8]) -> Vec<u8> {
    [&[kind, code, 0, 0, 0, 0, 0, 0][..], &packet[..28]].concat()
}

/// A second lies between each packet and the next.
fn read(packets: &[Vec<u8>]) -> (Vec<Finished>, Counts) {
    let mut captures = Captures::new(Keys::default(), Keep::Nothing);
    captures.file(file(packets, 1).as_slice(), |_| {}).expect("it is a capture");
    captures.finish()
}

/// A capture of these packets, with so many seconds between each and the next.
fn file(packets: &[Vec<u8>], apart: u32) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
        file.extend(word.to_le_bytes());
    }
    for (at, packet) in packets.iter().enumerate() {
        let length = u32::try_from(packet.len()).expect("it is short");
        for word in [at as u32 * apart, 0, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

const SYN: u8 = 2;
const RST_ACK: u8 = 20;
const SYN_ACK: u8 = 18;

#[test]
fn a_syn_that_icmp_answers_is_told_with_who_answered_and_what() {
    let syn = ip(CLIENT, SERVER, 6, &segment((40_000, 443), 7, 0, SYN));
    let syn_ack = ip(SERVER, CLIENT, 6, &segment((443, 40_000), 100, 8, SYN_ACK));
    let rst = ip(SERVER, CLIENT, 6, &segment((443, 40_000), 0, 8, RST_ACK));
    let of_another = ip(CLIENT, SERVER, 6, &segment((40_000, 443), 99, 0, SYN));
    let says = |kind, code, about: &[u8]| ip(ROUTER, CLIENT, 1, &icmp(kind, code, about));
    for (name, packets, expected) in [
        ("silence", vec![syn.clone()], Ended::NoAnswer),
        ("host", vec![syn.clone(), says(3, 1, &syn)], Ended::Unreachable(ROUTER.into(), Icmp::Host)),
        (
            "prohibited",
            vec![syn.clone(), says(3, 13, &syn)],
            Ended::Unreachable(ROUTER.into(), Icmp::Prohibited),
        ),
        (
            "too many hops",
            vec![syn.clone(), says(11, 0, &syn)],
            Ended::Unreachable(ROUTER.into(), Icmp::Other(11, 0)),
        ),
        (
            "the last counts",
            vec![syn.clone(), says(3, 1, &syn), says(3, 0, &syn)],
            Ended::Unreachable(ROUTER.into(), Icmp::Network),
        ),
        ("of an older SYN", vec![syn.clone(), says(3, 1, &of_another)], Ended::NoAnswer),
        ("an answer after all", vec![syn.clone(), says(3, 1, &syn), syn_ack], Ended::Open),
        ("refused after all", vec![syn.clone(), says(3, 1, &syn), rst], Ended::Refused),
    ] {
        let (finished, counts) = read(&packets);
        assert_eq!(finished.len(), 1, "{name}");
        assert_eq!(finished[0].row.ended, expected, "{name}");
        assert_eq!(counts.icmp as usize + counts.segments as usize, packets.len(), "{name}");
    }
    let (finished, _) = read(&[syn.clone(), says(3, 13, &syn)]);
    let said = finished[0].row.outcome();
    assert_eq!(said.en, "10.0.0.254 answered the SYN with ICMP: administratively prohibited");
    assert!(said.zh.contains("10.0.0.254 用 ICMP 回应了 SYN"), "{}", said.zh);
}

#[test]
fn tunnels_are_counted_by_name_and_not_looked_into() {
    let syn = ip(CLIENT, SERVER, 6, &segment((40_000, 443), 7, 0, SYN));
    let gre = ip(CLIENT, ROUTER, 47, &[&[0, 0, 8, 0][..], &syn].concat());
    let vxlan =
        [&40_000_u16.to_be_bytes()[..], &4789_u16.to_be_bytes(), &[0; 4], &[8, 0, 0, 0, 0, 0, 42, 0], &syn]
            .concat();
    let in_ip = ip(CLIENT, ROUTER, 4, &syn);
    let (finished, counts) = read(&[gre.clone(), gre, ip(CLIENT, ROUTER, 17, &vxlan), in_ip]);
    assert!(finished.is_empty());
    let tunnels: Vec<_> = counts.tunnels.each().collect();
    assert_eq!(tunnels, [("IP in IP", 1), ("GRE", 2), ("VXLAN", 1)]);
    assert_eq!((counts.udp, counts.other_ip, counts.segments), (0, 0, 0));
}

#[test]
fn what_is_over_is_given_up_in_order_and_needs_no_memory() {
    // A connection a packet, refused; one before them that stays open.
    let open = ip(CLIENT, SERVER, 6, &segment((39_999, 443), 7, 0, SYN));
    let mut packets = vec![open];
    for n in 0..20_000_u16 {
        packets.push(ip(CLIENT, SERVER, 6, &segment((40_000 + n, 80), 7, 0, SYN)));
        packets.push(ip(SERVER, CLIENT, 6, &segment((80, 40_000 + n), 0, 8, RST_ACK)));
    }
    let (finished, _) = read(&packets);
    let numbers: Vec<u64> = finished.iter().map(|one| one.row.number).collect();
    assert_eq!(numbers, (1..=20_001).collect::<Vec<_>>());
    assert!(finished[1..].iter().all(|one| one.row.ended == Ended::Refused));
}

#[test]
fn of_many_that_are_closed_the_first_are_told_and_a_late_segment_begins_no_other() {
    let refused = |n: u16| {
        let rst = ip(SERVER, CLIENT, 6, &segment((80, 40_000 + n), 0, 8, RST_ACK));
        [ip(CLIENT, SERVER, 6, &segment((40_000 + n, 80), 7, 0, SYN)), rst]
    };
    let mut packets: Vec<_> = (0..10_000).flat_map(refused).collect();
    // The first is told by now, the last is held whole; the second is opened once more.
    let [_, late] = refused(0);
    let [_, in_time] = refused(9_999);
    let again = ip(CLIENT, SERVER, 6, &segment((40_001, 80), 99, 0, SYN));
    packets.extend([late.clone(), late, in_time, again]);
    let mut captures = Captures::new(Keys::default(), Keep::Nothing);
    captures.file(file(&packets, 0).as_slice(), |_| {}).expect("it is a capture");
    assert_eq!(captures.given_up(), 1, "one was told without its last segments");
    let (finished, _) = captures.finish();
    assert_eq!(finished.len(), 10_001);
    assert!(finished[..10_000].iter().all(|one| one.row.ended == Ended::Refused));
    assert_eq!((finished[0].row.segments, finished[9_999].row.segments), (2, 3));
    assert_eq!(finished[10_000].row.ended, Ended::NoAnswer);
}

/// Among the seeds of the fuzz target are those that reach each protocol's steps behind its keys.
#[test]
fn the_seeds_of_the_fuzz_target_reach_what_is_behind_the_keys() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/capture");
    let mut steps = std::collections::BTreeSet::new();
    for seed in std::fs::read_dir(folder).expect("there are seeds").flatten() {
        let mut captures = Captures::new(Keys::default(), Keep::All);
        let seed = std::fs::read(seed.path()).expect("it is a file");
        // Also those that are damaged on purpose.
        let _ = captures.file(seed.as_slice(), |_| {});
        let events = captures.finish().0.into_iter().flat_map(|one| one.events);
        steps.extend(events.map(|event| event.step.id()));
    }
    for step in [
        "tls.finished",
        "tls.encrypted_extensions",
        "tls.application_data",
        "ssh.exec",
        "ssh.auth_success",
        "ssh.channel_data",
        "ws.text",
    ] {
        assert!(steps.contains(step), "no seed reaches {step}");
    }
}
