//! The ways in which a login goes on after a key, and what each shows of claim s13.

use serde_json::{Value, json};
use steps::{Direction, Evidence, Side};

use super::*;
use crate::{Judge, Verdict};

fn event(side: Side, direction: Direction, step: Step, fields: Value) -> Event {
    Event::by_hand((side, direction), step, Evidence::Callback, fields)
}

fn on_client(step: Step, fields: Value) -> Event {
    event(Side::Client, Direction::Received, step, fields)
}

fn on_server(step: Step, fields: Value) -> Event {
    event(Side::Server, Direction::Received, step, fields)
}

/// The verdicts on s13, in order, with a word of each sentence; those of the end come last.
fn check(events: &[Event], expected: &[(Verdict, &str)]) {
    let mut past = Judge::default();
    let mut found: Vec<_> =
        events.iter().flat_map(|event| past.judge(event)).filter(|finding| finding.id == S13).collect();
    found.extend(at_end(past.past()));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (finding, (verdict, word)) in found.iter().zip(expected) {
        let because = finding.because.as_ref().map(|said| said.en.as_str()).unwrap_or_default();
        assert!(finding.verdict == *verdict && because.contains(word), "{finding:#?}");
    }
}

fn failed(method: &str, partial_success: bool, left: &[&str]) -> Event {
    let fields = json!({
        "method_name": method, "partial_success": partial_success, "authentications_that_can_continue": left,
    });
    on_client(Step::AuthFailure, fields)
}

fn no_to_key(left: &[&str]) -> Event {
    failed("publickey", false, left)
}

fn query(answer: &str, left: &[&str]) -> Event {
    let fields = json!({"answer": answer, "authentications_that_can_continue": left});
    on_server(Step::PublickeyQuery, fields)
}

fn granted(method: &str) -> Event {
    on_client(Step::AuthSuccess, json!({"method_name": method, "user_name": "demo"}))
}

#[test]
fn without_passwords_a_refused_key_is_a_refused_login_once_the_login_is_over() {
    let refused = (Verdict::AsNoted, "access is refused");
    check(&[no_to_key(&["publickey"])], &[refused]);
    check(&[query("reject", &["publickey"])], &[refused]);
    check(&[query("accept", &["publickey"])], &[]);
    check(&[no_to_key(&["publickey"]), no_to_key(&["publickey"])], &[refused]);
    // A second key lets the user in, or was not judged any more.
    check(&[no_to_key(&["publickey"]), granted("publickey")], &[]);
    check(&[query("reject", &["publickey"]), query("accept", &[])], &[]);
    check(&[no_to_key(&["publickey"]), on_client(Step::PublickeyOk, json!({}))], &[]);
    // The user had a password to try, and did not.
    check(&[no_to_key(&["publickey", "password"])], &[]);
    let unsaid = json!({"method_name": "publickey", "partial_success": false});
    check(&[on_client(Step::AuthFailure, unsaid)], &[]);
    let mut past = Judge::default();
    past.judge(&no_to_key(&["publickey"]));
    assert_eq!(past.summary(steps::Protocol::Ssh, false).len(), 1, "the summary says it");
}

#[test]
fn a_first_of_two_proofs_is_no_refusal() {
    check(&[failed("publickey", true, &["hostbased"])], &[]);
    let second = (Verdict::Depends, "a second proof");
    check(&[failed("publickey", true, &["password"]), granted("password")], &[second]);
    check(&[failed("password", true, &["publickey"])], &[(Verdict::Depends, "accepted")]);
    // One key was refused, another taken.
    let taken = failed("publickey", true, &["password"]);
    check(&[no_to_key(&["publickey"]), taken, granted("password")], &[second]);
}

#[test]
fn with_passwords_the_password_is_checked() {
    let left = ["publickey", "keyboard-interactive", "password"];
    check(&[no_to_key(&left), granted("password")], &[(Verdict::AsNoted, "accepted")]);
    let no = failed("keyboard-interactive", false, &left);
    check(&[no_to_key(&left), no], &[(Verdict::AsNoted, "refused")]);
    for step in [Step::AuthPassword, Step::InteractiveAnswer] {
        let checked = on_server(step, json!({"answer": "accept"}));
        check(&[query("reject", &left), checked], &[(Verdict::AsNoted, "accepted")]);
    }
}

#[test]
fn a_password_that_no_key_went_before_is_the_clients_choice() {
    let checked = on_server(Step::AuthPassword, json!({"answer": "accept"}));
    check(&[checked], &[(Verdict::Depends, "at once")]);
    check(&[granted("password")], &[(Verdict::Depends, "at once")]);
    check(&[granted("publickey")], &[]);
    // What a client sends is not judged before the answer is here.
    check(&[event(Side::Client, Direction::Sent, Step::AuthPassword, json!({}))], &[]);
}
