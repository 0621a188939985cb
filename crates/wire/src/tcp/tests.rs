//! Segments are written with etherparse's own builder and read back.

use std::time::Duration;

use etherparse::{PacketBuilder, TcpOptionElement};
use proptest::prelude::*;
use steps::{Side, Side::Client, Side::Server};

use super::*;
use crate::Seen;

/// One line of a dialogue: who, flags, seq, ack, payload.
type Line<'a> = (Side, &'a str, u32, u32, &'a [u8]);

const C: u32 = u32::MAX - 2; // wraps after three bytes
const S: u32 = 5000;

fn packet(v6: bool, (from, flags, seq, ack, payload): Line<'_>) -> Vec<u8> {
    let (source, destination) = if from == Client { (50_000, 7000) } else { (7000, 50_000) };
    let builder = if v6 {
        PacketBuilder::ipv6([0; 16], [1; 16], 64)
    } else {
        PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
    };
    let mut tcp = builder.tcp(source, destination, seq, 100);
    for flag in flags.split('+') {
        tcp = match flag {
            "SYN" => tcp
                .syn()
                .options(&[TcpOptionElement::MaximumSegmentSize(1460), TcpOptionElement::WindowScale(7)])
                .expect("8 bytes of options fit"),
            "ACK" => tcp.ack(ack),
            "FIN" => tcp.fin(),
            "RST" => tcp.rst(),
            "PSH" => tcp.psh(),
            "none" => tcp,
            other => panic!("{other} is not used here"),
        };
    }
    let mut bytes = Vec::new();
    tcp.write(&mut bytes, payload).expect("a Vec takes everything");
    bytes
}

fn track(lines: &[Line<'_>]) -> Vec<Seen> {
    let mut tracker = Tracker::default();
    let read = |line: &Line<'_>| Segment::parse(&packet(false, *line)).expect("a whole segment");
    lines.iter().filter_map(|line| tracker.segment(line.0, &read(line), "test")).collect()
}

/// The id of each step without `tcp.`, and which of its yes-or-no fields are set.
fn told(lines: &[Line<'_>]) -> Vec<String> {
    let tell = |seen: &Seen| {
        let mut words = vec![seen.step.id().trim_start_matches("tcp.").to_owned()];
        let said = ["sack_permitted", "timestamps"];
        let set = seen.fields.iter().filter(|(name, value)| **value == true && !said.contains(name));
        words.extend(set.map(|(name, _)| name.to_owned()));
        words.join(" ")
    };
    track(lines).iter().map(tell).collect()
}

const OPEN: [Line<'static>; 3] = [
    (Client, "SYN", C, 0, b""),
    (Server, "SYN+ACK", S, C.wrapping_add(1), b""),
    (Client, "ACK", C.wrapping_add(1), S + 1, b""),
];

fn after_open<'a>(rest: &[Line<'a>]) -> Vec<Line<'a>> {
    OPEN.iter().chain(rest).copied().collect()
}

const fn c(n: u32) -> u32 {
    C.wrapping_add(n)
}

const fn s(n: u32) -> u32 {
    S + n
}

#[test]
fn a_header_is_read_as_the_rfc_draws_it() {
    for v6 in [false, true] {
        let segment = Segment::parse(&packet(v6, (Server, "SYN+ACK", 7, 9, b"hey"))).unwrap();
        assert_eq!((segment.source.port(), segment.destination.port()), (7000, 50_000));
        assert_eq!(segment.flags.to_string(), "SYN+ACK");
        assert_eq!((segment.seq, segment.ack, segment.window), (7, 9, 100));
        assert_eq!((segment.options.mss, segment.options.window_scale), (Some(1460), Some(7)));
        assert_eq!((segment.payload_length, segment.payload()), (3, &b"hey"[..]));
    }
}

#[test]
fn data_that_the_capture_cut_off_still_counts() {
    let bytes = packet(false, (Client, "PSH+ACK", 1, 1, &[7; 500]));
    let segment = Segment::parse(&bytes[..60]).unwrap();
    assert_eq!(segment.payload_length, 500);
    assert_eq!(segment.payload().len(), 20);
}

