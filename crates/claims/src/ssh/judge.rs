//! What the steps of SSH show of the notes: claims s1 to s13, told in the order of the notes.

use steps::{
    Event, Past, Side, say,
    ssh::{Step, field},
    tcp,
};

use crate::{
    Claim::{S1, S2, S3, S4, S6, S7, S8, S9, S10, S11, S12},
    Finding,
};

mod encryption;
mod password;

pub(crate) use password::at_end;

use encryption::{encrypted, exchange_hash, keys_derived, opened, secret_derived};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    // The notes tell of the beginning: keys that are replaced later show nothing new.
    if event.get(field::REKEY) == Some(true) {
        return Vec::new();
    }
    let finding = match step {
        Step::Identification => who_was_first(event, past),
        Step::Negotiated => how_picked(event, past),
        Step::KeyExchangeReply => return key_exchange(event, past),
        Step::SessionKey => secret_derived(event),
        Step::ExchangeHash => return exchange_hash(event),
        Step::DerivedKeys => keys_derived(event),
        Step::ServiceRequest => opened(event, past),
        Step::Encrypted => encrypted(event, past),
        Step::HostKeyCheck => host_key(event),
        Step::PublickeyQuery => key_named(event),
        Step::PublickeyOk => key_would_do(event),
        Step::SignedRequest => signed(event),
        Step::PublickeySignature => signature(event),
        Step::AuthPassword | Step::InteractiveAnswer | Step::AuthFailure => password::checked(event, past),
        Step::AuthSuccess => {
            return [granted(event), password::checked(event, past)].into_iter().flatten().collect();
        }
        Step::Kexinit
        | Step::NothingInCommon
        | Step::GroupRequest
        | Step::Group
        | Step::KeyExchangeInit
        | Step::Newkeys
        | Step::Unopened
        | Step::ExtInfo
        | Step::ServiceAccept
        | Step::AuthNone
        | Step::AuthMethods
        | Step::InteractiveQuestion
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
        | Step::LineBefore
        | Step::Summary => None,
    };
    finding.into_iter().collect()
}

/// s1: what TCP's part of an SSH connection shows.
pub(crate) fn over_tcp(step: tcp::Step, event: &Event, past: &Past) -> Option<Finding> {
    if step != tcp::Step::Established || past.has(Step::Identification) {
        return None;
    }
    let state = event.get(tcp::field::STATE)?;
    Some(Finding::as_noted_because(S1, say!(ssh_verdicts::the_kernel_says(state))))
}

/// s2: judged once both lines are known, by what this side can know: its own line, and whether the peer's had
/// already arrived when it left.
fn who_was_first(event: &Event, past: &Past) -> Option<Finding> {
    let second = event.sender()?;
    let first = past.first_from(second.peer(), Step::Identification)?;
    let (before, after) = (first.get(field::SOFTWAREVERSION)?, event.get(field::SOFTWAREVERSION)?);
    let who = match (event.side, second) {
        (Side::Client, Side::Server) => say!(ssh_verdicts::the_client_did_not_wait(before, after)),
        (Side::Client, Side::Client) => say!(ssh_verdicts::the_servers_line_was_here_before(before, after)),
        (Side::Server, Side::Server) => say!(ssh_verdicts::the_clients_line_was_here_before(before, after)),
        (Side::Server, Side::Client) => say!(ssh_verdicts::the_server_did_not_wait(before, after)),
    };
    Some(Finding::depends(S2, who))
}

/// s3: both lists crossed, and which algorithm won. Where nothing was agreed, another step says so.
fn how_picked(event: &Event, past: &Past) -> Option<Finding> {
    let kex = event.get(field::KEX_ALGORITHM)?;
    let [at, there] = event.get(field::KEX_ALGORITHM_RANK)?.try_into().ok()?;
    let cipher = event.get(field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER)?;
    let host_key = event.get(field::SERVER_HOST_KEY_ALGORITHM)?;
    let [client, server] = [methods(Side::Client, past)?, methods(Side::Server, past)?];
    Some(Finding::as_noted_because(
        S3,
        say!(ssh_verdicts::how_the_algorithm_was_picked(kex, at, client, there, server, host_key, cipher)),
    ))
}

/// How many methods of key exchange `side` has: some names in its list are signs of a capability (RFC 8308, strict key
/// exchange).
fn methods(side: Side, past: &Past) -> Option<usize> {
    let is_sign = |name: &&str| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    let names = past.first_from(side, Step::Kexinit)?.get(field::KEX_ALGORITHMS)?;
    Some(names.iter().filter(|name| !is_sign(name)).count())
}

/// s4 and s6: both public values have crossed, and the host key with its signature came in the same packet.
fn key_exchange(event: &Event, past: &Past) -> Vec<Finding> {
    [both_values(event, past), host_key_sent(event, past)].into_iter().flatten().collect()
}

/// s4, from the wire.
fn both_values(event: &Event, past: &Past) -> Option<Finding> {
    let kex = event.get(field::KEX_ALGORITHM)?;
    let client = past.first(Step::KeyExchangeInit)?.get(field::PUBLIC_VALUE_LENGTH)?;
    let server = event.get(field::PUBLIC_VALUE_LENGTH)?;
    Some(Finding::as_noted_because(S4, say!(ssh_verdicts::both_sent_public_values(kex, client, server))))
}

/// s6: where the host key came.
fn host_key_sent(event: &Event, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Server, Step::Newkeys).is_some() {
        return None;
    }
    let (kind, print) = (event.get(field::HOST_KEY_TYPE)?, event.get(field::HOST_KEY_FINGERPRINT)?);
    let (message, signature) = (event.get(field::MESSAGE)?, event.get(field::SIGNATURE_ALGORITHM)?);
    Some(Finding::differs(S6, say!(ssh_verdicts::the_host_key_came_inside(kind, print, message, signature))))
}

