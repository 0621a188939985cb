//! Servers that hold: storms, crowds, peers that dawdle or say too much, a log that cannot be written, descriptors that
//! run out, processes killed at any moment. Nothing is timed; counts are compared. The large figures are run by hand
//! (`lab load --help`).

kit::runner!();

mod common;

use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use claims::Event;
use common::{ByName, PATIENCE, Running, Server, binary, keys, listens_at, missing, text};
use serde_json::Value;
use steps::Gap;
use tempfile::TempDir;

const PROTOCOLS: [&str; 4] = ["tcp", "tls", "ws", "ssh"];

/// The options by which a server or a client of `protocol` finds its keys.
fn with_keys<'a>(protocol: &str, keys: &'a TempDir) -> Vec<&'a str> {
    match protocol {
        "tls" | "ssh" => vec!["--certs", text(keys.path())],
        _ => Vec::new(),
    }
}

/// `client <protocol>` to `addr`.
fn client(protocol: &str, keys: &TempDir, addr: SocketAddr) -> Command {
    let mut command = Command::new(binary("client"));
    command.args([protocol, "--format", "json"]).args(with_keys(protocol, keys));
    match protocol {
        "ws" => command.arg(format!("ws://{addr}/")),
        "ssh" => command.args(["--strict", "no"]).arg(format!("demo@{addr}")),
        _ => command.arg(addr.to_string()),
    };
    command
}

/// Runs `lab load` and gives its report.
fn load(protocol: &str, args: &[&str]) -> Value {
    let keys = keys();
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    lab.args(["load", protocol, "--format", "json", "--certs", text(keys.path())]).args(args);
    let output = lab.env_remove("LOG_DIR").output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no report ({error}): {said}"))
}

/// What is left open is what each of the runtime's threads opens once, to ask the kernel for states.
#[track_caller]
fn assert_descriptors_are_back(report: &Value) {
    let open = |when: &str| report["server"][when]["descriptors"].as_u64().expect("a number");
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let left = open("after").saturating_sub(open("before"));
    assert!(left <= threads, "{left} descriptors more than before, with {threads} threads: {report:#}");
}

#[kit::test]
fn a_storm_is_told_whole_and_nothing_is_mixed_up() {
    for protocol in PROTOCOLS {
        let report = load(protocol, &["--connections", "100", "--rate", "200", "--seconds", "60"]);
        let n = &report["attempted"];
        assert_eq!(n, 100, "{report}");
        for all in ["/handshakes", "/completed", "/server/told", "/server/complete"] {
            assert_eq!(report.pointer(all), Some(n), "{protocol}: {all} of {report:#}");
        }
        for none in ["dropped", "unreadable", "untold", "told_twice", "mixed_up", "unknown"] {
            assert_eq!(report["server"][none], 0, "{protocol}: {none} of {report:#}");
        }
        // A client of TCP says nothing before its handshake is complete.
        let matched = if protocol == "tcp" { 0 } else { 100 };
        assert_eq!(report["server"]["matched"], matched, "{report:#}");
        assert_eq!(report["server"]["ended_well"], true, "{report:#}");
        assert_descriptors_are_back(&report);
    }
}

#[kit::test]
fn a_crowd_that_stays_is_held_and_let_go() {
    for protocol in PROTOCOLS {
        let crowd = ["--connections", "200", "--rate", "200", "--seconds", "60", "--idle", "1"];
        let report = load(protocol, &crowd);
        assert_eq!((&report["most_open"], &report["completed"]), (&200.into(), &200.into()), "{report:#}");
        let [before, peak, after] = ["before", "peak", "after"].map(|when| &report["server"][when]);
        assert!(peak["descriptors"].as_u64() >= Some(200), "{report:#}");
        assert_descriptors_are_back(&report);
        // What was loaded on first use stays, some MiB.
        let kept =
            after["rss_kib"].as_u64().zip(before["rss_kib"].as_u64()).map(|(is, was)| is.saturating_sub(was));
        assert!(kept.is_some_and(|kib| kib < 16 << 10), "{report:#}");
    }
}

