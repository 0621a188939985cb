//! The transport ended, broke or fell silent before the end that both sides agreed on.

use super::{End, Facts, Program, Recognises, Step, facts::Variant};
use crate::{
    Reason, Rule, Said, Side,
    rule::rule_list,
    tls::field::{KEY_SHARE, SERVER_NAME},
};

pub(super) const NOTHING_CAME: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    stopped => stopped;
    nothing_came => nothing_came;
];

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    reset_at_hello => reset_at_hello;
    silent_at_hello => silent_at_hello;
    silent_client => silent_client;
    silent => silent;
    closed => closed;
    reset => reset;
    unacknowledged => unacknowledged;
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    let reason = Reason::new(say!(tls::the_server_was_stopped()));
    (facts.end == End::Stopped).then(|| reason.by(Side::Server))
}

fn nothing_came(facts: &Facts<'_>) -> Option<Reason> {
    let left = matches!(facts.end, End::Cut | End::Reset);
    let nothing = !facts.heard() && facts.theirs(Step::Undecodable).is_none() && !facts.began;
    let reason = Reason::new(say!(tls::the_client_left_without_a_byte()));
    (facts.side == Side::Server && left && nothing).then(|| reason.by(Side::Client))
}

/// Whether nothing of TLS has come from the server, and the ClientHello has gone.
fn at_hello(facts: &Facts<'_>) -> bool {
    facts.side == Side::Client && !facts.heard() && facts.hello().is_some()
}

fn reset_at_hello(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Reset || !at_hello(facts) {
        return None;
    }
    let name = facts.hello().and_then(|hello| hello.get(SERVER_NAME));
    let mut causes = vec![say!(tls::it_does_not_speak_tls_here())];
    if let Some(name) = name {
        causes.push(say!(tls::the_name_does_not_pass(name)));
    }
    let long = facts.offered(KEY_SHARE).iter().any(|group| group.contains("MLKEM"));
    if long {
        causes.push(say!(tls::a_long_hello_confuses_it()));
    }
    if facts.offered_versions().contains(&"TLS 1.3") {
        causes.push(say!(tls::it_stumbles_over_tls13()));
    }
    let causes = Said::join(&causes, text!(words::or()));
    let reason = Reason::new(say!(tls::reset_at_the_hello(causes)));
    let reason = reason.at(Step::ClientHello);
    Some(match (facts.given.program, long, facts.given.variant) {
        (Program::Client, true, _) => reason.advising(say!(tls::make_the_hello_short())),
        (Program::Client, false, None) => {
            reason.advising(say!(tls::leave_out_tls13_or_ask_for_another_name()))
        }
        (Program::Client, false, Some(Variant::Rsa | Variant::Tls12 | Variant::Tls13)) => {
            reason.advising(say!(tls::another_server_name()))
        }
        (Program::WsClient | Program::Server | Program::WsServer | Program::Other, _, _) => reason,
    })
}

/// How long the peer was silent.
fn seconds(facts: &Facts<'_>) -> Option<f64> {
    let End::Silent(patience) = facts.end else { return None };
    Some(patience.as_secs_f64())
}

fn silent_at_hello(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| at_hello(facts))?;
    Some(
        Reason::new(say!(tls::the_server_did_not_answer_our_hello(seconds)))
            .at(Step::ClientHello)
            .advising(say!(tls::is_this_the_tls_port())),
    )
}

fn silent_client(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| facts.side == Side::Server && !facts.heard())?;
    let reason = if facts.began {
        Reason::new(say!(tls::the_client_did_not_end_its_message(seconds)))
    } else {
        Reason::new(say!(tls::the_client_sent_nothing(seconds)))
    };
    Some(reason.by(Side::Client))
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| !facts.complete())?;
    let (peer, place) = (facts.them(), facts.after());
    Some(Reason::new(say!(tls::the_peer_did_not_go_on(peer, seconds, place))).by(facts.peer()))
}

fn closed(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Cut {
        return None;
    }
    let (peer, place) = (facts.them(), facts.after());
    let said = facts.memory().alerts(facts.peer()).last();
    let alert = match said {
        None => say!(tls::without_an_alert()),
        Some(said) => say!(tls::its_last_alert(said.alert)),
    };
    Some(Reason::new(say!(tls::the_peer_closed_the_connection(peer, place, alert))))
}

fn reset(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Reset {
        return None;
    }
    let (peer, place) = (facts.them(), facts.after());
    Some(Reason::new(say!(tls::the_peer_reset_the_connection(peer, place))))
}

fn unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let place = facts.after();
    match facts.end {
        End::TimedOut => Some(Reason::new(say!(tls::what_we_sent_was_never_acknowledged(place)))),
        End::Unreachable => Some(Reason::new(say!(tls::the_path_broke(place)))),
        End::Alert(_)
        | End::Unreadable(_)
        | End::OutOfPlace { .. }
        | End::Incompatible(_)
        | End::Misbehaved(_)
        | End::Certificate(_)
        | End::NoCertificate
        | End::DoesNotOpen
        | End::WrongDigest
        | End::NoApplicationProtocol
        | End::Cut
        | End::Reset
        | End::Silent(_)
        | End::NoHttp
        | End::Unfinished
        | End::HeadTooLong(_)
        | End::Stopped
        | End::Ours => None,
    }
}

/// What no rule recognises: a trouble of this side's own.
pub(super) fn unrecognised(facts: &Facts<'_>) -> Reason {
    let place = facts.after();
    Reason::new(say!(tls::we_could_not_go_on(place))).by(facts.side)
}
