//! The link by itself, between programs that know nothing of it, and the ladder of privilege on which the lab stands.

kit::runner!();

mod common;

use std::{
    collections::HashSet,
    fs,
    io::{Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{Context, SHA256};
use claims::Event;
use common::{ByName, PATIENCE, Running, Server, captures, missing};

/// `lab link` in front of `to`, and the address to connect to. It has CAP_NET_RAW and nothing else: what it cannot do
/// without CAP_NET_ADMIN, a rule of a firewall, a route, a queue, it cannot leave behind.
fn link(to: SocketAddr, args: &[&str]) -> (Running, SocketAddr) {
    let listen = SocketAddr::new(to.ip(), 0).to_string();
    let mut lab = Command::new("setpriv");
    lab.args(["--inh-caps=-all", "--bounding-set=-all,+net_raw", env!("CARGO_BIN_EXE_lab")]);
    lab.args(["link", "--listen", &listen, "--to", &to.to_string(), "--format", "json"]).args(args);
    let mut running = Running::start(&mut lab);
    let here = running.wait_for("line that says where it listens", |running| {
        let says = running.stderr();
        let rest = says.iter().find_map(|line| line.strip_prefix("lab: link listens on "))?;
        rest.split(' ').next()?.parse().ok()
    });
    (running, here)
}

/// A server that answers each connection with the SHA-256 of all that it heard.
fn hashing_server(any: &str) -> SocketAddr {
    let listener = TcpListener::bind(any).expect("loopback has a free port");
    let here = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || answer(stream));
        }
    });
    here
}

fn answer(mut stream: TcpStream) {
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        hash.update(&buffer[..length]);
    }
    // The client has gone when the link was killed under it.
    drop(stream.write_all(hash.finish().as_ref()));
}

/// Sends `length` bytes that repeat nothing at the period of any segment; gives both sides' hashes.
fn transfer(to: SocketAddr, length: usize) -> (Vec<u8>, Vec<u8>) {
    let mut stream = TcpStream::connect(to).expect("the link leads to the server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a duration above zero");
    let mut hash = Context::new(&SHA256);
    let mut number = 1_u64;
    let mut part = vec![0; 1 << 16];
    let mut rest = length;
    while rest > 0 {
        for bytes in part.chunks_exact_mut(8) {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.copy_from_slice(&number.to_be_bytes());
        }
        let part = &part[..rest.min(part.len())];
        stream.write_all(part).expect("the server reads to the end");
        hash.update(part);
        rest -= part.len();
    }
    stream.shutdown(Shutdown::Write).expect("the connection is open");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("the server answers");
    (hash.finish().as_ref().to_vec(), heard)
}

#[kit::test]
fn a_hundred_megabytes_cross_undamaged() {
    if !captures("a_hundred_megabytes_cross_undamaged") {
        return;
    }
    for any in ["127.0.0.1:0", "[::1]:0"] {
        let (_link, here) = link(hashing_server(any), &[]);
        let began = Instant::now();
        let (sent, heard) = transfer(here, 100_000_000);
        println!("{any}: 100 MB in {:.2} s", began.elapsed().as_secs_f64());
        assert_eq!(sent, heard, "{any}");
    }
}

#[kit::test]
fn many_connections_cross_at_once_and_what_is_lost_comes_again() {
    if !captures("many_connections_cross_at_once_and_what_is_lost_comes_again") {
        return;
    }
    let rules = [
        "--rule",
        "lose=5:7 client data",
        "--rule",
        "duplicate client data 3",
        "--rule",
        "corrupt client data 4",
    ];
    let (_link, here) = link(hashing_server("127.0.0.1:0"), &rules);
    let visits: Vec<_> = (1..=20).map(|n| thread::spawn(move || transfer(here, 10_000 * n))).collect();
    for visit in visits {
        let (sent, heard) = visit.join().expect("it was served");
        assert_eq!(sent, heard);
    }
}

