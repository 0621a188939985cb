//! The TCP pair as two programs: with the segments in view, without the right to see them, and with tshark looking
//! on. What other programs and a hostile neighbour do to each half is in `strangers.rs`,
//! who never completes a handshake in `half_open.rs`, what no kernel of ours sends in `odd.rs`, a path that loses in
//! `lossy.rs`.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;
mod half_open;
mod lossy;
mod odd;
mod strangers;

use std::{
    collections::BTreeSet,
    fs,
    net::{TcpListener, UdpSocket},
    os::unix::fs::PermissionsExt,
    process::Command,
    time::Duration,
};

use claims::{Claim, Event, Verdict};
use common::{ByName, Running, Server, binary, captures, client, may_capture, missing, require, summary};
use steps::{Evidence, Side, tcp::Step as Tcp};
use tempfile::TempDir;

/// What an opening, a line each way and a close by the client show on the wire.
const ON_THE_WIRE: [Claim; 9] = {
    use Claim::*;
    [O1, O5, O8, O12, O14, C1, C3, C5, C9]
};

#[kit::test]
fn the_pair_tells_one_story_over_ipv4_and_ipv6() {
    if !captures("the_pair_tells_one_story_over_ipv4_and_ipv6") {
        return;
    }
    for listen in ["127.0.0.1:0", "[::1]:0"] {
        if TcpListener::bind(listen).is_err() {
            missing(&format!("the loopback address of {listen}"));
            continue;
        }
        let mut server = Server::run(Command::new(binary("server")), "tcp", listen, &[]);
        let left = client(&["tcp", &server.addr.to_string()]);
        assert!(left.status.success(), "{}", left.stderr);
        let heard = server.after_connections(1);

        for events in [&left.events, &heard] {
            let acks = ["tcp.data_ack", "tcp.pure_ack"];
            let told: Vec<_> = wire(events).iter().map(|event| event.step.id()).collect();
            let told: Vec<_> = told.into_iter().filter(|id| !acks.contains(id)).collect();
            assert_eq!(
                told.join(" "),
                "tcp.syn tcp.syn_ack tcp.ack tcp.data tcp.data tcp.fin tcp.fin_ack tcp.data tcp.fin tcp.last_ack"
            );
            for claim in ON_THE_WIRE {
                assert!(shown(events, Evidence::Wire).contains(&claim), "{}: {events:#?}", claim.id());
            }
            assert_eq!(summary(events).text("outcome"), "complete");
            let doubted = |event: &&Event| event.noted().any(|it| it.verdict != Verdict::AsNoted);
            assert_eq!(events.iter().find(doubted), None, "nothing here depends on anything");
        }
        assert!(shown(&left.events, Evidence::Kernel).contains(&Claim::C9), "TIME_WAIT");
        assert!(shown(&heard, Evidence::Kernel).contains(&Claim::C10), "CLOSED");

        let story = |events: &[Event]| -> Vec<_> {
            let told =
                |event: &Event| (event.sender(), event.step, event.fields.clone(), event.bytes.clone());
            wire(events).into_iter().map(told).collect()
        };
        assert_eq!(story(&left.events), story(&heard));
        let conn = &left.events[0].conn;
        assert!(left.events.iter().chain(&heard).all(|event| event.conn == *conn));
        assert!(conn.ends_with(&format!(">{}", server.addr)), "{conn}");

        let stopped = server.stop();
        assert!(stopped.status.success(), "{}", stopped.stderr);
    }
}

#[kit::test]
fn without_the_right_to_capture_each_line_says_on_what_else_it_rests() {
    let Some(nobody) = Nobody::new() else { return };
    let mut server = Server::run(nobody.command("server"), "tcp", "127.0.0.1:0", &[]);
    let target = server.addr.to_string();
    let left = Running::start(nobody.command("client").args(["tcp", &target, "--format", "json"])).wait();
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(1);
    let stopped = server.stop();

    for (events, stderr) in [(&left.events, &left.stderr), (&heard, &stopped.stderr)] {
        for event in events.iter().filter(|event| !event.step.is_summary()) {
            assert_eq!(event.evidence, Evidence::Kernel, "{event:#?}");
            let said = ["rests_on", "asked"].map(|field| event.text(field)).concat();
            assert!(!said.is_empty(), "{event:#?}");
        }
        let claimed: BTreeSet<_> =
            events.iter().flat_map(|event| event.claims.iter().map(|finding| finding.id)).collect();
        assert!(claimed.is_superset(&BTreeSet::from([Claim::O1, Claim::O5, Claim::O8, Claim::C3])));
        // Both rest on numbers which only a view of the segments gives.
        assert!(!claimed.contains(&Claim::O12) && !claimed.contains(&Claim::O14));
        assert_eq!(summary(events).text("outcome"), "complete");
        assert_eq!(stderr.matches("CAP_NET_RAW").count(), 1, "{stderr}");
        for way in ["sudo", "setcap cap_net_raw", "--cap-add NET_RAW"] {
            assert!(stderr.contains(way), "{way}: {stderr}");
        }
    }
    let syn = heard.iter().find(|event| event.step == Tcp::Syn.into()).expect("the kernel kept it");
    assert_eq!((syn.step, syn.evidence), (Tcp::Syn.into(), Evidence::Kernel));
    assert_eq!((syn.text("source"), syn.text("rests_on")), ("TCP_SAVED_SYN", "TCP_SAVED_SYN"));
    assert!(syn.number("seq").is_some() && !syn.bytes.is_empty());
    assert!(!left.events.iter().any(|event| event.step == Tcp::Syn.into()), "the client's kernel keeps none");
    assert_eq!(left.events[0].conn, syn.conn);
}

