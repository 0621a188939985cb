//! What the tests of this folder share: one set of keys, the programs, and ways to look at a log.

use std::{path::Path, sync::OnceLock};

use claims::{Claim, Event, Verdict};
use steps::Direction;
use tempfile::TempDir;

use crate::common::{ByName, Output, Server, client, crossed, ids, summary};

/// A set of demo keys for all tests of this file.
pub(crate) fn keys() -> &'static Path {
    static KEYS: OnceLock<TempDir> = OnceLock::new();
    let folder = KEYS.get_or_init(|| {
        let folder = TempDir::new().expect("a temporary folder can be made");
        certs::ensure(folder.path()).expect("the demo keys can be made");
        folder
    });
    folder.path()
}

pub(crate) fn key(name: &str) -> String {
    keys().join(name).display().to_string()
}

pub(crate) fn server(args: &[&str]) -> Server {
    let certs = keys().display().to_string();
    Server::start("tls", &[&["--certs", certs.as_str()], args].concat())
}

pub(crate) fn tls_client(target: &str, args: &[&str]) -> Output {
    let certs = keys().display().to_string();
    client(&[&["tls", target, "--certs", certs.as_str()], args].concat())
}

/// The ids of TLS's own steps: what TCP says below them is not at stake here.
pub(crate) fn tls_ids(events: &[Event]) -> Vec<&'static str> {
    ids(events).into_iter().filter_map(|id| id.strip_prefix("tls.")).collect()
}

pub(crate) fn reason(events: &[Event]) -> String {
    let summary = summary(events);
    assert_eq!(summary.text("outcome"), "failed");
    let reason = |lang: &str| summary.fields["reason"][lang].as_str().unwrap_or_default().to_owned();
    assert!(!reason("zh").is_ascii(), "both languages say why");
    reason("en")
}

/// The verdict on each claim of the notes' TLS part, `-` where this side shows nothing.
pub(crate) fn verdicts(events: &[Event]) -> String {
    let summary = summary(events);
    let words = Claim::T1 as usize..=Claim::T14 as usize;
    let found = |index| summary.claims.iter().find(|finding| finding.id as usize == index);
    let word = |index| match found(index).map(|finding| finding.verdict) {
        None => '-',
        Some(Verdict::AsNoted) => 'n',
        Some(Verdict::Depends) => '~',
        Some(Verdict::Differs) => 'd',
        Some(Verdict::Absent) => 'a',
    };
    words.map(word).collect()
}

/// One value of every event of a step.
pub(crate) fn values<'a>(events: &'a [Event], step: &str, field: &str) -> Vec<&'a steps::Value> {
    events.iter().filter(|event| event.step.id() == step).map(|event| &event.fields[field]).collect()
}

/// The wire part of a log that needs only one key.
pub(crate) fn told(
    events: &[Event],
    direction: Direction,
) -> Vec<(&'static str, &steps::Fields, &steps::Bytes)> {
    let events = crossed(events, direction).into_iter();
    events
        .filter(|event| event.step.protocol() == steps::Protocol::Tls)
        .map(|event| (event.step.id(), &event.fields, &event.bytes))
        .collect()
}
