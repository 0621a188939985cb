//! Floods: what a hostile peer can make of one connection. Each is thrown at a server or a client of ours in a process
//! of its own, while an honest client comes and goes. The tests compare counts and bounds; figures are measured by
//!
//! ```sh
//! cargo test --release -p lab --test flood -- figures --nocapture
//! ```
//!
//! (all of them; those whose name holds `ping` with `FLOOD=ping` in front).
//!
//! RFC 8446 §5 (empty records), §4.6.3 (KeyUpdate); RFC 5246 §7.4.1 (renegotiation); RFC 6455 §5.4, §5.5; RFC 4253 §11.2.

#![allow(clippy::cast_possible_truncation)] // lengths of what is made here

#[path = "../common/mod.rs"]
mod common;
#[cfg(not(debug_assertions))]
mod figures;
mod honest;
mod ssh;
mod tls;
mod victim;
mod ws;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use common::{binary, keys, text};
use honest::{Visit, visit};
use steps::{Because, summary};
use victim::{Line, Victim, wait_for};

/// What was thrown: by which connection, and how much.
struct Thrown {
    conn: String,
    bytes: u64,
}

/// What a hostile server calls when its flood begins, and when all of it is on its way.
type Moments<'a> = (&'a dyn Fn(), &'a dyn Fn());

/// A flood of a server, `n` times something.
struct AtServer {
    name: &'static str,
    protocol: &'static str,
    throw: fn(SocketAddr, &Path, u64) -> Thrown,
    /// How often in the tests, and for the figures.
    few: u64,
    #[cfg_attr(debug_assertions, expect(dead_code))] // `figures` are of a release build
    many: u64,
}

