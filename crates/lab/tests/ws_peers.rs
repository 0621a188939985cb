//! The WebSocket pair with itself, each half with peers that we did not write, and each with visitors that are
//! no WebSocket at all.

kit::runner!();

mod common;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    thread,
};

use claims::{Claim, Event, Verdict};
use common::{ByName, Output, Running, Server, client, crossed, ids, require, require_python, summary};
use steps::{Direction, Evidence, Side};
use wire::{Seen, ws::Decoder};

/// RFC 6455 §1.2, without what is optional.
const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

const CLIENT_STEPS: [&str; 15] = [
    "ws.upgrade_request",
    "ws.accept_key",
    "ws.switching_protocols",
    "ws.answer_checked",
    "ws.accept_check",
    "ws.established",
    "ws.text",
    "ws.text",
    "ws.binary",
    "ws.binary",
    "ws.ping",
    "ws.pong",
    "ws.close",
    "ws.close",
    "ws.summary",
];

fn url(addr: SocketAddr) -> String {
    format!("ws://{addr}/chat")
}

/// The ids of WebSocket's own steps: what TCP says below them is not at stake here.
fn ws_ids(events: &[Event]) -> Vec<&'static str> {
    ids(events).into_iter().filter(|id| id.starts_with("ws.")).collect()
}

fn reason(events: &[Event]) -> String {
    let summary = summary(events);
    assert_eq!(summary.text("outcome"), "failed");
    let reason = |lang: &str| summary.fields["reason"][lang].as_str().unwrap_or_default().to_owned();
    assert!(!reason("zh").is_ascii(), "both languages say why");
    reason("en")
}

/// The evidence with which each claim was shown as noted or under a condition.
fn shown(events: &[Event], claim: Claim) -> Vec<(Evidence, Verdict)> {
    let steps = events.iter().filter(|event| !event.step.is_summary());
    steps
        .flat_map(|event| event.claims.iter().map(|finding| (event.evidence, finding)))
        .filter(|(_, finding)| finding.id == claim)
        .map(|(evidence, finding)| (evidence, finding.verdict))
        .collect()
}

#[kit::test]
fn our_pair_tells_one_story_from_both_ends() {
    let mut server = Server::start("ws", &[]);
    let left = client(&["ws", &url(server.addr)]);
    assert!(left.status.success(), "{}", left.stderr);
    let heard = server.after_connections(1);
    assert_eq!(ws_ids(&left.events), CLIENT_STEPS);
    let mut server_steps = CLIENT_STEPS.to_vec();
    server_steps.retain(|id| !["ws.answer_checked", "ws.accept_check"].contains(id));
    server_steps.insert(1, "ws.request_checked");
    assert_eq!(ws_ids(&heard), server_steps);
    for (sent, received) in [(&left.events, &heard), (&heard, &left.events)] {
        let [sent, received] =
            [crossed(sent, Direction::Sent), crossed(received, Direction::Received)].map(|events| {
                events.into_iter().map(|event| (event.step, &event.fields, &event.bytes)).collect::<Vec<_>>()
            });
        assert_eq!(sent, received);
    }
    assert!(left.events.iter().chain(&heard).all(|event| event.conn == left.events[0].conn));
    assert_eq!(summary(&left.events).text("outcome"), "complete");
    assert_eq!(summary(&heard).text("outcome"), "complete");
    let stopped = server.stop();
    assert!(stopped.status.success(), "{}", stopped.stderr);
}

#[kit::test]
fn w1_to_w6_are_shown_by_what_crossed_or_by_the_library() {
    let mut server = Server::start("ws", &[]);
    let left = client(&["ws", &url(server.addr)]).events;
    let heard = server.after_connections(1);
    use Evidence::{Callback, Wire};
    use Verdict::{AsNoted, Depends};
    for events in [&left, &heard] {
        assert_eq!(shown(events, Claim::W1), [(Wire, Depends)]);
        assert_eq!(shown(events, Claim::W2), [(Wire, AsNoted)]);
        assert_eq!(shown(events, Claim::W3), [(Wire, AsNoted)]);
        assert_eq!(shown(events, Claim::W5), [(Wire, AsNoted); 8]);
        assert_eq!(shown(events, Claim::W6), [(Callback, AsNoted)]);
    }
    assert_eq!(shown(&left, Claim::W4), [(Callback, AsNoted)]);
    assert_eq!(shown(&heard, Claim::W4), [], "the server cannot see the client compare");
}