/// Peers that send a byte now and then, and never finish what they say.
#[kit::test]
fn who_dawdles_is_bounded_and_others_are_served_meanwhile() {
    let begins: [(&str, &[u8]); 4] = [
        ("tcp", b"never a whole line, however long one waits for the end of it, which does not come"),
        ("tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        (
            "ws",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX-Never-Ending: aaaaaaaaaaaaaaaaaaa",
        ),
        ("ssh", b"SSH-2.0-dawdles-and-never-comes-to-the-end-of-its-line-whatever-one-waits-for"),
    ];
    thread::scope(|scope| {
        for (protocol, begin) in begins {
            scope.spawn(move || {
                let keys = keys();
                let args =
                    [&with_keys(protocol, &keys)[..], &["--handshake-timeout", "2", "--idle-timeout", "2"]];
                let mut server = Server::start(protocol, &args.concat());
                let here = server.addr;
                let dawdling: Vec<_> = (0..5).map(|_| thread::spawn(move || dawdle(here, begin))).collect();
                let served = Running::start(&mut client(protocol, &keys, here)).wait();
                assert!(served.status.success(), "{protocol}: {}", served.stderr);
                let ports: BTreeSet<_> =
                    dawdling.into_iter().map(|one| one.join().expect("it does not panic")).collect();
                let events = server.after_connections(6);
                for summary in events.iter().filter(|event| event.step.is_summary()) {
                    let dawdled = ports.contains(&summary.conn);
                    let expected = if dawdled { "failed" } else { "complete" };
                    assert_eq!(summary.text("outcome"), expected, "{summary:?}");
                    if dawdled {
                        let why = summary.fields["reason"]["en"].as_str().unwrap_or_default();
                        assert!(
                            why.replace("2s", "2 s").contains(" 2 s"),
                            "{protocol} names its bound: {why}"
                        );
                    }
                }
            });
        }
    });
}

/// Sends `begin` byte by byte, then its last byte for ever, until the server ends. Gives the connection's name.
fn dawdle(server: SocketAddr, begin: &[u8]) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let conn = format!("{}>{server}", stream.local_addr().expect("it is connected"));
    let mut listening = stream.try_clone().expect("a descriptor is left");
    let ended = thread::spawn(move || drop(listening.read_to_end(&mut Vec::new())));
    let until = Instant::now() + PATIENCE;
    for at in 0.. {
        if ended.is_finished() || stream.write_all(&[begin[at.min(begin.len() - 1)]]).is_err() {
            break;
        }
        assert!(Instant::now() < until, "{conn}: the server bears it for ever");
        thread::sleep(Duration::from_millis(200));
    }
    conn
}

#[kit::test]
fn who_says_too_much_is_cut_short_and_the_memory_stays_small() {
    let floods: [(&str, Vec<u8>); 5] = [
        ("tcp", b"x".repeat(1 << 16)),
        ("tls", [&b"\x16\x03\x01\xff\xff\x01\x00\xff\xff\x03\x03"[..], &b"x".repeat(1 << 16)].concat()),
        ("ws", [&b"GET / HTTP/1.1\r\nX: "[..], &b"x".repeat(1 << 16)].concat()),
        ("ssh", [&b"SSH-2.0-flood\r\n\xff\xff\xff\xff\x04\x14"[..], &b"x".repeat(1 << 16)].concat()),
        ("ssh", b"x".repeat(1 << 16)),
    ];
    for (protocol, flood) in floods {
        let keys = keys();
        let args = [&with_keys(protocol, &keys)[..], &["--handshake-timeout", "5", "--idle-timeout", "60"]];
        let mut server = Server::start(protocol, &args.concat());
        let mut stream = TcpStream::connect(server.addr).expect("it listens");
        // 4 MiB, or as much as the server takes.
        let taken = (0..64).take_while(|_| stream.write_all(&flood).is_ok()).count();
        drop(stream.shutdown(Shutdown::Write));
        drop(stream.read_to_end(&mut Vec::new()));
        drop(stream);
        let events = server.after_connections(1);
        let summary = common::summary(&events);
        let expected = if protocol == "tcp" { "complete" } else { "failed" };
        assert_eq!(summary.text("outcome"), expected, "{protocol}: {summary:?}");
        assert!(protocol != "tcp" || taken == 64, "a line may be as long as it likes: {taken}");
        let served = Running::start(&mut client(protocol, &keys, server.addr)).wait();
        assert!(served.status.success(), "{protocol}: {}", served.stderr);
        let told: usize = events.iter().map(|event| event.bytes.0.len()).sum();
        // TCP is told segment by segment.
        assert!(protocol == "tcp" || told < 1 << 20, "{protocol}: {told} bytes in the log");
    }
}

