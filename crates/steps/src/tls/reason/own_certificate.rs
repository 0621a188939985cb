//! The peer sent an alert that speaks of a certificate: of ours, or of the one that we did not show. Which alert
//! stands for which fault differs from library to library, so it is our own part that decides.

use super::{
    Alert, Recognises, Step,
    alert::sent,
    facts::{Facts, Program, few},
};
use crate::{
    Reason, Rule, Said, Side, program,
    rule::rule_list,
    tls::field::{
        CERTIFICATES, ISSUER, NAMES, NOT_AFTER, NOT_BEFORE, SERVER_NAME, SIGNATURE_ALGORITHMS, SUBJECT,
    },
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    no_client_certificate_shown => none_shown;
    own_certificate_out_of_date => out_of_date;
    clocks_differ => clocks_differ;
    own_certificate_self_signed => self_signed;
    own_issuer_unknown => issuer_unknown;
    asked_for_another_name => another_name;
    own_certificate_refused => refused;
    own_certificate_of_another_kind => another_kind;
];

/// Libraries answer an empty list of certificates by any of these: RFC 8446 §4.4.2.4 wants certificate_required, RFC
/// 5246 §7.4.6 handshake_failure; Java, Go and NSS say bad_certificate, and others yet another.
const FOR_NONE: [Alert; 8] = [
    Alert::CERTIFICATE_REQUIRED,
    Alert::HANDSHAKE_FAILURE,
    Alert::BAD_CERTIFICATE,
    Alert::NO_CERTIFICATE,
    Alert::UNSUPPORTED_CERTIFICATE,
    Alert::CERTIFICATE_UNKNOWN,
    Alert::UNKNOWN_CA,
    Alert::ACCESS_DENIED,
];

fn none_shown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| FOR_NONE.contains(alert))?;
    let request = facts.past.first_from(Side::Server, Step::CertificateRequest);
    // Also where the alert alone says it: then no request need have been read.
    let asked = request.is_some() || alert == Alert::CERTIFICATE_REQUIRED;
    if facts.side != Side::Client || !asked || facts.own_certificate().is_some() {
        return None;
    }
    let schemes = request.and_then(|request| request.get(SIGNATURE_ALGORITHMS)).unwrap_or_default();
    if facts.given.client_cert {
        let schemes = few(&schemes);
        return Some(sent(facts, alert, say!(tls::our_key_makes_none_of_its_signatures(schemes))));
    }
    let reason = sent(facts, alert, say!(tls::it_insists_on_a_client_certificate()));
    Some(match facts.given.program {
        Program::Client => reason.advising(say!(tls::give_a_client_certificate())),
        Program::Other => reason,
        Program::WsClient | Program::Server | Program::WsServer => {
            reason.advising(say!(tls::client_ws_has_no_client_certificates(program::CLIENT)))
        }
    })
}

fn out_of_date(facts: &Facts<'_>) -> Option<Reason> {
    // OpenSSL has no better alert for a certificate that is not valid yet; Go and Java use one for all.
    let about = [Alert::CERTIFICATE_EXPIRED, Alert::BAD_CERTIFICATE, Alert::CERTIFICATE_UNKNOWN].as_slice();
    let alert = facts.their_alert().filter(|alert| about.contains(alert))?;
    let ours = facts.own_certificate()?;
    let (from, to) = (ours.get(NOT_BEFORE)?, ours.get(NOT_AFTER)?);
    let now = facts.now.to_string();
    // Written in UTC, the year first: their order as text is that in time.
    let reason = if now.as_str() > to {
        let reason = sent(facts, alert, say!(tls::our_certificate_expired(to)));
        match facts.given.program {
            Program::Other => reason,
            Program::Client | Program::Server | Program::WsClient | Program::WsServer => {
                reason.advising(say!(tls::issue_it_again(program::CERTS)))
            }
        }
    } else if now.as_str() < from {
        sent(facts, alert, say!(tls::our_certificate_is_not_valid_before(from)))
    } else {
        return None;
    };
    Some(reason.by(facts.side))
}

