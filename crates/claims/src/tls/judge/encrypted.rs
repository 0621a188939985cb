//! t10 to t14: the change to the new keys, the digest of the handshake, and what it guards.

use steps::{
    Event, Past, Side, common, say,
    tls::{Step, field},
};

use crate::{Claim, Finding};

/// t10 for the client's, the first half of t13 for the server's.
pub(super) fn change_cipher_spec(event: &Event, past: &Past) -> Option<Finding> {
    match (event.sender()?, event.get(field::SWITCHES_KEYS)?) {
        (Side::Client, true) => Some(Finding::as_noted(Claim::T10)),
        (Side::Client, false) => {
            // Before the server's answer nobody knows which version it will turn out to be: the summary says it then.
            let version = event.get(common::VERSION)?;
            Some(Finding::differs(Claim::T10, say!(tls_verdicts::it_is_a_dummy_for_middleboxes(version))))
        }
        (Side::Server, true) => {
            past.first_from(Side::Client, Step::Finished)?.get(field::VERIFY_DATA)?;
            Some(Finding::as_noted(Claim::T13))
        }
        (Side::Server, false) => None,
    }
}

/// A digest that came, and the one that was computed again from what crossed.
#[derive(Clone, Copy)]
struct Digests<'a> {
    came: &'a str,
    recomputed: &'a str,
}

impl Digests<'_> {
    fn are_equal(self) -> bool {
        self.came == self.recomputed
    }
}

/// t11 and t12 for the client's, t12 and t13 for the server's. Where nothing was compared, nothing is shown.
pub(super) fn finished(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let (from, opened) = (event.sender()?, event.get(common::ENCRYPTED)?);
    let digests = Digests {
        came: event.get(field::VERIFY_DATA)?,
        recomputed: event.get(field::VERIFY_DATA_RECOMPUTED)?,
    };
    let more = match from {
        Side::Client => opened.then(|| encryption_tested(digests)),
        Side::Server => servers_turn(digests, past),
    };
    Some([Some(tampering(digests)), more].into_iter().flatten().collect())
}

/// t11.
fn encryption_tested(digests: Digests<'_>) -> Finding {
    let data = start(digests.came);
    if digests.are_equal() {
        Finding::as_noted_because(Claim::T11, say!(tls_verdicts::it_decrypts_and_its_digest_fits(data)))
    } else {
        Finding::differs(Claim::T11, say!(tls_verdicts::it_decrypts_and_its_digest_differs(data)))
    }
}

/// t12.
fn tampering(digests: Digests<'_>) -> Finding {
    let (data, recomputed) = (start(digests.came), start(digests.recomputed));
    let bytes = digests.came.len() / 2;
    if digests.are_equal() {
        Finding::as_noted_because(Claim::T12, say!(tls_verdicts::equal_to_those_computed_again(bytes, data)))
    } else {
        Finding::as_noted_because(
            Claim::T12,
            say!(tls_verdicts::the_two_sides_saw_different_handshakes(data, recomputed)),
        )
    }
}

/// t13: who finished first.
fn servers_turn(digests: Digests<'_>, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Client, Step::Finished).is_none() {
        return past
            .is_whole()
            .then(|| Finding::differs(Claim::T13, say!(tls_verdicts::the_servers_finished_came_first())));
    }
    let switches = past.first_from(Side::Server, Step::ChangeCipherSpec)?.get(field::SWITCHES_KEYS)?;
    Some(match (switches, digests.are_equal()) {
        (true, true) => {
            Finding::as_noted_because(Claim::T13, say!(tls_verdicts::they_came_after_the_clients()))
        }
        (true, false) | (false, _) => Finding::as_noted(Claim::T13),
    })
}

/// t14: data that the session's keys opened.
pub(super) fn application_data(event: &Event) -> Option<Finding> {
    if !event.get(common::ENCRYPTED)? {
        return None;
    }
    let (plain, cipher) = (event.get(common::LENGTH)?, event.get(field::CIPHERTEXT_LENGTH)?);
    let begins = start(event.get(field::CIPHERTEXT)?);
    Some(Finding::as_noted_because(
        Claim::T14,
        say!(tls_verdicts::bytes_crossed_encrypted(plain, cipher, begins)),
    ))
}

/// t12: the keys come from the handshake as each side saw it, and a record changed on the way fits no key.
pub(super) fn does_not_open(event: &Event, past: &Past) -> Option<Finding> {
    let (from, _length) = (event.sender()?, event.get(common::LENGTH)?);
    if past.first_from(from, Step::Finished).is_some() || !past.is_whole() {
        return None; // The handshake was whole, or may have been; this is about data.
    }
    let field = match (from, event.get(field::SENDER)?) {
        (Side::Client, "client") => say!(tls_verdicts::client()),
        (Side::Server, "server") => say!(tls_verdicts::server()),
        (Side::Client | Side::Server, _) => return None,
    };
    Some(Finding::as_noted_because(Claim::T12, say!(tls_verdicts::noticed_before_the_digest(field))))
}

/// The first eight hex digits.
fn start(hex: &str) -> &str {
    hex.get(..8).unwrap_or(hex)
}
