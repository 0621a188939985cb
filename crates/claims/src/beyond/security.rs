//! What is often noted beside the four flights of TLS: who signed, who can open what, what else the hellos ask for.

use steps::{
    Event, Evidence, Past, Side, common, our_words, say, text,
    tls::{Step, field},
};

use crate::{
    Claim::{self, X13, X14, X15, X16, X17, X18, X19, X20, X21, X22, X23, X24, X25},
    ClaimCard, Finding, Heading,
};

/// The cards of `x13` to `x25`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X13 => ("RFC 5280 §4.1.1.3", text!(beyond::x13()), text!(beyond::x13_rule())),
        X14 => ("RFC 5280 §6.1, RFC 5246 §7.4.2", text!(beyond::x14()), text!(beyond::x14_rule())),
        X15 => ("RFC 5246 §7.4.7.1", text!(beyond::x15()), text!(beyond::x15_rule())),
        X16 => ("RFC 5246 §1, RFC 8446 §1", text!(beyond::x16()), text!(beyond::x16_rule())),
        X17 => ("RFC 5246 §7.3", text!(beyond::x17()), text!(beyond::x17_rule())),
        X18 => ("RFC 8446 §2", text!(beyond::x18()), text!(beyond::x18_rule())),
        X19 => ("RFC 5246 §8.1, §6.3", text!(beyond::x19()), text!(beyond::x19_rule())),
        X20 => ("RFC 5246 §F.1.1.2, RFC 8446 §E.1.1", text!(beyond::x20()), text!(beyond::x20_rule())),
        X21 => ("RFC 6066 §3", text!(beyond::x21()), text!(beyond::x21_rule())),
        X22 => ("RFC 7301 §3", text!(beyond::x22()), text!(beyond::x22_rule())),
        X23 => ("RFC 5246 §7.3, RFC 8446 §2.2", text!(beyond::x23()), text!(beyond::x23_rule())),
        X24 => ("RFC 5246 §7.4.6, RFC 8446 §4.4.2", text!(beyond::x24()), text!(beyond::x24_rule())),
        _ => ("RFC 8446 §4.4.2.4", text!(beyond::x25()), text!(beyond::x25_rule())),
    };
    ClaimCard { heading: Heading::Tls, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    // A handshake within the connection is none of the one that notes tell.
    let again = past.tls().renegotiates().is_some() || (step == Step::ClientHello && past.tls().finished());
    let found: [Option<Finding>; 2] = match step {
        Step::ApplicationData => [hybrid(event, past), None],
        _ if again => [None, None],
        Step::ClientHello => [server_name(event), None],
        Step::ServerHello | Step::EncryptedExtensions => [application_protocol(event, past), None],
        Step::Certificate => [chain(event), None],
        Step::VerifyCertificate => [signed(event), kept_out(event)],
        Step::SharedSecret => [computed(event), ephemeral(event)],
        Step::PreMasterSecret => [opened(event), recorded(event)],
        Step::SessionKeys => [master_secret(event), None],
        Step::VerifyClientCertificate => [mutual(event), None],
        Step::HandshakeComplete => [round_trips(event, past), resumed(event, past)],
        _ => [None, None],
    };
    found.into_iter().flatten().collect()
}

fn signed(event: &Event) -> Option<Finding> {
    let (subject, issuer) = (event.get(field::SUBJECT)?, event.get(field::ISSUER)?);
    let (algorithm, result) = (event.get(common::SIGNATURE_ALGORITHM)?, event.get(common::RESULT)?);
    if result != "valid" {
        return None;
    }
    Some(if subject == issuer {
        Finding::depends(X13, say!(beyond::it_signed_this_certificate_itself(subject, algorithm)))
    } else {
        Finding::as_noted_because(
            X13,
            say!(beyond::the_issuer_signed_the_certificate(issuer, subject, algorithm)),
        )
    })
}

fn kept_out(event: &Event) -> Option<Finding> {
    let (name, result) = (event.get(field::NAME)?, event.get(common::RESULT)?);
    if result == "valid" {
        return None;
    }
    Some(if event.get(field::OVERRIDDEN)? {
        Finding::differs(X25, say!(beyond::not_trusted_and_let_in(name, our_words(result))))
    } else {
        Finding::as_noted_because(X25, say!(beyond::not_taken_for_that_name(name, our_words(result))))
    })
}

fn chain(event: &Event) -> Option<Finding> {
    let (count, subject) = (event.get(field::CERTIFICATES)?, event.get(field::SUBJECT)?);
    if count < 2 {
        let issuer = event.get(field::ISSUER)?;
        return Some(Finding::depends(X14, say!(beyond::one_certificate_was_enough(count, subject, issuer))));
    }
    let above = event.get(field::CHAIN)?.join(", ");
    Some(Finding::as_noted_because(X14, say!(beyond::several_certificates(count, subject, above))))
}

fn computed(event: &Event) -> Option<Finding> {
    let group = event.get(field::GROUP)?;
    Some(Finding::differs(X15, say!(beyond::nothing_was_sent_for_the_private_key_to_open(group))))
}

fn ephemeral(event: &Event) -> Option<Finding> {
    let (group, fingerprint) = (event.get(field::GROUP)?, event.get(common::FINGERPRINT)?);
    Some(Finding::as_noted_because(
        X20,
        say!(beyond::the_secret_came_of_keys_of_this_connection_alone(fingerprint, group)),
    ))
}