#[test]
fn three_segments_open_and_four_close() {
    let lines = after_open(&[
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Server, "ACK", s(1), c(7), b""),
        (Server, "PSH+ACK", s(1), c(7), b"hi\n"),
        (Client, "ACK", c(7), s(4), b""),
        (Client, "FIN+ACK", c(7), s(4), b""),
        (Server, "ACK", s(4), c(8), b""),
        (Server, "PSH+ACK", s(4), c(8), b"the rest"),
        (Client, "ACK", c(8), s(12), b""),
        (Server, "FIN+ACK", s(12), c(8), b""),
        (Client, "ACK", c(8), s(13), b""),
    ]);
    assert_eq!(
        told(&lines),
        [
            "syn",
            "syn_ack acks_syn",
            "ack acks_syn",
            "data",
            "data_ack",
            "data",
            "data_ack",
            "fin",
            "fin_ack acks_fin",
            "data after_fin",
            "data_ack",
            "fin",
            "last_ack acks_fin",
        ]
    );
    let seen = track(&lines);
    assert_eq!(seen[3].fields["seq_relative"], 1);
    assert_eq!(seen[3].fields["text"], "hello");
    assert_eq!(seen[3].fields["window"], 100 << 7);
    assert_eq!(seen[0].fields["window"], 100, "a SYN's window is never scaled");
    assert_eq!(seen[7].fields["seq_relative"], 7, "relative numbers do not wrap");
    assert_eq!(seen[11].fields["bytes_after_fin"], 8);
}

#[test]
fn a_close_of_three_segments_has_its_ack_in_the_fin() {
    let lines = after_open(&[
        (Client, "FIN+ACK", c(1), s(1), b""),
        (Server, "FIN+ACK", s(1), c(2), b""),
        (Client, "ACK", c(2), s(2), b""),
    ]);
    assert_eq!(told(&lines)[3..], ["fin", "fin acks_fin", "last_ack acks_fin"]);
}

#[test]
fn what_crosses_the_fin_on_its_way_does_not_acknowledge_it() {
    let lines = after_open(&[
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Client, "FIN+ACK", c(7), s(1), b""),
        (Server, "ACK", s(1), c(7), b""),
        (Server, "PSH+ACK", s(1), c(7), b"hi\n"),
        (Server, "ACK", s(4), c(8), b""),
    ]);
    assert_eq!(told(&lines)[4..], ["fin", "data_ack", "data", "fin_ack acks_fin"]);
}

#[test]
fn when_the_server_closes_first_the_last_ack_is_its_own() {
    let lines = after_open(&[
        (Server, "FIN+ACK", s(1), c(1), b""),
        (Client, "ACK", c(1), s(2), b""),
        (Client, "FIN+ACK", c(1), s(2), b""),
        (Server, "ACK", s(2), c(2), b""),
    ]);
    assert_eq!(told(&lines)[3..], ["fin", "fin_ack acks_fin", "fin", "last_ack acks_fin"]);
}

#[test]
fn what_is_sent_again_is_the_same_step() {
    let lines = [
        OPEN[0],
        OPEN[0],
        OPEN[1],
        OPEN[1],
        OPEN[2],
        OPEN[1],
        OPEN[2],
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Server, "ACK", s(1), c(7), b""),
        (Server, "ACK", s(1), c(7), b""),
        (Client, "FIN+ACK", c(7), s(1), b""),
        (Client, "FIN+ACK", c(7), s(1), b""),
        (Server, "ACK", s(1), c(8), b""),
        (Server, "ACK", s(1), c(8), b""),
    ];
    assert_eq!(
        told(&lines),
        [
            "syn",
            "syn retransmission",
            "syn_ack acks_syn",
            "syn_ack retransmission",
            "ack acks_syn",
            "syn_ack retransmission",
            "ack duplicate",
            "data",
            "data retransmission",
            "data_ack",
            "pure_ack duplicate",
            "fin",
            "fin retransmission",
            "fin_ack acks_fin",
            "fin_ack duplicate",
        ]
    );
}