/// Whether a socket listens on `port` here.
fn is_held(port: u16) -> bool {
    let listening = |table: &str| {
        fs::read_to_string(table).unwrap_or_default().lines().any(|line| {
            let mut words = line.split_whitespace().skip(1);
            let local = words.next().and_then(|local| local.rsplit(':').next());
            let state = words.nth(1);
            local.and_then(|port| u16::from_str_radix(port, 16).ok()) == Some(port) && state == Some("0A")
        })
    };
    listening("/proc/net/tcp") || listening("/proc/net/tcp6")
}

#[kit::test]
fn a_link_that_is_killed_leaves_nothing_behind() {
    if !captures("a_link_that_is_killed_leaves_nothing_behind") {
        return;
    }
    for (moment, rule, bytes) in [
        ("before anyone came", "drop client syn", 0),
        ("with a SYN held", "hold-until=server:rst client syn", 0),
        ("in an open connection", "delay-ms=1 client any", 1),
        ("in the middle of a transfer", "delay-ms=20 server any", 50_000_000),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let server = listener.local_addr().expect("it has an address");
        let (running, here) = link(server, &["--rule", rule]);
        assert!(is_held(here.port()), "{moment}");
        let mut held = vec![here.port()];
        let client = thread::spawn(move || {
            let stream = TcpStream::connect_timeout(&here, Duration::from_secs(1));
            if let Ok(mut stream) = stream {
                drop(stream.write_all(&vec![7; bytes]));
            }
        });
        if bytes > 0 {
            let (mut stream, inside) = listener.accept().expect("the link leads here");
            assert_eq!(inside.ip(), IpAddr::from([127, 0, 0, 1]));
            stream.read_exact(&mut vec![0; bytes.min(1_000_000)]).expect("it comes through");
            assert!(is_held(inside.port()), "{moment}");
            held.push(inside.port());
        }
        // SIGKILL: no destructor runs.
        drop(running);
        for port in held {
            assert!(!is_held(port), "{moment}: port {port} is still held");
            let again = TcpListener::bind((here.ip(), port)).map(drop);
            // Connections that just ended keep a port from a socket without SO_REUSEADDR; std sets it.
            assert!(again.is_ok(), "{moment}: port {port}: {again:?}");
        }
        client.join().expect("it gives up by itself");
    }
}

/// The sockets that a process has open, by their inodes.
fn sockets(process: u32) -> HashSet<String> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("it runs");
    let names = open.filter_map(|one| Some(fs::read_link(one.ok()?.path()).ok()?.display().to_string()));
    names.filter_map(|name| Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())).collect()
}

/// The inodes of all IP and packet sockets that the kernel has here.
fn kernels_sockets() -> HashSet<String> {
    let tables = [("tcp", 9), ("tcp6", 9), ("raw", 9), ("raw6", 9), ("packet", 8)];
    let inodes = tables.into_iter().flat_map(|(table, column)| {
        let text = fs::read_to_string(format!("/proc/net/{table}")).expect("the kernel lists its sockets");
        let inode = |line: &str| line.split_whitespace().nth(column).map(str::to_owned);
        text.lines().skip(1).filter_map(inode).collect::<Vec<_>>()
    });
    inodes.collect()
}

/// The processes that `process` has started.
fn children(process: u32) -> Vec<String> {
    let parent = |stat: &str| stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok();
    let all = fs::read_dir("/proc").expect("/proc is there").filter_map(Result::ok);
    let stats = all.filter_map(|one| fs::read_to_string(one.path().join("stat")).ok());
    stats.filter(|stat| parent(stat) == Some(process)).collect()
}

