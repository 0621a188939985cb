//! What the log says of each segment, in the eyes of tshark, which reads the capture of the same run: flags, numbers,
//! lengths, what was sent again, and what never arrived.

kit::runner!();

mod common;

use std::{collections::BTreeMap, path::Path, process::Command};

use claims::Event;
use common::{ByName, Running, captures, require};
use steps::{Direction, Evidence, Side};

/// Scenarios in which both sides watch until nothing more crosses, or nearly so.
const SCENARIOS: [&str; 9] = [
    "tcp/syn-lost",
    "tcp/syn-ack-lost",
    "tcp/ack-lost",
    "tcp/ack-lost-data-follows",
    "tcp/fin-lost",
    "tcp/ack-of-fin-lost",
    "tcp/last-ack-lost",
    "tcp/data-damaged",
    "tcp/random-loss",
];

/// One segment, as both programs can say it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    from: Side,
    flags: String,
    seq: u64,
    ack: u64,
    length: u64,
    again: bool,
}

/// What `side` told of the segments of its connection, in order, and the ports of that connection.
fn told(events: &[Event], side: Side) -> ((String, String), Vec<Said>) {
    let of_wire = |event: &&Event| {
        event.side == side && event.evidence == Evidence::Wire && event.direction != Direction::Local
    };
    let mine: Vec<_> = events.iter().filter(of_wire).collect();
    let (client, server) = mine[0].conn.split_once('>').expect("client, >, server");
    let port = |address: &str| address.rsplit(':').next().expect("an address ends with its port").to_owned();
    let said = |event: &&Event| Said {
        from: event.sender().expect("it crossed"),
        flags: event.text("flags").into(),
        seq: event.number("seq").expect("a segment has a number"),
        ack: event.number("ack").unwrap_or_default(),
        length: event.number("payload_length").expect("a segment has a length"),
        again: event.is("retransmission"),
    };
    ((port(client), port(server)), mine.iter().map(said).collect())
}

/// What tshark sees between these ports.
fn seen(file: &Path, (client, server): &(String, String)) -> Vec<Said> {
    let fields = [
        "tcp.srcport",
        "tcp.flags",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.len",
        "tcp.analysis.retransmission",
        "tcp.analysis.spurious_retransmission",
        "tcp.analysis.fast_retransmission",
    ];
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(file).args(["-T", "fields"]);
    tshark.args(["-Y", &format!("tcp.port == {client} && tcp.port == {server}")]);
    for field in fields {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = |line: &str| {
        let cells: Vec<_> = line.split('\t').collect();
        let bits = u16::from_str_radix(cells[1].trim_start_matches("0x"), 16).expect("flags are a number");
        let names = [(0x02, "SYN"), (0x01, "FIN"), (0x04, "RST"), (0x08, "PSH"), (0x10, "ACK")];
        let names: Vec<_> = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
        let number = |cell: &str| cell.parse().expect("tshark prints a number");
        Said {
            from: if cells[0] == client { Side::Client } else { Side::Server },
            flags: names.join("+"),
            seq: number(cells[2]),
            ack: if bits & 0x10 != 0 { number(cells[3]) } else { 0 },
            length: number(cells[4]),
            again: cells[5..].iter().any(|mark| !mark.is_empty()),
        }
    };
    String::from_utf8_lossy(&output.stdout).lines().map(said).collect()
}

/// What left one side and did not reach the other: how often each segment, whether or not it was sent again.
fn undelivered(sent: &[Said], arrived: &[Said], from: Side) -> BTreeMap<(String, u64, u64), i64> {
    let mut count = BTreeMap::new();
    for (segments, one) in [(sent, 1), (arrived, -1)] {
        for said in segments.iter().filter(|said| said.from == from) {
            *count.entry((said.flags.clone(), said.seq, said.length)).or_default() += one;
        }
    }
    count.retain(|_, count| *count != 0);
    count
}

#[kit::test]
fn tshark_sees_the_segments_that_the_log_tells_of_and_misses_those_that_it_calls_lost() {
    let name = "tshark_sees_the_segments_that_the_log_tells_of_and_misses_those_that_it_calls_lost";
    if !require("tshark") || !captures(name) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for scenario in SCENARIOS {
        let file = folder.path().join("run.pcapng");
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["run", scenario, "--format", "json", "--certs"]).arg(folder.path().join("certs"));
        lab.arg("--capture").arg(&file);
        let events = Running::start(&mut lab).wait().events;
        let mut views = Vec::new();
        for side in [Side::Client, Side::Server] {
            let (ports, told) = told(&events, side);
            let seen = seen(&file, &ports);
            // A side that is done looks no further: in TIME_WAIT a repeated FIN may still come.
            assert!(told.len() > 8 && seen.starts_with(&told), "{scenario}, {side:?}: {told:#?} {seen:#?}");
            views.push(seen);
        }
        for (side, sent, arrived) in
            [(Side::Client, &views[0], &views[1]), (Side::Server, &views[1], &views[0])]
        {
            let mut lost = BTreeMap::new();
            for event in events.iter().filter(|event| event.side == side && event.step.id() == "tcp.lost") {
                let number = |field| event.number(field).expect("it is said");
                let which = (event.text("flags").to_owned(), number("seq"), number("payload_length"));
                *lost.entry(which).or_default() += 1;
            }
            assert_eq!(undelivered(sent, arrived, side), lost, "{scenario}, from the {side:?}");
        }
    }
}
