//! What is often noted beside the way from version to access: kinds of key, fingerprints, who signs and who encrypts.

use steps::{
    Event, Past, Side, common, say,
    ssh::{Step, field},
    text,
};

use crate::{
    Claim::{self, X32, X33, X34, X35, X36},
    ClaimCard, Finding, Heading,
};

/// The cards of `x32` to `x36`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X32 => ("RFC 4253 §6.6, RFC 8709", text!(beyond::x32()), text!(beyond::x32_rule())),
        X33 => ("RFC 4255 §3.1.2, OpenSSH", text!(beyond::x33()), text!(beyond::x33_rule())),
        X34 => ("RFC 4252 §7", text!(beyond::x34()), text!(beyond::x34_rule())),
        X35 => ("RFC 4252 §7", text!(beyond::x35()), text!(beyond::x35_rule())),
        _ => ("RFC 4253 §8", text!(beyond::x36()), text!(beyond::x36_rule())),
    };
    ClaimCard { heading: Heading::Ssh, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    // Keys that are replaced later show nothing new.
    if event.get(field::REKEY) == Some(true) {
        return None;
    }
    match step {
        Step::Negotiated => kinds(event, past),
        Step::HostKeyCheck => fingerprint(event),
        Step::PublickeyOk => looked_up(event),
        Step::PublickeySignature => signs(event),
        Step::KeyExchangeReply => computed(event, past),
        _ => None,
    }
}

fn kinds(event: &Event, past: &Past) -> Option<Finding> {
    let agreed = event.get(field::SERVER_HOST_KEY_ALGORITHM)?;
    let list = past.first_from(Side::Client, Step::Kexinit)?.get(field::SERVER_HOST_KEY_ALGORITHMS)?;
    list.contains(&agreed).then(|| {
        let list = list.join(", ");
        Finding::as_noted_because(X32, say!(beyond::the_client_takes_and_agreed(list, agreed)))
    })
}

fn fingerprint(event: &Event) -> Option<Finding> {
    let (print, kind) = (event.get(common::FINGERPRINT)?, event.get(field::KEY_TYPE)?);
    print
        .starts_with("SHA256:")
        .then(|| Finding::as_noted_because(X33, say!(beyond::the_host_key_was_checked(kind, print))))
}

fn looked_up(event: &Event) -> Option<Finding> {
    let (algorithm, print) =
        (event.get(field::PUBLIC_KEY_ALGORITHM_NAME)?, event.get(field::PUBLIC_KEY_FINGERPRINT)?);
    (event.sender() == Some(Side::Server))
        .then(|| Finding::as_noted_because(X34, say!(beyond::the_server_knows_this_key(print, algorithm))))
}

fn signs(event: &Event) -> Option<Finding> {
    let (print, checked) = (event.get(field::PUBLIC_KEY_FINGERPRINT)?, event.get(field::SIGNATURE)?);
    let (algorithm, length) = (event.get(common::SIGNATURE_ALGORITHM)?, event.get(common::SIGNATURE_LENGTH)?);
    (event.sender() == Some(Side::Client) && checked == "verified").then(|| {
        Finding::as_noted_because(
            X35,
            say!(beyond::the_client_sent_a_signature(algorithm, length, print, checked)),
        )
    })
}

fn computed(event: &Event, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Server, Step::Newkeys).is_some() {
        return None;
    }
    let (kex, length) = (event.get(field::KEX_ALGORITHM)?, event.get(field::PUBLIC_VALUE_LENGTH)?);
    let algorithm = event.get(common::SIGNATURE_ALGORITHM)?;
    Some(Finding::as_noted_because(X36, say!(beyond::the_server_sent_a_public_value(kex, length, algorithm))))
}