/// A flood of a client.
struct AtClient {
    name: &'static str,
    protocol: &'static str,
    throw: fn(&TcpListener, &Path, u64, Moments<'_>) -> u64,
    few: u64,
    #[cfg_attr(debug_assertions, expect(dead_code))]
    many: u64,
}

const AT_SERVER: [AtServer; 17] = {
    const fn of(
        protocol: &'static str,
        name: &'static str,
        throw: fn(SocketAddr, &Path, u64) -> Thrown,
        few: u64,
        many: u64,
    ) -> AtServer {
        AtServer { name, protocol, throw, few, many }
    }
    [
        of("tls", "KeyUpdate", tls::key_updates, 10_000, 200_000),
        of("tls", "empty records", tls::empty_records, 20_000, 1_000_000),
        of("tls", "one-byte records", tls::one_byte_records, 20_000, 1_000_000),
        of("tls", "renegotiation (TLS 1.2)", tls::renegotiation, 10_000, 100_000),
        of("tls", "warning alerts (TLS 1.2)", tls::warnings, 10_000, 100_000),
        of("tls", "ClientHello in one-byte records", tls::hello_in_pieces, 10_000, 100_000),
        of("ws", "ping", ws::pings, 20_000, 1_000_000),
        of("ws", "empty fragments", ws::empty_fragments, 20_000, 1_000_000),
        of("ws", "one-byte fragments", ws::fragments, 20_000, 1_000_000),
        of("ws", "one-byte messages", ws::messages, 20_000, 500_000),
        of("ws", "messages of 64 KiB", ws::long_messages, 200, 10_000),
        of("ws", "endless head", ws::endless_head, 20_000, 1_000_000),
        of("ssh", "IGNORE before the keys", ssh::ignored, 20_000, 1_000_000),
        of("ssh", "name-lists of 15,000", ssh::name_lists, 200, 10_000),
        of("ssh", "global requests", ssh::global_requests, 5_000, 200_000),
        of("ssh", "channel requests", ssh::channel_requests, 10_000, 200_000),
        of("ssh", "lines in a shell", ssh::shell_lines, 20, 500),
    ]
};

const AT_CLIENT: [AtClient; 9] = {
    const fn of(
        protocol: &'static str,
        name: &'static str,
        throw: fn(&TcpListener, &Path, u64, Moments<'_>) -> u64,
        few: u64,
        many: u64,
    ) -> AtClient {
        AtClient { name, protocol, throw, few, many }
    }
    [
        of("tls", "tickets", tls::tickets, 1_000, 10_000),
        of("tls", "KeyUpdate", tls::key_updates_to_client, 10_000, 200_000),
        of("tls", "endless page", tls::endless_page, 20_000, 250_000),
        of("ws", "endless refusal", ws::endless_refusal, 1_000, 1_000_000),
        of("ws", "ping", ws::pings_to_client, 20_000, 1_000_000),
        of("ws", "empty fragments", ws::fragments_to_client, 20_000, 1_000_000),
        of("ssh", "lines before the identification", ssh::lines_before, 1_000, 100_000),
        of("ssh", "IGNORE before the keys", ssh::ignored_by_client, 20_000, 1_000_000),
        of("ssh", "command output", ssh::output, 500, 32_768),
    ]
};

/// So many times, and no longer than a flood may last.
fn bounded(n: u64) -> impl Iterator<Item = u64> {
    const LONGEST: Duration = Duration::from_secs(30);
    let until = Instant::now() + LONGEST;
    (0..n).take_while(move |_| Instant::now() < until)
}

/// What came of a flood. Memory in KiB.
struct Came {
    bytes: u64,
    /// How long it took to throw them.
    took: Duration,
    before: u64,
    most: u64,
    after: u64,
    log: u64,
    /// What each visit of an honest client waited, before the flood and beside it.
    calm: Vec<Duration>,
    waits: Vec<Duration>,
}

/// A server with its options.
fn server(protocol: &str, keys: &Path) -> (Victim, SocketAddr) {
    match protocol {
        "ws" => Victim::server(protocol, &["--no-tls"]),
        _ => Victim::server(protocol, &["--certs", text(keys)]),
    }
}

/// A client of ours that comes to `listener`.
fn client(protocol: &str, keys: &Path, listener: &TcpListener) -> Victim {
    let addr = listener.local_addr().expect("it listens");
    let mut command = Command::new(binary("client"));
    command.args([protocol, "--format", "json"]);
    match protocol {
        "ws" => command.arg(format!("ws://{addr}/")),
        "ssh" => command.args(["--strict", "no", "--certs", text(keys)]).arg(format!("demo@{addr}")),
        _ => command.args(["--certs", text(keys)]).arg(addr.to_string()),
    };
    Victim::start(command)
}

/// How often an honest client comes: `before` the flood, and every `pause`.
struct Honest {
    before: usize,
    pause: Duration,
}

/// Throws a flood at a server, with an honest client beside it; `later` is when the memory is looked at for the last time.
fn at_server(
    flood: &AtServer,
    n: u64,
    keys: &Path,
    honest: &Honest,
    later: impl Fn(&Victim) -> u64,
) -> (Came, Thrown, Vec<Line>) {
    let (server, addr) = server(flood.protocol, keys);
    // The first takes what is made on first use.
    let first = visit(flood.protocol, addr, keys);
    let come = || {
        thread::sleep(honest.pause);
        visit(flood.protocol, addr, keys)
    };
    let calm: Vec<_> = (0..honest.before).map(|_| come()).collect();
    let before = server.settled();
    server.forget_most();
    let over = AtomicBool::new(false);
    let (thrown, took, visits) = thread::scope(|scope| {
        let honest = scope.spawn(|| {
            let mut visits = Vec::new();
            while visits.len() < 3 || !over.load(Relaxed) {
                visits.push(come());
            }
            visits
        });
        let began = Instant::now();
        let thrown = (flood.throw)(addr, keys, n);
        let took = began.elapsed();
        over.store(true, Relaxed);
        (thrown, took, honest.join().expect("the honest client is served"))
    });
    wait_for("summary of the flood", || {
        let told =
            |line: &Line| matches!(line, Line::Event(it) if it.conn == thrown.conn && it.step.is_summary());
        server.log().iter().any(told).then_some(())
    });
    let after = later(&server);
    let most = server.most();
    let (log, said) = server.end();
    assert!(!said.iter().any(|line| line.contains("panicked")), "{}: {said:?}", flood.name);
    told_whole(flood.name, &log, &first, calm.iter().chain(&visits));
    let waits = |visits: &[Visit]| visits.iter().map(|visit| visit.wait).collect();
    let (log_bytes, bytes) = (bytes_of(&log, &thrown.conn), thrown.bytes);
    let (calm, waits) = (waits(&calm), waits(&visits));
    (Came { bytes, took, before, most, after, log: log_bytes, calm, waits }, thrown, log)
}

/// Throws a flood at a client.
fn at_client(flood: &AtClient, n: u64, keys: &Path, later: impl Fn(&Victim) -> u64) -> (Came, Vec<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let mut client = client(flood.protocol, keys, &listener);
    let (before, most, after) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let (began, took) = (Cell::new(Instant::now()), Cell::new(Duration::ZERO));
    let begins = || {
        began.set(Instant::now());
        before.set(client.memory());
        client.forget_most();
    };
    let done = || {
        took.set(began.get().elapsed());
        most.set(client.most());
        after.set(later(&client));
        most.set(most.get().max(client.most()));
    };
    let bytes = (flood.throw)(&listener, keys, n, (&begins, &done));
    client.wait();
    let log = client.log();
    let (before, most, after) = (before.get(), most.get(), after.get());
    let (took, log_bytes) = (took.get(), client.log_bytes());
    (Came { bytes, took, before, most, after, log: log_bytes, calm: Vec::new(), waits: Vec::new() }, log)
}

/// How long the lines of a connection are.
fn bytes_of(log: &[Line], conn: &str) -> u64 {
    let length = |line: &Line| match line {
        Line::Event(event) if event.conn == conn => {
            serde_json::to_string(event).map_or(0, |json| json.len() + 1)
        }
        Line::Gap(gap) if gap.conn.as_deref() == Some(conn) => {
            serde_json::to_string(gap).map_or(0, |json| json.len() + 1)
        }
        Line::Event(_) | Line::Gap(_) => 0,
    };
    log.iter().map(|line| length(line) as u64).sum()
}

/// Every step of each honest visit is in the log, as often as in a calm one.
fn told_whole<'a>(flood: &str, log: &[Line], calm: &Visit, visits: impl Iterator<Item = &'a Visit>) {
    let mut steps = HashMap::<&str, BTreeMap<&str, u32>>::new();
    for line in log {
        if let Line::Event(event) = line {
            *steps.entry(&event.conn).or_default().entry(event.step.id()).or_default() += 1;
        }
    }
    let of = |visit: &Visit| steps.get(visit.conn.as_str()).cloned().unwrap_or_default();
    assert!(!of(calm).is_empty());
    for visit in visits {
        assert_eq!(of(visit), of(calm), "{flood}: {}", visit.conn);
    }
}

/// What a connection logged and what it did not are, together, what its summary counts.
fn counts_are_whole(flood: &str, log: &[Line], conn: &str) -> u64 {
    let (mut told, mut not_told, mut counted) = (0, 0, None);
    for line in log {
        match line {
            Line::Event(event) if event.conn == conn && event.step.is_summary() => {
                counted = event.get(summary::STEPS);
            }
            // What comes after the summary is not in it.
            Line::Event(event) if event.conn == conn && counted.is_none() => told += 1,
            Line::Gap(gap) if gap.conn.as_deref() == Some(conn) => {
                assert_eq!(gap.because, Because::ConnectionLimit, "{flood}: {gap:?}");
                assert_eq!(gap.dropped, gap.steps.total(), "{flood}: {gap:?}");
                assert!(counted.is_none(), "{flood}: a gap behind the summary");
                not_told += gap.dropped;
            }
            Line::Event(_) | Line::Gap(_) => {}
        }
    }
    assert_eq!(Some(told + not_told), counted, "{flood}: {told} told, {not_told} not");
    not_told
}

/// How a connection ended.
fn summary_of<'a>(log: &'a [Line], conn: &str) -> Option<&'a steps::Fields> {
    log.iter().find_map(|line| match line {
        Line::Event(event) if event.conn == conn && event.step.is_summary() => Some(&event.fields),
        Line::Event(_) | Line::Gap(_) => None,
    })
}