#[kit::test]
fn a_server_without_descriptors_waits_and_recovers() {
    for protocol in PROTOCOLS {
        let keys = keys();
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 40; exec \"$@\"", "sh"]).arg(binary("server"));
        let mut server = Server::run(limited, protocol, "127.0.0.1:0", &with_keys(protocol, &keys));
        let crowd: Vec<_> =
            (0..60).map(|_| TcpStream::connect(server.addr).expect("the kernel's queue has room")).collect();
        server.said("could not be accepted: Too many open files");
        drop(crowd);
        server.said("connections are accepted again");
        let served = Running::start(&mut client(protocol, &keys, server.addr)).wait();
        assert!(served.status.success(), "{protocol}: {}", served.stderr);
        let stopped = server.stop();
        assert!(stopped.status.success() && !stopped.stderr.contains("panicked"), "{}", stopped.stderr);
        // Said once a drought, and each attempt has its pause: 20 a second.
        let said = stopped.stderr.lines().filter(|line| line.contains("could not be accepted")).count();
        let again = stopped.stderr.lines().filter(|line| line.contains("accepted again")).count();
        assert!(said <= again + 1, "{}", stopped.stderr);
    }
}

/// A server whose log goes to `stdout`; gives it with its address.
fn server_with_log(
    stdout: Stdio,
    args: &[&str],
) -> (std::process::Child, SocketAddr, thread::JoinHandle<String>) {
    let mut child = Command::new(binary("server"))
        .args(["tls", "--listen", "127.0.0.1:0", "--format", "json"])
        .args(args)
        .env_remove("LOG_DIR")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut stderr = child.stderr.take().expect("it was piped");
    let (mut said, mut byte) = (Vec::new(), [0]);
    let address = loop {
        assert_eq!(
            stderr.read(&mut byte).expect("a pipe can be read"),
            1,
            "{}",
            String::from_utf8_lossy(&said)
        );
        said.push(byte[0]);
        let lines = String::from_utf8_lossy(&said);
        let address = lines.lines().find_map(|line| listens_at(line, "tls"));
        if let Some(address) = address.filter(|_| byte[0] == b'\n') {
            break address;
        }
    };
    let rest = thread::spawn(move || {
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).expect("it writes text");
        rest
    });
    (child, address, rest)
}

fn terminate(child: &std::process::Child) {
    let killed = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(killed.is_ok_and(|status| status.success()));
}

/// Lets `n` clients come, each of whom is served.
fn served(n: usize, keys: &TempDir, addr: SocketAddr) {
    for _ in 0..n {
        let served = Running::start(&mut client("tls", keys, addr)).wait();
        assert!(served.status.success(), "{}", served.stderr);
    }
}

/// How many events `said` says were not written.
fn not_written(said: &str) -> u64 {
    let count = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        let at = words.windows(2).position(|pair| pair == ["events", "were"])?;
        words[at.checked_sub(1)?].parse::<u64>().ok()
    };
    said.lines().filter(|line| line.contains("not written")).filter_map(count).sum()
}

/// How many events a TLS connection has on the server's side.
fn events_of_a_connection(keys: &TempDir) -> u64 {
    let mut server = Server::start("tls", &["--certs", text(keys.path()), "--variant", "tls13"]);
    served(1, keys, server.addr);
    server.after_connections(1).len() as u64
}

