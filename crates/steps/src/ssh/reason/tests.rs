//! Facts and the sentence that they lead to, in both languages. Beside each case stands a near one, which differs in one
//! fact and leads to another rule. The sentences are kept in `tests/sentences.txt`, to be read through; who changes
//! one runs `SENTENCES=write cargo test -p asnoted-steps ssh::reason` and reads the difference.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::{Direction, Event, Evidence, Protocol, rule::kept};

mod cases;

/// One set of facts.
struct Case {
    name: &'static str,
    side: Side,
    events: Vec<Event>,
    ended: Ended,
    given: Given,
}

fn client(name: &'static str, ended: Ended) -> Case {
    let given =
        Given { methods: vec!["publickey", "password", "keyboard-interactive"], keys: 1, ..Given::default() };
    Case { name, side: Side::Client, events: Vec::new(), ended, given }
}

fn server(name: &'static str, ended: Ended) -> Case {
    let given = Given { methods: vec!["publickey"], ..Given::default() };
    Case { name, side: Side::Server, events: Vec::new(), ended, given }
}

impl Case {
    fn event(mut self, from: Option<Side>, step: Step, fields: Value) -> Case {
        let direction = match from {
            None => Direction::Local,
            Some(from) if from == self.side => Direction::Sent,
            Some(_) => Direction::Received,
        };
        self.events.push(Event::by_hand((self.side, direction), step, Evidence::Wire, fields));
        self
    }

    /// The client's step.
    fn c(self, step: Step, fields: Value) -> Case {
        self.event(Some(Side::Client), step, fields)
    }

    /// The server's step.
    fn s(self, step: Step, fields: Value) -> Case {
        self.event(Some(Side::Server), step, fields)
    }

    /// What happened inside this side.
    fn local(self, step: Step, fields: Value) -> Case {
        self.event(None, step, fields)
    }

    /// The lines before the identification.
    fn lines(self, lines: &[&str]) -> Case {
        lines.iter().fold(self, |case, line| case.s(Step::LineBefore, json!({ "text": line })))
    }

    fn identified(self) -> Case {
        let fields = json!({"protoversion": "2.0", "softwareversion": "x"});
        self.c(Step::Identification, fields.clone()).s(Step::Identification, fields)
    }

    fn kexinits(self) -> Case {
        self.identified().c(Step::Kexinit, json!({})).s(Step::Kexinit, json!({}))
    }

    /// Up to the keys, which are in use.
    fn keyed(self) -> Case {
        let case = self.kexinits().c(Step::KeyExchangeInit, json!({})).s(Step::KeyExchangeReply, json!({}));
        let case = case.s(Step::Newkeys, json!({})).c(Step::Newkeys, json!({}));
        case.c(Step::Encrypted, json!({})).local(Step::SessionKey, json!({}))
    }

    /// The server lists these methods.
    fn lists(self, methods: &[&str]) -> Case {
        let fields = json!({"authentications_that_can_continue": methods, "user_name": "demo"});
        self.keyed().c(Step::AuthNone, json!({"user_name": "demo"})).s(Step::AuthMethods, fields)
    }

    /// A proof, and what the server made of it.
    fn tried(self, method: &str, in_part: bool, left: &[&str]) -> Case {
        let case = match method {
            "certificate" => self.c(
                Step::PublickeyQuery,
                json!({"public_key_fingerprint": "SHA256:abc", "certificate_key_id": "demo"}),
            ),
            "publickey" => self.c(Step::PublickeyQuery, json!({"public_key_fingerprint": "SHA256:abc"})),
            "password" => self.c(Step::AuthPassword, json!({})),
            "unasked" => self,
            _ => self
                .s(Step::InteractiveQuestion, json!({"prompts": ["Password: "]}))
                .c(Step::InteractiveAnswer, json!({})),
        };
        let name = match method {
            "certificate" => "publickey",
            "unasked" => "keyboard-interactive",
            method => method,
        };
        case.s(
            Step::AuthFailure,
            json!({"method_name": name, "partial_success": in_part, "authentications_that_can_continue": left,
                   "user_name": "demo"}),
        )
    }