fn clocks_differ(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::CERTIFICATE_EXPIRED)?;
    let ours = facts.own_certificate()?;
    let (from, to) = (ours.get(NOT_BEFORE)?, ours.get(NOT_AFTER)?);
    Some(sent(facts, alert, say!(tls::by_our_clock_it_is_valid(from, to))))
}

fn self_signed(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNKNOWN_CA)?;
    let ours = facts.own_certificate()?;
    let issuer = ours.get(ISSUER).filter(|issuer| ours.get(SUBJECT) == Some(*issuer))?;
    let reason = sent(facts, alert, say!(tls::our_certificate_signed_itself(issuer)));
    Some(reason.advising(say!(tls::it_has_to_trust_this_certificate())))
}

fn issuer_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNKNOWN_CA)?;
    let ours = facts.own_certificate()?;
    let (issuer, sent_chain) = (ours.get(ISSUER)?, ours.get(CERTIFICATES).unwrap_or(1));
    let reason = sent(facts, alert, say!(tls::it_found_no_way_from_our_issuer(issuer, sent_chain)));
    Some(reason.advising(trust(facts)))
}

/// How a peer comes to trust our certificate.
fn trust(facts: &Facts<'_>) -> Said {
    match (facts.given.program, facts.side) {
        (Program::Client | Program::Server | Program::WsClient | Program::WsServer, Side::Server) => {
            say!(tls::it_trusts_that_ca_or_we_send_the_chain(program::CLIENT))
        }
        (Program::Other, _) | (_, Side::Client) => say!(tls::we_need_a_certificate_that_it_trusts()),
    }
}

/// The alerts with which libraries that check a certificate themselves say no: Go and NSS bad_certificate, Java,
/// Chromium and others certificate_unknown.
fn said_no(facts: &Facts<'_>) -> Option<Alert> {
    let no = |alert: &Alert| [Alert::BAD_CERTIFICATE, Alert::CERTIFICATE_UNKNOWN].contains(alert);
    facts.their_alert().filter(no)
}

fn another_name(facts: &Facts<'_>) -> Option<Reason> {
    let alert = said_no(facts).filter(|_| facts.side == Side::Server)?;
    let ours = facts.own_certificate()?;
    let asked = facts.hello()?.get(SERVER_NAME)?;
    let names = ours.get(NAMES).unwrap_or_default();
    if names.iter().any(|name| matches(name, asked)) {
        return None;
    }
    let names = few(&names);
    let reason = sent(facts, alert, say!(tls::it_asked_for_a_name_that_we_do_not_have(asked, names)));
    Some(reason.advising(say!(tls::ask_for_one_of_ours())))
}

fn refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = said_no(facts)?;
    let ours = facts.own_certificate()?;
    let issuer = ours.get(ISSUER).unwrap_or("?");
    if facts.side == Side::Client {
        return Some(sent(facts, alert, say!(tls::it_does_not_accept_our_certificate(issuer))));
    }
    let reason = match facts.hello().and_then(|hello| hello.get(SERVER_NAME)) {
        // The name was checked against ours by the rule before.
        Some(asked) => sent(facts, alert, say!(tls::most_likely_not_our_ca(asked, issuer))),
        None => {
            let names = few(&ours.get(NAMES).unwrap_or_default());
            sent(facts, alert, say!(tls::not_our_ca_or_not_the_name(issuer, names)))
        }
    };
    Some(reason.advising(trust(facts)))
}

fn another_kind(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNSUPPORTED_CERTIFICATE)?;
    let subject = facts.own_certificate()?.get(SUBJECT).unwrap_or("?");
    Some(sent(facts, alert, say!(tls::our_certificate_is_of_a_kind_not_taken(subject))))
}

/// Whether a name of a certificate stands for the one that was asked for (RFC 9525 §6.3).
pub(super) fn matches(name: &str, asked: &str) -> bool {
    let (name, asked) = (name.to_ascii_lowercase(), asked.trim_end_matches('.').to_ascii_lowercase());
    match (name.strip_prefix("*."), asked.split_once('.')) {
        (Some(parent), Some((_, rest))) => parent == rest,
        (Some(_), None) => false,
        (None, _) => name == asked,
    }
}
