//! Facts and the sentence that they lead to, in both languages. Beside each case stands a near one, which differs in one
//! fact and leads to another rule. The sentences are kept in `tests/sentences.txt`, to be read through; who changes
//! one runs `SENTENCES=write cargo test -p asnoted-steps ws::reason` and reads the difference.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::{
    Direction, Event, Evidence, Protocol, Step as AnyStep,
    rule::kept,
    tls,
    ws::{Check, Checked, check_fields},
};

mod cases;

/// One set of facts.
struct Case {
    name: &'static str,
    side: Side,
    events: Vec<Event>,
    ended: Ended,
    received: u64,
    midst: Option<u64>,
    given: Given,
}

/// What a client knows that has asked for an upgrade.
fn client(name: &'static str, ended: Ended) -> Case {
    bare(name, Side::Client, ended).c(Step::UpgradeRequest, json!({"path": "/chat"}))
}

fn server(name: &'static str, ended: Ended) -> Case {
    bare(name, Side::Server, ended)
}

fn bare(name: &'static str, side: Side, ended: Ended) -> Case {
    Case { name, side, events: Vec::new(), ended, received: 0, midst: None, given: Given::default() }
}

impl Case {
    fn event(mut self, from: Option<Side>, step: impl Into<AnyStep>, fields: Value) -> Case {
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

    /// An answer other than 101, with its headers and its body.
    fn refused(self, status: u64, phrase: &str, headers: Value, body: &str) -> Case {
        let mut fields = json!({"status": status, "status_line": format!("HTTP/1.1 {status} {phrase}")});
        for (name, value) in headers.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        let case = self.s(Step::Refused, fields);
        if body.is_empty() { case } else { case.s(Step::Body, json!({ "text": body })) }
    }

    /// A requirement that is not met.
    fn unmet(self, step: Step, check: Check, found: Option<&str>) -> Case {
        let checked = Checked { check, found: found.map(str::to_owned), met: false };
        let fields = json!(check_fields(&[checked]));
        self.event(None, step, fields)
    }

    fn open(self) -> Case {
        self.open_with(json!({}))
    }

    fn open_with(self, asked: Value) -> Case {
        let mut case = self;
        case.received = 129;
        case.c(Step::UpgradeRequest, asked).s(Step::SwitchingProtocols, json!({"status": 101}))
    }

    /// The peer's Close.
    fn close(self, code: Option<u16>, meaning: &str, reason: &str) -> Case {
        let from = self.side.peer();
        let mut fields = json!({"meaning": meaning, "reason": reason});
        if let Some(code) = code {
            fields["code"] = code.into();
        }
        self.event(Some(from), Step::Close, fields)
    }

    fn awaiting(mut self, awaited: Awaited) -> Case {
        self.given.awaited = Some(awaited);
        self
    }

    fn reason(&self) -> Reason {
        let mut past = Past::default();
        for event in &self.events {
            past.remember(event);
        }
        reason(&Facts {
            side: self.side,
            past: &past,
            ended: &self.ended,
            received: self.received,
            midst: self.midst,
            given: &self.given,
        })
    }
}

#[test]
fn facts_lead_to_these_sentences() {
    let page: String = cases::all().iter().map(|case| kept::entry(case.name, &case.reason())).collect();
    kept::are_kept(Protocol::Ws, &page);
}

#[test]
fn each_rule_is_met_and_each_sentence_is_whole() {
    let met: BTreeSet<_> = cases::all().iter().filter_map(|case| case.reason().rule).collect();
    let unmet: Vec<_> = rules().map(|rule| rule.id).filter(|id| !met.contains(id)).collect();
    assert!(unmet.is_empty(), "no case meets {unmet:?}");
    for case in cases::all() {
        let said = case.reason().said();
        assert!(said.en.ends_with(['.', '?', '`']), "{}: {}", case.name, said.en);
        assert!(said.zh.ends_with(['。', '？', '`']), "{}: {}", case.name, said.zh);
        for foreign in ["os error", "Other(", "Context", "docs.rs", "WebSocket protocol error", "httparse"] {
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
fn a_server_that_gives_its_reason_is_not_asked_whether_it_echoes() {
    for code in [1001, 1002, 1007, 1008, 1011, 1013, 4001] {
        let case =
            client("", Ended::Closed).open().awaiting(Awaited::Text).close(Some(code), "so", "because");
        let said = case.reason().said();
        assert!(said.en.contains("`because`") && said.zh.contains("`because`"), "{}", said.en);
        assert!(!said.en.contains("echo?") && !said.en.contains("Does it echo"), "{}", said.en);
    }
}
