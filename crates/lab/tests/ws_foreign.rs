//! WebSocket beside programs that are not ours, one layer down and one layer up: tshark reads the frames from the
//! wire, Node's `ws` and Python speak them, over TCP and over TLS.

kit::runner!();

mod common;

use std::{net::UdpSocket, process::Command, time::Duration};

use claims::Event;
use common::{ByName, Running, Server, captures, client, crossed, require, require_python, summary};
use steps::{Direction, Evidence, Protocol, Step, tls::Step as Tls, ws::Step as Ws};

/// A frame in the words that we and tshark have in common.
#[derive(Debug, PartialEq)]
struct Frame {
    from_client: bool,
    fin: bool,
    opcode: u64,
    masking_key: String,
    payload_length: u64,
}

impl Frame {
    fn ours(event: &Event) -> Option<Frame> {
        let opcode = u64::from_str_radix(event.text("opcode").strip_prefix("0x")?, 16).ok()?;
        Some(Frame {
            from_client: event.sender() == Some(steps::Side::Client),
            fin: event.is("fin"),
            opcode,
            masking_key: event.text("masking_key").into(),
            payload_length: event.number("payload_length")?,
        })
    }
}

/// The frames that tshark read of the connections of `port`.
struct Tshark {
    running: Running,
    port: u16,
}

impl Tshark {
    const FIELDS: [&str; 9] = [
        "udp.length",
        "tcp.dstport",
        "websocket.fin",
        "websocket.opcode",
        "websocket.mask",
        "websocket.masking_key",
        "websocket.payload_length",
        "websocket.payload_length_ext_16",
        "http.response.code",
    ];

    fn start(port: u16) -> Tshark {
        let mut command = Command::new("tshark");
        command.args(["-n", "-l", "-i", "lo", "-f", &format!("port {port}"), "-T", "fields"]);
        command.args(["-d", &format!("tcp.port=={port},http")]);
        for field in Tshark::FIELDS {
            command.args(["-e", field]);
        }
        let mut tshark = Tshark { running: Running::start(&mut command), port };
        tshark.heard_a_datagram_of(1);
        tshark
    }

    /// What it printed up to a datagram of this length, which is sent until it shows.
    fn heard_a_datagram_of(&mut self, length: usize) -> Vec<String> {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let (port, told) = (self.port, format!("{}\t", 8 + length));
        self.running.wait_for("datagram in tshark's output", |tshark| {
            // Nothing listens there, and the socket may say so.
            drop(socket.send_to(&vec![0; length], ("127.0.0.1", port)));
            std::thread::sleep(Duration::from_millis(50));
            let lines = tshark.stdout();
            lines.iter().any(|line| line.starts_with(&told)).then_some(lines)
        })
    }

    fn frames(&mut self) -> Vec<Frame> {
        let lines = self.heard_a_datagram_of(2);
        lines.iter().flat_map(|line| self.of_a_segment(line)).collect()
    }

    /// A segment may carry several frames: its fields are lists then.
    fn of_a_segment(&self, line: &str) -> Vec<Frame> {
        let fields: Vec<_> = line.split('\t').collect();
        let [_, to, fin, opcode, mask, key, length, length16, _] = fields[..] else { panic!("{line}") };
        let list = |text: &str| {
            let parts: Vec<_> = text.split(',').map(str::to_owned).collect();
            if text.is_empty() { Vec::new() } else { parts }
        };
        let (mut keys, mut lengths16) = (list(key).into_iter(), list(length16).into_iter());
        let frames = list(opcode).into_iter().zip(list(fin)).zip(list(mask)).zip(list(length));
        let frame = |(((opcode, fin), mask), length): (((String, String), String), String)| Frame {
            from_client: to == self.port.to_string(),
            fin: yes(&fin),
            opcode: opcode.parse().unwrap_or_else(|_| panic!("{line}")),
            masking_key: if yes(&mask) { keys.next().expect("a mask has a key") } else { String::new() },
            payload_length: match length.as_str() {
                "126" => lengths16.next().expect("the length follows").parse().expect("a number"),
                short => short.parse().expect("a number"),
            },
        };
        frames.map(frame).collect()
    }
}

