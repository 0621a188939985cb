//! The upgrade that did not come about (RFC 6455 §4), on either side.

use super::{Ended, Facts, Recognise, quoted};
use crate::{
    Reason, Rule, Said, Side, common, our_words, program,
    rule::rule_list,
    ws::{Check, Checked, Step, checked_in, field},
};

pub(super) const FIRST: &[(Rule, Recognise)] = rule_list!["ws", ws_rules;
    stopped => stopped;
    tls_at_the_ws_port => tls_at_ws;
    ws_at_the_tls_port => ws_at_tls;
    another_protocol => another;
];

pub(super) const RULES: &[(Rule, Recognise)] = rule_list!["ws", ws_rules;
    head_too_long => head_too_long;
    plain_request => plain_request;
    unmet => unmet;
    sent_before_the_answer => sent_early;
    not_http => not_http;
    spare_connection => spare;
    said_nothing => said_nothing;
    gone_in_the_head => gone_in_the_head;
    silent_in_the_head => silent_in_the_head;
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    (*facts.ended == Ended::Stopped).then(|| Reason::new(say!(ws::the_server_stopped())).by(facts.side))
}

/// What the peer's bytes look like that are no WebSocket, before the 101.
fn looks<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let looks = facts.peer_sent(Step::Undecodable).filter(|_| !facts.is_open())?.get(common::LOOKS_LIKE)?;
    if facts.side == Side::Server && facts.past.has(Step::UpgradeRequest) {
        return None; // it began as it should
    }
    // HTTP that cannot be read is no other protocol.
    (!looks.starts_with("HTTP re")).then_some(looks)
}

fn tls_at_ws(facts: &Facts<'_>) -> Option<Reason> {
    let looks = looks(facts).filter(|looks| looks.starts_with("TLS") && facts.side == Side::Server)?;
    let reason = Reason::new(say!(ws::the_client_speaks_no_http(our_words(looks))));
    let reason = reason.by(Side::Client).at(Step::Undecodable);
    Some(reason.advising(say!(ws::use_ws_here())))
}

fn ws_at_tls(facts: &Facts<'_>) -> Option<Reason> {
    let looks = looks(facts).filter(|looks| looks.starts_with("TLS") && !facts.given.secure)?;
    let reason = Reason::new(say!(ws::the_server_speaks_no_http(our_words(looks))));
    let reason = reason.at(Step::Undecodable);
    Some(reason.advising(say!(ws::use_wss_here())))
}

fn another(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, who) = (looks(facts)?, facts.who());
    let reason = Reason::new(say!(ws::the_peer_speaks_no_http(who, our_words(looks))));
    let reason = reason.by(facts.side.peer()).at(Step::Undecodable);
    Some(reason.advising(match facts.side {
        Side::Client => say!(ws::is_the_port_right()),
        Side::Server => say!(ws::websocket_begins_with_http()),
    }))
}

/// What the peer's head is called.
fn head(facts: &Facts<'_>) -> Said {
    match facts.side {
        Side::Client => say!(ws::answer()),
        Side::Server => say!(ws::request()),
    }
}

fn head_too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::HeadTooLong { most } = facts.ended else { return None };
    let (head, most) = (head(facts), most / 1024);
    let reason = Reason::new(say!(ws::the_head_is_too_long(head, most)));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(say!(ws::leave_out_headers())))
}

fn plain_request(facts: &Facts<'_>) -> Option<Reason> {
    let request = facts.past.first(Step::PlainRequest).filter(|_| facts.side == Side::Server)?;
    if request.get(field::UPGRADE).is_some() || facts.past.has(Step::RequestChecked) {
        return None;
    }
    let (method, path) =
        (request.get(field::METHOD).unwrap_or_default(), request.get(field::PATH).unwrap_or_default());
    let asked = quoted(&format!("{method} {path}"));
    let is_browser = request
        .get(field::HEADERS)
        .into_iter()
        .flatten()
        .filter_map(|header| header.split_once(": "))
        .any(|(name, value)| name.eq_ignore_ascii_case("accept") && value.contains("text/html"));
    let reason = Reason::new(say!(ws::a_plain_http_request(asked)));
    let reason = reason.by(Side::Client).at(Step::PlainRequest);
    Some(reason.advising(if is_browser {
        // Whoever visits by a browser need not be told to use one.
        say!(ws::the_page_is_at_the_root())
    } else {
        say!(ws::use_a_websocket_client_or_a_browser(program::CLIENT))
    }))
}