/// A frame in `websockets`' own words: `> TEXT 'hello' [5 bytes]`.
fn told(lines: &[String], arrow: &str) -> Vec<(String, u64, bool)> {
    let frame = |line: &String| {
        let told = line.split_once(&format!(" {arrow} "))?.1;
        let (opcode, rest) = told.split_once(' ')?;
        let metadata = rest.rsplit_once('[')?.1.strip_suffix(']')?;
        let opcodes = ["TEXT", "BINARY", "CONT", "PING", "PONG", "CLOSE"];
        let length = metadata.split(", ").find_map(|part| part.split_once(" byte")?.0.parse().ok())?;
        opcodes.contains(&opcode).then(|| (opcode.to_owned(), length, !metadata.contains("continued")))
    };
    lines.iter().filter_map(frame).collect()
}

/// The same frames in ours.
fn ours(events: &[Event], direction: Direction) -> Vec<(String, u64, bool)> {
    let frames = crossed(events, direction).into_iter().filter(|event| event.fields.contains_key("fin"));
    let name = |event: &Event| match event.text("opcode") {
        "0x0" => "CONT",
        "0x1" => "TEXT",
        "0x2" => "BINARY",
        "0x8" => "CLOSE",
        "0x9" => "PING",
        "0xA" => "PONG",
        other => panic!("{other}"),
    };
    let payload = |event: &Event| event.number("payload_length").expect("each frame has a length");
    frames.map(|event| (name(event).to_owned(), payload(event), event.is("fin"))).collect()
}

fn peer(script: &str) -> Command {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let mut python = Command::new("python3");
    python.arg("-u").arg(path);
    python
}

#[kit::test]
fn pythons_websockets_visits_our_server_and_both_count_the_same_frames() {
    if !require_python("websockets") {
        return;
    }
    let mut server = Server::start("ws", &[]);
    let port = server.addr.port().to_string();
    let mut python = Running::start(peer("ws_client.py").arg(port));
    let heard = server.after_connections(1);
    let lines = python.wait_for("closed connection", |python| {
        let lines = python.stdout();
        lines.iter().any(|line| line.ends_with("= connection is CLOSED")).then_some(lines)
    });
    let theirs = told(&lines, ">");
    assert_eq!(theirs.iter().filter(|(opcode, ..)| opcode == "CONT").count(), 3, "{theirs:?}");
    assert_eq!(ours(&heard, Direction::Received), theirs);
    assert_eq!(ours(&heard, Direction::Sent), told(&lines, "<"));
    assert_eq!(summary(&heard).text("outcome"), "complete");
    let key = heard.iter().find(|event| event.step == steps::ws::Step::UpgradeRequest.into());
    let key = key.expect("it came").text("sec_websocket_key");
    assert!(lines.iter().any(|line| line.ends_with(&format!("Sec-WebSocket-Key: {key}"))));
    let last = heard.iter().rfind(|event| event.step == steps::ws::Step::Close.into()).expect("it closed");
    assert_eq!((last.number("code"), last.text("reason")), (Some(1000), "bye"));
}

#[kit::test]
fn our_client_visits_pythons_websockets_and_both_count_the_same_frames() {
    if !require_python("websockets") {
        return;
    }
    let mut python = Running::start(&mut peer("ws_server.py"));
    let port = python.wait_for("port", |python| {
        python.stdout().iter().find_map(|line| line.strip_prefix("port ")?.parse::<u16>().ok())
    });
    let left = client(&["ws", &format!("ws://127.0.0.1:{port}/")]);
    assert!(left.status.success(), "{}", left.stderr);
    assert_eq!(ws_ids(&left.events), CLIENT_STEPS);
    let lines = python.wait_for("closed connection", |python| {
        let lines = python.stdout();
        lines.iter().any(|line| line.ends_with("= connection is CLOSED")).then_some(lines)
    });
    assert_eq!(ours(&left.events, Direction::Sent), told(&lines, "<"));
    assert_eq!(ours(&left.events, Direction::Received), told(&lines, ">"));
    let accept = crossed(&left.events, Direction::Received)[0].text("sec_websocket_accept");
    assert!(lines.iter().any(|line| line.ends_with(&format!("Sec-WebSocket-Accept: {accept}"))));
}

