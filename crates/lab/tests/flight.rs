//! The flight recorder in the eyes of tshark, and what `lab read` makes of it afterwards.

kit::runner!();

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use common::{Output, Running, binary, captures, keys, listens_at, missing, require, text};

/// A server of which nothing is printed, and its address.
fn server(protocol: &str, args: &[&str]) -> (Running, SocketAddr) {
    let mut command = Command::new(binary("server"));
    command.args([protocol, "--listen", "127.0.0.1:0"]).args(args);
    command.env_remove("LOG_DIR").env_remove("SSLKEYLOGFILE");
    let mut running = Running::start(&mut command);
    let addr = running
        .wait_for("address", |running| running.stderr().iter().find_map(|line| listens_at(line, protocol)));
    (running, addr)
}

/// So many connections with it.
fn load(protocol: &str, to: SocketAddr, connections: u32, certs: &Path) {
    let mut command = Command::new(binary("lab"));
    command.args(["load", protocol, "--to", &to.to_string(), "--connections", &connections.to_string()]);
    command.args(["--rate", "1000", "--seconds", "60", "--certs", text(certs)]).env_remove("LOG_DIR");
    let output = command.output().expect("lab runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let all = format!("{connections} conversations completed, 0 failed");
    assert!(output.status.success() && said.contains(&all), "{said}");
}

fn stopped(running: Running) -> Output {
    running.terminate();
    let output = running.wait();
    assert!(output.status.success() && output.events.is_empty(), "nothing is printed: {output:?}");
    output
}

/// What tshark shows: of each packet these fields, each a list.
fn tshark(file: &Path, fields: &[&str]) -> Vec<Vec<Vec<String>>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields", "-E", "separator=\t", "-E", "aggregator=\u{1}"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("tshark writes UTF-8");
    let cell = |cell: &str| cell.split('\u{1}').filter(|it| !it.is_empty()).map(str::to_owned).collect();
    text.lines().map(|line| line.split('\t').map(cell).collect()).collect()
}

/// The TLS streams of a capture that are whole in it, and those whose request is decrypted.
fn whole_and_decrypted(file: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let fields =
        ["tcp.stream", "tls.handshake.type", "tcp.flags.fin", "http.request.method", "http.response.code"];
    let packets = tshark(file, &fields);
    let of = |is: &dyn Fn(&[Vec<String>]) -> bool| -> BTreeSet<String> {
        packets.iter().filter(|cells| is(cells)).flat_map(|cells| cells[0].clone()).collect()
    };
    let begun = of(&|cells| cells[1].iter().any(|it| it == "1"));
    let ended = of(&|cells| cells[2] == ["1"]);
    let decrypted = &of(&|cells| cells[3] == ["GET"]) & &of(&|cells| cells[4] == ["200"]);
    (&begun & &ended, decrypted)
}

fn ring(folder: &Path, files: usize) -> Vec<PathBuf> {
    (1..=files).map(|number| folder.join(format!("ring-{number}.pcapng"))).collect()
}