fn opened(event: &Event) -> Option<Finding> {
    let (key, length) = (event.get(common::OPENED_WITH)?, event.get(common::LENGTH)?);
    let fingerprint = event.get(common::FINGERPRINT)?;
    (event.side == Side::Server).then(|| {
        Finding::as_noted_because(
            X15,
            say!(beyond::the_key_opened_bytes(our_words(key), length, fingerprint)),
        )
    })
}

fn recorded(event: &Event) -> Option<Finding> {
    let key = event.get(common::OPENED_WITH)?;
    (event.side == Side::Server)
        .then(|| Finding::differs(X20, say!(beyond::no_ephemeral_key_here(our_words(key)))))
}

fn master_secret(event: &Event) -> Option<Finding> {
    let (derivation, prints) = (event.get(field::DERIVATION)?, event.get(field::FINGERPRINTS)?.join(", "));
    if derivation.starts_with("HKDF") {
        let stage = event.get(field::STAGE)?;
        return Some(Finding::differs(
            X19,
            say!(beyond::secrets_of_a_key_schedule(our_words(derivation), our_words(stage), prints)),
        ));
    }
    let (label, block) = (event.get(field::PRF_LABEL)?, event.get(field::KEY_BLOCK)?.join(", "));
    Some(Finding::as_noted_because(
        X19,
        say!(beyond::the_master_secret_and_its_keys(our_words(derivation), label, prints, block)),
    ))
}

fn hybrid(event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (length, crossed) = (event.get(common::LENGTH)?, event.get(field::CIPHERTEXT_LENGTH)?);
    if !event.get(common::ENCRYPTED)? || past.first_from(sender, Step::ApplicationData).is_some() {
        return None;
    }
    let suite = past.first(Step::ServerHello)?.get(field::CIPHER_SUITE)?;
    let by = match (past.first(Step::SharedSecret), past.first(Step::PreMasterSecret)) {
        (Some(secret), _) => {
            let group = secret.get(field::GROUP)?;
            say!(beyond::ephemeral_keys(group))
        }
        (None, Some(secret)) => {
            let print = secret.get(common::FINGERPRINT)?;
            say!(beyond::the_servers_public_key(print))
        }
        (None, None) => return None,
    };
    Some(Finding::as_noted_because(X16, say!(beyond::agreed_then_encrypted(by, length, crossed, suite))))
}

fn server_name(event: &Event) -> Option<Finding> {
    let name = event.get(field::SERVER_NAME)?;
    (event.sender() == Some(Side::Client))
        .then(|| Finding::as_noted_because(X21, say!(beyond::this_client_hello_asks_for(name))))
}

fn application_protocol(event: &Event, past: &Past) -> Option<Finding> {
    let chosen = event.get(field::ALPN)?.join(", ");
    let offered = past.first(Step::ClientHello)?.get(field::ALPN)?.join(", ");
    (event.sender() == Some(Side::Server)).then(|| {
        Finding::as_noted_because(X22, say!(beyond::of_the_clients_list_the_server_chose(offered, chosen)))
    })
}

fn mutual(event: &Event) -> Option<Finding> {
    let (subject, result) = (event.get(field::SUBJECT)?, event.get(common::RESULT)?);
    Some(Finding::as_noted_because(
        X24,
        say!(beyond::the_server_checked_the_clients_certificate(subject, our_words(result))),
    ))
}

/// How often the client had to wait for an answer before it could go on.
fn waits(past: &Past) -> usize {
    let (mut turns, mut last) = (0, None);
    for record in past.records().iter().filter(|record| record.evidence == Evidence::Wire) {
        let (steps::Step::Tls(step), Some(from)) = (record.step, record.from) else { continue };
        // Nobody waits for a ticket or an alert, and data is no handshake.
        if matches!(step, Step::NewSessionTicket | Step::ApplicationData | Step::Alert) {
            continue;
        }
        turns += usize::from((last, from) == (Some(Side::Client), Side::Server));
        last = Some(from);
    }
    turns
}

fn round_trips(event: &Event, past: &Past) -> Option<Finding> {
    let (version, kind) = (event.get(field::PROTOCOL_VERSION)?, event.get(field::HANDSHAKE_KIND)?);
    if !past.is_whole() || kind == "resumed" {
        return None;
    }
    let turns = waits(past);
    match (version, turns) {
        ("TLS 1.3", _) if past.has(Step::HelloRetryRequest) => {
            Some(Finding::depends(X18, say!(beyond::two_round_trips_for_another_key_share(version))))
        }
        ("TLS 1.3", 1) => {
            Some(Finding::as_noted_because(X18, say!(beyond::the_client_waited_once(version, kind))))
        }
        ("TLS 1.2", 2) => {
            Some(Finding::as_noted_because(X17, say!(beyond::the_client_waited_twice(version, kind))))
        }
        _ => None,
    }
}

fn resumed(event: &Event, past: &Past) -> Option<Finding> {
    let kind = event.get(field::HANDSHAKE_KIND)?;
    let found = past.first(Step::SessionResumed)?;
    let (by, print) = (found.get(field::BY)?, found.get(field::IDENTITY_FINGERPRINT)?);
    (kind == "resumed" && past.lacks(Step::Certificate))
        .then(|| Finding::as_noted_because(X23, say!(beyond::the_session_was_found_again(by, print))))
}
