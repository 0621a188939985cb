//! Each half of the TCP pair with peers that we did not write: polite ones, rude ones, and one that forges segments.

use std::{
    io::Write,
    process::{ChildStdin, Command},
};

use claims::{Claim, Event, Verdict};
use steps::{Direction, Evidence, Side, Step, tcp::Step as Tcp};

use crate::{
    common::{ByName as _, Running, Server, captures, client, missing, require, summary},
    shown, wire,
};

#[kit::test]
fn netcat_visits_our_server() {
    if !captures("strangers::netcat_visits_our_server") || !netcat() {
        return;
    }
    let mut server = Server::start("tcp", &[]);
    let (mut nc, mut stdin) = visit(&server);
    say(&mut stdin, "hello");
    nc.wait_for("answer", |nc| has(&nc.stdout(), "the server heard 6 bytes"));
    drop(stdin);
    let heard = server.after_connections(1);
    nc.wait_for("goodbye", |nc| has(&nc.stdout(), "that was all: 1 line, 6 bytes; goodbye"));
    assert_eq!(without_acks(&heard), "syn< syn_ack> ack< data< data> fin< fin_ack> data> fin> last_ack<");
    use Claim::*;
    let wire = shown(&heard, Evidence::Wire);
    for claim in [O1, O5, O8, O12, O14, C1, C3, C5, C9] {
        assert!(wire.contains(&claim), "{}", claim.id());
    }
    assert!(shown(&heard, Evidence::Kernel).contains(&C10));
    assert_eq!(summary(&heard).text("outcome"), "complete");
}

#[kit::test]
fn our_client_visits_netcat() {
    if !captures("strangers::our_client_visits_netcat") || !netcat() {
        return;
    }
    let (mut nc, mut stdin) =
        Running::talk(Command::new("nc").args(["-n", "-v", "-l", "-N", "127.0.0.1", "0"]));
    let port = nc.wait_for("port", |nc| {
        nc.stderr()
            .iter()
            .find_map(|line| line.strip_prefix("Listening on ")?.rsplit_once(' ')?.1.parse().ok())
    });
    let port: u16 = port;
    let target = format!("127.0.0.1:{port}");
    let visit = std::thread::spawn(move || client(&["tcp", &target, "--line", "hello"]));
    nc.wait_for("hello", |nc| has(&nc.stdout(), "hello"));
    say(&mut stdin, "hi");
    let left = visit.join().expect("the client ran");
    assert!(left.status.success(), "{}", left.stderr);
    // It closes at once: whether its ACK of our FIN goes alone depends on how soon it gets to run.
    let (together, apart) = (
        "syn> syn_ack< ack> data> data< fin> fin< last_ack>",
        "syn> syn_ack< ack> data> data< fin> fin_ack< fin< last_ack>",
    );
    let told = without_acks(&left.events);
    assert!(told == together || told == apart, "{told}");
    let c8 = finding(&left.events, Claim::C8);
    assert_eq!(c8, (told == together).then_some(Verdict::Depends), "three segments, or four");
    assert!(shown(&left.events, Evidence::Wire).is_superset(&[Claim::C1, Claim::C9].into()));
    assert_eq!(summary(&left.events).text("outcome"), "complete");
}

#[kit::test]
fn a_peer_that_resets_ends_only_its_own_connection() {
    if !captures("strangers::a_peer_that_resets_ends_only_its_own_connection") || !require("python3") {
        return;
    }
    let mut server = Server::start("tcp", &[]);
    python(RESETS, &[server.addr.port()]);
    let heard = server.after_connections(1);
    let rst = step(&heard, Tcp::Rst);
    assert_eq!((rst.evidence, rst.direction), (Evidence::Wire, Direction::Received));
    let error = step(&heard, Tcp::Error);
    assert_eq!((error.text("call"), error.text("errno")), ("recv()", "ECONNRESET"));
    assert!(position(&heard, Tcp::Rst) < position(&heard, Tcp::Error), "the cause comes first");
    failed(&heard, "the client reset the connection (recv(): ECONNRESET)");

    let left = client(&["tcp", &server.addr.to_string()]);
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(2);
    let next: Vec<_> = heard.into_iter().filter(|event| event.conn == left.events[0].conn).collect();
    assert_eq!(summary(&next).text("outcome"), "complete");
}

const RESETS: &str = r"
import socket, struct, sys
peer = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
peer.sendall(b'hello\n')
peer.recv(100)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
peer.close()
";

