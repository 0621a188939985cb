//! The oracle: tshark reads the capture of a run, with the secrets in it, and its account is laid beside our log. Each
//! field that both tell must have the same value, and our log may leave no message out.
//!
//! ```sh
//! cargo test --test oracle -- --nocapture      # with the counts
//! ```

#[path = "../common/mod.rs"]
mod common;

mod compare;
mod pdml;
mod theirs;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use common::{Running, binary, captures, require};
use compare::{Report, compare};
use serde_json::Value;
use steps::{Event, Protocol};
use theirs::{Told, tell};

/// A run: our log of it, and what tshark says of its capture.
struct Run {
    name: String,
    events: Vec<Event>,
    told: Vec<Told>,
}

fn run(args: &[&str], folder: &Path) -> Run {
    let file = folder.join("run.pcapng");
    let mut command = Command::new(binary("lab"));
    command.args(args).args(["--format", "json", "--certs"]).arg(folder.join("certs"));
    let left = Running::start(command.arg("--capture").arg(&file)).wait();
    assert!(!left.events.is_empty(), "{args:?}: {}", left.stderr);
    let told = tell(&file, &carried(&left.events));
    Run { name: args.join(" "), events: left.events, told }
}

/// What the ports carry that no standard gives to a protocol.
fn carried(events: &[Event]) -> Vec<(u16, &'static str)> {
    let over_tls: BTreeSet<_> = events
        .iter()
        .filter(|event| event.step.protocol() == Protocol::Tls)
        .map(|event| event.conn.as_str())
        .collect();
    let mut ports = BTreeMap::new();
    for event in events {
        let server = event.conn.rsplit(':').next().and_then(|port| port.parse().ok());
        let protocol = match event.protocol {
            Protocol::Tcp => continue,
            Protocol::Tls => "tls",
            Protocol::Ws if over_tls.contains(event.conn.as_str()) => "tls",
            Protocol::Ws => "http",
            Protocol::Ssh => "ssh",
        };
        ports.insert(server.expect("a connection ends in a port"), protocol);
    }
    ports.into_iter().collect()
}

/// Says what came of a comparison, and fails when the two disagree.
fn judge(name: &str, report: &Report) {
    let Report { messages, equal, kinds, known, absent_there, alone, disagreements } = report;
    println!(
        "oracle: {name}: {messages} messages, {equal} fields equal ({} kinds), {absent_there} fields absent there, {} \
         disagreements",
        kinds.len(),
        disagreements.len()
    );
    for (why, count) in alone {
        println!("oracle: {name}: {count} messages that only one tells of: {why}");
    }
    for (why, count) in known {
        println!("oracle: {name}: {count} known disagreements: {why}");
    }
    assert!(disagreements.is_empty(), "{name}:\n{}", disagreements.join("\n"));
    assert!(*equal > 0, "{name}: nothing was compared");
}

const RUNS: [&[&str]; 6] = [
    &["tcp"],
    &["tls", "--variant", "rsa"],
    &["tls", "--variant", "ecdhe"],
    &["tls", "--variant", "tls13"],
    &["ws"],
    &["ssh"],
];

#[test]
fn tshark_agrees_with_each_normal_run() {
    if !require("tshark") || !captures("tshark_agrees_with_each_normal_run") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut all = Report::default();
    for args in RUNS {
        let Run { name, events, told } = run(args, folder.path());
        let report = compare(&events, &told);
        judge(&name, &report);
        all.add(report);
    }
    judge("all normal runs", &all);
}

fn scenarios_of(protocol: Protocol, test: &str) {
    if !require("tshark") || !captures(test) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let Run { name, events, told } = run(&["run", &format!("{}/*", protocol.id())], folder.path());
    judge(&name, &compare(&events, &told));
}

#[test]
fn tshark_agrees_with_the_faults_of_tcp() {
    scenarios_of(Protocol::Tcp, "tshark_agrees_with_the_faults_of_tcp");
}

#[test]
fn tshark_agrees_with_the_faults_of_tls() {
    scenarios_of(Protocol::Tls, "tshark_agrees_with_the_faults_of_tls");
}

#[test]
fn tshark_agrees_with_the_faults_of_ws() {
    scenarios_of(Protocol::Ws, "tshark_agrees_with_the_faults_of_ws");
}

/// An oracle that cannot fail says nothing: each kind of field that was found equal is falsified once, each message is
/// left out once, and every time the comparison must find it.
#[test]
fn whatever_is_falsified_is_found() {
    if !require("tshark") || !captures("whatever_is_falsified_is_found") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut falsified = 0;
    for args in RUNS {
        let Run { name, events, told } = run(args, folder.path());
        let truth = compare(&events, &told);
        assert_eq!(truth.disagreements, <[String; 0]>::default(), "{name}");
        for ((step, field), index) in &truth.kinds {
            let mut events = events.clone();
            let value = events[*index].fields.get_mut(field).expect("it was compared");
            *value = another(value);
            let found = compare(&events, &told).disagreements;
            assert!(!found.is_empty(), "{name}: {step} {field} was falsified");
            falsified += 1;
        }
        for index in truth.kinds.values().collect::<BTreeSet<_>>() {
            let mut fewer = events.clone();
            let missing = fewer.remove(*index);
            let found = compare(&fewer, &told);
            let lost = !found.disagreements.is_empty() || found.messages < truth.messages;
            assert!(lost, "{name}: {} was left out", missing.step);
            falsified += 1;
        }
    }
    println!("oracle: {falsified} falsified fields and missing messages, all found");
}

/// Another value of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Null => true.into(),
        Value::Bool(bit) => (!bit).into(),
        Value::Number(number) => (number.as_u64().unwrap_or_default() + 1).into(),
        Value::String(text) => {
            let changed = if text.ends_with('0') { '1' } else { '0' };
            let kept: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
            format!("{kept}{changed}").into()
        }
        Value::Array(list) => match list.as_slice() {
            [] => vec![Value::from("x")].into(),
            [one] => vec![another(one)].into(),
            [first, rest @ ..] => [rest, std::slice::from_ref(first)].concat().into(),
        },
        Value::Object(_) => Value::Null,
    }
}