#[test]
fn what_is_sent_again_tells_its_gap_and_the_number_it_repeats() {
    let mut tracker = Tracker::default();
    let mut told = |ms, line: Line<'_>| {
        let segment = Segment::parse(&packet(false, line)).expect("a whole segment");
        let seen = tracker.segment_at(Duration::from_millis(ms), line.0, &segment, "test");
        seen.expect("it makes sense").fields
    };
    assert!(!told(0, OPEN[0]).contains_key("again"));
    for (ms, gap, times) in [(1012, 1012, 2), (2030, 1018, 3)] {
        let again = told(ms, OPEN[0]);
        assert_eq!((&again["gap_ms"], &again["sending"]), (&gap.into(), &times.into()));
        assert_eq!(again["same_seq_as"], again["seq"]);
        assert_eq!(again["again"], format!("×{times} +{gap} ms"));
    }
    assert!(!told(2031, OPEN[1]).contains_key("again"));
    assert!(!told(2032, (Client, "FIN+ACK", c(1), s(1), b"")).contains_key("again"));
    let fin = told(2239, (Client, "FIN+ACK", c(1), s(1), b""));
    assert_eq!((&fin["gap_ms"], &fin["same_seq_as"]), (&207.into(), &c(1).into()));
}

#[test]
fn a_segment_is_told_in_one_line() {
    let lines = after_open(&[
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Server, "ACK", s(1), c(7), b""),
        (Client, "FIN+ACK", c(7), s(1), b"x"),
        (Server, "RST", s(1), 0, b""),
    ]);
    let told: Vec<_> = track(&lines).iter().map(|seen| seen.fields["segment"].clone()).collect();
    assert_eq!(
        told,
        [
            "[S] 0=4294967293 win 100 mss 1460 ws 7",
            "[S.] 0=5000 ack 1=4294967294 win 100 mss 1460 ws 7",
            "[.] 1=4294967294 ack 1=5001 win 12800",
            "[P.] 1:7 ack 1 len 6 win 12800",
            "[.] 1 ack 7 win 12800",
            "[F.] 7:8=4 ack 1=5001 len 1 win 12800",
            "[R] 1=5001",
        ]
    );
}

#[test]
fn a_segment_that_was_overtaken_was_not_sent_again() {
    let lines = after_open(&[
        (Client, "ACK", c(4), s(1), b"def"),
        (Client, "ACK", c(1), s(1), b"abc"),
        (Client, "ACK", c(1), s(1), b"abcdef"),
    ]);
    assert_eq!(told(&lines)[3..], ["data", "data out_of_order", "data retransmission"]);
}

#[test]
fn data_takes_the_place_of_a_lost_third_segment() {
    let lines = [OPEN[0], OPEN[1], (Client, "PSH+ACK", c(1), s(1), b"x")];
    assert_eq!(told(&lines)[2], "data acks_syn");
}

#[test]
fn a_new_syn_makes_the_old_attempt_void() {
    let lines = [
        (Client, "SYN", 90, 0, &b""[..]),
        (Server, "SYN+ACK", S, 91, b""),
        (Client, "RST", 91, 0, b""),
        (Client, "SYN", 100, 0, b""),
        (Server, "SYN+ACK", S + 7, 101, b""),
        (Client, "ACK", 101, S + 8, b""),
    ];
    assert_eq!(told(&lines), ["syn", "syn_ack acks_syn", "rst", "syn", "syn_ack acks_syn", "ack acks_syn"]);
}

#[test]
fn a_refusal_is_no_consent() {
    assert_eq!(told(&[OPEN[0], (Server, "RST+ACK", 0, c(1), b"")]), ["syn", "rst"]);
}

#[test]
fn the_client_sees_that_an_answer_is_not_meant_for_its_syn() {
    let seen = track(&[(Client, "SYN", 100, 0, b""), (Server, "SYN+ACK", S, 91, b"")]);
    assert_eq!(seen[1].fields["ack_relative"], -9);
    assert!(!seen[1].fields.contains_key("acks_syn"));
}

#[test]
fn probes_and_windows_are_told_apart() {
    let mut lines = after_open(&[(Client, "ACK", c(1), s(1), b"x"), (Server, "ACK", s(1), c(2), b"")]);
    lines.push((Client, "ACK", c(1), s(1), b""));
    lines.push((Server, "ACK", s(1), c(2), b""));
    assert_eq!(told(&lines)[5..], ["pure_ack keep_alive", "pure_ack duplicate"]);
}

