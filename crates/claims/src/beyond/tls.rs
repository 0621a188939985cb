//! What is often noted beside the four flights of TLS: who signed, who can open what, what else the hellos ask for.

use steps::{
    Event, Evidence, Past, Side, common, our_words, say,
    tls::{Step, field},
};

use super::Rule;
use crate::{
    Claim::{X13, X14, X15, X16, X17, X18, X19, X20, X21, X22, X23, X24, X25},
    Finding,
};

/// The rules for `x13` to `x25`, by the step that they read.
pub(super) const fn rules(step: Step) -> &'static [Rule] {
    match step {
        Step::ClientHello => &[(&[X21], server_name)],
        Step::ServerHello | Step::EncryptedExtensions => &[(&[X22], application_protocol)],
        Step::Certificate => &[(&[X14], chain)],
        Step::VerifyCertificate => &[(&[X13], signed), (&[X25], kept_out)],
        Step::SharedSecret => &[(&[X15], computed), (&[X20], ephemeral)],
        Step::PreMasterSecret => &[(&[X15], opened), (&[X20], recorded)],
        Step::SessionKeys => &[(&[X19], master_secret)],
        Step::VerifyClientCertificate => &[(&[X24], mutual)],
        Step::HandshakeComplete => &[(&[X17, X18], round_trips), (&[X23], resumed)],
        Step::ApplicationData => &[(&[X16], hybrid)],
        Step::EphemeralKey
        | Step::HelloRetryRequest
        | Step::ChooseCertificate
        | Step::SessionResumed
        | Step::CertificateRequest
        | Step::ServerKeyExchange
        | Step::CertificateVerify
        | Step::ServerHelloDone
        | Step::VerifySignature
        | Step::Sign
        | Step::ChooseClientCertificate
        | Step::ClientCertificate
        | Step::VerifyClientSignature
        | Step::ClientKeyExchange
        | Step::ChangeCipherSpec
        | Step::Finished
        | Step::NewSessionTicket
        | Step::KeyUpdate
        | Step::Alert
        | Step::OtherMessage
        | Step::DoesNotOpen
        | Step::Undecodable
        | Step::Summary => &[],
    }
}

/// Whether `step` belongs to a handshake within the connection: that is none of those that notes tell.
pub(super) fn is_again(step: Step, past: &Past) -> bool {
    let renegotiates = past.tls().renegotiates().is_some();
    step != Step::ApplicationData && (renegotiates || step == Step::ClientHello && past.tls().finished())
}

fn signed(event: &Event, _: &Past) -> Option<Finding> {
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

fn kept_out(event: &Event, _: &Past) -> Option<Finding> {
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

fn chain(event: &Event, _: &Past) -> Option<Finding> {
    let (count, subject) = (event.get(field::CERTIFICATES)?, event.get(field::SUBJECT)?);
    if count < 2 {
        let issuer = event.get(field::ISSUER)?;
        return Some(Finding::depends(X14, say!(beyond::one_certificate_was_enough(count, subject, issuer))));
    }
    let above = event.get(field::CHAIN)?.join(", ");
    Some(Finding::as_noted_because(X14, say!(beyond::several_certificates(count, subject, above))))
}

fn computed(event: &Event, _: &Past) -> Option<Finding> {
    let group = event.get(field::GROUP)?;
    Some(Finding::differs(X15, say!(beyond::nothing_was_sent_for_the_private_key_to_open(group))))
}

fn ephemeral(event: &Event, _: &Past) -> Option<Finding> {
    let (group, fingerprint) = (event.get(field::GROUP)?, event.get(common::FINGERPRINT)?);
    Some(Finding::as_noted_because(
        X20,
        say!(beyond::the_secret_came_of_keys_of_this_connection_alone(fingerprint, group)),
    ))
}

fn opened(event: &Event, _: &Past) -> Option<Finding> {
    let (key, length) = (event.get(common::OPENED_WITH)?, event.get(common::LENGTH)?);
    let fingerprint = event.get(common::FINGERPRINT)?;
    (event.side == Side::Server).then(|| {
        Finding::as_noted_because(
            X15,
            say!(beyond::the_key_opened_bytes(our_words(key), length, fingerprint)),
        )
    })
}

fn recorded(event: &Event, _: &Past) -> Option<Finding> {
    let key = event.get(common::OPENED_WITH)?;
    (event.side == Side::Server)
        .then(|| Finding::differs(X20, say!(beyond::no_ephemeral_key_here(our_words(key)))))
}

fn master_secret(event: &Event, _: &Past) -> Option<Finding> {
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

fn server_name(event: &Event, _: &Past) -> Option<Finding> {
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

fn mutual(event: &Event, _: &Past) -> Option<Finding> {
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