#[kit::test]
fn where_nothing_listens_one_message_says_so() {
    if !captures("strangers::where_nothing_listens_one_message_says_so") {
        return;
    }
    // tcpmux: assigned, and used by nobody.
    let left = client(&["tcp", "127.0.0.1:1"]);
    assert_eq!(left.status.code(), Some(1));
    assert_eq!(left.stderr.lines().count(), 1, "{}", left.stderr);
    let message = "client: could not connect to 127.0.0.1:1: connection refused, by RST in answer to our SYN";
    assert!(
        left.stderr.starts_with(message) && left.stderr.contains("Is the server running?"),
        "{}",
        left.stderr
    );
    assert_eq!(without_acks(&left.events), "syn> rst<");
    let error = step(&left.events, Tcp::Error);
    assert_eq!(error.evidence, Evidence::Kernel);
    assert_eq!((error.text("call"), error.text("errno")), ("connect()", "ECONNREFUSED"));
    failed(&left.events, "could not connect to 127.0.0.1:1: connection refused, by RST");
}

#[kit::test]
fn a_silent_peer_that_keeps_the_connection_alive_is_seen_probing() {
    let name = "strangers::a_silent_peer_that_keeps_the_connection_alive_is_seen_probing";
    if !captures(name) || !require("python3") {
        return;
    }
    let mut server = Server::start("tcp", &[]);
    let port = server.addr.port().to_string();
    let (python, stdin) = Running::talk(Command::new("python3").args(["-c", KEEPS_ALIVE, &port]));
    let probes = |event: &Event| event.step == Tcp::PureAck.into() && event.is("keep_alive");
    let answers = |event: &Event| event.step == Tcp::PureAck.into() && event.direction == Direction::Sent;
    let heard = server.after("probe", probes, 1);
    let probe = heard.iter().find(|event| probes(event)).expect("it was waited for");
    assert_eq!((probe.evidence, probe.direction), (Evidence::Wire, Direction::Received));
    assert_eq!(probe.number("payload_length"), Some(0));
    server.after("answer to the probe", answers, 1);
    drop(stdin);
    assert!(python.wait().status.success());
    let heard = server.after_connections(1);
    assert_eq!(without_acks(&heard)[..20], *"syn< syn_ack> ack< f", "a probe is neither data nor an opening");
    assert_eq!(summary(&heard).text("outcome"), "complete");
}

const KEEPS_ALIVE: &str = r"
import socket, sys
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
peer.connect(('127.0.0.1', int(sys.argv[1])))
sys.stdin.read()
peer.shutdown(socket.SHUT_WR)
while peer.recv(100): pass
";

#[kit::test]
fn a_foreign_server_that_closes_first_swaps_the_roles() {
    if !captures("strangers::a_foreign_server_that_closes_first_swaps_the_roles") || !require("python3") {
        return;
    }
    let mut python = Running::start(Command::new("python3").args(["-u", "-c", CLOSES_FIRST]));
    let port = python.wait_for("port", |python| python.stdout().first()?.parse::<u16>().ok());
    let left = client(&["tcp", &format!("127.0.0.1:{port}")]);
    assert!(left.status.success(), "{}", left.stderr);
    // Our client closes at once, so the ACK of the server's FIN may travel with its own.
    let told = without_acks(&left.events).replace(" fin_ack>", "");
    assert_eq!(told, "syn> syn_ack< ack> data> fin< fin> last_ack<");
    roles_are_swapped(&left.events);
    assert_eq!(step(&left.events, Tcp::CloseWait).evidence, Evidence::Kernel);
    assert!(!left.events.iter().any(|event| event.step == Tcp::TimeWait.into()), "the server's to wait");
    assert_eq!(summary(&left.events).text("outcome"), "complete");
}

const CLOSES_FIRST: &str = r"
import socket
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1])
peer, _ = listener.accept()
peer.recv(100)
peer.shutdown(socket.SHUT_WR)
while peer.recv(100): pass
";

#[kit::test]
fn our_server_that_tires_of_silence_closes_first() {
    if !captures("strangers::our_server_that_tires_of_silence_closes_first") || !netcat() {
        return;
    }
    let mut server = Server::start("tcp", &["--idle-timeout", "0.1"]);
    let (mut nc, stdin) = visit(&server);
    nc.wait_for("goodbye", |nc| has(&nc.stdout(), "goodbye: the line was silent too long"));
    drop(stdin);
    let heard = server.after_connections(1);
    roles_are_swapped(&heard);
    failed(&heard, "the client sent nothing for 0.1 s (--idle-timeout)");
}

