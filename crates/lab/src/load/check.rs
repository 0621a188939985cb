//! The server's log against what the clients know: every connection told to its end, nothing mixed up.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::Context;
use claims::Event;
use serde::Serialize;
use steps::{Direction, Gap, summary};

use super::Tally;

/// What the log holds.
#[derive(Debug, Default, Serialize)]
pub(super) struct Checked {
    pub(super) events: u64,
    /// What the log itself says is missing.
    pub(super) dropped: u64,
    /// Lines that are neither.
    pub(super) unreadable: u64,
    /// Connections that have a summary, and those that have none.
    pub(super) told: usize,
    pub(super) untold: usize,
    /// Of those with a summary, how many were complete.
    pub(super) complete: usize,
    /// Connections with more than one summary, beyond those whose addresses were used again.
    pub(super) told_twice: usize,
    /// First messages that are, byte for byte, what that very client sent, and those that are not.
    pub(super) matched: usize,
    pub(super) mixed_up: usize,
    /// Handshakes that a client completed and the log does not know.
    pub(super) unknown: usize,
}

/// Reads the log at `path`.
pub(super) fn log(path: &Path, tally: &Tally) -> anyhow::Result<Checked> {
    let file = File::open(path).with_context(|| format!("could not read {}", path.display()))?;
    // Ports are used again after a while: a name may stand for several connections.
    let mut said: HashMap<&str, Vec<&[u8]>> = HashMap::new();
    for (conn, bytes) in &tally.said {
        said.entry(conn).or_default().push(bytes);
    }
    // How many summaries each has.
    let (mut checked, mut conns) = (Checked::default(), HashMap::<String, usize>::new());
    for line in BufReader::new(file).lines() {
        let line = line.context("the log cannot be read")?;
        let Ok(event) = serde_json::from_str::<Event>(&line) else {
            match serde_json::from_str::<Gap>(&line) {
                Ok(gap) => checked.dropped += gap.dropped,
                Err(_) => checked.unreadable += 1,
            }
            continue;
        };
        checked.events += 1;
        let summaries = conns.entry(event.conn.clone()).or_default();
        if event.step.is_summary() {
            *summaries += 1;
            checked.complete += usize::from(event.get(summary::OUTCOME) == Some("complete"));
        }
        let is_first_message =
            ["tls.client_hello", "ws.upgrade_request", "ssh.kexinit"].contains(&event.step.id());
        if is_first_message && event.direction == Direction::Received && !event.bytes.is_empty() {
            match said.get(event.conn.as_str()) {
                Some(all) if all.iter().any(|bytes| contains(bytes, &event.bytes.0)) => checked.matched += 1,
                Some(_) => checked.mixed_up += 1,
                // Its client does not count it: the handshake failed.
                None => {}
            }
        }
    }
    for (conn, summaries) in &conns {
        match summaries {
            0 => checked.untold += 1,
            n => {
                checked.told += n;
                checked.told_twice += n.saturating_sub(said.get(conn.as_str()).map_or(1, Vec::len));
            }
        }
    }
    checked.unknown = said.keys().filter(|conn| !conns.contains_key(**conn)).count();
    Ok(checked)
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    // What a client sent is remembered up to a bound.
    all.windows(part.len().min(all.len()).max(1)).any(|window| part.starts_with(window))
}
