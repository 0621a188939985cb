//! What a server may do while it serves strangers: nothing that it does not need. What the kernel says counts.

kit::runner!();

mod common;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::chown,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use common::{PATIENCE, Running, Server, binary, client, ids, listens_at, missing};

const PROTOCOLS: [&str; 4] = ["tcp", "tls", "ws", "ssh"];
const CAP_DAC_OVERRIDE: u64 = 1 << 1;

/// Another user, of whom nothing else is known.
const OTHER: u32 = 65_532;

/// What `/proc` says of every thread of a server, by the thread.
fn threads(pid: u32) -> BTreeMap<String, BTreeMap<String, String>> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let read = |task: fs::DirEntry| {
        let status = fs::read_to_string(task.path().join("status")).ok()?; // a thread may have ended meanwhile
        let words =
            |line: &str| line.split_once(":\t").map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some((task.file_name().into_string().expect("a number"), status.lines().filter_map(words).collect()))
    };
    tasks.filter_map(|task| read(task.ok()?)).collect()
}

fn set(status: &BTreeMap<String, String>, name: &str) -> u64 {
    u64::from_str_radix(status[name].trim(), 16).expect("a set of capabilities is a hexadecimal number")
}

/// That no thread holds a capability, but the one that writes the log, which holds `kept`. A thread that was started a
/// moment ago may not have come to giving them up.
fn holds(pid: u32, kept: u64, what: &str) {
    let until = Instant::now() + PATIENCE;
    while let Err(wrong) = look(pid, kept) {
        assert!(Instant::now() < until, "{what}: {wrong}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn look(pid: u32, kept: u64) -> Result<(), String> {
    let threads = threads(pid);
    let names: Vec<_> = threads.values().map(|status| status["Name"].as_str()).collect();
    if names.len() < 3 || !names.contains(&"log") {
        return Err(format!("not all threads are there: {names:?}"));
    }
    for status in threads.values() {
        let name = &status["Name"];
        let kept = if name == "log" { kept } else { 0 };
        let bounding = if is_root() { 0 } else { set(status, "CapBnd") };
        for (of, expected) in
            [("CapEff", kept), ("CapPrm", kept), ("CapInh", 0), ("CapAmb", 0), ("CapBnd", bounding)]
        {
            if set(status, of) != expected {
                return Err(format!("thread {name}: {of} is {:x}, not {expected:x}", set(status, of)));
            }
        }
        if status["NoNewPrivs"].trim() != "1" {
            return Err(format!("thread {name} could get more by starting a program"));
        }
    }
    Ok(())
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("it is there on Linux");
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

#[kit::test]
fn a_server_that_listens_holds_no_capability_in_any_thread_and_serves() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs").display().to_string();
    for protocol in PROTOCOLS {
        let capture = folder.path().join(format!("{protocol}.pcapng")).display().to_string();
        let certs_of = if protocol == "tcp" { &[][..] } else { &["--certs", &certs] };
        // The flight recorder has one thread more, and nothing to hold either.
        let flight = folder.path().join(format!("{protocol}-flight.pcapng")).display().to_string();
        let ring = ["--capture", &flight, "--ring", "2x1MiB"];
        let recorder = Server::start(protocol, &[certs_of, &ring].concat());
        holds(recorder.pid(), 0, &format!("{protocol} with --ring"));
        drop(recorder);
        let mut server = Server::start(protocol, &[certs_of, &["--capture", &capture]].concat());
        holds(server.pid(), 0, protocol);
        let address = match protocol {
            "ws" => format!("ws://{}/", server.addr),
            _ => server.addr.to_string(),
        };
        let strict = if protocol == "ssh" { &["--strict", "no"][..] } else { &[] };
        let left = client(&[&[protocol, &address], certs_of, strict].concat());
        assert!(left.status.success(), "{protocol}: {}", left.stderr);
        let seen = server.after_connections(1);
        // What was opened before the capabilities went still works after.
        assert_eq!(ids(&seen).contains(&"tcp.syn"), protocol == "tcp" && common::may_capture());
        holds(server.pid(), 0, &format!("{protocol} after a connection"));
        if common::may_capture() {
            server.stop();
            assert!(fs::metadata(&capture).expect("it was written").len() > 500, "{protocol}");
        }
    }
}

#[kit::test]
fn the_thread_that_waits_for_the_end_of_standard_input_holds_nothing_either() {
    let mut server = Command::new(binary("server"));
    server.args(["tcp", "--listen", "127.0.0.1:0", "--until-eof"]);
    let (mut running, stdin) = Running::talk(&mut server);
    running.wait_for("line that says where it listens", |running| {
        running.stderr().iter().find_map(|line| listens_at(line, "tcp"))
    });
    holds(running.pid(), 0, "with --until-eof");
    drop(stdin);
    assert!(running.end().success());
}

/// The folder of another user, made in `folder`.
fn anothers(folder: &Path) -> String {
    let logs = folder.join("anothers");
    fs::create_dir(&logs).and_then(|()| chown(&logs, Some(OTHER), Some(OTHER))).expect("root may");
    logs.display().to_string()
}

fn recorded_in(folder: &str) -> usize {
    fs::read_dir(folder).expect("it is there").count()
}

#[kit::test]
fn a_server_of_roots_records_in_its_own_folder_without_any_right() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let logs = folder.path().join("logs").display().to_string();
    let mut server = Server::start("tcp", &["--log-dir", &logs]);
    holds(server.pid(), 0, "with --log-dir");
    assert!(client(&["tcp", &server.addr.to_string()]).status.success());
    server.after_connections(1);
    holds(server.pid(), 0, "with --log-dir, after a connection");
    server.stop();
    assert_eq!(recorded_in(&logs), 1);
}

#[kit::test]
fn a_server_by_sudo_records_in_the_callers_folder_and_keeps_the_right_until_its_file_is_open() {
    if !is_root() {
        missing("root");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let logs = anothers(folder.path());
    let mut sudo = Command::new(binary("server"));
    sudo.env("SUDO_UID", OTHER.to_string());
    let mut server = Server::run(sudo, "tcp", "127.0.0.1:0", &["--log-dir", &logs]);
    holds(server.pid(), CAP_DAC_OVERRIDE, "with --log-dir");
    assert!(client(&["tcp", &server.addr.to_string()]).status.success());
    server.after_connections(1);
    holds(server.pid(), 0, "with its file open");
    let left = server.stop();
    assert!(!left.stderr.contains("recorded"), "{}", left.stderr);
    assert_eq!(recorded_in(&logs), 1);
}

#[kit::test]
fn a_server_of_roots_that_nobody_called_records_in_no_folder_of_another_user() {
    if !is_root() {
        missing("root");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let logs = anothers(folder.path());
    let mut command = Command::new(binary("server"));
    command.args(["tcp", "--listen", "127.0.0.1:0", "--log-dir", &logs]).env_remove("SUDO_UID");
    let left = Running::start(&mut command).wait();
    assert_eq!(left.status.code(), Some(1));
    assert!(left.stderr.contains("belongs to user 65532"), "{}", left.stderr);
    assert_eq!(recorded_in(&logs), 0);
}

/// ARCHITECTURE.md names the modules that may be unsafe; so does the code, each with its reason, and nothing else is.
#[kit::test]
fn unsafe_stands_in_the_named_modules_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("it is there");
    let (_, list) = map.split_once("## Where `unsafe` is").expect("the list has its heading");
    let list = list.split("\n## ").next().unwrap_or_default();
    let named: BTreeMap<_, _> = list
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(module, why)| (module.to_owned(), why.trim_end_matches(" |").to_owned()))
        .collect();
    let mut found = BTreeMap::new();
    for folder in ["certs", "servers", "clients", "crates"] {
        scan(&root, &root.join(folder), &mut found);
    }
    assert!(found.len() > 3, "the scan finds what is there: {found:?}");
    assert_eq!(found, named, "in the code (left) and in ARCHITECTURE.md (right)");
}

/// Modules with `unsafe` in them, with the reason that stands beside the permission.
fn scan(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read")) {
        let path = entry.path();
        if path.is_dir() {
            scan(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            let module = path.strip_prefix(root).expect("it lies there").display().to_string();
            let uses = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"]
                    .iter()
                    .any(|word| code.contains(word))
                    && !code.contains('"')
            });
            let allows = text.lines().find(|line| line.contains("allow(unsafe_code)") && !line.contains('"'));
            match allows {
                Some(line) => {
                    let reason = line.split_once("// ").unwrap_or_else(|| panic!("{module}: no reason")).1;
                    found.insert(module, reason.to_owned());
                }
                None => assert!(!uses, "{module} is unsafe without the permission"),
            }
        }
    }
}
