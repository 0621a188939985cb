//! Cuts the wire before each message of a normal run: the side that should have received it must have no event
//! for it, nor for anything that rests on it, and must say that the connection failed.
//!
//! A protocol joins by a row in [`PAIRS`]: how its client is called, and a decoder that says where its messages
//! end.

mod common;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use common::{Output, Server, client, crossed, summary};
use steps::{Claim, Direction, Event, Side, Step};

/// Counts the messages of one connection: given the next byte of one side, whether it ends a message.
type Ends = Box<dyn FnMut(Side, u8) -> bool + Send>;

/// A pair whose wire is cut.
struct Pair {
    /// The server's name on the command line.
    protocol: &'static str,
    /// The client's arguments, given the address.
    client: fn(SocketAddr) -> Vec<String>,
    /// A fresh decoder.
    ends: fn() -> Ends,
}

const PAIRS: &[Pair] = &[Pair {
    protocol: "ws",
    client: |addr| vec!["ws".into(), format!("ws://{addr}/")],
    ends: || {
        let mut decoder = wire::ws::Decoder::new();
        Box::new(move |from, byte| {
            let mut ended = false;
            decoder.feed(from, &[byte], |seen| ended |= seen.from == Some(from));
            ended
        })
    },
}];

#[test]
fn a_message_that_did_not_arrive_has_no_event() {
    for pair in PAIRS {
        let whole = run(pair, None);
        assert!(whole.client.status.success(), "{}: {}", pair.protocol, whole.client.stderr);
        for from in [Side::Client, Side::Server] {
            let messages = received(whole.log(from.peer()));
            assert!(messages.len() >= 3, "{}: {messages:?}", pair.protocol);
            for k in 0..messages.len() {
                check(pair, from, k, &messages);
            }
        }
    }
}

/// Cuts before message `k`, counted from 0, of those that `from` sends.
fn check(pair: &Pair, from: Side, k: usize, messages: &[Step]) {
    let cut = run(pair, Some((from, k)));
    let log = cut.log(from.peer());
    let what = format!("{}: cut before {} of the {from:?}", pair.protocol, messages[k]);
    assert_eq!(received(log), messages[..k], "{what}");
    let summary = summary(log);
    assert_eq!(summary.text("outcome"), "failed", "{what}");
    let known: Vec<Claim> = log
        .iter()
        .filter(|event| !event.step.is_summary())
        .flat_map(|event| event.claims.iter().map(|finding| finding.id))
        .collect();
    for finding in &summary.claims {
        assert!(known.contains(&finding.id), "{what}: {} is claimed and was not seen", finding.id.id());
    }
    if from == Side::Server {
        assert!(!cut.client.status.success() && !cut.client.stderr.is_empty(), "{what}");
    }
}

/// The messages of this protocol that reached one side.
fn received(log: &[Event]) -> Vec<Step> {
    crossed(log, Direction::Received).into_iter().map(|event| event.step).collect()
}

/// One run with the wire in our hands.
struct Run {
    client: Output,
    server: Vec<Event>,
}

impl Run {
    fn log(&self, side: Side) -> &[Event] {
        match side {
            Side::Client => &self.client.events,
            Side::Server => &self.server,
        }
    }
}

fn run(pair: &Pair, cut: Option<(Side, usize)>) -> Run {
    let mut server = Server::start(pair.protocol, &[]);
    let between = proxy(server.addr, (pair.ends)(), cut);
    let args = (pair.client)(between);
    let client = client(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let server = server.after_connections(1);
    Run { client, server }
}

/// A TCP proxy for one connection that hands on only whole messages, and ends both sides instead of handing on
/// the message `cut`.
fn proxy(to: SocketAddr, ends: Ends, cut: Option<(Side, usize)>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let (client, _) = listener.accept().expect("the client comes");
        let server = TcpStream::connect(to).expect("the server listens");
        let ends = Arc::new(Mutex::new(ends));
        let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor is left");
        for (from, source, sink) in
            [(Side::Client, clone(&client), clone(&server)), (Side::Server, server, client)]
        {
            let ends = Arc::clone(&ends);
            let cut = cut.filter(|(side, _)| *side == from).map(|(_, k)| k);
            thread::spawn(move || carry(from, source, sink, &ends, cut));
        }
    });
    here
}

/// Carries what `from` says until it ends, or until message `cut` is whole.
fn carry(from: Side, mut source: TcpStream, mut sink: TcpStream, ends: &Mutex<Ends>, cut: Option<usize>) {
    let (mut message, mut count, mut some) = (Vec::new(), 0, [0; 4096]);
    // An error is an end as well: one side has left.
    while let Ok(read @ 1..) = source.read(&mut some) {
        for byte in &some[..read] {
            message.push(*byte);
            let whole = (ends.lock().expect("a decoder never panics"))(from, *byte);
            if whole && cut == Some(count) {
                drop(source.shutdown(Shutdown::Both));
                drop(sink.shutdown(Shutdown::Both));
                return;
            }
            if whole {
                count += 1;
                drop(sink.write_all(&message));
                message.clear();
            }
        }
    }
    drop(sink.write_all(&message));
    drop(sink.shutdown(Shutdown::Write));
}