/// The lines that `lab read` gives of captures.
fn read_back(files: &[PathBuf], args: &[&str]) -> Vec<serde_json::Value> {
    let mut command = Command::new(binary("lab"));
    command.arg("read").args(files).args(args).args(["--format", "json"]).env_remove("LOG_DIR");
    let output = command.output().expect("lab runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[kit::test]
fn each_file_of_a_ring_opens_by_itself_and_together_they_hold_the_last() {
    if !require("tshark") || !captures("each_file_of_a_ring_opens_by_itself_and_together_they_hold_the_last")
    {
        return;
    }
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), keys());
    let file = folder.path().join("ring.pcapng");
    let args = ["--certs", text(keys.path()), "--capture", text(&file), "--ring", "3x128KiB"];
    let (running, addr) = server("tls", &args);
    // Ten at a time: what a busy machine interleaves is less than a file.
    (0..15).for_each(|_| load("tls", addr, 10, keys.path()));
    let left = stopped(running);
    assert!(!left.stderr.contains("missing") && !left.stderr.contains("could not"), "{}", left.stderr);
    let files = ring(folder.path(), 3);
    let mut all = 0;
    for file in &files {
        let length = fs::metadata(file).expect("it is there").len();
        assert!((200..=128 << 10).contains(&length), "{}: {length}", file.display());
        let (whole, decrypted) = whole_and_decrypted(file);
        assert!(whole.is_subset(&decrypted), "{}: {whole:?} {decrypted:?}", file.display());
        all += whole.len();
    }
    assert!(all >= 10, "two of the three are full: {all}");
    assert!(!file.exists() && !folder.path().join("ring-4.pcapng").exists());
    // Whatever the order in which they are named: a connection may begin in one and end in the next.
    let mut turned = files.clone();
    turned.rotate_left(1);
    let rows = read_back(&turned, &[]);
    assert_eq!(rows, read_back(&files, &[]));
    let whole = rows.iter().filter(|row| row["established"] == true && row["bytes_missing"] == 0).count();
    assert!(whole >= all && whole < 150, "{whole} of {all}: the ring went round");
    let times: Vec<_> = rows.iter().map(|row| row["at"].as_str().expect("a time").to_owned()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

/// The handshake messages of RFC 8446 §B.3 that a step stands for.
fn message(comment: &str) -> Option<&'static str> {
    Some(match comment.split_once(" · ")?.0 {
        "tls.client_hello" => "1",
        "tls.server_hello" => "2",
        "tls.new_session_ticket" => "4",
        "tls.encrypted_extensions" => "8",
        "tls.certificate" => "11",
        "tls.server_key_exchange" => "12",
        "tls.server_hello_done" => "14",
        "tls.certificate_verify" => "15",
        "tls.client_key_exchange" => "16",
        "tls.finished" => "20",
        _ => return None,
    })
}

#[kit::test]
fn a_client_alone_is_recorded_and_the_steps_are_written_in_afterwards() {
    let name = "a_client_alone_is_recorded_and_the_steps_are_written_in_afterwards";
    if !require("tshark") || !captures(name) {
        return;
    }
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), keys());
    let (file, out) = (folder.path().join("run.pcapng"), folder.path().join("steps.pcapng"));
    let (running, addr) = server("tls", &["--certs", text(keys.path()), "--format", "json"]);
    for (variant, lang) in [("ecdhe", "en"), ("tls13", "zh")] {
        let mut client = Command::new(binary("client"));
        client.args(["tls", &addr.to_string(), "--variant", variant, "--certs", text(keys.path())]);
        client.args(["-q", "--capture", text(&file)]).env_remove("LOG_DIR").env_remove("SSLKEYLOGFILE");
        let left = Running::start(&mut client).wait();
        assert!(left.status.success() && left.events.is_empty() && left.stderr.is_empty(), "{left:?}");
        let (whole, decrypted) = whole_and_decrypted(&file);
        assert_eq!((whole.len(), &whole), (1, &decrypted), "{variant}");
        let plain = tshark(&file, &["frame.comment"]);
        assert!(plain.iter().flatten().all(Vec::is_empty), "nothing was recognised");

        let mut read = Command::new(binary("lab"));
        read.arg("read").arg(&file).arg("--capture").arg(&out).args(["--lang", lang]);
        let said = read.env_remove("LOG_DIR").output().expect("lab runs");
        assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
        let packets = tshark(&out, &["frame.time_epoch", "tls.handshake.type", "frame.comment"]);
        let before = tshark(&file, &["frame.time_epoch"]);
        let times = |all: &[Vec<Vec<String>>]| all.iter().map(|it| it[0].clone()).collect::<Vec<_>>();
        assert_eq!(times(&packets), times(&before), "the same packets");
        let mut named_at_all = BTreeMap::<&str, usize>::new();
        for cells in &packets {
            let named: BTreeSet<_> = cells[2].iter().filter_map(|comment| message(comment)).collect();
            let there: BTreeSet<_> = cells[1].iter().map(String::as_str).collect();
            assert_eq!(named, there, "{variant}: {:?}", cells[2]);
            named.into_iter().for_each(|it| *named_at_all.entry(it).or_default() += 1);
        }
        assert!(named_at_all.len() >= 6, "{named_at_all:?}");
        let events = read_back(std::slice::from_ref(&file), &["--connection", "1"]).len();
        let comments: usize = packets.iter().map(|cells| cells[2].len()).sum();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let expected = match lang {
            "zh" => format!("{} 个数据包，{events} 条注释", packets.len()),
            _ => format!("{} packets, {events} comments", packets.len()),
        };
        assert!(said.contains(&expected) && comments == events, "{comments}: {said} {expected}");
    }
    // What is read is not written over.
    let mut read = Command::new(binary("lab"));
    let refused = read.arg("read").arg(&file).arg("--capture").arg(&file).output().expect("lab runs");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("name another file"), "{refused:?}");
    assert!(fs::metadata(&file).expect("it is there").len() > 1000);
    running.terminate();
    drop(running.wait());
}