    fn logged_in(self) -> Case {
        let mut case = self.lists(&["publickey"]).s(Step::AuthSuccess, json!({"method_name": "publickey"}));
        case.given.logged_in = true;
        case
    }

    fn host_key(self, record: &str, more: Value) -> Case {
        let mut fields = json!({
            "record": record, "host": "[host]:7022", "file": "known_hosts", "line": 3, "accepted": false,
            "fingerprint": "SHA256:shown", "recorded_fingerprint": "SHA256:recorded", "key_type": "ssh-ed25519",
            "recorded_key_type": "ssh-ed25519", "decided_by": "option",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        self.kexinits().local(Step::HostKeyCheck, fields)
    }

    fn disconnect(self, code: u64, name: &str, words: &str) -> Case {
        let from = self.side.peer();
        let fields = json!({"reason_code": code, "reason": name, "description": words});
        self.event(Some(from), Step::Disconnect, fields)
    }

    fn given(mut self, give: impl FnOnce(&mut Given)) -> Case {
        give(&mut self.given);
        self
    }

    fn reason(&self) -> Reason {
        let mut past = Past::default();
        for event in &self.events {
            past.remember(event);
        }
        reason(&Facts { side: self.side, past: &past, ended: &self.ended, given: &self.given })
    }
}

#[test]
fn facts_lead_to_these_sentences() {
    let page: String = cases::all().iter().map(|case| kept::entry(case.name, &case.reason())).collect();
    kept::are_kept(Protocol::Ssh, &page);
}

#[test]
fn each_rule_is_met_and_each_sentence_is_whole() {
    let met: BTreeSet<_> = cases::all().iter().filter_map(|case| case.reason().rule).collect();
    let unmet: Vec<_> = rules().map(|rule| rule.id).filter(|id| !met.contains(id)).collect();
    assert!(unmet.is_empty(), "no case meets {unmet:?}");
    for case in cases::all() {
        let said = case.reason().said();
        assert!(said.en.ends_with(['.', '?']), "{}: {}", case.name, said.en);
        assert!(said.zh.ends_with(['。', '？']), "{}: {}", case.name, said.zh);
        for foreign in ["os error", "Other(", "Context", "docs.rs", "{", "}"] {
            assert!(!said.en.contains(foreign) && !said.zh.contains(foreign), "{}: {said:?}", case.name);
        }
    }
}

#[test]
fn a_near_case_is_another_rules() {
    let all = cases::all();
    let mut before: Option<&Case> = None;
    for case in &all {
        if case.name.starts_with("near: ") {
            let before = before.expect("a near case stands behind another");
            assert_ne!(case.reason().rule, before.reason().rule, "{} and {}", before.name, case.name);
        } else {
            before = Some(case);
        }
    }
}

#[test]
fn what_was_accepted_is_never_called_refused() {
    for left in [&["publickey"][..], &["password", "publickey"]] {
        for ended in [Ended::LoginRefused, Ended::AnswersUsedUp, Ended::NobodyToAsk, Ended::Gone(None)] {
            let case = client("", ended).lists(&["password"]).tried("password", true, left);
            let said = case.reason().said();
            assert!(said.en.contains("accepted the password") && !said.en.contains("refused"), "{}", said.en);
            assert!(said.zh.contains("已接受") && !said.zh.contains("拒绝"), "{}", said.zh);
        }
    }
}

#[test]
fn a_command_that_failed_says_how_and_in_its_own_words() {
    let mut past = Past::default();
    let case = client("", Ended::GaveUp)
        .s(Step::ChannelData, json!({"stream": "stderr", "text": "no shell here"}))
        .s(Step::ChannelRequest, json!({"request_type": "exit-signal", "detail": "KILL"}));
    for event in &case.events {
        past.remember(event);
    }
    let said = |exit| command_failed(&past, exit).en;
    assert_eq!(said(Exit::Status(1)), "the command ended with status 1: “no shell here”");
    assert_eq!(said(Exit::Signal), "the command was ended by the signal KILL: “no shell here”");
}
