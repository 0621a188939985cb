//! Runs of our pairs in the lab, captured, of which tshark tells.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use claims::Event;
use steps::Protocol;

use super::Run;
use crate::{
    common::{Running, binary},
    readback,
    theirs::{Judge, tshark},
};

/// Runs that follow one another, in the words of the lab's command line. Each set runs beside the others.
pub(crate) type Set = &'static [&'static [&'static str]];

/// Every normal run, and every scenario.
pub(crate) const SETS: [Set; 5] = [
    &[
        &["tcp"],
        &["tls", "--variant", "rsa"],
        &["tls", "--variant", "ecdhe"],
        &["tls", "--variant", "tls13"],
        &["ws"],
        &["ws", "--variant", "wss"],
        &["ssh"],
    ],
    &[&["run", "tcp/*"]],
    &[&["run", "tls/*"]],
    &[&["run", "ws/*"]],
    &[&["run", "ssh/*"]],
];

pub(crate) fn set(set: Set, certs: &Path) -> Vec<Run> {
    set.iter().map(|args| run(args, certs)).collect()
}

fn run(args: &[&str], certs: &Path) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("run.pcapng");
    let mut command = Command::new(binary("lab"));
    command.args(args).args(["--format", "json", "--certs"]).arg(certs);
    let left = Running::start(command.arg("--capture").arg(&file)).wait();
    assert!(!left.events.is_empty(), "{args:?}: {}", left.stderr);
    let told = tshark::tell(&file, &carried(&left.events), None);
    let read = readback::read(&file, None);
    Run { judge: Judge::Tshark, name: args.join(" "), count: count(args), events: left.events, told, read }
}

/// How many runs it is: one, or as many as there are scenarios.
fn count(args: &[&str]) -> usize {
    let Some(protocol) = args.last().and_then(|last| last.strip_suffix("/*")) else { return 1 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(protocol);
    fs::read_dir(folder).expect("scenarios are in folders").count()
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
