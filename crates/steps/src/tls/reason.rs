//! Why a TLS connection failed: an ordered list of rules over the facts that its log has. The first that recognises
//! them gives the reason; several causes that fit the same facts are all named.

use super::{Alert, Step};
use crate::{Reason, Rule};

mod alert;
mod application;
mod certificate;
mod facts;
mod hello;
mod own_certificate;
mod peer;
mod transport;

#[cfg(test)]
mod tests;

pub use facts::{Certificate, End, Facts, Given, Incompatible, Misbehaved, Program, Unreadable, Variant};

use facts::who;

/// What a rule makes of the facts; none: it does not recognise them.
type Recognises = fn(&Facts<'_>) -> Option<Reason>;

/// The rules in the order in which they are tried, a topic a list. What an alert means after the handshake comes before
/// the transport's end, which mostly follows it.
const ORDER: [&[(Rule, Recognises)]; 9] = [
    transport::NOTHING_CAME,
    application::RENEGOTIATION,
    own_certificate::RULES,
    alert::RULES,
    hello::RULES,
    certificate::RULES,
    peer::RULES,
    application::RULES,
    transport::RULES,
];

/// The rules, in the order in which they are tried.
pub fn rules() -> impl Iterator<Item = Rule> {
    ORDER.into_iter().flatten().map(|(rule, _)| *rule)
}

/// Why the connection failed.
pub fn reason(facts: &Facts<'_>) -> Reason {
    let found = ORDER.into_iter().flatten().find_map(|(rule, recognise)| {
        recognise(facts).map(|reason| Reason { rule: Some(rule.id), ..reason })
    });
    let reason = found.unwrap_or_else(|| transport::unrecognised(facts));
    match facts.end {
        // Their alert ends it; ours, if there was one, is no answer to it.
        End::Alert(_) => reason,
        _ => told_by_alert(facts, reason),
    }
}

/// The alert that a side has to send when it ends the connection for this (RFC 5246 §7.2.2, RFC 8446 §6.2); `None`: the
/// peer has ended it, or neither side did anything wrong.
pub fn closing_alert(end: &End) -> Option<Alert> {
    Some(match end {
        End::Unreadable(Unreadable::NoRecord | Unreadable::Malformed) => Alert::DECODE_ERROR,
        End::Unreadable(Unreadable::TooLong) => Alert::RECORD_OVERFLOW,
        End::Unreadable(Unreadable::Empty) | End::OutOfPlace { .. } => Alert::UNEXPECTED_MESSAGE,
        End::Incompatible(Incompatible::Version) => Alert::PROTOCOL_VERSION,
        End::Incompatible(
            Incompatible::Suite | Incompatible::Group | Incompatible::Signature | Incompatible::Other,
        ) => Alert::HANDSHAKE_FAILURE,
        End::Misbehaved(Misbehaved::Renegotiates) => Alert::NO_RENEGOTIATION,
        End::Misbehaved(Misbehaved::TooMany | Misbehaved::Interleaved) => Alert::UNEXPECTED_MESSAGE,
        End::Misbehaved(
            Misbehaved::ApplicationProtocol
            | Misbehaved::ServerName
            | Misbehaved::NotOffered
            | Misbehaved::Downgrade
            | Misbehaved::Retry
            | Misbehaved::Extension
            | Misbehaved::Scheme
            | Misbehaved::Resumption
            | Misbehaved::Other,
        ) => Alert::ILLEGAL_PARAMETER,
        End::Certificate(_) => Alert::BAD_CERTIFICATE,
        End::NoCertificate => Alert::CERTIFICATE_REQUIRED,
        End::DoesNotOpen => Alert::BAD_RECORD_MAC,
        End::WrongDigest => Alert::DECRYPT_ERROR,
        End::NoApplicationProtocol => Alert::NO_APPLICATION_PROTOCOL,
        End::Ours => Alert::INTERNAL_ERROR,
        End::Alert(_)
        | End::Cut
        | End::Reset
        | End::TimedOut
        | End::Unreachable
        | End::Silent(_)
        | End::NoHttp
        | End::Unfinished
        | End::HeadTooLong(_)
        | End::Stopped => return None,
    })
}

/// By which alert we told the peer: the other log names it too.
fn told_by_alert(facts: &Facts<'_>, reason: Reason) -> Reason {
    let Some(ours) = facts.memory().fatal(facts.side) else { return reason };
    let (peer, alert) = (who(facts.peer()), ours.alert);
    let cause = say!(tls::and_the_peer_was_told(reason.cause, peer, alert));
    Reason { cause, ..reason }
}
