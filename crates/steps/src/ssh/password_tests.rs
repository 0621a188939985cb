//! The ways in which a login goes on after a key, and what each shows of claim s13.

use serde_json::{Value, json};

use super::*;
use crate::{Direction, Evidence, Side, Verdict};

fn event(side: Side, direction: Direction, step: Step, fields: Value) -> Event {
    Event::by_hand((side, direction), step, Evidence::Callback, fields)
}

fn on_client(step: Step, fields: Value) -> Event {
    event(Side::Client, Direction::Received, step, fields)
}

fn on_server(step: Step, fields: Value) -> Event {
    event(Side::Server, Direction::Received, step, fields)
}

/// The verdicts on s13, in order, with a word of each sentence.
fn check(events: &[Event], expected: &[(Verdict, &str)]) {
    let mut past = Past::default();
    let found: Vec<_> =
        events.iter().flat_map(|event| past.judge(event)).filter(|finding| finding.id == S13).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (finding, (verdict, word)) in found.iter().zip(expected) {
        let because = finding.because.as_ref().map(|said| said.en.as_str()).unwrap_or_default();
        assert!(finding.verdict == *verdict && because.contains(word), "{finding:#?}");
    }
}

fn no_to_key(left: &[&str]) -> Event {
    let fields = json!({"method_name": "publickey", "partial_success": false, "authentications_that_can_continue": left});
    on_client(Step::AuthFailure, fields)
}

fn query(answer: &str, left: &[&str]) -> Event {
    let fields = json!({"answer": answer, "authentications_that_can_continue": left});
    on_server(Step::PublickeyQuery, fields)
}

#[test]
fn without_passwords_a_refused_key_is_a_refused_login() {
    check(&[no_to_key(&["publickey"])], &[(Verdict::AsNoted, "access is refused")]);
    check(&[query("reject", &["publickey"])], &[(Verdict::AsNoted, "access is refused")]);
    check(&[query("accept", &["publickey"])], &[]);
}

#[test]
fn a_first_of_two_proofs_is_no_refusal() {
    let fields = json!({
        "method_name": "publickey", "partial_success": true, "authentications_that_can_continue": ["hostbased"],
    });
    check(&[on_client(Step::AuthFailure, fields)], &[]);
}

#[test]
fn with_passwords_the_password_is_checked() {
    let left = ["publickey", "keyboard-interactive", "password"];
    let yes = on_client(Step::AuthSuccess, json!({"method_name": "password"}));
    check(&[no_to_key(&left), yes], &[(Verdict::AsNoted, "accepted")]);
    let no = json!({"method_name": "keyboard-interactive", "authentications_that_can_continue": left});
    check(&[no_to_key(&left), on_client(Step::AuthFailure, no)], &[(Verdict::AsNoted, "refused")]);
    for step in [Step::AuthPassword, Step::InteractiveAnswer] {
        let checked = on_server(step, json!({"answer": "accept"}));
        check(&[query("reject", &left), checked], &[(Verdict::AsNoted, "accepted")]);
    }
}

#[test]
fn a_password_that_no_key_went_before_is_the_clients_choice() {
    let checked = on_server(Step::AuthPassword, json!({"answer": "accept"}));
    check(&[checked], &[(Verdict::Depends, "at once")]);
    let yes = on_client(Step::AuthSuccess, json!({"method_name": "password"}));
    check(&[yes], &[(Verdict::Depends, "at once")]);
    let by_key = on_client(Step::AuthSuccess, json!({"method_name": "publickey"}));
    check(&[by_key], &[]);
    // What a client sends is not judged before the answer is here.
    check(&[event(Side::Client, Direction::Sent, Step::AuthPassword, json!({}))], &[]);
}