#[kit::test]
fn at_whatever_moment_a_link_is_killed_nothing_of_it_remains() {
    if !captures("at_whatever_moment_a_link_is_killed_nothing_of_it_remains") {
        return;
    }
    let server = hashing_server("127.0.0.1:0");
    let rules = [
        "--rule",
        "delay-ms=20 client any",
        "--rule",
        "duplicate server any",
        "--rule",
        "hold-until=client:rst client data 3..",
    ];
    let mut most = 0;
    for ms in [0, 5, 10, 20, 40, 60, 80, 120, 200, 400] {
        let (running, here) = link(server, &rules);
        let visit = move || {
            let stream = TcpStream::connect_timeout(&here, Duration::from_secs(1));
            drop(stream.and_then(|mut stream| stream.write_all(&[7; 100_000])));
        };
        let visits: Vec<_> = (0..3).map(|_| thread::spawn(visit)).collect();
        // No event is awaited: any moment is as good as another.
        thread::sleep(Duration::from_millis(ms));
        let process = running.pid();
        let had = sockets(process);
        let in_kernel = had.intersection(&kernels_sockets()).count();
        assert!(in_kernel >= 3, "an ear, a mouth and a port at least: {had:?}");
        most = most.max(in_kernel);
        assert_eq!(children(process), <[String; 0]>::default(), "after {ms} ms");
        let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
        let bound = status.lines().find_map(|line| line.strip_prefix("CapBnd:")).map(str::trim);
        assert_eq!(bound, Some("0000000000002000"), "CAP_NET_RAW alone");
        // SIGKILL: no destructor runs.
        drop(running);
        assert!(!fs::exists(format!("/proc/{process}")).expect("/proc is there"), "after {ms} ms");
        let left: Vec<_> = had.intersection(&kernels_sockets()).cloned().collect();
        assert!(left.is_empty() && !is_held(here.port()), "after {ms} ms: {left:?}");
        visits.into_iter().for_each(|visit| visit.join().expect("it gives up by itself"));
    }
    assert!(most > 3, "some were killed with connections on their way");
}

/// How many connections to `port` the kernel holds in SYN_RECV.
fn half_open(port: u16) -> usize {
    let table = fs::read_to_string("/proc/net/tcp").expect("the kernel lists its sockets");
    let is_one = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        let local = words.next().and_then(|local| u16::from_str_radix(local.rsplit(':').next()?, 16).ok());
        local == Some(port) && words.nth(1) == Some("03")
    };
    table.lines().skip(1).filter(is_one).count()
}

#[kit::test]
fn a_flood_of_half_open_connections_shuts_nobody_out() {
    const FLOOD: usize = 300;
    if !captures("a_flood_of_half_open_connections_shuts_nobody_out") {
        return;
    }
    let mut server = Server::start("tcp", &[]);
    // What comes back from the server arrives; the client's ACK of it never does.
    let (_link, flooded) = link(server.addr, &["--rule", "drop client bare-ack"]);
    let flood: Vec<_> =
        (0..FLOOD).map(|_| TcpStream::connect(flooded).expect("SYN and SYN+ACK cross")).collect();
    let waiting = half_open(server.addr.port());
    // As many as the server's backlog; the rest the kernel answers from SYN cookies and holds nothing.
    assert!((100..FLOOD).contains(&waiting), "{waiting} in SYN_RECV");
    // Others are served meanwhile, and told of whole.
    for _ in 0..5 {
        let served = common::client(&["tcp", &server.addr.to_string()]);
        assert!(served.status.success(), "{}", served.stderr);
    }
    assert!(half_open(server.addr.port()) > 0, "the flood was still there");
    let events = server.after_connections(5);
    let summaries: Vec<_> = events.iter().filter(|event| event.step.is_summary()).collect();
    let complete = summaries.iter().filter(|event| event.text("outcome") == "complete").count();
    assert_eq!(complete, 5, "{summaries:?}");
    println!("{FLOOD} connections through the link, {waiting} in SYN_RECV, 5 of 5 others served");
    drop(flood);
}

