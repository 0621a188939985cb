use serde_json::{Value, json};
use steps::{Direction, Evidence, Protocol, Side};

use super::*;
use crate::{Judge, Verdict};

fn seen(direction: Direction, step: Step, fields: Value) -> Event {
    Event::by_hand((Side::Client, direction), step, Evidence::Wire, fields)
}

/// What the last of `events` shows, judged in order.
fn last(events: &[Event]) -> Vec<(Claim, Verdict)> {
    let mut past = Judge::default();
    let findings = events.iter().fold(Vec::new(), |_, event| past.noted(event));
    findings.iter().map(|finding| (finding.id, finding.verdict)).collect()
}

fn client_hello(version: &str) -> Event {
    let fields = json!({
        "version": version, "legacy_version": "TLS 1.2", "random": "00ff", "cipher_suites": ["a"],
        "extensions": ["supported_versions", "key_share"], "key_share": ["x25519"],
        "supported_versions": [version],
    });
    seen(Direction::Sent, Step::ClientHello, fields)
}

fn server_hello(version: &str) -> Event {
    let fields = json!({
        "version": version, "legacy_version": "TLS 1.2", "random": "ff00", "cipher_suite": "a",
        "extensions": ["key_share"], "key_share": "x25519", "resumed": false,
    });
    seen(Direction::Received, Step::ServerHello, fields)
}

fn finished(from: Direction) -> Event {
    let fields = json!({"encrypted": true, "verify_data": "aa", "verify_data_recomputed": "aa"});
    seen(from, Step::Finished, fields)
}

#[test]
fn t9_of_a_resumed_session_names_no_pre_master_secret() {
    let fields = json!({"derivation": "PRF", "before_server_hello": true, "fingerprints": ["3fb67ec6"]});
    let here = (Side::Server, Direction::Local);
    let event = Event::by_hand(here, Step::SessionKeys, Evidence::Callback, fields);
    let findings = Judge::default().noted(&event);
    let [finding] = findings.as_slice() else { panic!("one finding, not {findings:?}") };
    assert_eq!((finding.id, finding.verdict), (Claim::T9, Verdict::Differs));
    let because = finding.because.as_ref().expect("it says why");
    assert!(because.en.contains("3fb67ec6") && because.zh.contains("3fb67ec6"), "{because:?}");
}

#[test]
fn a_client_hello_that_renegotiates_is_not_t1_again() {
    let hello = client_hello("TLS 1.2");
    assert_eq!(last(std::slice::from_ref(&hello)), [(Claim::T1, Verdict::AsNoted)]);
    let before = [hello.clone(), server_hello("TLS 1.2"), finished(Direction::Sent)];
    let again = [&before[..], &[hello]].concat();
    assert_eq!(last(&again), []);
    // Nor is anything else of that handshake the notes' own.
    let certificate = json!({"encrypted": true, "subject": "CN=localhost", "certificates": 1});
    let certificate = seen(Direction::Received, Step::Certificate, certificate);
    assert_eq!(last(&[&again[..], &[certificate]].concat()), []);
}

#[test]
fn t10_is_absent_once_where_a_tls_1_3_client_sends_none_or_sends_it_early() {
    let early = seen(Direction::Sent, Step::ChangeCipherSpec, json!({"switches_keys": false}));
    let late = json!({"switches_keys": false, "version": "TLS 1.3"});
    let late = seen(Direction::Sent, Step::ChangeCipherSpec, late);
    let complete = seen(Direction::Local, Step::HandshakeComplete, json!({"protocol_version": "TLS 1.3"}));
    let t10 = |between: &[Event], missed: bool| {
        let mut past = Judge::default();
        past.noted(&client_hello("TLS 1.3"));
        for event in between {
            past.noted(event);
        }
        past.noted(&complete);
        if missed {
            past.missed();
        }
        let summary = past.summary(Protocol::Tls, true);
        summary.into_iter().find(|finding| finding.id == Claim::T10).map(|finding| finding.verdict)
    };
    let hello = server_hello("TLS 1.3");
    assert_eq!(t10(std::slice::from_ref(&hello), false), Some(Verdict::Absent));
    assert_eq!(t10(&[early, hello.clone()], false), Some(Verdict::Absent));
    assert_eq!(t10(&[hello.clone(), late], false), Some(Verdict::Differs));
    assert_eq!(t10(&[server_hello("TLS 1.2")], false), None);
    // What is missing from the log may have been there.
    assert_eq!(t10(&[hello], true), None);
}

#[test]
fn what_is_not_in_a_log_with_a_gap_is_no_evidence() {
    let certificate = json!({"encrypted": false, "subject": "CN=localhost", "certificates": 1});
    let certificate = seen(Direction::Received, Step::Certificate, certificate);
    let done = seen(Direction::Received, Step::ServerHelloDone, json!({}));
    let mut past = Judge::default();
    past.noted(&certificate);
    assert_eq!(past.clone().noted(&done).len(), 1, "no ServerKeyExchange came before it");
    past.missed();
    assert_eq!(past.noted(&done), [], "or it is what is missing");
}
