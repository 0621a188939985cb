//! What a completed handshake did not have.

use steps::{
    Past, Side, common, say,
    tls::{Step, field},
};

use crate::{Claim, Finding};

/// The claims whose message this completed handshake did not have.
pub(crate) fn absent(past: &Past) -> Vec<Finding> {
    complete(past).unwrap_or_default()
}

/// None where it is not known what was agreed, or whether all that crossed was seen.
fn complete(past: &Past) -> Option<Vec<Finding>> {
    past.first(Step::HandshakeComplete)?.get(field::PROTOCOL_VERSION)?;
    let hello = past.first(Step::ServerHello)?;
    let (version, _suite) = (hello.get(common::VERSION)?, hello.get(field::CIPHER_SUITE)?);
    if !past.is_whole() {
        return None;
    }
    let [server, client] = [Side::Server, Side::Client].map(|side| messages(past, side));
    let mut findings = Vec::new();
    let from_outside = hello.get(field::PRE_SHARED_KEY) == Some("from outside");
    if !past.has(Step::Certificate) {
        let why = if past.has(Step::SessionResumed) {
            say!(tls_verdicts::resumed_without_a_certificate())
        } else if from_outside {
            say!(tls_verdicts::no_certificate_but_a_key_that_both_sides_knew())
        } else {
            say!(tls_verdicts::no_certificate())
        };
        findings.push(Finding::absent(Claim::T3, say!(tls_verdicts::no_certificate_but_these(why, server))));
    }
    if past.has(Step::SessionResumed) {
        findings.extend(resumed(past));
    } else if from_outside {
        findings.extend(known_before(past));
    }
    if !past.has(Step::ServerHelloDone) {
        findings.push(Finding::absent(Claim::T4, say!(tls_verdicts::no_server_hello_done_but_these(server))));
    }
    if !past.has(Step::ClientKeyExchange) {
        findings
            .push(Finding::absent(Claim::T8, say!(tls_verdicts::no_client_key_exchange_but_these(client))));
    }
    if version == "TLS 1.3" {
        findings.extend(no_change_cipher_spec(past));
    }
    Some(findings)
}

/// A TLS 1.3 client need not send the dummy; one that is early sends it before anybody knows the version.
fn no_change_cipher_spec(past: &Past) -> Option<Finding> {
    let place = |from, step: Step| {
        past.records().iter().position(|record| record.from == Some(from) && record.step == step.into())
    };
    let Some(dummy) = place(Side::Client, Step::ChangeCipherSpec) else {
        return Some(Finding::absent(
            Claim::T10,
            say!(tls_verdicts::no_change_cipher_spec_but_these(messages(past, Side::Client))),
        ));
    };
    let known = [Step::HelloRetryRequest, Step::ServerHello].map(|step| place(Side::Server, step));
    let early = known.into_iter().flatten().all(|hello| dummy < hello);
    early.then(|| {
        Finding::absent(Claim::T10, say!(tls_verdicts::no_change_cipher_spec_that_could_change_keys()))
    })
}

/// What is left out where both sides have a key from outside of TLS.
fn known_before(past: &Past) -> Vec<Finding> {
    let mut findings = vec![
        Finding::absent(Claim::T5, say!(tls_verdicts::none_was_checked_with_a_pre_shared_key())),
        Finding::absent(Claim::T6, say!(tls_verdicts::no_key_was_taken_from_one())),
    ];
    if !past.has(Step::SharedSecret) {
        findings.push(Finding::absent(
            Claim::T7,
            say!(tls_verdicts::no_pre_master_secret_with_a_pre_shared_key()),
        ));
    }
    findings
}

/// What a resumed session leaves out because an earlier one had it.
fn resumed(past: &Past) -> Vec<Finding> {
    let mut findings = vec![
        Finding::absent(Claim::T5, say!(tls_verdicts::none_was_checked_when_resumed())),
        Finding::absent(Claim::T6, say!(tls_verdicts::no_key_was_taken_from_one())),
    ];
    if !past.has(Step::SharedSecret) {
        findings
            .push(Finding::absent(Claim::T7, say!(tls_verdicts::no_new_pre_master_secret_when_resumed())));
    }
    findings
}

/// The handshake messages that `side` sent, by name.
fn messages(past: &Past, side: Side) -> String {
    let handshake = |step| {
        matches!(
            step,
            steps::Step::Tls(
                Step::ClientHello
                    | Step::HelloRetryRequest
                    | Step::ServerHello
                    | Step::EncryptedExtensions
                    | Step::CertificateRequest
                    | Step::Certificate
                    | Step::CertificateVerify
                    | Step::ClientCertificate
                    | Step::ServerKeyExchange
                    | Step::ClientKeyExchange
                    | Step::ChangeCipherSpec
                    | Step::Finished
            )
        )
    };
    let sent = past.records().iter().filter(|record| record.from == Some(side) && handshake(record.step));
    sent.map(|record| record.step.card().title.en).collect::<Vec<_>>().join(", ")
}
