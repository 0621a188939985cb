//! Cuts the wire before each message of a normal run: the side that should have received it must have no event
//! for it, nor for anything that rests on it, and must say that the connection failed.
//!
//! A protocol joins by a row in [`PAIRS`]: how its pair is called, what it says to each other, and where on the
//! wire one thing said ends.

mod common;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use claims::{Claim, Event};
use common::{ByName, Output, Server, client, crossed, summary};
use steps::{Direction, Side};

/// Splits the stream: given the next byte of one side, whether it ends something that crosses as one.
type Ends = Box<dyn FnMut(Side, u8) -> bool + Send>;

/// A pair whose wire is cut.
struct Pair {
    /// The server's name on the command line.
    protocol: &'static str,
    /// The client's arguments, given the address.
    client: fn(SocketAddr) -> Vec<String>,
    /// What the client says: the steps that each thing that crosses as one holds.
    client_says: &'static [&'static [&'static str]],
    /// What the server says.
    server_says: &'static [&'static [&'static str]],
    /// A fresh splitter.
    ends: fn() -> Ends,
}

const PAIRS: &[Pair] = &[
    Pair {
        protocol: "tls",
        client: |addr| strings(&["tls", &addr.to_string(), "--variant", "ecdhe"]),
        client_says: &[
            &["tls.client_hello"],
            &["tls.client_key_exchange"],
            &["tls.change_cipher_spec"],
            &["tls.finished"],
            &["tls.application_data"],
        ],
        server_says: &[
            &["tls.server_hello", "tls.certificate", "tls.server_key_exchange", "tls.server_hello_done"],
            &["tls.change_cipher_spec"],
            &["tls.finished"],
            &["tls.application_data"],
        ],
        ends: records,
    },
    Pair {
        protocol: "tls",
        client: |addr| strings(&["tls", &addr.to_string(), "--variant", "tls13"]),
        client_says: &[
            &["tls.client_hello"],
            &["tls.change_cipher_spec"],
            &["tls.finished"],
            &["tls.application_data"],
        ],
        server_says: &[
            &["tls.server_hello"],
            &["tls.change_cipher_spec"],
            &["tls.encrypted_extensions", "tls.certificate", "tls.certificate_verify", "tls.finished"],
        ],
        ends: records,
    },
    Pair {
        protocol: "ws",
        client: |addr| strings(&["ws", &format!("ws://{addr}/")]),
        client_says: &[&["ws.upgrade_request"], &["ws.text"], &["ws.binary"], &["ws.ping"], &["ws.close"]],
        server_says: &[
            &["ws.switching_protocols"],
            &["ws.text"],
            &["ws.binary"],
            &["ws.pong"],
            &["ws.close"],
        ],
        ends: || {
            let mut decoder = wire::ws::Decoder::new();
            Box::new(move |from, byte| {
                let mut ended = false;
                decoder.feed(from, &[byte], |seen| ended |= seen.from == Some(from));
                ended
            })
        },
    },
    Pair {
        protocol: "ssh",
        client: |addr| strings(&["ssh", &format!("demo@{addr}"), "--strict", "no"]),
        client_says: &[
            &["ssh.identification"],
            &["ssh.kexinit"],
            &["ssh.key_exchange_init"],
            &["ssh.newkeys"],
        ],
        server_says: &[
            &["ssh.identification"],
            &["ssh.kexinit"],
            &["ssh.key_exchange_reply"],
            &["ssh.newkeys"],
        ],
        ends: || {
            let mut decoder = wire::ssh::Decoder::default();
            Box::new(move |from, byte| decoder.feed(from, &[byte]).iter().any(|seen| seen.from == Some(from)))
        },
    },
];

/// TLS records (RFC 8446 §5.1): five bytes of header, the last two the length of what follows.
fn records() -> Ends {
    let mut heads: [Vec<u8>; 2] = Default::default();
    let mut lefts = [0_usize; 2];
    Box::new(move |from, byte| {
        let (head, left) = (&mut heads[from as usize], &mut lefts[from as usize]);
        if *left == 0 {
            head.push(byte);
            if let [_, _, _, high, low] = head[..] {
                *left = usize::from(u16::from_be_bytes([high, low]));
                head.clear();
            }
            return false;
        }
        *left -= 1;
        *left == 0
    })
}

fn strings(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

#[test]
fn a_message_that_did_not_arrive_has_no_event() {
    for pair in PAIRS {
        let whole = run(pair, None);
        assert!(whole.client.status.success(), "{}: {}", pair.protocol, whole.client.stderr);
        for (from, says) in [(Side::Client, pair.client_says), (Side::Server, pair.server_says)] {
            let heard = received(whole.log(from.peer()));
            assert!(heard.starts_with(&says.concat()), "{}: {heard:?}", pair.protocol);
            for k in 0..says.len() {
                check(pair, from, k, says);
            }
        }
    }
}

/// Cuts before `says[k]`.
fn check(pair: &Pair, from: Side, k: usize, says: &[&[&str]]) {
    let cut = run(pair, Some((from, k)));
    let log = cut.log(from.peer());
    let what = format!("{:?}: cut before {:?} of the {from:?}", pair.protocol, says[k]);
    assert_eq!(received(log), says[..k].concat(), "{what}");
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
fn received(log: &[Event]) -> Vec<&'static str> {
    crossed(log, Direction::Received).into_iter().map(|event| event.step.id()).collect()
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
    let keys = keys();
    let mut server = match pair.protocol {
        "ws" => Server::start("ws", &[]),
        protocol => Server::start(protocol, &["--certs", keys]),
    };
    let says = [pair.client_says.len(), pair.server_says.len()];
    let between = proxy(server.addr, (pair.ends)(), says, cut);
    let mut args = (pair.client)(between);
    if pair.protocol != "ws" {
        args.extend(strings(&["--certs", keys]));
    }
    let client = client(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let server = server.after_connections(1);
    Run { client, server }
}

/// A folder of demo keys, made once.
fn keys() -> &'static str {
    static KEYS: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    let (_, path) = KEYS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        certs::ensure(folder.path()).expect("the keys can be made there");
        let path = folder.path().display().to_string();
        (folder, path)
    });
    path
}

/// A TCP proxy for one connection that hands on only whole messages of the first `says` of each side, and ends both
/// sides instead of handing on the message `cut`.
fn proxy(to: SocketAddr, ends: Ends, says: [usize; 2], cut: Option<(Side, usize)>) -> SocketAddr {
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
            thread::spawn(move || carry(from, source, sink, &ends, says[from as usize], cut));
        }
    });
    here
}

/// Carries what `from` says until it ends, or until message `cut` is whole.
fn carry(
    from: Side,
    mut source: TcpStream,
    mut sink: TcpStream,
    ends: &Mutex<Ends>,
    says: usize,
    cut: Option<usize>,
) {
    let (mut message, mut count, mut some) = (Vec::new(), 0, [0; 4096]);
    // An error is an end as well: one side has left.
    while let Ok(read @ 1..) = source.read(&mut some) {
        if count >= says {
            drop(sink.write_all(&some[..read]));
            continue;
        }
        for (at, byte) in some[..read].iter().enumerate() {
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
                if count == says {
                    // What came with the last of them belongs to what follows, and nobody may wait for it.
                    drop(sink.write_all(&some[at + 1..read]));
                    break;
                }
            }
        }
    }
    drop(sink.write_all(&message));
    drop(sink.shutdown(Shutdown::Write));
}
