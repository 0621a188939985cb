//! The handshake was complete: whatever happened after it, TLS itself is fine. What the peer said under the session's
//! keys stands in the log.

use super::{Alert, End, Facts, Program, Recognises, Step, facts::few};
use crate::{
    Reason, Record, Rule, Said, Side,
    rule::rule_list,
    tls::field::{ALPN, PLAINTEXT},
};

pub(super) const RENEGOTIATION: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    renegotiation_refused => renegotiation;
];

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    speaks_http2 => http2;
    answer_not_whole => answer_not_whole;
    not_http => not_http;
    no_answer => no_answer;
    no_request => no_request;
    silent_after_handshake => silent;
];

fn renegotiation(facts: &Facts<'_>) -> Option<Reason> {
    let began = facts.memory().renegotiates().filter(|began| *began == facts.peer())?;
    let ended = Ended::of(facts)?;
    let ended = ended.said();
    let reason = match began {
        Side::Server => Reason::new(say!(tls::the_server_wanted_to_renegotiate(ended)))
            .advising(say!(tls::asking_at_first_needs_no_renegotiation())),
        Side::Client => Reason::new(say!(tls::the_client_wanted_to_renegotiate(ended))),
    };
    Some(reason.by(began))
}

/// How a peer ended that did not get what it wanted.
enum Ended {
    Alert(Alert),
    Closed,
    Reset,
    Silent(f64),
}

impl Ended {
    fn of(facts: &Facts<'_>) -> Option<Ended> {
        if let Some(alert) = facts.their_alert() {
            return Some(Ended::Alert(alert));
        }
        match facts.end {
            End::Cut | End::Unfinished | End::NoHttp => Some(Ended::Closed),
            End::Reset => Some(Ended::Reset),
            End::Silent(patience) => Some(Ended::Silent(patience.as_secs_f64())),
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
            | End::TimedOut
            | End::Unreachable
            | End::HeadTooLong(_)
            | End::Stopped
            | End::Ours => None,
        }
    }

    fn said(&self) -> Said {
        match self {
            Ended::Alert(alert) => say!(tls::ended_with_the_alert(alert)),
            Ended::Closed => say!(tls::closed_the_connection()),
            Ended::Reset => say!(tls::reset_the_connection()),
            Ended::Silent(seconds) => say!(tls::said_nothing_more(seconds)),
        }
    }
}

/// The application protocol that was agreed.
fn agreed<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    facts.past.first(Step::HandshakeComplete)?.get(ALPN)?.first().copied()
}

/// What the peer said first under the session's keys.
fn answer<'a>(facts: &Facts<'a>) -> Option<&'a Record> {
    facts.theirs(Step::ApplicationData).filter(|_| facts.complete())
}

/// Whether it is another program that speaks: of what it says after the handshake only itself knows whether it is all.
fn is_other(facts: &Facts<'_>) -> bool {
    facts.given.program == Program::Other
}

/// Whether this side asks by HTTP/1.1, as our own clients do.
fn asks_by_http(facts: &Facts<'_>) -> bool {
    facts.side == Side::Client && !is_other(facts)
}

fn http2(facts: &Facts<'_>) -> Option<Reason> {
    let after = matches!(facts.end, End::NoHttp | End::Cut | End::Reset | End::Silent(_) | End::Unfinished);
    let agreed = agreed(facts).filter(|agreed| *agreed != "http/1.1" && *agreed != "http/1.0")?;
    if !asks_by_http(facts) || !after {
        return None;
    }
    let reason = Reason::new(say!(tls::agreed_on_another_protocol(agreed)));
    Some(reason.by(Side::Client).advising(say!(tls::leave_out_alpn())))
}

fn is_http(answer: &Record) -> bool {
    answer.get(PLAINTEXT).is_some_and(|line| line.starts_with("HTTP/1."))
}

fn answer_not_whole(facts: &Facts<'_>) -> Option<Reason> {
    let cause = match facts.end {
        End::Cut => {
            let how = say!(tls::ended_tcp_without_close_notify());
            say!(tls::the_answer_may_have_been_cut(how))
        }
        End::Reset => {
            let how = say!(tls::reset_the_connection());
            say!(tls::the_answer_may_have_been_cut(how))
        }
        // Nobody else can say close_notify in its place.
        End::Unfinished => say!(tls::the_answer_is_not_whole()),
        End::Silent(patience) => {
            let seconds = patience.as_secs_f64();
            say!(tls::the_answer_has_no_end(seconds))
        }
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
        | End::TimedOut
        | End::Unreachable
        | End::NoHttp
        | End::HeadTooLong(_)
        | End::Stopped
        | End::Ours => return None,
    };
    if !asks_by_http(facts) || !is_http(answer(facts)?) {
        return None;
    }
    Some(Reason::new(cause).at(Step::ApplicationData))
}