#[kit::test]
fn what_fails_below_wss_is_told_as_tls_tells_it_with_options_that_this_client_has() {
    let (keys, other) = (common::keys(), common::keys());
    let certs = keys.path().to_str().expect("a plain name");
    let mut server = Server::start("ws", &["--certs", certs, "--listen-tls", "127.0.0.1:0"]);
    let wss = format!("wss://{}/", server.addr_of("wss"));
    let stranger = other.path().join(certs::CA_CERT).display().to_string();
    let left = client(&["ws", &wss, "--ca", &stranger]);
    let why = "Trust the right CA (`--ca FILE`; our demo CA is ca.pem of `--certs`)";
    assert!(left.stderr.contains(why) && !left.stderr.contains("--system-roots"), "{}", left.stderr);
    assert_eq!(summary(&left.events).text("rule"), "tls.certificate_issuer_unknown");
    let heard = server.after_connections(1);
    assert_eq!(summary(&heard).text("rule"), "tls.own_issuer_unknown");
}

#[kit::test]
fn a_plain_get_by_curl_is_answered_426_and_told_what_to_use() {
    if !require("curl") {
        return;
    }
    let mut server = Server::start("ws", &[]);
    let page = format!("http://{}/", server.addr);
    let curl = Command::new("curl").args(["-s", "-i", "-m", "30", &page]).output().expect("curl is there");
    let answer = String::from_utf8_lossy(&curl.stdout);
    assert!(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n"), "{answer}");
    assert!(answer.contains("Upgrade: websocket\r\n") && answer.contains("`client ws`"), "{answer}");
    let heard = server.after_connections(1);
    assert_eq!(ws_ids(&heard), ["ws.plain_request", "ws.refused", "ws.body", "ws.summary"]);
    assert!(reason(&heard).starts_with("This is a plain HTTP request without Upgrade: `GET /`."));
    assert!(client(&["ws", &url(server.addr)]).status.success(), "the server lives on");
}

/// Says each of `parts` to a fresh server, a further one once the one before was answered; gives its answer and log.
fn visit(args: &[&str], parts: &[&[u8]], end: bool) -> (Vec<u8>, Vec<Event>) {
    let mut server = Server::start("ws", args);
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    let mut answer = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            let mut some = [0; 4096];
            let read = stream.read(&mut some).expect("an answer comes");
            answer.extend(&some[..read]);
        }
        // A server that has heard enough may close before the last byte.
        drop(stream.write_all(part));
    }
    if end {
        stream.shutdown(Shutdown::Write).expect("it is open");
    }
    // A reset is an answer as well: the log says what became of the connection.
    drop(stream.read_to_end(&mut answer));
    drop(stream);
    let heard = server.after_connections(1);
    assert!(client(&["ws", &url(server.addr)]).status.success(), "the server lives on");
    let stopped = server.stop();
    assert!(stopped.status.success() && !stopped.stderr.contains("panicked"), "{}", stopped.stderr);
    (answer, heard)
}

#[kit::test]
fn what_is_not_http_is_named_and_gets_no_answer() {
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of a ClientHello";
    for (bytes, looks) in [
        (&hello[..], "TLS record (handshake)"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH identification"),
        (b"\0\xff\0\xff", "binary data"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2 connection preface"),
    ] {
        let (answer, heard) = visit(&[], &[bytes], false);
        assert_eq!(answer, b"", "{looks}");
        assert_eq!(ws_ids(&heard), ["ws.undecodable", "ws.summary"], "{looks}");
        assert!(reason(&heard).contains(looks), "{}", reason(&heard));
    }
}

#[kit::test]
fn a_request_that_is_no_valid_upgrade_gets_the_status_that_says_why() {
    let request = String::from_utf8_lossy(REQUEST);
    for (request, status) in [
        (request.replace("Version: 13", "Version: 8"), "426 Upgrade Required"),
        (request.replace("GET", "POST"), "405 Method Not Allowed"),
        (request.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), "400 Bad Request"),
        (request.replace("HTTP/1.1", "HTTP/1.0"), "400 Bad Request"),
        (request.replace("Host:", "Ho st:"), "400 Bad Request"),
        (request.replace("GET /chat HTTP/1.1", "GET /chat"), "400 Bad Request"),
    ] {
        let (answer, heard) = visit(&[], &[request.as_bytes()], false);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}\n{answer}");
        assert!(ws_ids(&heard).contains(&"ws.refused"), "{:?}", ws_ids(&heard));
        assert!(!ws_ids(&heard).contains(&"ws.accept_key"), "nothing was computed for it");
        assert!(answer.contains(&reason(&heard)));
    }
}

