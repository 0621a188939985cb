//! `--capture` in the eyes of tshark, which gets the file and no option.

kit::runner!();

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use claims::Event;
use common::{Output, Running, binary, captures, may_capture, require, with_capture};
use steps::{Direction, Evidence, Fields, Protocol, Side, Step};

/// Runs a pair in the lab, which records itself into `file`.
fn lab(args: &[&str], folder: &Path, file: &Path) -> Option<Output> {
    let mut command = Command::new(binary("lab"));
    command.args(args).args(["--format", "json", "--certs"]).arg(folder.join("certs"));
    command.arg("--capture").arg(file);
    Some(Running::start(&mut with_capture(command)?).wait())
}

/// What tshark shows of each packet: the values of these fields, and the comments.
fn tshark(file: &Path, fields: &[&str]) -> Vec<(Vec<Vec<String>>, Vec<String>)> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields", "-E", "separator=\t", "-E", "aggregator=\u{1}"]);
    for field in fields.iter().chain(&["frame.comment"]) {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("tshark writes UTF-8");
    let values = |cell: &str| -> Vec<String> {
        cell.split('\u{1}').filter(|value| !value.is_empty()).map(str::to_owned).collect()
    };
    let packet = |line: &str| {
        let mut cells: Vec<_> = line.split('\t').map(values).collect();
        let comments = cells.pop().expect("the last column");
        (cells, comments)
    };
    text.lines().map(packet).collect()
}

/// The step that a comment names.
fn step(comment: &str) -> Step {
    let (before, _) = comment.split_once(" · ").unwrap_or_else(|| panic!("no step: {comment}"));
    let id = before.rsplit([' ', '：']).next().unwrap_or_default();
    id.parse().unwrap_or_else(|error| panic!("{error}: {comment}"))
}

#[kit::test]
fn the_comments_name_the_steps_of_the_log() {
    if !require("tshark") || !captures("the_comments_name_the_steps_of_the_log") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let runs: [&[&str]; 5] = [
        &["tcp"],
        &["tls", "--variant", "ecdhe"],
        &["tls", "--variant", "tls13", "--lang", "zh"],
        &["ws"],
        &["ssh", "--lang", "zh"],
    ];
    for args in runs {
        let file = folder.path().join("run.pcapng");
        let left = lab(args, folder.path(), &file).expect("packets may be captured");
        assert!(left.status.success(), "{}", left.stderr);
        assert!(!left.stderr.contains("pcapng"), "{}", left.stderr);
        let packets = tshark(&file, &["tcp.flags.syn", "tcp.flags.ack"]);
        let said: BTreeSet<_> =
            packets.iter().flat_map(|(_, comments)| comments).map(|text| step(text).id()).collect();
        let told: BTreeSet<_> = left.events.iter().map(|event| event.step.id()).collect();
        assert_eq!(said, told, "{args:?}");
        let syns = packets.iter().filter(|(cells, _)| cells[0] == ["1"] && cells[1] == ["0"]).count();
        let connections: BTreeSet<_> = left.events.iter().map(|event| &event.conn).collect();
        assert_eq!(syns, connections.len(), "{args:?}: each packet once");
    }
}

