//! t6 to t9: the key of the certificate, the secret, and the keys that come of it.

use steps::{
    Event, Past, Said, Side, common, our_words, our_words_behind, our_words_between, say, tls::Step,
};

use super::{ephemeral, field};
use crate::{Claim, Finding};

/// t6: the key from the certificate verifies and encrypts nothing. A signature that does not fit shows t12 as well: it
/// covers a part of the handshake, and was made over another.
pub(super) fn verify_signature(event: &Event) -> Option<Vec<Finding>> {
    let key = our_words_between(event.get(field::PUBLIC_KEY)?);
    let (scheme, over) = (event.get(field::SIGNATURE_SCHEME)?, event.get(field::OVER)?);
    if event.get(common::RESULT)? == "valid" {
        return Some(vec![Finding::differs(
            Claim::T6,
            say!(tls_verdicts::the_key_checked_a_signature(key, scheme, our_words_behind(over))),
        )]);
    }
    let used = Finding::differs(
        Claim::T6,
        say!(tls_verdicts::the_key_checked_a_signature_in_vain(key, scheme, our_words_behind(over))),
    );
    let noticed = Finding::as_noted_because(
        Claim::T12,
        say!(tls_verdicts::noticed_before_any_finished(our_words_between(over))),
    );
    Some(vec![used, noticed])
}

/// t7: each side computes the secret, so that nobody needs to send it.
pub(super) fn shared_secret(event: &Event) -> Option<Finding> {
    let (group, fingerprint) = (event.get(field::GROUP)?, event.get(common::FINGERPRINT)?);
    if let Some((curve, size)) = group.split_once("MLKEM") {
        return Some(encapsulated(curve, size, fingerprint));
    }
    Some(Finding::differs(Claim::T7, say!(tls_verdicts::computed_from_ephemeral_keys(group, fingerprint))))
}

/// t7 with ML-KEM (FIPS 203): the server's part of the secret is sent, under a key that the client made for it.
fn encapsulated(curve: &str, size: &str, fingerprint: &str) -> Finding {
    let other = match curve {
        "" => Said::default(),
        curve => say!(tls_verdicts::and_the_other_half_is_ephemeral(curve)),
    };
    Finding::differs(Claim::T7, say!(tls_verdicts::the_server_sent_it_encapsulated(size, other, fingerprint)))
}

/// t7 with static RSA: the client made it; the server's key opened it.
pub(super) fn pre_master_secret(event: &Event) -> Option<Finding> {
    let (length, fingerprint) = (event.get(common::LENGTH)?, event.get(common::FINGERPRINT)?);
    Some(match (event.get(common::OPENED_WITH), event.side) {
        // A capture's, too: whoever has the server's key.
        (Some(key), _) => Finding::as_noted_because(
            Claim::T7,
            say!(tls_verdicts::the_servers_opened_what_crossed(our_words_between(key), length, fingerprint)),
        ),
        (None, Side::Client) => Finding::as_noted_because(
            Claim::T7,
            say!(tls_verdicts::the_client_made_and_encrypted_it(length, fingerprint)),
        ),
        (None, Side::Server) => return None,
    })
}

/// t9: three randoms and the PRF, where the third crossed; or a secret that never did; or HKDF.
pub(super) fn session_keys(event: &Event, past: &Past) -> Option<Finding> {
    let derivation = event.get(field::DERIVATION)?;
    if derivation.starts_with("HKDF") {
        let stage = event.get(field::STAGE)?;
        return Some(Finding::differs(
            Claim::T9,
            say!(tls_verdicts::the_keys_come_from_the_shared_secret(our_words(derivation), our_words(stage))),
        ));
    }
    let hello = past.first(Step::ServerHello);
    let early = event.get(field::BEFORE_SERVER_HELLO) == Some(true);
    let resumed = hello.and_then(|hello| hello.get(field::RESUMED)) == Some(true);
    if early || (resumed && past.lacks(Step::Certificate)) {
        let fingerprint = event.get(field::FINGERPRINTS)?.join(", ");
        return Some(Finding::differs(
            Claim::T9,
            say!(tls_verdicts::the_master_secret_is_of_an_earlier_session(fingerprint)),
        ));
    }
    let _the_two_that_crossed =
        (past.first(Step::ClientHello)?.get(field::RANDOM)?, hello?.get(field::RANDOM)?);
    // The client derives before its ClientKeyExchange leaves: the server's part already tells which kind it is.
    match past.first(Step::ServerKeyExchange) {
        None if past.has(Step::ServerHelloDone) && past.is_whole() => three_randoms(event),
        // What the keys rest on was not seen.
        None => None,
        Some(exchange) => {
            let curve = ephemeral(exchange, past)?;
            Some(Finding::differs(
                Claim::T9,
                say!(tls_verdicts::two_randoms_crossed(our_words(derivation), curve)),
            ))
        }
    }
}

/// t9 as the notes have it; computed again where the pre-master secret is at hand.
fn three_randoms(event: &Event) -> Option<Finding> {
    let (derivation, label) =
        (our_words_between(event.get(field::DERIVATION)?), event.get(field::PRF_LABEL)?);
    if label == "extended master secret" {
        return Some(Finding::as_noted_because(
            Claim::T9,
            say!(tls_verdicts::over_the_secret_and_the_hash(derivation, label)),
        ));
    }
    let session = event.get(field::FINGERPRINTS)?.join(", ");
    match (event.get(field::PRE_MASTER_SECRET), event.get(field::MASTER_SECRET_RECOMPUTED)) {
        (None, None) => Some(Finding::as_noted_because(
            Claim::T9,
            say!(tls_verdicts::over_the_randoms_and_the_secret(derivation)),
        )),
        (Some(pre_master), Some(recomputed)) if recomputed == session => Some(Finding::as_noted_because(
            Claim::T9,
            say!(tls_verdicts::over_the_randoms_and_it_fits(derivation, pre_master, recomputed)),
        )),
        (Some(pre_master), Some(recomputed)) => Some(Finding::differs(
            Claim::T9,
            say!(tls_verdicts::over_the_randoms_and_it_differs(derivation, pre_master, recomputed, session)),
        )),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

/// t6, t7 and t8 with static RSA; t8 with ECDHE.
pub(super) fn client_key_exchange(event: &Event, past: &Past) -> Vec<Finding> {
    if let Some(length) = event.get(field::ENCRYPTED_PRE_MASTER_SECRET_LENGTH) {
        let carries =
            Finding::as_noted_because(Claim::T8, say!(tls_verdicts::it_carries_the_encrypted_secret(length)));
        let made = event.get(field::ENCRYPTED_PRE_MASTER_SECRET).map(|_| Finding::as_noted(Claim::T7));
        let key = past.first(Step::Certificate).and_then(|certificate| certificate.get(field::PUBLIC_KEY));
        let takes = key.map(|key| {
            Finding::as_noted_because(
                Claim::T6,
                say!(tls_verdicts::the_certificates_key_encrypts(our_words_between(key))),
            )
        });
        return [takes, made, Some(carries)].into_iter().flatten().collect();
    }
    let length = event.get(field::PUBLIC_KEY_LENGTH);
    let carries = length.map(|length| {
        Finding::differs(Claim::T8, say!(tls_verdicts::it_carries_the_clients_ephemeral_key(length)))
    });
    carries.into_iter().collect()
}
