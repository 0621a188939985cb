//! What the secret, and what follows from it, show: claims s4, s5 and s6.

use steps::{
    Event, Past, Side, our_words, say,
    ssh::{Step, field},
};

use crate::{
    Claim::{S4, S5, S6},
    Finding,
};

/// s4, from the library: the secret is there.
pub(super) fn secret_derived(event: &Event) -> Option<Finding> {
    let (kex, print) = (event.get(field::KEX_ALGORITHM)?, event.get(field::SHARED_SECRET_FINGERPRINT)?);
    Some(Finding::as_noted_because(S4, say!(ssh_verdicts::the_client_has_the_shared_secret(kex, print))))
}

/// s4 and s6: the secret fits what crossed, and the host key vouches for it.
pub(super) fn exchange_hash(event: &Event) -> Vec<Finding> {
    if event.get(field::SIGNATURE) != Some("verified") {
        return Vec::new();
    }
    [secret_fits(event), host_key_vouches(event)].into_iter().flatten().collect()
}

/// s4, where the hash was computed here again.
fn secret_fits(event: &Event) -> Option<Finding> {
    // The library's own hash: the secret in it is not known here.
    if !event.get(field::RECOMPUTED)? {
        return None;
    }
    let (hash, kex) = (short(event.get(field::EXCHANGE_HASH)?), event.get(field::KEX_ALGORITHM)?);
    Some(Finding::as_noted_because(S4, say!(ssh_verdicts::the_exchange_hash_recomputed(kex, hash))))
}

/// s6.
fn host_key_vouches(event: &Event) -> Option<Finding> {
    let (hash, print) = (short(event.get(field::EXCHANGE_HASH)?), event.get(field::HOST_KEY_FINGERPRINT)?);
    let whose = match event.get(field::RECOMPUTED)? {
        false => say!(ssh_verdicts::the_librarys_exchange_hash()),
        true => say!(ssh_verdicts::the_exchange_hash()),
    };
    Some(Finding::differs(S6, say!(ssh_verdicts::the_signature_fits_the_hash(print, whose, hash))))
}

/// The beginning of a hash.
fn short(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// s5: what the encryption rests on.
pub(super) fn keys_derived(event: &Event) -> Option<Finding> {
    let there = event.get(field::ENCRYPTION_KEY_CLIENT_TO_SERVER)?;
    let back = event.get(field::ENCRYPTION_KEY_SERVER_TO_CLIENT)?;
    Some(Finding::as_noted_because(
        S5,
        say!(ssh_verdicts::a_key_for_each_direction_is_hashed(our_words(there), our_words(back))),
    ))
}

/// s5: the login begins inside a packet that opened with the session's key.
pub(super) fn opened(event: &Event, past: &Past) -> Option<Finding> {
    past.first_from(event.sender()?, Step::Newkeys)?;
    let (service, number) = (event.get(field::SERVICE_NAME)?, event.get(field::SEQUENCE_NUMBER)?);
    (event.get(field::ENCRYPTED)? && event.get(field::TAG_VERIFIED)?).then(|| {
        Finding::as_noted_because(S5, say!(ssh_verdicts::an_encrypted_packet_opened(number, service)))
    })
}

/// s5: encrypted bytes follow the sender's NEWKEYS, and the login has not begun before it.
pub(super) fn encrypted(event: &Event, past: &Past) -> Option<Finding> {
    past.first_from(event.sender()?, Step::Newkeys)?;
    let who = match event.sender()? {
        Side::Client => say!(ssh_verdicts::the_client()),
        Side::Server => say!(ssh_verdicts::the_server()),
    };
    let (cipher, bytes) = (event.get(field::ENCRYPTION_ALGORITHM)?, event.get(field::FIRST_BYTES)?);
    Some(Finding::as_noted_because(
        S5,
        say!(ssh_verdicts::what_follows_newkeys_is_not_readable(who, cipher, bytes)),
    ))
}