#[kit::test]
fn ssh_and_plain_tcp_are_recorded_too() {
    if !captures("ssh_and_plain_tcp_are_recorded_too") {
        return;
    }
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), keys());
    for protocol in ["ssh", "tcp", "ws"] {
        let file = folder.path().join(format!("{protocol}.pcapng"));
        let mut lab = Command::new(binary("lab"));
        lab.args([protocol, "-q", "--certs", text(keys.path()), "--capture", text(&file)]);
        let left = Running::start(lab.env_remove("LOG_DIR").env_remove("SSLKEYLOGFILE")).wait();
        assert!(left.status.success() && left.events.is_empty(), "{left:?}");
        let rows = read_back(std::slice::from_ref(&file), &[]);
        assert!(!rows.is_empty() && rows.iter().all(|row| row["established"] == true), "{rows:?}");
        if protocol == "ssh" {
            let events = read_back(std::slice::from_ref(&file), &["--connection", "1"]);
            assert!(events.iter().any(|event| event["step"] == "ssh.auth_success"), "the secret is inside");
        }
    }
}

#[kit::test]
fn who_is_killed_or_finds_the_disk_full_leaves_whole_blocks() {
    let name = "who_is_killed_or_finds_the_disk_full_leaves_whole_blocks";
    if !require("tshark") || !captures(name) {
        return;
    }
    let (folder, keys) = (tempfile::tempdir().expect("a folder"), keys());
    let file = folder.path().join("run.pcapng");
    let args = ["--certs", text(keys.path()), "-q", "--capture", text(&file)];
    let (mut running, addr) = server("tls", &args);
    load("tls", addr, 20, keys.path());
    running.wait_for("packets in the file", |_| (fs::metadata(&file).ok()?.len() > 50_000).then_some(()));
    let kill = Command::new("kill").args(["-KILL", &running.pid().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
    running.end();
    let (whole, decrypted) = whole_and_decrypted(&file);
    assert!(whole.len() > 5 && whole.is_subset(&decrypted), "{whole:?} {decrypted:?}");

    // In a mount namespace of its own: a disk of 96 KiB, whose files are copied out before it is gone.
    let can = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs none \"$0\""])
        .arg(folder.path())
        .stderr(Stdio::null())
        .status();
    if !can.is_ok_and(|status| status.success()) {
        missing("the right to mount a tmpfs in a namespace");
        return;
    }
    let script = "trap : TERM; mkdir \"$0/disk\"; mount -t tmpfs -o size=96k none \"$0/disk\"; \"$@\"; ended=$?; \
                  cp \"$0/disk/run.pcapng\" \"$0/copy.pcapng\"; exit $ended";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script]).arg(folder.path()).arg(binary("server"));
    let disk = folder.path().join("disk/run.pcapng");
    let args = ["--certs", text(keys.path()), "-q", "--capture", text(&disk), "--until-eof"];
    command.args(["tls", "--listen", "127.0.0.1:0"]).args(args);
    let (mut running, stdin) = Running::talk(command.env_remove("LOG_DIR").env_remove("SSLKEYLOGFILE"));
    let addr: SocketAddr = running
        .wait_for("address", |running| running.stderr().iter().find_map(|line| listens_at(line, "tls")));
    load("tls", addr, 60, keys.path());
    drop(stdin);
    let left = running.wait();
    assert!(left.status.success(), "{}", left.stderr);
    assert_eq!(left.stderr.matches("could not be written and ends here").count(), 1, "{}", left.stderr);
    tshark(&folder.path().join("copy.pcapng"), &["frame.number"]);
}

#[kit::test]
fn a_ring_is_asked_for_in_words_that_are_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let mut client = Command::new(binary("client"));
        client.args(["tls", "127.0.0.1:1"]).args(args).env_remove("LOG_DIR").env_remove("SSLKEYLOGFILE");
        let output = client.output().expect("it runs");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let file = folder.path().join("x.pcapng").display().to_string();
    assert!(run(&["--capture", &file, "--ring", "8"]).contains("such as 8x64MiB"));
    assert!(run(&["--ring", "2x1MiB"]).contains("--capture FILE names it"));
    assert!(run(&["--capture", &file, "--ring", "2x1MiB", "-v"]).contains("cannot be used with"));
    let log_dir = ["--log-dir", text(folder.path())];
    assert!(
        run(&[&["--capture", &file, "--ring", "2x1MiB"], &log_dir[..]].concat()).contains("cannot be used")
    );
    // A name that would act on a terminal is said without acting.
    let hostile = run(&["--capture", "/nowhere/\u{1b}]52;c;x\u{7}\r\n.pcapng", "-q"]);
    assert!(hostile.contains("--capture names it") || hostile.contains("CAP_NET_RAW"), "{hostile}");
    assert!(!hostile.contains(['\u{1b}', '\u{7}', '\r']), "{hostile:?}");
}