fn yes(text: &str) -> bool {
    matches!(text, "1" | "True")
}

#[kit::test]
fn tshark_reads_the_same_frames_from_the_wire() {
    if !captures("tshark_reads_the_same_frames_from_the_wire") || !require("tshark") {
        return;
    }
    let mut server = Server::start("ws", &[]);
    let mut tshark = Tshark::start(server.addr.port());
    let left = client(&["ws", &format!("ws://{}/", server.addr), "--fragments", "3"]);
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(1);
    let theirs = tshark.frames();
    assert_eq!(theirs.len(), 10, "{theirs:#?}");
    for events in [&left.events, &heard] {
        assert_eq!(events.iter().filter_map(Frame::ours).collect::<Vec<_>>(), theirs);
    }
}

/// Node's `ws` as the client, in a few lines: it says what it got and how it was closed.
const NODE: &str = r#"
const WebSocket = require("ws");
const socket = new WebSocket(process.argv[1], ["soap", "chat"], { ca: process.argv[2] && require("fs").readFileSync(process.argv[2]) });
socket.on("upgrade", (answer) => console.log("accept", answer.headers["sec-websocket-accept"]));
socket.on("open", () => { console.log("protocol", socket.protocol); socket.send("hello from node"); });
socket.on("message", (message) => { console.log("message", String(message)); socket.ping("there?"); });
socket.on("pong", (payload) => { console.log("pong", String(payload)); socket.close(1000, "bye"); });
socket.on("close", (code, reason) => console.log("close", code, String(reason)));
socket.on("error", (error) => { console.log("error", error.message); process.exit(1); });
"#;

fn node(url: &str, ca: Option<&str>) -> Option<Vec<String>> {
    let mut command = Command::new("node");
    command.env("NODE_PATH", "/usr/share/nodejs").args(["-e", NODE, url]).args(ca);
    let (status, lines) = Running::start(&mut command).wait_text();
    assert!(status.success(), "{lines:?}");
    Some(lines)
}

fn require_node_ws() -> bool {
    let there =
        Command::new("node").env("NODE_PATH", "/usr/share/nodejs").args(["-e", "require('ws')"]).output();
    there.is_ok_and(|output| output.status.success()) || common::missing("node with `ws` (Debian: node-ws)")
}

#[kit::test]
fn nodes_ws_visits_our_server_over_tcp_and_over_tls() {
    if !require_node_ws() {
        return;
    }
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    certs::ensure(keys.path()).expect("the demo keys can be made");
    let folder = keys.path().to_str().expect("temporary folders have plain names");
    let ca = keys.path().join(certs::CA_CERT);
    let ca = ca.to_str().expect("temporary folders have plain names");
    let mut server = Server::start("ws", &["--certs", folder, "--protocol", "chat"]);
    let secure = server.addr_of("wss");
    for (url, ca, n) in
        [(format!("ws://{}/", server.addr), None, 1), (format!("wss://{secure}/"), Some(ca), 2)]
    {
        let Some(said) = node(&url, ca) else { return };
        let heard = server.after_connections(n);
        let mine: Vec<_> =
            heard.iter().filter(|event| event.conn == heard[heard.len() - 1].conn).cloned().collect();
        let seen = |step: Ws, field: &str| {
            let event = mine.iter().find(|event| event.step == step.into());
            event.unwrap_or_else(|| panic!("{} came", Step::Ws(step))).text(field).to_owned()
        };
        let told = [
            format!("accept {}", seen(Ws::SwitchingProtocols, "sec_websocket_accept")),
            format!("protocol {}", seen(Ws::Established, "sec_websocket_protocol")),
            format!("message {}", seen(Ws::Text, "text")),
            "pong there?".into(),
            format!("close 1000 {}", seen(Ws::Close, "reason")),
        ];
        assert_eq!(said, told);
        assert_eq!(summary(&mine).text("outcome"), "complete");
        assert_eq!(mine.iter().any(|event| event.step == Tls::HandshakeComplete.into()), ca.is_some());
    }
}