#[test]
fn a_probe_before_any_data_is_no_third_segment() {
    let lines = after_open(&[(Client, "ACK", c(0), s(1), b"")]);
    assert_eq!(told(&lines)[3..], ["pure_ack keep_alive"]);
}

#[test]
fn a_probe_with_a_byte_of_no_meaning_is_no_data() {
    let data = [(Client, "ACK", c(1), s(1), &b"hello"[..]), (Server, "ACK", s(1), c(6), b"")];
    let probe = (Client, "ACK", c(5), s(1), &b"\0"[..]);
    let lines = after_open(&[data[0], data[1], probe, data[1]]);
    assert_eq!(told(&lines)[5..], ["pure_ack keep_alive", "pure_ack duplicate"]);
    // A byte that was sent alone, or not acknowledged, is repeated.
    let alone = [(Client, "ACK", c(1), s(1), &b"x"[..]), (Server, "ACK", s(1), c(2), b"")];
    assert_eq!(told(&after_open(&[alone[0], alone[1], alone[0]]))[5], "data retransmission");
    assert_eq!(told(&after_open(&[data[0], probe]))[4], "data retransmission");
}

/// What answers an old SYN is reset (RFC 9293 §3.5, figure 9), and the client's own SYN still stands.
#[test]
fn a_syn_ack_after_a_reset_is_counted_from_the_syn_that_stands() {
    let lines = [
        (Client, "SYN", c(0), 0, &b""[..]),
        (Server, "SYN+ACK", 5_000, c(0).wrapping_sub(9), b""),
        (Client, "RST", c(0).wrapping_sub(9), 0, b""),
        (Server, "SYN+ACK", s(0), c(1), b""),
        (Client, "ACK", c(1), s(1), b""),
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
    ];
    let seen = track(&lines);
    assert_eq!(seen[3].fields["ack_relative"], 1);
    assert_eq!((&seen[5].fields["seq_relative"], &seen[5].fields["window"]), (&1.into(), &(100 << 7).into()));
}

#[test]
fn a_syn_inside_a_connection_leaves_the_numbers_as_they_are() {
    let lines = after_open(&[
        (Client, "PSH+ACK", c(1), s(1), b"hello\n"),
        (Client, "SYN", 700_000, 0, b""),
        (Server, "ACK", s(1), c(7), b""),
        (Client, "PSH+ACK", c(7), s(1), b"more"),
    ]);
    let seen = track(&lines);
    assert_eq!(told(&lines)[3..], ["data", "syn", "data_ack", "data"]);
    assert_eq!(seen[4].fields["seq_relative"], 700_003);
    assert_eq!((&seen[6].fields["seq_relative"], &seen[6].fields["window"]), (&7.into(), &(100 << 7).into()));
    // Behind a reset it opens the next connection.
    let lines = after_open(&[(Server, "RST+ACK", s(1), c(1), b""), (Client, "SYN", 700_000, 0, b"")]);
    assert_eq!(track(&lines)[4].fields["seq_relative"], 0);
}

#[test]
fn a_reset_that_answers_a_segment_without_ack_has_no_number() {
    let lines = after_open(&[(Client, "SYN", 700_000, 0, b""), (Server, "RST+ACK", 0, 700_001, b"")]);
    let seen = track(&lines);
    assert_eq!(told(&lines)[4], "rst");
    assert!(!seen[4].fields.contains_key("seq_relative"));
    assert_eq!(seen[4].fields["segment"], "[R.] 0 ack 700004=700001");
}

#[test]
fn fins_that_cross_are_both_acknowledged_in_closing() {
    let lines = after_open(&[
        (Client, "FIN+ACK", c(1), s(1), b""),
        (Server, "FIN+ACK", s(1), c(1), b""),
        (Client, "ACK", c(2), s(2), b""),
        (Server, "ACK", s(2), c(2), b""),
    ]);
    assert_eq!(
        told(&lines)[3..],
        ["fin", "fin", "fin_ack acks_fin closing", "fin_ack acks_fin"],
        "the second ACK finds its FIN acknowledged"
    );
}

