//! What a kernel of ours never sends, told by its right name: data with a SYN, a SYN+ACK that confirms what was never
//! sent, a SYN inside a connection, a probe with a byte of no meaning.

use std::process::Command;

use claims::{Claim, Event, Verdict};
use steps::{Evidence, tcp::Step as Tcp};

use crate::{
    common::{ByName as _, Running, Server, binary, captures, client, require, summary},
    strangers::{has, python, say},
};

#[kit::test]
fn a_syn_may_bring_data_and_the_syn_ack_confirms_it_too() {
    let name = "odd::a_syn_may_bring_data_and_the_syn_ack_confirms_it_too";
    if !captures(name) || !require("python3") || !require("unshare") || !require("nsenter") {
        return;
    }
    // In a network of its own, whose kernel takes data with any SYN (RFC 7413) and whose clients may send it.
    let mut apart = Command::new("unshare");
    let fast_open = "ip link set lo up && echo 1543 > /proc/sys/net/ipv4/tcp_fastopen && exec \"$0\" \"$@\"";
    apart.args(["-n", "sh", "-c", fast_open]).arg(binary("server"));
    let mut server = Server::run(apart, "tcp", "127.0.0.1:0", &[]);
    let (pid, port) = (server.pid().to_string(), server.addr.port().to_string());
    let output = Command::new("nsenter")
        .args(["-n", "-t", &pid, "python3", "-c", FAST_OPEN, &port])
        .output()
        .expect("it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let heard = server.after_connections(1);
    let (syn, syn_ack) = (first(&heard, Tcp::Syn), first(&heard, Tcp::SynAck));
    assert_eq!(syn.number("payload_length"), Some(6));
    assert_eq!(syn_ack.number("ack_relative"), Some(7));
    let o5 = syn_ack.claims.iter().find(|finding| finding.id == Claim::O5).expect("it is judged");
    let because = o5.because.as_ref().expect("it quotes the numbers");
    assert_eq!(o5.verdict, Verdict::AsNoted);
    assert!(because.en.ends_with("+ 1 + 6 bytes that came with the SYN (RFC 7413)"), "{because:?}");
    assert_eq!(summary(&heard).text("outcome"), "complete");
}

const FAST_OPEN: &str = r"
import socket, sys
peer = socket.socket()
peer.sendto(b'hello\n', socket.MSG_FASTOPEN, ('127.0.0.1', int(sys.argv[1])))
peer.recv(100)
peer.shutdown(socket.SHUT_WR)
while peer.recv(100): pass
";

#[kit::test]
fn a_syn_ack_that_confirms_what_was_never_sent_differs_from_the_notes() {
    let name = "odd::a_syn_ack_that_confirms_what_was_never_sent_differs_from_the_notes";
    if !captures(name) || !require("python3") {
        return;
    }
    let script = format!("{SEGMENT}{ANSWERS_WRONG}");
    let mut peer = Running::start(Command::new("python3").args(["-u", "-c", &script]));
    let port = peer.wait_for("port", |peer| peer.stdout().first()?.parse::<u16>().ok());
    let left = client(&["tcp", &format!("127.0.0.1:{port}")]);
    assert!(!left.status.success());
    let o5 = summary(&left.events).claims.iter().find(|finding| finding.id == Claim::O5);
    assert_eq!(o5.map(|finding| finding.verdict), Some(Verdict::Differs));
    // The window scale stands behind an option that nobody knows.
    assert_eq!(first(&left.events, Tcp::SynAck).number("window_scale"), Some(7));
    let resets: Vec<_> = left.events.iter().filter(|event| event.step == Tcp::Rst.into()).collect();
    let [ours, theirs] = resets[..] else { panic!("{resets:#?}") };
    assert_eq!(ours.number("seq"), first(&left.events, Tcp::SynAck).number("ack"), "RFC 9293 §3.10.7.3");
    assert_eq!((theirs.number("seq"), theirs.number("seq_relative")), (Some(0), None));
}

/// Hears a SYN on a port whose listener is deaf, answers it wrongly, and after the client's RST refuses it.
const ANSWERS_WRONG: &str = r"
deaf = socket.create_server(('127.0.0.1', 0))
deaf.setsockopt(socket.IPPROTO_IP, 21, 255) # IP_MINTTL
here = deaf.getsockname()[1]
heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
print(here)
def hear(flag):
    while True:
        tcp = heard.recv(1000)[20:]
        source, destination, seq = struct.unpack('!HHL', tcp[:8])
        if destination == here and tcp[13] & flag:
            return source, seq
there, isn = hear(2)
options = bytes([2, 4, 5, 0xb4, 253, 4, 0xca, 0xfe, 1, 3, 3, 7])
segment(here, there, 5000, isn + 2, 0x12, options)
hear(4)
segment(here, there, 0, isn + 1, 0x14)
";

#[kit::test]
fn a_syn_and_a_probe_inside_a_connection_leave_its_numbers_alone() {
    let name = "odd::a_syn_and_a_probe_inside_a_connection_leave_its_numbers_alone";
    if !captures(name) || !require("python3") {
        return;
    }
    let mut server = Server::start("tcp", &[]);
    let port = server.addr.port().to_string();
    let (mut peer, mut stdin) = Running::talk(Command::new("python3").args(["-u", "-c", TALKS, &port]));
    say(&mut stdin, "hello");
    peer.wait_for("answer", |peer| has(&peer.stdout(), "the server heard 6 bytes"));
    // The client has acknowledged the answer: what follows is the forger's.
    let acks = |event: &Event| event.step == Tcp::DataAck.into() && event.number("ack_relative") > Some(1);
    let heard = server.after("ACK of the answer", |event| acks(event) && event.sender() == Some(CLIENT), 1);
    let ack = heard.iter().find(|event| acks(event) && event.sender() == Some(CLIENT)).expect("waited for");
    let (seq, ack) = (ack.number("seq").unwrap(), ack.number("ack").unwrap());
    let (client, _) = heard[0].conn.split_once('>').expect("client>server");
    let client = client.rsplit_once(':').expect("host:port").1;
    let forge = |seq: u64, ack: u64, flags: &str, data: &str| {
        let (seq, ack, server) = (seq.to_string(), ack.to_string(), server.addr.port().to_string());
        let script = format!("{SEGMENT}{FORGES}");
        python(&script, &[client, &server, &seq, &ack, flags, data]);
    };
    forge(seq - 1, ack, "16", "x");
    forge(seq + 700, 0, "2", "");
    say(&mut stdin, "still here");
    peer.wait_for("answer", |peer| has(&peer.stdout(), "the server heard 17 bytes"));
    drop(stdin);
    let heard = server.after_connections(1);
    let probe =
        heard.iter().find(|event| event.fields.contains_key("keep_alive")).expect("the probe is known");
    assert_eq!((probe.step, probe.evidence), (Tcp::PureAck.into(), Evidence::Wire));
    assert_eq!(probe.number("payload_length"), Some(1));
    let syns: Vec<_> = heard.iter().filter(|event| event.step == Tcp::Syn.into()).collect();
    assert_eq!((syns.len(), syns[1].number("seq_relative")), (2, Some(707)));
    assert!(syns[1].claims.is_empty(), "it opens nothing");
    let lines: Vec<_> = heard
        .iter()
        .filter(|event| event.step == Tcp::Data.into() && event.sender() == Some(CLIENT))
        .map(|event| (event.number("seq_relative"), event.text("text")))
        .collect();
    assert_eq!(lines, [(Some(1), "hello"), (Some(7), "still here")]);
    assert_eq!(summary(&heard).text("outcome"), "complete");
}

const CLIENT: steps::Side = steps::Side::Client;

/// Sends each line of its standard input, and prints each line that comes.
const TALKS: &str = r"
import socket, sys, threading
peer = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
def listen():
    for line in peer.makefile(): print(line, end='')
threading.Thread(target=listen).start()
for line in sys.stdin: peer.sendall(line.encode())
peer.shutdown(socket.SHUT_WR)
";

const FORGES: &str = r"
source, destination, seq, ack, flags = map(int, sys.argv[1:6])
segment(source, destination, seq, ack, flags, b'', sys.argv[6].encode())
";

/// Sends one segment over loopback with a checksum that is right.
const SEGMENT: &str = r"
import socket, struct, sys
def segment(source, destination, seq, ack, flags, options=b'', data=b''):
    def bytes_with(checksum):
        words = (20 + len(options)) // 4
        header = struct.pack('!HHLLBBHHH', source, destination, seq, ack, words << 4, flags, 1000, checksum, 0)
        return header + options + data
    home, bare = socket.inet_aton('127.0.0.1'), bytes_with(0)
    summed = home + home + struct.pack('!HH', 6, len(bare)) + bare + b'\0' * (len(bare) % 2)
    total = sum(struct.unpack('!%dH' % (len(summed) // 2), summed))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.sendto(bytes_with(~total & 0xffff), ('127.0.0.1', 0))
";

fn first(events: &[Event], step: Tcp) -> &Event {
    let found = events.iter().find(|event| event.step == step.into());
    found.unwrap_or_else(|| panic!("no {step:?}: {events:#?}"))
}
