//! The byte view of all that the scenarios log: each byte stands under one field, and each byte of a whole message has a
//! name.

use std::collections::BTreeSet;

use steps::{Part, Protocol};
use strum::VariantArray;

use super::run;

#[kit::test]
fn each_byte_of_all_scenarios_is_told_once() {
    let (mut messages, mut bytes_told) = (0, 0);
    for protocol in Protocol::VARIANTS {
        let Some(run) = run(*protocol) else { continue };
        let read = show::read_log("the scenarios", &run.log);
        let mut unnamed = BTreeSet::new();
        for event in read.events.iter().filter(|event| !event.bytes.is_empty()) {
            let bytes = &event.bytes.0;
            let parts = wire::layout(event);
            let mut at = 0;
            for leaf in Part::leaves(&parts) {
                assert_eq!(leaf.offset, at, "{}: {leaf:?}", event.step);
                at += leaf.length;
            }
            assert_eq!(at, bytes.len(), "{}: {parts:?}", event.step);
            if parts.iter().any(|part| part.name.is_empty()) {
                unnamed.insert(event.step.id());
            }
            (messages, bytes_told) = (messages + 1, bytes_told + bytes.len());
        }
        // What nobody can read has no names.
        let readable: Vec<_> = unnamed.iter().filter(|id| !UNREADABLE.contains(id)).collect();
        assert!(readable.is_empty(), "{protocol:?}: {readable:?}");
    }
    println!("{messages} messages, {bytes_told} bytes");
}

/// Bytes that no decoder could read, or that a scenario damaged.
const UNREADABLE: [&str; 7] = [
    "tcp.undecodable",
    "tls.undecodable",
    "tls.does_not_open",
    "ws.undecodable",
    "ssh.undecodable",
    "ssh.wrong_tag",
    // Also a guessed packet of a method that was not agreed on, which nobody reads.
    "ssh.other_message",
];