/// The requirements that the peer's head does not meet.
fn failed(facts: &Facts<'_>) -> Vec<Checked> {
    let step = match facts.side {
        Side::Client => Step::AnswerChecked,
        Side::Server => Step::RequestChecked,
    };
    let all = facts.past.first(step).map(|record| checked_in(&record.fields)).unwrap_or_default();
    all.into_iter().filter(|checked| !checked.met).collect()
}

fn unmet(facts: &Facts<'_>) -> Option<Reason> {
    let failed = failed(facts);
    if failed.is_empty() {
        return None;
    }
    let one = |checked: &Checked| {
        let card = checked.check.card();
        match checked.found.as_deref() {
            None => say!(ws::what_is_missing(card.name, card.wants)),
            Some(found) => say!(ws::what_is_otherwise(card.name, found, card.wants)),
        }
    };
    let list = Said::join(&failed.iter().map(one).collect::<Vec<_>>(), text!(words::comma()));
    let reason = match facts.side {
        Side::Client => Reason::new(say!(ws::the_answer_is_no_valid_upgrade(list))).at(Step::AnswerChecked),
        Side::Server => Reason::new(say!(ws::the_request_is_no_valid_upgrade(list))).at(Step::RequestChecked),
    };
    let first = failed[0].check.card();
    let said = |found: &Option<String>| found.clone().unwrap_or_else(|| "-".into());
    let got = said(&failed[0].found);
    let reason = reason.by(facts.side.peer()).instead(first.wants.into(), Said::same(got));
    let wrong_accept = failed.iter().any(|checked| checked.check == Check::AnswerAccept);
    Some(if wrong_accept { reason.advising(say!(ws::something_in_between_has_answered())) } else { reason })
}

fn sent_early(facts: &Facts<'_>) -> Option<Reason> {
    let asked = facts.past.has(Step::UpgradeRequest) && !facts.is_open();
    if *facts.ended != Ended::NotUpgraded || facts.side == Side::Client || !asked {
        return None;
    }
    let reason = Reason::new(say!(ws::the_client_did_not_wait_for_the_answer()));
    Some(reason.by(Side::Client).at(Step::RequestChecked))
}

fn not_http(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NotHttp {
        return None;
    }
    let head = head(facts);
    let reason = Reason::new(say!(ws::the_head_cannot_be_read(head)));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable))
}

fn spare(facts: &Facts<'_>) -> Option<Reason> {
    facts.gone().filter(|_| facts.received == 0 && facts.side == Side::Server && facts.given.secure)?;
    let reason = Reason::new(say!(ws::a_spare_connection()));
    Some(reason.by(Side::Client))
}

fn said_nothing(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| facts.received == 0)?.done();
    Some(match facts.side {
        Side::Client => Reason::new(say!(ws::the_server_ended_without_an_answer(how)))
            .by(Side::Server)
            .at(Step::UpgradeRequest)
            .advising(say!(ws::is_this_a_websocket_server())),
        Side::Server => Reason::new(say!(ws::the_client_left_without_a_word())).by(Side::Client),
    })
}

fn gone_in_the_head(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !facts.is_open())?.done();
    let (peer, bytes, head) = (facts.who(), facts.received, head(facts));
    let reason = Reason::new(say!(ws::the_peer_vanished_in_the_head(peer, bytes, head, how)));
    Some(reason.by(facts.side.peer()))
}

fn silent_in_the_head(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = facts.silent().filter(|_| !facts.is_open())?;
    let bytes = facts.received;
    Some(match facts.side {
        Side::Client => Reason::new(say!(ws::no_complete_answer(seconds, bytes)))
            .by(Side::Server)
            .at(Step::UpgradeRequest)
            .advising(say!(ws::is_this_a_websocket_server())),
        Side::Server => Reason::new(say!(ws::no_complete_request(seconds, bytes)))
            .by(Side::Client)
            .advising(say!(ws::handshake_timeout_allows_more())),
    })
}