/// Python's `websockets` as the client over TLS.
const PYTHON: &str = r#"
import asyncio, ssl, sys, websockets
async def main():
    trust = ssl.create_default_context(cafile=sys.argv[2])
    async with websockets.connect(sys.argv[1], ssl=trust, server_hostname="localhost") as socket:
        await socket.send("hello")
        assert await socket.recv() == "hello"
asyncio.run(main())
"#;

#[kit::test]
fn over_wss_each_layer_is_told_once_and_in_order() {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    certs::ensure(keys.path()).expect("the demo keys can be made");
    let folder = keys.path().to_str().expect("temporary folders have plain names");
    let mut server = Server::start("ws", &["--certs", folder]);
    let url = format!("wss://{}/", server.addr_of("wss"));
    for (args, round_trips) in [(&[][..], 1), (&["--tls12"], 2)] {
        let left = client(&[&["ws", &url, "--certs", folder][..], args].concat());
        assert!(left.status.success(), "{}", left.stderr);
        let heard = server.after_connections(round_trips);
        let conn = &left.events[0].conn;
        let heard: Vec<_> = heard.into_iter().filter(|event| event.conn == *conn).collect();
        for events in [&left.events, &heard] {
            assert!(events.iter().all(|event| event.protocol == Protocol::Ws), "one story");
            let first = |step: Step| events.iter().position(|event| event.step == step);
            let order = [
                first(steps::tcp::Step::Established.into()),
                first(Tls::ClientHello.into()),
                first(Tls::HandshakeComplete.into()),
                first(Ws::UpgradeRequest.into()),
                first(Ws::Established.into()),
            ];
            assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
            let established = &events[order[4].expect("it was opened")];
            assert_eq!(established.number("tls_round_trips"), Some(round_trips as u64));
            assert_eq!(summary(events).text("outcome"), "complete");
            // A frame is told after the record that carries it. One read may bring several records, which come first.
            for direction in [Direction::Sent, Direction::Received] {
                let (mut records, mut frames) = (0, 1); // the first record carried an HTTP head
                for event in events.iter().filter(|event| event.direction == direction) {
                    records += usize::from(event.step == Tls::ApplicationData.into());
                    frames += usize::from(event.fields.contains_key("opcode"));
                    assert!(frames <= records + 1 && (frames == 1 || frames <= records), "{event:?}");
                }
            }
        }
        assert_eq!(frames(&left.events, Direction::Sent), frames(&heard, Direction::Received));
        assert_eq!(frames(&left.events, Direction::Received), frames(&heard, Direction::Sent));
    }
    if require_python("websockets") {
        let ca = keys.path().join(certs::CA_CERT);
        let python =
            Command::new("python3").args(["-c", PYTHON, &url]).arg(ca).output().expect("it is there");
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let heard = server.after_connections(3);
        assert_eq!(heard.last().expect("it has a summary").text("outcome"), "complete");
    }
}

fn frames(events: &[Event], direction: Direction) -> Vec<Frame> {
    crossed(events, direction).into_iter().filter_map(Frame::ours).collect()
}

#[kit::test]
fn the_checks_are_ours_and_say_so() {
    let mut server = Server::start("ws", &["--protocol", "chat"]);
    let url = format!("ws://{}/", server.addr);
    let left = client(&["ws", &url, "--protocol", "soap", "--protocol", "chat"]);
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(1);
    for (events, step, result) in
        [(&left.events, Ws::AnswerChecked, "✓ 6 of 6"), (&heard, Ws::RequestChecked, "✓ 9 of 9")]
    {
        let checked = events.iter().find(|event| event.step == step.into()).expect("it was checked");
        assert_eq!((checked.evidence, checked.text("result")), (Evidence::Inferred, result));
        assert!(steps::ws::checked_in(&checked.fields).iter().all(|checked| checked.met));
    }
    let open = left.events.iter().find(|event| event.step == Ws::Established.into()).expect("it is open");
    assert_eq!(open.text("sec_websocket_protocol"), "chat");
}