#[kit::test]
fn a_request_that_rfc_6455_allows_is_taken_however_it_is_written() {
    let request = String::from_utf8_lossy(REQUEST);
    let more = |lines: &str| request.replace("Host:", &format!("{lines}Host:"));
    for request in [
        request.replace("Upgrade: websocket", "Upgrade: h2c, websocket"),
        request.replace("Connection: Upgrade", "Connection: keep-alive\r\nConnection: Upgrade"),
        more(&"X-One: 1\r\n".repeat(300)),
        more(&format!("Cookie: a={}\r\n", "x".repeat(14_000))),
        // §4.1's own example, whose last bits are not zero.
        request.replace("dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC=="),
    ] {
        let (answer, heard) = visit(&[], &[request.as_bytes(), b"\x88\x82\0\0\0\0\x03\xe8"], true);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{request}\n{answer}");
        let key = request.split("Sec-WebSocket-Key: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let accept = wire::ws::accept(key.expect("it has one"));
        assert!(answer.contains(&format!("Sec-WebSocket-Accept: {accept}\r\n")), "{answer}");
        let asked = shown(&heard, Claim::W1);
        assert!(
            !asked.is_empty() && asked.iter().all(|(_, verdict)| *verdict != Verdict::Differs),
            "{asked:?}"
        );
        assert_eq!(summary(&heard).text("outcome"), "complete");
    }
}

#[kit::test]
fn a_peer_that_hangs_or_vanishes_is_let_go() {
    let (_, heard) = visit(&["--handshake-timeout", "0.2"], &[&REQUEST[..40]], false);
    assert!(reason(&heard).starts_with("No complete upgrade request within 0.2 s, only 40 bytes"));
    let (_, heard) = visit(&[], &[&REQUEST[..40]], true);
    assert!(reason(&heard).starts_with("The client vanished after 40 bytes of its request"));
    assert_eq!(ws_ids(&heard), ["ws.summary"], "a part of a request is no request");
    let (_, heard) = visit(&[], &[], true);
    assert!(reason(&heard).starts_with("The client connected and left without a word"));
    let (_, heard) = visit(&[], &[REQUEST], true);
    assert!(reason(&heard).starts_with("The client closed the connection (FIN) without a Close frame"));
}

/// What the server says after the 101, read as frames.
fn frames(answer: &[u8]) -> Vec<Seen> {
    let (mut decoder, mut seen) = (Decoder::new(), Vec::new());
    decoder.feed(Side::Client, REQUEST, drop);
    decoder.feed(Side::Server, answer, |step| seen.push(step));
    assert_eq!(seen.remove(0).step, steps::ws::Step::SwitchingProtocols.into());
    assert_eq!(seen.remove(0).step, steps::ws::Step::AnswerChecked.into());
    seen
}

#[kit::test]
fn a_broken_rule_is_answered_with_the_close_code_that_names_it() {
    let too_long = [&b"\x82\xff\0\0\0\0\0\x10\0\x01\0\0\0\0"[..], &[0; 0x10_0001]].concat();
    for (args, frame, code) in [
        (&[][..], &b"\x81\x02hi"[..], 1002), // not masked
        (&[], b"\x83\x80\0\0\0\0", 1002),    // a reserved opcode
        (&[], b"\x81\x82\0\0\0\0\xc3\x28", 1007),
        (&[], &too_long, 1009),
        (&["--idle-timeout", "0.2"], b"", 1001),
    ] {
        let (answer, heard) = visit(args, &[REQUEST, frame], false);
        let said = frames(&answer);
        let [close] = said.as_slice() else { panic!("one Close for {code}, not {said:?}") };
        assert_eq!(close.fields["code"], code);
        assert_eq!(summary(&heard).text("outcome"), "failed");
    }
}

#[kit::test]
fn a_server_that_stops_says_going_away_first() {
    let server = Server::start("ws", &[]);
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    stream.write_all(REQUEST).expect("the kernel takes them");
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).expect("the 101 comes");
    answer.truncate(read);
    let stopping = thread::spawn(move || server.stop());
    let mut close = [0; 256];
    let read = stream.read(&mut close).expect("a Close comes");
    stream.write_all(b"\x88\x82\0\0\0\0\x03\xe9").expect("our Close goes");
    answer.extend(&close[..read]);
    assert_eq!(frames(&answer)[0].fields["code"], 1001);
    let stopped = stopping.join().expect("it stops");
    assert!(stopped.status.success(), "{}", stopped.stderr);
    assert_eq!(summary(&stopped.events).text("outcome"), "complete");
}