/// The handshake messages of RFC 8446 §B.3 that a step stands for.
fn message(step: Step) -> Option<&'static str> {
    Some(match step.id() {
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
fn tshark_decrypts_tls_and_finds_each_message_in_the_packet_whose_comment_names_it() {
    let name = "tshark_decrypts_tls_and_finds_each_message_in_the_packet_whose_comment_names_it";
    if !require("tshark") || !captures(name) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for variant in ["ecdhe", "tls13"] {
        let file = folder.path().join("run.pcapng");
        let left =
            lab(&["tls", "--variant", variant], folder.path(), &file).expect("packets may be captured");
        assert!(left.status.success(), "{}", left.stderr);
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for event in left.events.iter().filter(|event| event.evidence == Evidence::Wire) {
            if let Some(message) = message(event.step) {
                *told.entry(message).or_default() += 1;
            }
        }
        let mut shown: BTreeMap<String, usize> = BTreeMap::new();
        let mut decrypted_http = false;
        for (cells, comments) in tshark(&file, &["tls.handshake.type", "http.request.method"]) {
            let named: BTreeSet<_> = comments.iter().filter_map(|text| message(step(text))).collect();
            let there: BTreeSet<_> = cells[0].iter().map(String::as_str).collect();
            assert_eq!(named, there, "{variant}: {comments:?}");
            cells[0].iter().for_each(|message| *shown.entry(message.clone()).or_default() += 2);
            decrypted_http |= cells[1] == ["GET"];
        }
        // Each message was seen by both sides.
        let told: BTreeMap<_, _> =
            told.into_iter().map(|(message, count)| (message.to_owned(), count)).collect();
        assert_eq!(shown, told, "{variant}");
        assert!(decrypted_http, "{variant}: the request is readable");
    }
}

/// What a capture cannot know: `source` says how a segment was come by, `opened_with` whose secret it was, and TLS 1.3's
/// key schedule is computed again from the shared secret, which no key log holds.
const BY_NATURE: [&str; 4] = ["source", "opened_with", "key_schedule", "key_schedule_equal"];

/// What one side sent on one connection, in order: which steps, with which values. What the two sides send at the same
/// time has no order that all see alike.
fn told(events: &[Event], direction: Direction, of: impl Fn(&Event) -> bool) -> Vec<(Step, Fields)> {
    let wire = events.iter().filter(|event| {
        let link = event.fields.named("source").is_some_and(|source| source == "link");
        event.evidence == Evidence::Wire && event.direction == direction && !link && of(event)
    });
    let without = |event: &Event| {
        let mut fields = event.fields.clone();
        BY_NATURE.into_iter().for_each(|name| drop(fields.remove(name)));
        (event.step, fields)
    };
    wire.map(without).collect()
}

#[kit::test]
fn a_capture_read_back_tells_what_the_client_saw_on_the_wire() {
    if !captures("a_capture_read_back_tells_what_the_client_saw_on_the_wire") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("run.pcapng");
    let runs: [&[&str]; 7] = [
        &["tcp"],
        &["tls", "--variant", "rsa"],
        &["tls", "--variant", "ecdhe"],
        &["tls", "--variant", "tls13"],
        &["ws"],
        &["ssh"],
        &["run", "tls/resumption"],
    ];
    for args in runs {
        let left = lab(args, folder.path(), &file).expect("packets may be captured");
        assert!(left.status.success(), "{}", left.stderr);
        let mut connections: Vec<&str> = Vec::new();
        for event in &left.events {
            if !connections.contains(&event.conn.as_str()) {
                connections.push(&event.conn);
            }
        }
        for conn in connections {
            let protocol = left.events.iter().find(|event| event.conn == conn).expect("it was seen").protocol;
            // Below another protocol TCP is told by the capture alone.
            let above = |event: &Event| {
                event.conn == conn && (protocol == Protocol::Tcp || event.step.protocol() != Protocol::Tcp)
            };
            let all = read_back(&file, &[]);
            let row = all.iter().find(|row| {
                let ends = [&row["client"], &row["server"]].map(|end| end.as_str().expect("an address"));
                ends.join(">") == conn
            });
            let number =
                row.unwrap_or_else(|| panic!("{conn} is not in the table"))["connection"].to_string();
            let events = read_back(&file, &["--connection", &number]);
            let events: Vec<Event> =
                events.into_iter().map(|event| serde_json::from_value(event).expect("an event")).collect();
            for direction in [Direction::Sent, Direction::Received] {
                let live = told(&left.events, direction, |event| event.side == Side::Client && above(event));
                let read = told(&events, direction, above);
                for (read, live) in read.iter().zip(&live) {
                    assert_eq!(read, live, "{args:?}: {conn}");
                }
                assert_eq!(read.len(), live.len(), "{args:?}: {conn} {direction:?}");
            }
        }
    }
}

/// The lines that `lab read` gives of a capture.
fn read_back(file: &Path, args: &[&str]) -> Vec<serde_json::Value> {
    let mut command = Command::new(binary("lab"));
    let output =
        command.arg("read").arg(file).args(args).args(["--format", "json"]).output().expect("lab runs");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[kit::test]
fn without_the_right_to_capture_the_run_says_so_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("run.pcapng");
    let mut command = Command::new(binary("lab"));
    if may_capture() {
        if !require("capsh") {
            return;
        }
        command = Command::new("capsh");
        command.args(["--drop=cap_net_raw", "--", "-c", "exec \"$@\"", "sh"]).arg(binary("lab"));
    }
    command.args(["tls", "--format", "json", "--certs"]).arg(folder.path().join("certs"));
    let left = Running::start(command.arg("--capture").arg(&file)).wait();
    assert!(left.status.success(), "{}", left.stderr);
    assert!(left.stderr.contains("without CAP_NET_RAW"), "{}", left.stderr);
    assert!(!file.exists());
    assert!(left.events.iter().any(|event| event.step.id() == "tls.finished"), "the run itself goes on");
}
