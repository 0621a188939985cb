//! A path that loses: the suite's log of it beside what tshark makes of the same packets, and the verdicts beside those
//! that come out when every name in the recording is another.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use claims::{Claim, Event, Judge};
use steps::{Evidence, Side, tcp::Step as Tcp};

use crate::common::{ByName, Running, captures, require};

/// Each loses something else, and all in a few seconds. What is forged or carried twice has tests of its own.
const LOSSY: [&str; 6] = ["syn-lost", "syn-ack-lost", "ack-lost", "fin-lost", "last-ack-lost", "random-loss"];

#[kit::test]
fn tshark_agrees_on_every_segment_of_a_lossy_path() {
    if !captures("lossy::tshark_agrees_on_every_segment_of_a_lossy_path") || !require("tshark") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for scenario in LOSSY {
        let file = folder.path().join(format!("{scenario}.pcapng"));
        let events = run(scenario, &["--capture", file.to_str().expect("a plain name")]);
        let theirs = tshark(&file);
        let (client_leg, server_leg) = (leg(&events, Side::Client), leg(&events, Side::Server));
        for (side, ports) in [(Side::Client, client_leg), (Side::Server, server_leg)] {
            let ours: Vec<_> = segments(&events, side).map(Segment::ours).collect();
            let theirs: Vec<_> = theirs.iter().filter_map(|one| one.on(ports)).collect();
            assert!(ours.len() >= 8, "{scenario}: {ours:#?}");
            // The kernel may go on after a side has closed its account; it may not have done less.
            assert_eq!(ours[..], theirs[..ours.len().min(theirs.len())], "{scenario}, {side:?}");
        }
        // What left the sender and never came out on the other side of the link, by tshark's word and by the log's.
        for side in [Side::Client, Side::Server] {
            let from =
                |ports| theirs.iter().filter_map(move |one| one.on(ports)).filter(|one| one.from == side);
            let (sent, came) = match side {
                Side::Client => (client_leg, server_leg),
                Side::Server => (server_leg, client_leg),
            };
            let mut undelivered: Vec<_> = from(sent).map(|one| one.name()).collect();
            for one in from(came) {
                let at = undelivered.iter().position(|name| *name == one.name());
                undelivered.remove(at.unwrap_or_else(|| panic!("{scenario}: nobody sent {one:?}")));
            }
            let lost = events.iter().filter(|event| event.step == Tcp::Lost.into() && event.side == side);
            let mut lost: Vec<_> = lost.map(name).collect();
            undelivered.sort_unstable();
            lost.sort_unstable();
            assert_eq!(undelivered, lost, "{scenario}: lost on the way from the {side:?}");
        }
    }
}

#[kit::test]
fn the_verdicts_on_loss_do_not_hang_on_a_name() {
    if !captures("lossy::the_verdicts_on_loss_do_not_hang_on_a_name") {
        return;
    }
    let mut shown = BTreeSet::new();
    for scenario in LOSSY {
        let mut pasts: BTreeMap<(String, Side), Judge> = BTreeMap::new();
        for event in run(scenario, &[]).iter().filter(|event| !event.step.is_summary()) {
            let past = pasts.entry((event.conn.clone(), event.side)).or_default();
            let mut renamed = event.clone();
            renamed.variant = Some("normal".into());
            renamed.conn = "192.0.2.1:1>192.0.2.2:2".into();
            renamed.claims.clear();
            assert_eq!(past.judge(&renamed), event.claims, "{scenario}: {}", event.step);
            shown.extend(event.claims.iter().map(|finding| finding.id));
        }
    }
    use Claim::*;
    assert!(shown.is_superset(&[O2, O3, O6, O9, O10, O15, C2, C7].into()), "{shown:?}");
}

/// `lab run tcp/<scenario>`, which itself compares the claims and the end.
fn run(scenario: &str, more: &[&str]) -> Vec<Event> {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command
        .args(["run", &format!("tcp/{scenario}"), "--format", "json", "--certs"])
        .arg(keys.path())
        .args(more);
    let output = Running::start(&mut command).wait();
    assert!(output.status.success(), "{}", output.stderr);
    output.events
}

/// The segments that one side saw, the link's word excepted.
fn segments(events: &[Event], side: Side) -> impl Iterator<Item = &Event> {
    let mine = events.iter().filter(move |event| event.side == side && event.evidence == Evidence::Wire);
    mine.filter(|event| event.text("source") == "AF_PACKET")
}

/// The ports of the client and of the server, as one side sees them.
fn leg(events: &[Event], side: Side) -> (u16, u16) {
    let event = segments(events, side).next().expect("it saw a segment");
    let port = |address: &str| address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let (client, server) = event.conn.split_once('>').expect("client>server");
    (port(client).expect("a port"), port(server).expect("a port"))
}

/// Flags, sequence number, acknowledgment number, length: what a link hands on unchanged.
type Name = (u64, u64, Option<u64>, u64);

fn name(event: &Event) -> Name {
    let number = |field: &str| event.number(field).unwrap_or_else(|| panic!("no {field}: {event:#?}"));
    let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
    let bit = |flag: &str| 1 << names.iter().position(|name| *name == flag).expect("one of eight");
    let flags = event.text("flags").split('+').map(bit).sum();
    (flags, number("seq"), event.number("ack"), number("payload_length"))
}

/// A segment in the words that we and tshark have in common.
#[derive(Clone, Debug, PartialEq)]
struct Segment {
    from: Side,
    name: Name,
    again: bool,
}

impl Segment {
    fn ours(event: &Event) -> Segment {
        let from = event.sender().expect("a segment has a sender");
        Segment { from, name: name(event), again: event.is("retransmission") }
    }

    fn name(&self) -> Name {
        self.name
    }
}

/// A segment as tshark read it, with its ports.
struct Theirs {
    ports: (u16, u16),
    name: Name,
    again: bool,
}

impl Theirs {
    fn on(&self, (client, server): (u16, u16)) -> Option<Segment> {
        let from = if self.ports == (client, server) {
            Side::Client
        } else if self.ports == (server, client) {
            Side::Server
        } else {
            return None;
        };
        Some(Segment { from, name: self.name, again: self.again })
    }
}

fn tshark(file: &Path) -> Vec<Theirs> {
    const FIELDS: [&str; 9] = [
        "tcp.srcport",
        "tcp.dstport",
        "tcp.flags",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.len",
        "tcp.analysis.retransmission",
        "tcp.analysis.fast_retransmission",
        "tcp.analysis.spurious_retransmission",
    ];
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(file).args(["-Y", "tcp", "-T", "fields"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let fields: Vec<_> = line.split('\t').collect();
        let [from, to, flags, seq, ack, length, again @ ..] = &fields[..] else { panic!("{line}") };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{line}"));
        let port = |text: &str| text.parse().unwrap_or_else(|_| panic!("{line}"));
        let flags = u64::from_str_radix(flags.trim_start_matches("0x"), 16).expect("tshark prints hex");
        let ack = (flags & 0x10 != 0).then(|| number(ack));
        Theirs {
            ports: (port(from), port(to)),
            name: (flags, number(seq), ack, number(length)),
            again: again.iter().any(|mark| !mark.is_empty()),
        }
    };
    String::from_utf8(output.stdout).expect("tshark writes UTF-8").lines().map(line).collect()
}