#[kit::test]
fn tshark_saw_the_same_segments() {
    if !captures("tshark_saw_the_same_segments") || !require("tshark") {
        return;
    }
    if Command::new("dumpcap").arg("-v").output().is_err() {
        missing("a dumpcap that this user may start");
        return;
    }
    let mut server = Server::start("tcp", &[]);
    let mut tshark = Tshark::start(server.addr.port());
    let left = client(&["tcp", &server.addr.to_string()]);
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(1);
    let theirs = tshark.segments();
    assert!(theirs.len() >= 10, "{theirs:#?}");
    for events in [&left.events, &heard] {
        let ours: Vec<_> = wire(events).into_iter().map(Segment::ours).collect();
        assert_eq!(ours, theirs);
    }
}

/// What crossed the wire, both ways.
fn wire(events: &[Event]) -> Vec<&Event> {
    events.iter().filter(|event| event.evidence == Evidence::Wire).collect()
}

/// The claims that were shown as noted by such evidence.
fn shown(events: &[Event], by: Evidence) -> BTreeSet<Claim> {
    let events = events.iter().filter(|event| event.evidence == by);
    let findings = events.flat_map(|event| &event.claims);
    findings.filter(|finding| finding.verdict == Verdict::AsNoted).map(|finding| finding.id).collect()
}

/// Our programs where a user without capabilities may start them.
struct Nobody(TempDir);

impl Nobody {
    fn new() -> Option<Self> {
        if may_capture() && !require("setpriv") {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        for name in ["server", "client"] {
            fs::copy(binary(name), folder.path().join(name))
                .expect("the program was built, and /tmp has room");
        }
        Some(Nobody(folder))
    }

    fn command(&self, name: &str) -> Command {
        let program = self.0.path().join(name);
        if !may_capture() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.args(["--inh-caps=-all", "--bounding-set=-all"]).arg(program);
        command
    }
}

/// A segment in the words that we and tshark have in common.
#[derive(Debug, PartialEq)]
struct Segment {
    from_client: bool,
    flags: u64,
    seq: u64,
    ack: Option<u64>,
    payload_length: u64,
    window: u64,
}

impl Segment {
    fn ours(event: &Event) -> Segment {
        let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let bit = |flag: &str| 1 << names.iter().position(|name| *name == flag).expect("one of eight");
        let number = |field: &str| event.number(field).expect("every segment has it");
        Segment {
            from_client: event.sender() == Some(Side::Client),
            flags: event.text("flags").split('+').map(bit).sum(),
            seq: number("seq"),
            ack: event.number("ack"),
            payload_length: number("payload_length"),
            window: number("window"),
        }
    }
}

/// A running tshark. It also hears UDP on the port: what is sent there before and after the connection proves that
/// it hears already, and that it has told everything.
struct Tshark {
    running: Running,
    port: u16,
}

impl Tshark {
    const FIELDS: [&str; 7] = [
        "udp.length",
        "tcp.dstport",
        "tcp.flags",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.len",
        "tcp.window_size", // scaled
    ];

    fn start(port: u16) -> Tshark {
        let mut command = Command::new("tshark");
        command.args(["-n", "-l", "-i", "lo", "-f", &format!("port {port}"), "-T", "fields"]);
        for field in Tshark::FIELDS {
            command.args(["-e", field]);
        }
        let mut tshark = Tshark { running: Running::start(&mut command), port };
        tshark.heard_a_datagram_of(1);
        tshark
    }

    fn heard_a_datagram_of(&mut self, length: usize) -> Vec<String> {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = self.port;
        let told = format!("{}\t", 8 + length);
        self.running.wait_for("datagram in tshark's output", |tshark| {
            // Nothing listens there, and the socket may say so.
            drop(socket.send_to(&vec![0; length], ("127.0.0.1", port)));
            std::thread::sleep(Duration::from_millis(50));
            let lines = tshark.stdout();
            lines.iter().any(|line| line.starts_with(&told)).then_some(lines)
        })
    }

    /// The segments so far.
    fn segments(&mut self) -> Vec<Segment> {
        let lines = self.heard_a_datagram_of(2);
        let segment = |line: &String| {
            let fields: Vec<_> = line.split('\t').collect();
            let [udp, port, flags, seq, ack, length, window] = fields[..] else { panic!("{line}") };
            if !udp.is_empty() {
                return None;
            }
            let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{line}"));
            let flags = u64::from_str_radix(flags.trim_start_matches("0x"), 16).expect("tshark prints hex");
            Some(Segment {
                from_client: port == self.port.to_string(),
                flags,
                seq: number(seq),
                ack: (flags & 0x10 != 0).then(|| number(ack)),
                payload_length: number(length),
                window: number(window),
            })
        };
        lines.iter().filter_map(segment).collect()
    }
}