/// More than this nobody logs with one connection at once: 40 s of its time, and what comes first of each kind.
const MOST_LOG: u64 = 12 << 20;

/// The queue's room, and what the connection itself takes.
const MOST_MEMORY: u64 = (64 + 32) << 10;

fn holds(flood: &str, came: &Came) {
    let Came { before, most, after, log, .. } = came;
    assert!(*log < MOST_LOG, "{flood}: {log} bytes of log");
    assert!(*most < before + MOST_MEMORY, "{flood}: {before} KiB before, {most} at most");
    // What is loaded on first use stays, some MiB.
    assert!(*after < before * 3 / 2 + (8 << 10), "{flood}: {before} KiB before, {after} after");
}

fn floods_of(protocol: &str, must_exceed: &[&str]) {
    let keys = keys();
    for flood in AT_SERVER.iter().filter(|flood| flood.protocol == protocol) {
        let honest = Honest { before: 1, pause: Duration::from_millis(100) };
        let (came, thrown, log) = at_server(flood, flood.few, keys.path(), &honest, Victim::settled);
        row(flood.protocol, "server", flood.name, &came);
        holds(flood.name, &came);
        let not_told = counts_are_whole(flood.name, &log, &thrown.conn);
        let exceeds = not_told > 0 || !must_exceed.contains(&flood.name);
        assert!(exceeds, "{}: all was told, to {:?}", flood.name, summary_of(&log, &thrown.conn));
    }
}