/// Runs our client against a server that answers each request with `answer` and leaves.
fn client_against(answer: &'static [u8]) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let addr = listener.local_addr().expect("it is bound");
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client comes");
        let mut request = [0; 4096];
        drop(stream.read(&mut request));
        stream.write_all(answer).expect("the kernel takes them");
    });
    let left = client(&["ws", &url(addr)]);
    server.join().expect("the server did not panic");
    assert!(!left.status.success());
    assert_eq!(left.stderr.lines().count(), 1, "one clear message: {}", left.stderr);
    left
}

#[kit::test]
fn a_wrong_accept_string_is_refused_and_both_strings_are_shown() {
    let left = client_against(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    );
    let mut steps = CLIENT_STEPS[..5].to_vec();
    steps.push("ws.summary");
    assert_eq!(ws_ids(&left.events), steps);
    assert_eq!(shown(&left.events, Claim::W2), [(Evidence::Wire, Verdict::Differs)]);
    assert_eq!(shown(&left.events, Claim::W4), [(Evidence::Callback, Verdict::AsNoted)]);
    assert!(
        left.stderr.contains("Sec-WebSocket-Accept is `s3pPLMBiTxaQ9kYGzzhZRbK+xOo=`"),
        "{}",
        left.stderr
    );
}

#[kit::test]
fn a_server_that_is_no_websocket_is_named() {
    let left = client_against(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assert!(left.stderr.contains("answered `HTTP/1.1 404 Not Found` instead of 101"), "{}", left.stderr);
    assert_eq!(shown(&left.events, Claim::W2), [(Evidence::Wire, Verdict::Depends)]);
    let left = client_against(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    assert!(left.stderr.contains("SSH identification"), "{}", left.stderr);
    let left = client_against(b"HTTP/1.1 101 Switching Pro");
    assert!(left.stderr.contains("vanished after 26 bytes"), "{}", left.stderr);
    let left = client_against(b"");
    assert!(left.stderr.contains("without an answer"), "{}", left.stderr);
}

/// Runs our client against a server that answers with this head, whose `KEY` is the right accept string, then says
/// `then` once a frame came, and ends TCP.
fn client_against_upgrade(head: &'static str, then: &'static [u8]) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let addr = listener.local_addr().expect("it is bound");
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client comes");
        let (mut request, mut part) = (Vec::new(), [0; 4096]);
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut part).expect("the request comes");
            request.extend_from_slice(&part[..read]);
        }
        let text = String::from_utf8(request).expect("a head is ASCII here");
        let key =
            text.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("it has a key");
        let head = head.replace("KEY", &wire::ws::accept(key)).replace('\n', "\r\n");
        stream.write_all(head.as_bytes()).expect("the kernel takes it");
        if !then.is_empty() {
            drop(stream.read(&mut part));
            drop(stream.write_all(then));
        }
        drop(stream.shutdown(Shutdown::Write));
        drop(stream.read_to_end(&mut Vec::new()));
    });
    let left = client(&["ws", &url(addr)]);
    server.join().expect("the server did not panic");
    left
}

