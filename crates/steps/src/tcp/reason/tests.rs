//! Facts and the sentence that they lead to, kept in `tests/sentences.txt` as TLS's are.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::{Direction, Event, Evidence, Protocol, Said, rule::kept, tcp::Step};

/// How it ended, and what was seen before.
type Case = (&'static str, Side, End, Vec<(Option<Side>, Step, Value)>);

fn cases() -> Vec<Case> {
    use End::{Call, NotConnected, Unanswered};
    use Side::{Client, Server};
    let seconds = Duration::from_secs(10);
    let address: SocketAddr = "192.0.2.7:80".parse().expect("it is one");
    let refused = |how| NotConnected(Attempt { address, how });
    let from = "192.0.2.1".parse().expect("it is one");
    let c = |step| (Some(Client), step, json!({}));
    let s = |step| (Some(Server), step, json!({}));
    let opened = || vec![c(Step::Syn), s(Step::SynAck), c(Step::Ack)];
    let and = |more: Vec<_>| [opened(), more].concat();
    vec![
        ("connected to itself", Client, End::ToItself(address), vec![]),
        ("RST in answer to the SYN", Client, refused(Refusal::Reset), vec![c(Step::Syn), s(Step::Rst)]),
        ("near: after the handshake", Client, refused(Refusal::Reset), and(vec![s(Step::Rst)])),
        ("near: by recv()", Client, Call("recv()", Errno::ECONNRESET), and(vec![s(Step::Rst)])),
        (
            "near: ICMP port unreachable",
            Client,
            refused(Refusal::Icmp(Icmp::v4(3, 3), from)),
            vec![c(Step::Syn)],
        ),
        ("near: ICMP prohibited", Client, refused(Refusal::Icmp(Icmp::v4(3, 13), from)), vec![c(Step::Syn)]),
        ("near: ICMPv6 address unreachable", Client, refused(Refusal::Icmp(Icmp::v6(1, 3), from)), vec![]),
        ("no answer for as long as we waited", Client, refused(Refusal::Silence(seconds)), vec![]),
        ("near: for as long as the kernel tried", Client, refused(Refusal::GivenUp), vec![]),
        ("no way there", Client, refused(Refusal::NoRoute), vec![]),
        ("near: nobody on the link", Client, refused(Refusal::NoNeighbour), vec![]),
        ("a link-local address without its link", Client, refused(Refusal::NoScope), vec![]),
        ("not let out", Client, refused(Refusal::Forbidden), vec![]),
        (
            "another address answered first",
            Client,
            refused(Refusal::Overtaken("[2001:db8::7]:80".parse().expect("it is one"))),
            vec![c(Step::Syn)],
        ),
        ("another number", Client, refused(Refusal::Other(Errno::from(12))), vec![]),
        (
            "data for a closed socket",
            Client,
            Call("recv()", Errno::ECONNRESET),
            and(vec![s(Step::Fin), c(Step::Data), s(Step::Rst)]),
        ),
        ("near: without a capture", Client, Call("close()", Errno::EPIPE), vec![]),
        (
            "near: no FIN had come",
            Client,
            Call("recv()", Errno::ECONNRESET),
            and(vec![c(Step::Data), s(Step::Rst)]),
        ),
        (
            "near: it had answered",
            Client,
            Call("recv()", Errno::ECONNRESET),
            and(vec![c(Step::Data), s(Step::Data), s(Step::Rst)]),
        ),
        ("near: without a capture, and no FIN known", Client, Call("recv()", Errno::ECONNRESET), vec![]),
        ("never acknowledged", Server, Call("send()", Errno::ETIMEDOUT), opened()),
        ("the path breaks", Server, Call("send()", Errno::EHOSTUNREACH), opened()),
        ("a number without a name", Server, Call("send()", Errno::from(12)), opened()),
        (
            "our FIN behind a closed window",
            Server,
            Unanswered("LAST_ACK", seconds),
            vec![(None, Step::Timer, json!({"timer": "window probe"}))],
        ),
        (
            "near: it is repeated",
            Server,
            Unanswered("LAST_ACK", seconds),
            vec![(None, Step::Timer, json!({"timer": "retransmission"}))],
        ),
        ("near: it is acknowledged", Client, Unanswered("FIN_WAIT_2", seconds), vec![]),
        ("near: nothing is known", Client, Unanswered("CLOSE_WAIT", seconds), vec![]),
        ("the server does not close first", Client, End::NotFirst(seconds), vec![]),
        ("the kernel gives up", Client, End::Forgotten("FIN_WAIT_1"), vec![]),
        ("nothing said", Server, End::Silent(seconds), vec![]),
        ("a line without an end", Server, End::Dawdles(seconds), vec![]),
        ("no answer taken", Server, End::TakesNoAnswer(seconds), vec![]),
        ("reset as told", Server, End::ResetOnPurpose, vec![]),
        ("kept open as told", Server, End::KeptOpen(seconds), vec![]),
        ("stopped as told", Server, End::Stopped, vec![]),
    ]
}

fn why((_, side, end, seen): &Case) -> Reason {
    let mut past = Past::default();
    for (from, step, fields) in seen {
        let direction = match from {
            None => Direction::Local,
            Some(from) if from == side => Direction::Sent,
            Some(_) => Direction::Received,
        };
        past.remember(&Event::by_hand((*side, direction), *step, Evidence::Wire, fields.clone()));
    }
    reason(&Facts { side: *side, past: &past, end: end.clone() })
}

#[test]
fn facts_lead_to_these_sentences() {
    let mut page = String::new();
    for case in cases() {
        let reason = why(&case);
        let Said { en, zh } = reason.said();
        page.push_str(&kept::entry(case.0, &reason));
        assert!(en.ends_with(['.', '?']) && zh.ends_with(['。', '？']), "{en} {zh}");
        assert!(!en.contains("os error") && !zh.contains("os error"), "{en}");
    }
    let addresses = ["[2001:db8::1]:80", "192.0.2.7:80"].map(|address| address.parse().expect("it is one"));
    let both = addresses.map(|address| Attempt { address, how: Refusal::Reset });
    let Said { en, zh } = not_connected(&both).said();
    page.push_str(&format!("# every address of a name\n{en}\n{zh}\n\n"));
    kept::are_kept(Protocol::Tcp, &page);
}

#[test]
fn each_rule_is_met() {
    let met: BTreeSet<_> = cases().iter().filter_map(|case| why(case).rule).collect();
    let unmet: Vec<_> = rules().map(|rule| rule.id).filter(|id| !met.contains(id)).collect();
    assert!(unmet.is_empty(), "no case meets {unmet:?}");
}