#[test]
fn tls_floods_cost_a_bound_and_honest_clients_nothing() {
    floods_of("tls", &["KeyUpdate", "one-byte records"]);
}

#[test]
fn websocket_floods_cost_a_bound_and_honest_clients_nothing() {
    floods_of("ws", &["ping", "empty fragments", "one-byte fragments", "one-byte messages"]);
}

#[test]
fn ssh_floods_cost_a_bound_and_honest_clients_nothing() {
    floods_of("ssh", &["IGNORE before the keys", "channel requests"]);
}

#[test]
fn floods_from_a_server_cost_its_client_a_bound() {
    let keys = keys();
    for flood in &AT_CLIENT {
        let (came, log) = at_client(flood, flood.few, keys.path(), Victim::settled);
        row(flood.protocol, "client", flood.name, &came);
        holds(flood.name, &came);
        let conn = log.iter().find_map(|line| match line {
            Line::Event(event) => Some(event.conn.clone()),
            Line::Gap(_) => None,
        });
        counts_are_whole(flood.name, &log, &conn.expect("it logs"));
    }
}

/// A line of the table.
fn row(protocol: &str, whom: &str, name: &str, came: &Came) {
    let mib = |kib: u64| kib as f64 / 1024.0;
    println!(
        "| {protocol} {whom} | {name} | {:.1} MB in {:.1} s | {:.1} | {:.1} | {:.1} | {:.2} | {:.1} MB | {} | {} | {} |",
        came.bytes as f64 / 1e6,
        came.took.as_secs_f64(),
        mib(came.before),
        mib(came.most),
        mib(came.after),
        came.after as f64 / came.before.max(1) as f64,
        came.log as f64 / 1e6,
        waits(&came.calm),
        waits(&came.waits),
        match came.missed()[..] {
            [] => "met".into(),
            ref missed => format!("MISSED: {}", missed.join(", ")),
        },
    );
}

/// What a flood may leave behind, of what there was before.
const AIM_AFTER: f64 = 1.5;

/// How long an honest client may wait.
const AIM_WAIT: Duration = Duration::from_millis(100);

impl Came {
    /// Which of the aims were missed: reported here, and not asserted, for they are of a release build on a quiet machine.
    fn missed(&self) -> Vec<String> {
        let after = self.after as f64 / self.before.max(1) as f64;
        let late = self.waits.iter().filter(|wait| **wait > AIM_WAIT).count();
        let after = (after > AIM_AFTER).then(|| format!("{after:.2} × before, not {AIM_AFTER}"));
        let waited = (late > 0).then(|| format!("{late} of {} waited over {AIM_WAIT:?}", self.waits.len()));
        // A client that has ended holds nothing five seconds after.
        let unseen = (self.before == 0 || self.most == 0).then(|| "ended before its memory was seen".into());
        after.into_iter().chain(waited).chain(unseen).collect()
    }
}

/// What the columns of [`row`] are.
#[cfg_attr(debug_assertions, expect(dead_code))]
const HEAD: &str = "| at | flood | sent | MiB before | at most | 5 s after | after : before | its log | \
                    honest client before: median, worst | beside the flood | aims |\n|---|---|---|---|---|---|---|---|---|---|---|";

/// The median and the worst.
fn waits(waits: &[Duration]) -> String {
    let mut waits: Vec<_> = waits.iter().map(|wait| wait.as_secs_f64() * 1e3).collect();
    waits.sort_by(f64::total_cmp);
    match waits[..] {
        [] => "—".into(),
        _ => format!("{:.1}, {:.1} ms of {}", waits[waits.len() / 2], waits[waits.len() - 1], waits.len()),
    }
}