#[kit::test]
fn a_refusal_is_told_by_the_servers_own_words() {
    for (head, rule, says) in [
        (
            "401 Unauthorized\nWWW-Authenticate: Basic realm=\"x\"\nContent-Length: 0",
            "ws.credentials_wanted",
            "realm",
        ),
        ("403 Forbidden\nContent-Length: 4\n\nno\n", "ws.forbidden", "`no`"),
        ("407 Proxy Authentication Required\nContent-Length: 0", "ws.proxy_credentials_wanted", "proxy"),
        ("503 Service Unavailable\nRetry-After: 30\nContent-Length: 0", "ws.not_now", "30 s"),
        ("502 Bad Gateway\nContent-Length: 0", "ws.bad_gateway", "behind it"),
        ("426 Upgrade Required\nContent-Length: 0", "ws.upgrade_required", "426"),
        ("200 OK\nTransfer-Encoding: chunked\n\n3\nhi!\n0\n", "ws.a_web_page", "`hi!`"),
    ] {
        let head: &'static str = format!("HTTP/1.1 {head}\n\n").leak();
        let left = client_against_upgrade(head, b"");
        assert_eq!(summary(&left.events).get(steps::summary::RULE), Some(rule), "{}", left.stderr);
        assert!(left.stderr.contains(says) && left.stderr.lines().count() == 1, "{}", left.stderr);
    }
}

const UPGRADED: &str = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: KEY\n\n";

#[kit::test]
fn a_close_is_told_by_its_own_code_and_reason() {
    for (then, rule, says) in [
        (&b"\x88\x05\x03\xf0bad"[..], "ws.closed_for_its_own_reason", "1008"),
        (b"\x88\x05\x0f\xa1bad", "ws.closed_for_its_own_reason", "`bad`"),
        (b"\x88\x02\x03\xef", "ws.closed_over_what_we_sent", "1007"),
        (b"\x88\x02\x03\xee", "ws.close_code_not_to_be_sent", "code 1006"),
        (b"\x88\x00", "ws.closed_early", "without a code"),
        (b"\x81\x05he", "ws.gone_in_a_frame", "4 bytes into a frame"),
        (b"\x81\x82abcd\0\0", "ws.frame_rule", "only a client masks"),
    ] {
        let left = client_against_upgrade(UPGRADED, then);
        assert_eq!(summary(&left.events).get(steps::summary::RULE), Some(rule), "{}", left.stderr);
        assert!(left.stderr.contains(says), "{}", left.stderr);
        assert!(!left.stderr.contains("echo?") || rule == "ws.closed_early", "{}", left.stderr);
    }
}

#[kit::test]
fn what_rfc_6455_allows_in_an_answer_is_taken() {
    let many: String = (0..150).map(|n| format!("X-{n}: v\n")).collect();
    for more in [
        "Connection: keep-alive, Upgrade",
        "Connection: keep-alive\nConnection: Upgrade",
        "Content-Length: 0",
        &many,
    ] {
        let connection = if more.contains("Connection") { "" } else { "Connection: Upgrade\n" };
        let head = format!(
            "HTTP/1.1 101 Web Socket\nupgrade: WebSocket\n{connection}{}\nSec-WebSocket-Accept: KEY\n\n",
            more.trim_end()
        );
        let left = client_against_upgrade(head.leak(), b"\x88\x00");
        assert_eq!(
            summary(&left.events).get(steps::summary::RULE),
            Some("ws.closed_early"),
            "{}",
            left.stderr
        );
    }
}

#[kit::test]
fn pythons_http_server_refuses_the_upgrade_with_a_status() {
    if !require("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder to serve");
    let mut command = Command::new("python3");
    command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]).current_dir(folder.path());
    let mut python = Running::start(&mut command);
    let port = python.wait_for("port", |python| {
        let line = python.stdout().into_iter().find(|line| line.starts_with("Serving HTTP on"))?;
        line.split_whitespace().skip_while(|word| *word != "port").nth(1)?.parse::<u16>().ok()
    });
    let left = client(&["ws", &format!("ws://127.0.0.1:{port}/chat")]);
    assert!(!left.status.success());
    assert!(left.stderr.contains("answered `HTTP/1.0 404 File not found` instead of 101"), "{}", left.stderr);
    // Python says the head and the body in two writes and is gone: the body may come too late to be read.
    let mut ids = ws_ids(&left.events);
    ids.retain(|id| *id != "ws.body");
    assert_eq!(ids, ["ws.upgrade_request", "ws.accept_key", "ws.refused", "ws.answer_checked", "ws.summary"]);
}