/// s7, s8, s9: what became of the host key.
fn host_key(event: &Event) -> Option<Finding> {
    let print = event.get(field::FINGERPRINT)?;
    match event.get(field::RECORD)? {
        "unknown" => unknown_host(event, print),
        "known" => known_host(event, print),
        "changed" => changed_host(event, print),
        "certified" => certified_host(event, print),
        _ => None,
    }
}

/// s7.
fn unknown_host(event: &Event, print: &str) -> Option<Finding> {
    let (accepted, added) = (event.get(field::ACCEPTED)?, event.get(field::ADDED)?);
    match (event.get(field::DECIDED_BY)?, accepted) {
        ("user", true) if added => Some(Finding::as_noted_because(
            S7,
            say!(ssh_verdicts::the_user_confirmed_and_it_was_added(print)),
        )),
        ("user", true) => {
            let file = event.get(field::FILE)?;
            Some(Finding::depends(
                S7,
                say!(ssh_verdicts::the_user_confirmed_and_it_was_not_added(print, file)),
            ))
        }
        ("user", false) => Some(Finding::depends(S7, say!(ssh_verdicts::the_user_said_no(print)))),
        ("option", accepted) => {
            let strict = event.get(field::STRICT)?;
            let added = match (accepted, added) {
                (true, true) => say!(ssh_verdicts::to_add(print)),
                (true, false) => say!(ssh_verdicts::to_let_pass(print)),
                (false, _) => say!(ssh_verdicts::to_refuse(print)),
            };
            Some(Finding::depends(S7, say!(ssh_verdicts::nobody_was_asked(strict, added))))
        }
        ("nobody", false) => Some(Finding::depends(S7, say!(ssh_verdicts::nobody_could_be_asked(print)))),
        _ => None,
    }
}

/// s8.
fn known_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::LINE)?);
    event.get(field::ACCEPTED)?.then(|| {
        Finding::as_noted_because(S8, say!(ssh_verdicts::the_line_has_the_same_key(line, file, print)))
    })
}

/// s8, by a CA.
fn certified_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::CERT_AUTHORITY_LINE)?);
    let authority = event.get(field::CERTIFICATE_AUTHORITY_FINGERPRINT)?;
    event.get(field::ACCEPTED)?.then(|| {
        Finding::depends(S8, say!(ssh_verdicts::the_line_trusts_its_ca(line, file, authority, print)))
    })
}

/// s9.
fn changed_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::LINE)?);
    let recorded = event.get(field::RECORDED_FINGERPRINT)?;
    Some(if event.get(field::ACCEPTED)? {
        let strict = event.get(field::STRICT)?;
        if event.get(field::DECIDED_BY)? != "option" {
            return None;
        }
        Finding::depends(
            S9,
            say!(ssh_verdicts::the_line_has_another_key_and_it_passed(line, file, recorded, print, strict)),
        )
    } else {
        Finding::as_noted_because(
            S9,
            say!(ssh_verdicts::the_line_has_another_key(line, file, recorded, print)),
        )
    })
}

/// s10, on the server: the key was named.
fn key_named(event: &Event) -> Option<Finding> {
    let (user, print) = (event.get(field::USER_NAME)?, event.get(field::PUBLIC_KEY_FINGERPRINT)?);
    (event.get(field::ANSWER)? == "accept")
        .then(|| Finding::as_noted_because(S10, say!(ssh_verdicts::the_client_named_the_key(print, user))))
}

/// s10, on the client: the key that was named would do.
fn key_would_do(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    Some(Finding::as_noted_because(S10, say!(ssh_verdicts::the_client_asked_about_the_key(print))))
}

/// s11: what was signed.
fn signed(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    let length = event.get(field::SIGNED_LENGTH)?;
    let id: String = event.get(field::SESSION_IDENTIFIER)?.chars().take(16).collect();
    let (user, service) = (event.get(field::USER_NAME)?, event.get(field::SERVICE_NAME)?);
    let (number, method) = (event.get(field::MESSAGE_NUMBER)?, event.get(field::METHOD_NAME)?);
    let algorithm = event.get(field::PUBLIC_KEY_ALGORITHM_NAME)?;
    let number = if number == 50 { "SSH_MSG_USERAUTH_REQUEST (50)".to_owned() } else { number.to_string() };
    Some(Finding::differs(
        S11,
        say!(ssh_verdicts::what_was_signed_is_no_challenge(
            length, id, number, user, service, method, algorithm, print
        )),
    ))
}

/// s11: the signature crossed, and the public key fits it.
fn signature(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    let signed = match (event.get(field::SIGNED_LENGTH), event.get(field::SIGNATURE)) {
        (Some(length), Some("wrong")) => say!(ssh_verdicts::no_challenge_came_before(length, print)),
        (Some(length), Some(checked)) => {
            let checked = match checked {
                "verified" => say!(ssh_verdicts::with_it_checked_again_here()),
                _ => say!(ssh_verdicts::its_algorithm_cannot_be_checked_here()),
            };
            say!(ssh_verdicts::no_challenge_came_and_it_covers(length, print, checked))
        }
        // Packets are not opened here: the library's word is all there is.
        _ if event.get(field::VERIFIED)? => say!(ssh_verdicts::the_server_verified_a_signature(print)),
        _ => return None,
    };
    Some(Finding::differs(S11, signed))
}

/// s12: access.
fn granted(event: &Event) -> Option<Finding> {
    let (user, method) = (event.get(field::USER_NAME)?, event.get(field::METHOD_NAME)?);
    Some(Finding::as_noted_because(S12, say!(ssh_verdicts::the_user_is_in(user, method))))
}

#[cfg(test)]
mod tests;