#[test]
fn an_option_that_is_not_known_hides_none_behind_it() {
    let mut bytes = packet(false, OPEN[0]);
    // TCP Fast Open's cookie, before the window scale.
    let options = [2, 4, 5, 0xb4, 34, 4, 0xca, 0xfe, 1, 3, 3, 7, 0, 0, 0, 0];
    bytes.truncate(20 + 20);
    bytes.extend(options);
    bytes[32] = 9 << 4;
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    bytes[2..4].copy_from_slice(&length);
    let read = |bytes: &[u8]| Segment::parse(bytes).expect("a whole segment").options;
    assert_eq!((read(&bytes).mss, read(&bytes).window_scale), (Some(1460), Some(7)));
    for impossible in [0, 1, 200] {
        bytes[45] = impossible;
        assert_eq!((read(&bytes).mss, read(&bytes).window_scale), (Some(1460), None), "{impossible}");
    }
}

#[test]
fn a_header_of_impossible_length_is_said_once() {
    for v6 in [false, true] {
        for words in [0_u8, 4, 15] {
            let mut bytes = packet(v6, (Client, "PSH+ACK", c(1), s(1), b"hello"));
            let header = if v6 { 40 } else { 20 };
            bytes[header + 12] = words << 4;
            let segment = Segment::parse(&bytes).unwrap();
            assert_eq!((segment.source.port(), segment.flags.to_string()), (50_000, "PSH+ACK".into()));
            let mut tracker = Tracker::default();
            let seen = tracker.segment(Client, &segment, "test").unwrap();
            assert_eq!(seen.step, steps::tcp::Step::Undecodable.into());
            assert_eq!(seen.fields["header_length"], words * 4);
            assert_eq!(seen.bytes, bytes[header..]);
            assert_eq!(tracker.segment(Client, &segment, "test"), None);
        }
    }
}

#[test]
fn flags_that_make_no_sense_are_said_once() {
    let lines = after_open(&[
        (Client, "none", c(1), 0, b""),
        (Client, "none", c(1), 0, b""),
        (Client, "ACK", c(1), s(1), b"x"),
    ]);
    assert_eq!(told(&lines)[3..], ["undecodable", "data"]);
}

#[test]
fn a_connection_joined_in_the_middle_is_still_understood() {
    let lines: [Line<'_>; 4] = [
        (Server, "PSH+ACK", s(500), c(9), b"x"),
        (Client, "ACK", c(9), s(501), b""),
        (Client, "FIN+ACK", c(9), s(501), b""),
        (Server, "ACK", s(501), c(10), b""),
    ];
    let told = told(&lines);
    assert_eq!(told.last().unwrap(), "fin_ack acks_fin");
    assert!(told[1].starts_with("data_ack"), "{told:?}");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut tracker = Tracker::default();
        if let Some(segment) = Segment::parse(&bytes) {
            tracker.segment(Client, &segment, "test");
        }
    }

    #[test]
    fn any_segments_in_any_order_never_panic(
        lines in proptest::collection::vec((any::<bool>(), any::<u32>(), any::<u32>(), 0..6_usize, 0..5_usize), 0..60),
    ) {
        let flags = ["SYN", "SYN+ACK", "ACK", "FIN+ACK", "RST", "none"];
        let told: Vec<Line<'_>> = lines
            .iter()
            .map(|&(client, seq, ack, n, length)| {
                (if client { Client } else { Server }, flags[n], seq, ack, &b"abcde"[..length])
            })
            .collect();
        let seen = track(&told);
        prop_assert!(seen.len() <= told.len());
    }

    #[test]
    fn a_cut_packet_is_read_or_refused(cut in 0..80_usize) {
        let bytes = packet(true, (Client, "SYN", 1, 0, b"data"));
        let segment = Segment::parse(&bytes[..cut.min(bytes.len())]);
        prop_assert_eq!(segment.is_some(), cut >= 40 + 20);
        // Eight bytes of options stand before the data: cut off, they are no fault of the header.
        if let Some(segment) = segment {
            prop_assert!(segment.header_fits());
            prop_assert_eq!(segment.payload_length, 4);
            prop_assert_eq!(segment.payload().len(), cut.saturating_sub(40 + 28).min(4));
        }
    }
}
