//! The verdicts on t1 to t14. Each rests on what was seen, never on the variant that was asked for: static RSA,
//! ECDHE and TLS 1.3 go through the same code. What a verdict rests on is an `Option` where it is read: without it
//! there is no verdict.

use steps::{
    Event, Past, Record, common, our_words, say,
    tls::{Step, field},
};

use crate::{Claim, Finding};

mod absent;
mod encrypted;
mod keys;

#[cfg(test)]
mod tests;

pub(crate) use absent::absent;

use encrypted::{application_data, change_cipher_spec, does_not_open, finished};
use keys::{client_key_exchange, pre_master_secret, session_keys, shared_secret, verify_signature};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    // A handshake within the connection (RFC 5246 §7.4.1.1) is none of the one that the notes tell.
    let again = past.tls().renegotiates().is_some() || (step == Step::ClientHello && past.tls().finished());
    match step {
        Step::ApplicationData => one(application_data(event)),
        _ if again => Vec::new(),
        Step::ClientHello => one(client_hello(event)),
        Step::ServerHello => one(server_hello(event)),
        Step::Certificate => one(certificate(event)),
        Step::ServerHelloDone => one(server_hello_done(past)),
        Step::VerifyCertificate => one(verify_certificate(event)),
        Step::VerifySignature => verify_signature(event).unwrap_or_default(),
        Step::SharedSecret => one(shared_secret(event)),
        Step::PreMasterSecret => one(pre_master_secret(event)),
        Step::SessionKeys => one(session_keys(event, past)),
        Step::ClientKeyExchange => client_key_exchange(event, past),
        Step::ChangeCipherSpec => one(change_cipher_spec(event, past)),
        Step::Finished => finished(event, past).unwrap_or_default(),
        Step::DoesNotOpen => one(does_not_open(event, past)),
        Step::EphemeralKey
        | Step::HandshakeComplete
        | Step::HelloRetryRequest
        | Step::ChooseCertificate
        | Step::SessionResumed
        | Step::ChooseClientCertificate
        | Step::VerifyClientCertificate
        | Step::VerifyClientSignature
        | Step::EncryptedExtensions
        | Step::CertificateRequest
        | Step::ServerKeyExchange
        | Step::CertificateVerify
        | Step::Sign
        | Step::ClientCertificate
        | Step::NewSessionTicket
        | Step::KeyUpdate
        | Step::Alert
        | Step::OtherMessage
        | Step::Undecodable
        | Step::Summary => Vec::new(),
    }
}

fn one(finding: Option<Finding>) -> Vec<Finding> {
    finding.into_iter().collect()
}

/// t1: the version on offer stands where the notes say, unless an extension says better.
fn client_hello(event: &Event) -> Option<Finding> {
    let (version, legacy) = (event.get(common::VERSION)?, event.get(field::LEGACY_VERSION)?);
    let _what_else_it_carries = (event.get(field::RANDOM)?, event.get(field::CIPHER_SUITES)?);
    if version == legacy {
        return Some(Finding::as_noted(Claim::T1));
    }
    if !event.get(field::SUPPORTED_VERSIONS)?.contains(&version) {
        return None;
    }
    // Whether there is a key share, the list of the extensions says.
    if !event.get(field::EXTENSIONS)?.contains(&"key_share") {
        return Some(Finding::differs(
            Claim::T1,
            say!(tls_verdicts::the_version_field_and_the_extension(legacy, version)),
        ));
    }
    let shares = event.get(field::KEY_SHARE)?.join(", ");
    Some(Finding::differs(
        Claim::T1,
        say!(tls_verdicts::the_version_field_and_the_shares(legacy, version, shares)),
    ))
}

