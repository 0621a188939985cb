//! The peer sent a fatal alert (RFC 5246 §7.2.2, RFC 8446 §6.2). An alert names a kind of fault and no more: what can
//! be said beyond it is what we know of our own part.

use super::{
    Alert, Recognises, Step,
    facts::{Facts, Program, Variant, few},
};
use crate::{
    Reason, Rule, Said, Side,
    rule::rule_list,
    title_within,
    tls::field::{ALPN, CIPHER_SUITES, KEY_SHARE, SERVER_NAME},
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    version_refused => version_refused;
    nothing_in_common => nothing_in_common;
    name_unknown => name_unknown;
    protocol_refused => protocol_refused;
    our_record_does_not_open => does_not_open;
    our_handshake_differs => handshake_differs;
    alert_after_all => after_all;
    alert => other;
];

/// "the server sent the alert X after our ClientHello: …"
pub(super) fn sent(facts: &Facts<'_>, alert: Alert, meaning: Said) -> Reason {
    let them = facts.them();
    let after = facts.memory().fatal(facts.peer()).and_then(|one| one.after);
    let after = match after.map(|step| step.card().title) {
        Some(title) => say!(tls::after_our(title_within(title))),
        None => Said::default(),
    };
    let reason = Reason::new(say!(tls::the_peer_sent_the_alert(them, alert, after, meaning)));
    reason.by(facts.peer()).at(Step::Alert)
}

fn version_refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::PROTOCOL_VERSION)?;
    let offered = few(&facts.offered_versions());
    let reason = match facts.side {
        Side::Client => sent(facts, alert, say!(tls::it_has_no_version_that_we_offer(offered))),
        Side::Server => sent(facts, alert, say!(tls::it_does_not_take_the_version_that_we_chose(offered))),
    };
    Some(match (facts.side, facts.given.variant) {
        (Side::Client, Some(variant)) => Reason { advice: without_variant(facts, variant), ..reason },
        (Side::Client, None) => {
            let cause = say!(tls::it_may_have_only_old_versions(reason.cause));
            Reason { cause, ..reason }
        }
        (Side::Server, _) => reason,
    })
}

/// What to do about a version that was asked for, where it was by an option of ours.
pub(super) fn without_variant(facts: &Facts<'_>, variant: Variant) -> Option<Said> {
    match (facts.given.program, variant) {
        (Program::Client | Program::Server, Variant::Rsa | Variant::Tls12 | Variant::Tls13) => {
            Some(say!(tls::leave_out_variant_to_offer_more()))
        }
        (Program::WsClient | Program::WsServer, Variant::Rsa | Variant::Tls12 | Variant::Tls13) => {
            Some(say!(tls::leave_out_tls12()))
        }
        (Program::Other, Variant::Rsa | Variant::Tls12 | Variant::Tls13) => None,
    }
}

fn nothing_in_common(facts: &Facts<'_>) -> Option<Reason> {
    let refused = |alert: &Alert| [Alert::HANDSHAKE_FAILURE, Alert::INSUFFICIENT_SECURITY].contains(alert);
    let alert = facts.their_alert().filter(refused)?;
    if facts.side != Side::Client || facts.theirs(Step::ServerHello).is_some() {
        return None;
    }
    let only_rsa = facts.given.variant == Some(Variant::Rsa);
    let reason = if only_rsa {
        sent(facts, alert, say!(tls::it_does_not_take_the_one_suite()))
    } else {
        let offered_versions = few(&facts.offered_versions());
        sent(facts, alert, say!(tls::nothing_in_common(offered_versions)))
    };
    let narrowing = facts.given.narrowing().join(", ");
    let wider = narrowing.as_str();
    Some(match (wider.is_empty(), only_rsa, facts.given.program) {
        (false, _, _) => reason.advising(say!(tls::leave_out(wider))),
        (true, false, Program::Client) => reason.advising(say!(tls::variant_rsa_reaches_static_rsa())),
        (
            true,
            _,
            Program::Client | Program::Server | Program::WsClient | Program::WsServer | Program::Other,
        ) => reason,
    })
}

fn name_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNRECOGNIZED_NAME)?;
    let asked = facts.hello().and_then(|hello| hello.get(SERVER_NAME));
    let reason = match asked {
        Some(name) => sent(facts, alert, say!(tls::it_knows_no_host_called(name))),
        None => sent(facts, alert, say!(tls::it_wants_to_be_asked_by_name())),
    };
    Some(match facts.given.program {
        Program::Client => reason.advising(say!(tls::server_name_asks_for_another())),
        Program::Server | Program::WsClient | Program::WsServer | Program::Other => reason,
    })
}

fn protocol_refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::NO_APPLICATION_PROTOCOL)?;
    let offered = few(&facts.offered(ALPN));
    let reason = sent(facts, alert, say!(tls::it_has_no_application_protocol_that_is_offered(offered)));
    Some(match facts.given.program {
        Program::Client | Program::Server => reason.advising(say!(tls::alpn_names_others())),
        Program::WsClient | Program::WsServer | Program::Other => reason,
    })
}