#[kit::test]
fn a_header_that_makes_no_sense_is_said_once_and_harms_nothing() {
    let name = "strangers::a_header_that_makes_no_sense_is_said_once_and_harms_nothing";
    if !captures(name) || !require("python3") || !netcat() {
        return;
    }
    // Data Offset in words, control bits.
    for (offset, flags) in [(1, 0x10), (15, 0x10), (5, 0x00), (5, 0x03)] {
        let mut server = Server::start("tcp", &[]);
        let (mut nc, mut stdin) = visit(&server);
        say(&mut stdin, "hello");
        nc.wait_for("answer", |nc| has(&nc.stdout(), "the server heard 6 bytes"));
        let heard = server.after("answer", |event| event.step == Tcp::Data.into(), 2);
        let (client, _) = heard[0].conn.split_once('>').expect("client>server");
        let port = client.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("host:port");
        for _twice in 0..2 {
            python(FORGES, &[port, server.addr.port(), offset, flags]);
        }
        say(&mut stdin, "still here");
        nc.wait_for("answer", |nc| has(&nc.stdout(), "the server heard 17 bytes"));
        drop(stdin);
        let heard = server.after_connections(1);
        assert_eq!(
            without_acks(&heard),
            "syn< syn_ack> ack< data< data> undecodable< data< data> fin< fin_ack> data> fin> last_ack<"
        );
        let forged = step(&heard, Tcp::Undecodable);
        assert_eq!(forged.number("header_length"), Some(u64::from(offset) * 4));
        assert!(!forged.text("expected").is_empty() && !forged.text("looks_like").is_empty());
        assert_eq!((forged.bytes.0[12], forged.bytes.0[13]), ((offset as u8) << 4, flags as u8));
        assert_eq!(summary(&heard).text("outcome"), "complete");
    }
}

/// A bare header in the name of the first port, to the second.
const FORGES: &str = r"
import socket, struct, sys
source, destination, offset, flags = map(int, sys.argv[1:])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
header = struct.pack('!HHLLBBHHH', source, destination, 1, 1, offset << 4, flags, 0, 0, 0)
raw.sendto(header, ('127.0.0.1', 0))
";

/// Whether netcat is the one from OpenBSD: others close in other ways.
fn netcat() -> bool {
    let help = Command::new("nc").arg("-h").output();
    let from_openbsd = help.is_ok_and(|help| String::from_utf8_lossy(&help.stderr).contains("OpenBSD"));
    from_openbsd || missing("netcat-openbsd")
}

/// netcat, connected to `server`; it closes its direction when its standard input ends.
fn visit(server: &Server) -> (Running, ChildStdin) {
    Running::talk(Command::new("nc").args(["-n", "-N", "127.0.0.1", &server.addr.port().to_string()]))
}

pub(crate) fn say(stdin: &mut ChildStdin, line: &str) {
    // In one write, so that it becomes one segment.
    stdin.write_all(format!("{line}\n").as_bytes()).expect("the peer reads");
}

pub(crate) fn has(lines: &[String], line: &str) -> Option<()> {
    lines.iter().any(|one| one == line).then_some(())
}

/// Runs a script to its end.
pub(crate) fn python(script: &str, arguments: &[impl ToString]) {
    let arguments = arguments.iter().map(ToString::to_string);
    let output = Command::new("python3").args(["-c", script]).args(arguments).output().expect("it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The segments and who sent them: `<` came in, `>` went out. Without those that only acknowledge data: how many
/// there are is the kernels' affair.
fn without_acks(events: &[Event]) -> String {
    let told = wire(events).into_iter().filter_map(|event| {
        let id = event.step.id().trim_start_matches("tcp.");
        let arrow = if event.direction == Direction::Sent { '>' } else { '<' };
        (!["data_ack", "pure_ack"].contains(&id)).then(|| format!("{id}{arrow}"))
    });
    told.collect::<Vec<_>>().join(" ")
}

fn position(events: &[Event], step: Tcp) -> usize {
    let position = events.iter().position(|event| event.step == Step::from(step));
    position.unwrap_or_else(|| panic!("no {step:?}: {events:#?}"))
}

/// The only event of this step.
fn step(events: &[Event], step: Tcp) -> &Event {
    let first = &events[position(events, step)];
    assert_eq!(events.iter().filter(|event| event.step == first.step).count(), 1, "{step:?}");
    first
}

/// The verdict on `claim` when all is over.
fn finding(events: &[Event], claim: Claim) -> Option<Verdict> {
    let claims = &summary(events).claims;
    claims.iter().find(|finding| finding.id == claim).map(|finding| finding.verdict)
}

fn failed(events: &[Event], because: &str) {
    let summary = summary(events);
    assert_eq!(summary.text("outcome"), "failed");
    let reason = |lang: &str| summary.fields["reason"][lang].as_str().unwrap_or_default();
    assert!(reason("en").starts_with(because) && !reason("zh").is_empty(), "{summary:#?}");
}

/// The notes have the client close first. Here the server did.
fn roles_are_swapped(events: &[Event]) {
    let first = wire(events).into_iter().find(|event| event.step == Tcp::Fin.into()).expect("a FIN was seen");
    assert_eq!(first.sender(), Some(Side::Server));
    assert_eq!(finding(events, Claim::C1), Some(Verdict::Depends));
    for claim in [Claim::C3, Claim::C5, Claim::C9, Claim::C10] {
        assert_eq!(finding(events, claim), None, "{}", claim.id());
    }
}
