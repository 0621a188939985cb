//! What is often noted beside the way from version to access: kinds of key, fingerprints, who signs and who encrypts.

use steps::{
    Event, Past, Side, common, say,
    ssh::{Step, field},
};

use super::Rule;
use crate::{
    Claim::{X32, X33, X34, X35, X36},
    Finding,
};

/// The rules for `x32` to `x36`, by the step that they read.
pub(super) const fn rules(step: Step) -> &'static [Rule] {
    match step {
        Step::Negotiated => &[(&[X32], kinds)],
        Step::HostKeyCheck => &[(&[X33], fingerprint)],
        Step::PublickeyOk => &[(&[X34], looked_up)],
        Step::PublickeySignature => &[(&[X35], signs)],
        Step::KeyExchangeReply => &[(&[X36], computed)],
        Step::LineBefore
        | Step::Identification
        | Step::Kexinit
        | Step::NothingInCommon
        | Step::GroupRequest
        | Step::Group
        | Step::KeyExchangeInit
        | Step::Newkeys
        | Step::Encrypted
        | Step::SessionKey
        | Step::ExchangeHash
        | Step::DerivedKeys
        | Step::Unopened
        | Step::ExtInfo
        | Step::ServiceRequest
        | Step::ServiceAccept
        | Step::AuthNone
        | Step::AuthMethods
        | Step::PublickeyQuery
        | Step::SignedRequest
        | Step::AuthPassword
        | Step::InteractiveQuestion
        | Step::InteractiveAnswer
        | Step::AuthFailure
        | Step::AuthSuccess
        | Step::ChannelOpen
        | Step::ChannelConfirmed
        | Step::ChannelRequest
        | Step::Exec
        | Step::ChannelReply
        | Step::ChannelWindowAdjust
        | Step::ChannelData
        | Step::ExitStatus
        | Step::ChannelEof
        | Step::ChannelClose
        | Step::OtherMessage
        | Step::Disconnect
        | Step::WrongTag
        | Step::Undecodable
        | Step::Summary => &[],
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

fn fingerprint(event: &Event, _: &Past) -> Option<Finding> {
    let (print, kind) = (event.get(common::FINGERPRINT)?, event.get(field::KEY_TYPE)?);
    print
        .starts_with("SHA256:")
        .then(|| Finding::as_noted_because(X33, say!(beyond::the_host_key_was_checked(kind, print))))
}

fn looked_up(event: &Event, _: &Past) -> Option<Finding> {
    let (algorithm, print) =
        (event.get(field::PUBLIC_KEY_ALGORITHM_NAME)?, event.get(field::PUBLIC_KEY_FINGERPRINT)?);
    (event.sender() == Some(Side::Server))
        .then(|| Finding::as_noted_because(X34, say!(beyond::the_server_knows_this_key(print, algorithm))))
}

fn signs(event: &Event, _: &Past) -> Option<Finding> {
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