#[kit::test]
fn a_full_disk_or_a_closed_pipe_costs_the_log_and_not_the_handshake() {
    let keys = keys();
    let each = events_of_a_connection(&keys);
    let args = ["--certs", text(keys.path()), "--variant", "tls13"];

    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let (mut server, addr, said) = server_with_log(full.into(), &args);
    served(3, &keys, addr);
    terminate(&server);
    assert!(server.wait().expect("it is ours").success());
    let said = said.join().expect("it reads");
    assert_eq!(said.matches("standard output cannot be written: No space left").count(), 1, "{said}");
    assert_eq!(not_written(&said), 3 * each, "{said}");

    let (mut server, addr, said) = server_with_log(Stdio::piped(), &args);
    drop(server.stdout.take());
    served(3, &keys, addr);
    terminate(&server);
    assert!(server.wait().expect("it is ours").success());
    let said = said.join().expect("it reads");
    assert_eq!(said.matches("nobody reads standard output any more").count(), 1, "{said}");
    assert_eq!(not_written(&said), 3 * each, "{said}");
}

#[kit::test]
fn a_reader_who_takes_nothing_delays_no_handshake() {
    let keys = keys();
    let each = events_of_a_connection(&keys);
    let args = ["--certs", text(keys.path()), "--variant", "tls13"];
    // A pipe holds 64 KiB, which a few connections fill.
    let (mut server, addr, said) = server_with_log(Stdio::piped(), &args);
    let mut pipe = server.stdout.take().expect("it was piped");
    served(10, &keys, addr);
    // Now he reads, and has all of it.
    let reading = thread::spawn(move || {
        let mut log = String::new();
        pipe.read_to_string(&mut log).expect("a log is text");
        log
    });
    terminate(&server);
    assert!(server.wait().expect("it is ours").success());
    let log = reading.join().expect("it reads");
    assert!(log.lines().all(|line| serde_json::from_str::<Event>(line).is_ok()));
    assert_eq!(log.lines().count() as u64, 10 * each, "{}", said.join().expect("it reads"));

    // One who never reads does not keep the server from ending, and what that costs is said in the language of the log.
    for (lang, before, after) in [
        ("en", "standard output takes no more: ", " events were not written"),
        ("zh", "标准输出不再接收：有 ", " 个事件没有写出"),
    ] {
        let (mut server, addr, said) =
            server_with_log(Stdio::piped(), &[args.as_slice(), &["--lang", lang]].concat());
        let _pipe = server.stdout.take().expect("it was piped");
        served(10, &keys, addr);
        terminate(&server);
        assert!(server.wait().expect("it is ours").success());
        let said = said.join().expect("it reads");
        let count =
            said.lines().find_map(|line| line.strip_prefix(before)?.strip_suffix(after)?.parse().ok());
        assert!(count.is_some_and(|count: u64| count > 0), "{said}");
    }
}

#[kit::test]
fn a_record_on_a_full_disk_keeps_whole_lines_and_says_what_is_missing() {
    let keys = keys();
    let place = TempDir::new().expect("a temporary folder can be made");
    // In a mount namespace of its own: a disk of 64 KiB, whose files are copied out before it is gone.
    let on_a_small_disk = "mount -t tmpfs -o size=64k none \"$0\" && { \"$@\"; ended=$?; cat \"$0\"/*.jsonl >&3; exit $ended; } 3>\"$0.copy\"";
    let can = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs none \"$0\""])
        .arg(place.path())
        .stderr(Stdio::null())
        .status();
    if !can.is_ok_and(|status| status.success()) {
        missing("the right to mount a tmpfs in a namespace");
        return;
    }
    let mut command = Command::new("unshare");
    // `exec` would leave nobody to copy the file: the shell passes the signal on by dying last.
    command.args(["-rm", "sh", "-c", &format!("trap : TERM; {on_a_small_disk}")]).arg(place.path());
    command.arg(binary("server"));
    let args = ["--certs", text(keys.path()), "--log-dir", text(place.path()), "--until-eof"];
    command.args(["tls", "--listen", "127.0.0.1:0", "--format", "json"]).args(args);
    let (mut running, stdin) = Running::talk(&mut command);
    let addr: SocketAddr = running
        .wait_for("address", |running| running.stderr().iter().find_map(|line| listens_at(line, "tls")));
    served(10, &keys, addr);
    drop(stdin);
    let output = running.wait();
    assert!(output.status.success(), "{}", output.stderr);
    let copy = fs::read_to_string(place.path().with_extension("copy")).expect("it was copied");
    drop(fs::remove_file(place.path().with_extension("copy")));
    let (mut recorded, mut gaps) = (0, 0);
    for line in copy.lines() {
        match serde_json::from_str::<Gap>(line) {
            Ok(gap) => gaps += gap.dropped,
            Err(_) => {
                serde_json::from_str::<Event>(line)
                    .unwrap_or_else(|error| panic!("half a line ({error}): {line}"));
                recorded += 1;
            }
        }
    }
    let lost = not_written(&output.stderr);
    assert!(recorded > 0 && lost > 0 && gaps <= lost, "{recorded} {lost} {gaps}: {}", output.stderr);
    assert_eq!(recorded + lost, output.events.len() as u64, "{}", output.stderr);
    assert_eq!(output.stderr.matches("cannot be written: No space left").count(), 1, "{}", output.stderr);
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Victim {
    Client,
    Server,
}