/// A command in front of `lab` that takes privileges away, and what a run then says of its rung.
const RUNGS: [(&str, &str); 3] = [
    (
        "unshare -Urn sh -c 'ip link set lo up && exec setpriv --inh-caps=-all --bounding-set=-all,+net_raw \"$@\"' sh",
        "TCP runs on CAP_NET_RAW",
    ),
    ("unshare -Ur setpriv --inh-caps=-all --bounding-set=-all", "TCP runs in a network namespace of its own"),
    (
        "unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"' sh",
        "TCP runs on sockets that discard what arrives",
    ),
];

#[kit::test]
fn each_rung_of_the_ladder_runs_what_it_can_and_says_so() {
    let allowed = Command::new("unshare").args(["-Ur", "true"]).stderr(Stdio::null()).status();
    if !allowed.is_ok_and(|status| status.success()) {
        missing("the right to make a user namespace");
        return;
    }
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    for (i, (wrapper, rung)) in RUNGS.iter().enumerate() {
        let run = |scenarios: &str| {
            let line = format!("exec {wrapper} \"$0\" run {scenarios} --certs \"$1\"");
            let lab = env!("CARGO_BIN_EXE_lab");
            let output = Command::new("sh")
                .args(["-c", &line, lab])
                .arg(keys.path())
                .output()
                .expect("there is a shell");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.success(), text(&output.stdout) + &text(&output.stderr))
        };
        let (went_well, said) =
            run("tcp/normal tcp/syn-lost tcp/fin-lost tcp/last-ack-lost tcp/last-ack-lost-for-good \
             tcp/three-segments tcp/refused");
        assert!(went_well && said.contains(rung), "{wrapper}: {said}");
        // What is missing is said of the run, not of each scenario.
        assert!(said.matches("cannot be captured").count() <= 1, "{wrapper}: {said}");
        let (went_well, said) = run("tcp/stale-syn");
        let needs = said.contains("needs CAP_NET_RAW");
        assert!(said.contains(rung), "{wrapper}: {said}");
        assert_eq!(
            (went_well, needs),
            if i < 2 { (true, false) } else { (false, true) },
            "{wrapper}: {said}"
        );
    }
}

/// What the link must say it did, and how often, in a run of each scenario.
const BETWEEN: [(&str, &str); 6] = [
    ("tcp/syn-lost", "drop client syn 1"),
    ("tcp/syn-ack-lost", "drop server syn-ack 1"),
    ("tcp/ack-lost-data-follows", "drop client ack 1"),
    ("tcp/fin-lost", "drop client fin 1"),
    ("tcp/last-ack-lost", "drop client last-ack 1"),
    ("tcp/data-damaged", "corrupt client data 1"),
];

#[kit::test]
fn the_link_works_between_machines_whose_client_and_server_have_no_capability() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/between_namespaces.sh");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let server = common::binary("server");
    let programs = server.parent().expect("programs lie in a folder");
    let allowed =
        Command::new("unshare").args(["-Urn", "unshare", "-n", "true"]).stderr(Stdio::null()).status();
    if !allowed.is_ok_and(|status| status.success()) {
        missing("the right to make a user namespace");
        return;
    }
    let mut run = Command::new("unshare");
    run.args(["-Urn", "sh", script])
        .arg(programs)
        .args(BETWEEN.map(|(name, _)| name))
        .current_dir(folder.path());
    let output = run.output().expect("unshare ran a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for (scenario, rule) in BETWEEN {
        let part = |who: &str| -> Vec<Event> {
            let lines = said.lines().skip_while(|line| *line != format!("{who} {scenario}")).skip(1);
            let json = lines.take_while(|line| line.starts_with('{'));
            json.map(|line| serde_json::from_str(line).expect("it is an event")).collect()
        };
        let client = part("client");
        assert_eq!(common::summary(&client).text("outcome"), "complete", "{scenario}: {client:?}");
        let done: Vec<_> = part("link").iter().map(|event| event.text("rule").to_owned()).collect();
        assert_eq!(done, [rule], "{scenario}");
    }
}