fn does_not_open(facts: &Facts<'_>) -> Option<Reason> {
    let closed = |alert: &Alert| [Alert::BAD_RECORD_MAC, Alert::DECRYPTION_FAILED].contains(alert);
    let alert = facts.their_alert().filter(closed)?;
    let reason = if facts.complete() {
        sent(facts, alert, say!(tls::a_record_of_ours_does_not_open_there()))
    } else {
        sent(facts, alert, say!(tls::what_we_sent_encrypted_does_not_open()))
    };
    Some(Reason { side: None, ..reason.advising(compare()) })
}

fn handshake_differs(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::DECRYPT_ERROR)?;
    let reason = sent(facts, alert, say!(tls::our_signature_or_finished_does_not_fit()));
    Some(Reason { side: None, ..reason.advising(compare()) })
}

/// Where both logs lie side by side, a change on the way shows.
pub(super) fn compare() -> Said {
    say!(tls::compare_both_logs())
}

fn after_all(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert()?;
    // A TLS 1.3 client is done before the server has judged its certificate; once data came, it has.
    let both = facts.complete() && facts.theirs(Step::ApplicationData).is_some();
    let meaning = meaning(alert);
    both.then(|| sent(facts, alert, say!(tls::after_a_complete_handshake_and_data(meaning))))
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert()?;
    let reason = sent(facts, alert, meaning(alert));
    let share = facts.offered(KEY_SHARE);
    let long = share.iter().any(|group| group.contains("MLKEM"));
    let confused =
        [Alert::DECODE_ERROR, Alert::INTERNAL_ERROR, Alert::ILLEGAL_PARAMETER, Alert::UNEXPECTED_MESSAGE];
    // What an old server stumbles over is in the ClientHello.
    let at_hello = facts.side == Side::Client && facts.theirs(Step::ServerHello).is_none();
    Some(match facts.given.program {
        Program::Client if at_hello && confused.contains(&alert) && long => {
            reason.advising(say!(tls::perhaps_the_long_key_share_confuses_it()))
        }
        Program::Client | Program::Server | Program::WsClient | Program::WsServer | Program::Other => reason,
    })
}

/// What the RFCs say of an alert.
fn meaning(alert: Alert) -> Said {
    match alert {
        Alert::UNEXPECTED_MESSAGE => say!(tls::it_did_not_expect_that_message()),
        Alert::RECORD_OVERFLOW => say!(tls::our_record_was_too_long_for_it()),
        Alert::DECOMPRESSION_FAILURE => say!(tls::something_compressed_does_not_unpack()),
        Alert::HANDSHAKE_FAILURE => say!(tls::it_found_no_agreement()),
        Alert::INSUFFICIENT_SECURITY => say!(tls::what_we_share_is_too_weak()),
        Alert::ILLEGAL_PARAMETER => say!(tls::our_value_is_out_of_bounds()),
        Alert::ACCESS_DENIED => say!(tls::it_lets_the_holder_not_in()),
        Alert::DECODE_ERROR => say!(tls::our_message_does_not_read()),
        Alert::EXPORT_RESTRICTION => say!(tls::export_rules_forbid_it()),
        Alert::INTERNAL_ERROR => say!(tls::something_failed_on_its_side()),
        Alert::INAPPROPRIATE_FALLBACK => say!(tls::it_has_a_higher_version()),
        Alert::USER_CANCELED => say!(tls::its_user_gave_up()),
        Alert::NO_RENEGOTIATION => say!(tls::it_does_not_renegotiate()),
        Alert::MISSING_EXTENSION => say!(tls::it_misses_an_extension()),
        Alert::UNSUPPORTED_EXTENSION => say!(tls::it_had_not_asked_for_that_extension()),
        Alert::CERTIFICATE_REVOKED => say!(tls::our_certificate_was_revoked()),
        Alert::BAD_CERTIFICATE_STATUS_RESPONSE => say!(tls::it_does_not_accept_our_ocsp_answer()),
        Alert::UNKNOWN_PSK_IDENTITY => say!(tls::it_does_not_know_the_pre_shared_key()),
        Alert::ECH_REQUIRED => say!(tls::it_wants_an_encrypted_client_hello()),
        Alert::CERTIFICATE_REQUIRED => say!(tls::it_wants_a_client_certificate()),
        Alert::UNKNOWN_CA => say!(tls::it_does_not_know_or_trust_a_ca()),
        Alert::BAD_CERTIFICATE
        | Alert::UNSUPPORTED_CERTIFICATE
        | Alert::CERTIFICATE_EXPIRED
        | Alert::CERTIFICATE_UNKNOWN => say!(tls::it_does_not_accept_a_certificate()),
        Alert::Named(..) | Alert::Unnamed(_) => say!(tls::the_alert_does_not_say_why()),
    }
}

/// The suites that the client offers, without the signals among them.
pub(super) fn suites<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let mut suites = facts.offered(CIPHER_SUITES);
    suites.retain(|suite| !suite.ends_with("_SCSV"));
    suites
}