#[kit::test]
fn either_side_may_be_killed_at_any_moment() {
    thread::scope(|scope| {
        for protocol in PROTOCOLS {
            scope.spawn(move || {
                let keys = keys();
                for victim in [Victim::Client, Victim::Server] {
                    // After the nth piece that crosses, until the whole conversation is over before that.
                    let killed = (0..64).take_while(|&n| is_killed(protocol, &keys, victim, n)).count();
                    assert!((2..64).contains(&killed), "{protocol}: {victim:?} was killed {killed} times");
                }
            });
        }
    });
}

/// Kills `victim` when the nth piece has crossed. False when the conversation was over before.
fn is_killed(protocol: &str, keys: &TempDir, victim: Victim, n: usize) -> bool {
    let mut server = Server::start(protocol, &with_keys(protocol, keys));
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    let mut running = Running::start(&mut client(protocol, keys, here));
    let (from_client, _) = listener.accept().expect("the client comes");
    let to_server = TcpStream::connect(server.addr).expect("it listens");
    let pid = match victim {
        Victim::Client => running.pid(),
        Victim::Server => server.pid(),
    };
    let left = std::sync::Arc::new(std::sync::atomic::AtomicIsize::new(n as isize));
    let halves = [
        (from_client.try_clone().expect("a descriptor"), to_server.try_clone().expect("a descriptor")),
        (to_server, from_client),
    ];
    let carrying = halves.map(|(mut from, mut to)| {
        let left = std::sync::Arc::clone(&left);
        thread::spawn(move || {
            let mut piece = [0; 1 << 14];
            while let Ok(length @ 1..) = from.read(&mut piece) {
                if left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                    let kill = format!("kill -KILL {pid}");
                    drop(Command::new("sh").args(["-c", &kill]).status());
                }
                if to.write_all(&piece[..length]).is_err() {
                    break;
                }
            }
            // What one side closes is closed to the other.
            drop(to.shutdown(Shutdown::Write));
            drop(from.shutdown(Shutdown::Read));
        })
    });
    let visited = running.end();
    carrying.into_iter().for_each(|half| half.join().expect("it does not panic"));
    let killed = left.load(std::sync::atomic::Ordering::Relaxed) < 0;
    match victim {
        Victim::Client => {
            let events = server.after_connections(1);
            assert_eq!(events.iter().filter(|event| event.step.is_summary()).count(), 1, "{protocol} {n}");
            let next = Running::start(&mut client(protocol, keys, server.addr)).wait();
            assert!(next.status.success(), "{protocol} {n}: the next is served: {}", next.stderr);
            assert!(!killed || visited.signal() == Some(9) || visited.success(), "{protocol} {n}: {visited}");
        }
        Victim::Server if killed && !visited.success() => {
            let failure = if protocol == "ssh" { 255 } else { 1 };
            assert_eq!(visited.code(), Some(failure), "{protocol} {n}: {visited}");
            let said = running.stderr();
            let last = said.last().expect("a client that fails says why");
            assert!(last.starts_with("client: "), "{protocol} {n}: {said:?}");
            let events: Vec<Event> =
                running.stdout().iter().map(|line| serde_json::from_str(line).expect("an event")).collect();
            let reason = &common::summary(&events).fields["reason"];
            assert!(reason.as_said().is_some(), "{protocol} {n}: {reason}");
        }
        // It had all it came for.
        Victim::Server => assert!(visited.success(), "{protocol} {n}: {visited}"),
    }
    killed
}