/// t2: the same for the version, and no key share.
fn server_hello(event: &Event) -> Option<Finding> {
    let (version, legacy) = (event.get(common::VERSION)?, event.get(field::LEGACY_VERSION)?);
    let _what_else_it_carries = (event.get(field::RANDOM)?, event.get(field::CIPHER_SUITE)?);
    if version == legacy {
        return Some(Finding::as_noted(Claim::T2));
    }
    let extensions = event.get(field::EXTENSIONS)?;
    let shares = if extensions.contains(&"key_share") {
        let share = event.get(field::KEY_SHARE)?.join(", ");
        say!(tls_verdicts::a_key_share(share))
    } else if extensions.contains(&"pre_shared_key") {
        say!(tls_verdicts::no_key_share_but_a_pre_shared_key())
    } else {
        say!(tls_verdicts::neither_a_key_share_nor_a_pre_shared_key())
    };
    Some(Finding::differs(
        Claim::T2,
        say!(tls_verdicts::the_version_field_and_what_it_carries(legacy, version, shares)),
    ))
}

/// t3: the certificate crosses in the clear, or encrypted.
fn certificate(event: &Event) -> Option<Finding> {
    let (encrypted, unreadable) = (event.get(common::ENCRYPTED)?, event.get(field::UNREADABLE));
    let subject = event.get(field::SUBJECT);
    match (encrypted, subject, unreadable) {
        (false, Some(_), _) | (false, None, Some(true)) => Some(Finding::as_noted(Claim::T3)),
        (true, Some(subject), _) => {
            Some(Finding::differs(Claim::T3, say!(tls_verdicts::the_certificate_crossed_encrypted(subject))))
        }
        (true, None, Some(true)) => Some(Finding::differs(
            Claim::T3,
            say!(tls_verdicts::the_certificate_crossed_encrypted_and_cannot_be_read()),
        )),
        (_, None, _) => None,
    }
}

/// t4: with static RSA it follows the certificate; with ECDHE the server's public key comes first.
fn server_hello_done(past: &Past) -> Option<Finding> {
    match past.first(Step::ServerKeyExchange) {
        None => {
            past.first(Step::Certificate)?.get(field::CERTIFICATES)?;
            past.is_whole().then(|| {
                Finding::as_noted_because(Claim::T4, say!(tls_verdicts::it_follows_the_certificate()))
            })
        }
        Some(exchange) => {
            let curve = ephemeral(exchange, past)?;
            Some(Finding::differs(Claim::T4, say!(tls_verdicts::server_key_exchange_came_first(curve))))
        }
    }
}

/// The kind of the server's ephemeral key; none: it is not known whether there is one in this ServerKeyExchange.
fn ephemeral<'a>(exchange: &'a Record, past: &Past) -> Option<&'a str> {
    if let Some(curve) = exchange.get(field::NAMED_CURVE) {
        return Some(curve);
    }
    let suite = past.first(Step::ServerHello)?.get(field::CIPHER_SUITE)?;
    suite.starts_with("TLS_DHE_").then_some("Diffie-Hellman")
}

/// t5: the library's verifier gave its verdict; a refusal is a check too.
fn verify_certificate(event: &Event) -> Option<Finding> {
    let (name, result) = (event.get(field::NAME)?, event.get(common::RESULT)?);
    if result != "valid" {
        return Some(match event.get(field::OVERRIDDEN)? {
            true => Finding::differs(
                Claim::T5,
                say!(tls_verdicts::the_name_was_refused_and_the_connection_went_on(name, our_words(result))),
            ),
            false => Finding::as_noted_because(
                Claim::T5,
                say!(tls_verdicts::the_name_was_refused(name, our_words(result))),
            ),
        });
    }
    // The library read it, the watcher could not: what was checked is not known here.
    if event.get(field::UNREADABLE) == Some(true) {
        return Some(Finding::as_noted_because(Claim::T5, say!(tls_verdicts::the_name_was_accepted(name))));
    }
    // One verdict stands for all five checks; the library that gave it is named.
    let library = event.get(field::CHECKED_BY)?;
    let (issuer, until) = (event.get(field::ISSUER)?, event.get(field::NOT_AFTER)?);
    Some(Finding::as_noted_because(
        Claim::T5,
        say!(tls_verdicts::what_was_checked(library, issuer, until, name)),
    ))
}
