//! Facts and the sentence that they lead to, in both languages. Beside each case stands a near one, which differs in one
//! fact and leads to another rule. The sentences are kept in `tests/sentences.txt`, to be read through; who changes
//! one runs `SENTENCES=write cargo test -p asnoted-steps tls::reason` and reads the difference.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::{Direction, Event, Evidence, Past, Protocol, Side, rule::kept};

mod cases;

/// One set of facts.
struct Case {
    name: &'static str,
    side: Side,
    events: Vec<Event>,
    began: bool,
    given: Given,
    end: End,
}

/// What a client knows of a connection that ended like this.
fn client(name: &'static str, end: End) -> Case {
    let given = Given::nothing(Program::Client);
    Case { name, side: Side::Client, events: Vec::new(), began: false, given, end }.hello(json!({}))
}

/// What a server knows.
fn server(name: &'static str, end: End) -> Case {
    let given = Given::nothing(Program::Server);
    Case { name, side: Side::Server, events: Vec::new(), began: false, given, end }
}

impl Case {
    fn event(mut self, from: Option<Side>, step: Step, fields: Value) -> Case {
        let direction = match from {
            None => Direction::Local,
            Some(from) if from == self.side => Direction::Sent,
            Some(_) => Direction::Received,
        };
        self.began |= direction == Direction::Received;
        let mut event = Event::by_hand((self.side, direction), step, Evidence::Wire, fields);
        event.protocol = Protocol::Tls;
        self.events.push(event);
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

    /// A ClientHello as ours is, with these fields instead of its own.
    fn hello(self, other: Value) -> Case {
        let mut fields = json!({
            "version": "TLS 1.3", "supported_versions": ["TLS 1.3", "TLS 1.2"], "server_name": "localhost",
            "cipher_suites": ["TLS_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"],
            "supported_groups": ["x25519", "secp256r1"], "key_share": "x25519", "alpn": "http/1.1",
            "signature_algorithms": ["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"],
        });
        for (name, value) in other.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        self.c(Step::ClientHello, fields)
    }

    fn server_hello(self) -> Case {
        let fields = json!({"version": "TLS 1.3", "cipher_suite": "TLS_AES_256_GCM_SHA384"});
        self.s(Step::ServerHello, fields)
    }

    /// The server's certificate, with these fields instead of its own.
    fn certificate(self, other: Value) -> Case {
        let fields = certificate("CN=our server", other);
        self.s(Step::Certificate, fields)
    }

    fn alert(self, from: Side, name: &str) -> Case {
        let level = if name == "close_notify" { "warning" } else { "fatal" };
        self.event(Some(from), Step::Alert, json!({"description": name, "level": level}))
    }

    fn complete(self, alpn: Option<&str>) -> Case {
        let fields = alpn.map_or(json!({}), |alpn| json!({ "alpn": alpn }));
        self.s(Step::Finished, json!({})).c(Step::Finished, json!({})).local(Step::HandshakeComplete, fields)
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
        let now = "2026-11-27T12:00:00Z".parse().expect("it is a time");
        let (side, given, end, began) = (self.side, &self.given, self.end.clone(), self.began);
        reason(&Facts { side, past: &past, end, given, now, began })
    }
}

fn certificate(subject: &str, other: Value) -> Value {
    let mut fields = json!({
        "certificates": 1, "subject": subject, "issuer": "CN=our CA", "names": ["localhost", "127.0.0.1"],
        "not_before": "2026-01-01T00:00:00Z", "not_after": "2029-01-01T00:00:00Z", "public_key": "EC P-256",
        "signature_algorithm": "ecdsa-with-SHA256", "result": "refused", "name": "localhost",
    });
    for (name, value) in other.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    fields
}

/// The peer's alert of that name, as the library says it.
fn alerted(name: &str) -> End {
    End::Alert(Alert::by_name(name).expect("IANA names it"))
}

const PATIENCE: End = End::Silent(Duration::from_secs(10));

#[test]
fn facts_lead_to_these_sentences() {
    let page: String = cases::all().iter().map(|case| kept::entry(case.name, &case.reason())).collect();
    kept::are_kept(Protocol::Tls, &page);
}

#[test]
fn each_rule_is_met_and_each_sentence_is_whole() {
    let met: BTreeSet<_> = cases::all().iter().filter_map(|case| case.reason().rule).collect();
    let unmet: Vec<_> = rules().map(|rule| rule.id).filter(|id| !met.contains(id)).collect();
    assert!(unmet.is_empty(), "no case meets {unmet:?}");
    for case in cases::all() {
        let said = case.reason().said();
        assert!(said.en.ends_with('.') || said.en.ends_with('?'), "{}: {}", case.name, said.en);
        assert!(said.zh.ends_with('。') || said.zh.ends_with('？'), "{}: {}", case.name, said.zh);
        for foreign in ["os error", "Other(", "Context", "docs.rs", "{", "}"] {
            assert!(!said.en.contains(foreign) && !said.zh.contains(foreign), "{}: {said:?}", case.name);
        }
    }
}

/// Options, ports, demo files and HTTP/1.1 are those of our own programs.
#[test]
fn another_program_is_told_of_nothing_that_it_has_not() {
    let mut met = BTreeSet::new();
    for mut case in cases::all() {
        case.given = Given::nothing(Program::Other);
        let reason = case.reason();
        let said = reason.said();
        let ours = ["`--", "`client ", "`certs ", "7022", "7443", "7444", "ca.pem", "demo", "HTTP/1.1"];
        for name in ours {
            assert!(!said.en.contains(name) && !said.zh.contains(name), "{}: {said:?}", case.name);
        }
        met.extend(reason.rule);
    }
    let ours = ["tls.speaks_http2", "tls.not_http", "tls.no_answer", "tls.no_request"];
    assert!(ours.iter().all(|rule| !met.contains(rule)), "{met:?}");
    assert!(met.contains("tls.certificate_issuer_unknown"), "{met:?}");
}

#[test]
fn after_a_complete_handshake_nobody_asks_whether_it_was_tls() {
    let ends = [End::Cut, End::Reset, PATIENCE, End::Unfinished, End::NoHttp, alerted("internal_error")];
    for end in ends {
        let case = client("", end).server_hello().complete(None).c(Step::ApplicationData, json!({}));
        let said = case.reason().said();
        assert!(!said.en.contains("TLS peer") && !said.en.contains("not speak TLS"), "{}", said.en);
        assert!(!said.en.contains("right port") && !said.en.contains("TLS port"), "{}", said.en);
    }
}