fn not_http(facts: &Facts<'_>) -> Option<Reason> {
    let ended = matches!(facts.end, End::NoHttp | End::Silent(_) | End::Cut | End::Reset | End::Unfinished);
    let answer = answer(facts).filter(|answer| !is_http(answer))?;
    if !asks_by_http(facts) || !ended {
        return None;
    }
    let reason = match answer.get(PLAINTEXT) {
        Some(line) => {
            let service = service(line);
            Reason::new(say!(tls::the_server_does_not_speak_http(line, service)))
        }
        None => Reason::new(say!(tls::the_answer_is_binary())),
    };
    Some(reason.at(Step::ApplicationData))
}

/// Whose greeting a line is.
fn service(line: &str) -> Said {
    let named = |service: &str| say!(tls::as_that_service_does(service));
    if line.starts_with("* OK") || line.starts_with("* PREAUTH") || line.starts_with("* BYE") {
        named("IMAP")
    } else if line.starts_with("+OK") || line.starts_with("-ERR") {
        named("POP3")
    } else if line.starts_with("220") || line.starts_with("421") {
        say!(tls::as_that_service_does(text!(tls::smtp_or_ftp())))
    } else if line.starts_with("SSH-") {
        named("SSH")
    } else if line.starts_with("RTSP/") {
        named("RTSP")
    } else if line.starts_with("SIP/") {
        named("SIP")
    } else {
        Said::default()
    }
}

fn no_answer(facts: &Facts<'_>) -> Option<Reason> {
    let asked = asks_by_http(facts) && facts.complete() && answer(facts).is_none();
    let politely = matches!(facts.end, End::Unfinished | End::NoHttp);
    let cut = matches!(facts.end, End::Cut | End::Reset);
    if !asked || !(politely || cut) {
        return None;
    }
    let said = facts.memory().alerts(Side::Server).any(|one| one.alert == Alert::CLOSE_NOTIFY);
    let after = facts.after();
    let requested = facts.past.first_from(Side::Server, Step::CertificateRequest).is_some();
    let reason = match (said, &facts.end) {
        (true, _) => Reason::new(say!(tls::no_answer_but_close_notify(after))).by(Side::Server),
        (false, End::Reset) => Reason::new(say!(tls::no_answer_but_a_reset(after))),
        (false, _) => Reason::new(say!(tls::no_answer_but_the_end_of_tcp(after))),
    };
    Some(match facts.given.program {
        // A TLS 1.3 server may judge the client's certificate only now, and some leave without an alert.
        Program::Client if requested && facts.own_certificate().is_none() => {
            reason.advising(say!(tls::it_had_asked_for_a_certificate()))
        }
        Program::Client if said => reason.advising(say!(tls::perhaps_it_does_not_speak_http())),
        Program::Client | Program::WsClient | Program::Server | Program::WsServer | Program::Other => reason,
    })
}

fn no_request(facts: &Facts<'_>) -> Option<Reason> {
    if facts.side != Side::Server || is_other(facts) || !facts.complete() {
        return None;
    }
    let did = match facts.end {
        End::Unfinished => say!(tls::closed_in_the_middle_of_its_request()),
        End::HeadTooLong(kib) => say!(tls::sent_too_long_a_head(kib)),
        End::Silent(patience) => {
            let seconds = patience.as_secs_f64();
            let began = answer(facts).is_some();
            match began {
                true => say!(tls::did_not_end_its_request(seconds)),
                false => say!(tls::sent_no_request(seconds)),
            }
        }
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
        | End::TimedOut
        | End::Unreachable
        | End::NoHttp
        | End::Stopped
        | End::Ours => return None,
    };
    Some(Reason::new(say!(tls::tls_is_fine_but_the_client(did))).by(Side::Client))
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let End::Silent(patience) = facts.end else { return None };
    if is_other(facts) || !facts.complete() {
        return None;
    }
    let (peer, seconds, after) = (facts.them(), patience.as_secs_f64(), facts.after());
    let alpn = few(&agreed(facts).into_iter().collect::<Vec<_>>());
    Some(Reason::new(say!(tls::silent_after_the_handshake(peer, seconds, after, alpn))).by(facts.peer()))
}
