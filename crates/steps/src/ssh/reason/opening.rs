//! Before the login: the lines that come first, the identification, the key exchange (RFC 4253).

use super::{
    Algorithms, Ended, Facts, Named,
    host_key::{host_signature, host_signature_by},
    in_seconds, list, quoted,
};
use crate::{
    Ending, Reason, Said, Text, our_words_behind,
    rule::rule_list,
    ssh::{Step, field},
};

/// How many key bits RFC 8270 §2 asks for at least.
pub(super) const LEAST_GROUP: u64 = 2048;

pub(super) const RULES: &[Named] = rule_list!["ssh", ssh_rules;
    disconnected_too_many_tries => too_many_tries;
    disconnected => disconnected;
    another_version => another_version;
    another_protocol => another_protocol;
    unreadable => unreadable;
    too_many_connections => too_many_connections;
    not_now => not_now;
    words_without_end => words_without_end;
    words_instead => words_instead;
    no_identification => no_identification;
    silent_before_identification => silent_before_identification;
    no_common_algorithm => no_common;
    small_group => small_group;
    strict_key_exchange => strict;
    host_signature => host_signature;
    host_signature_by_another_algorithm => host_signature_by;
    key_exchange_value => key_exchange;
    tag => tag;
    gone_after_identification => gone_after_identification;
    gone_in_key_exchange => gone_in_key_exchange;
    silent_in_key_exchange => silent_in_key_exchange;
];

/// Whether the server has sent its identification.
fn identified(facts: &Facts<'_>) -> bool {
    facts.peer_sent(Step::Identification).is_some()
}

/// Whether the keys are in use in the server's direction.
fn under_keys(facts: &Facts<'_>) -> bool {
    facts.peer_sent(Step::Newkeys).is_some()
}

/// What the server said in a DISCONNECT: its number, its name, its words.
fn farewell<'a>(facts: &Facts<'a>) -> Option<(u64, &'a str, &'a str)> {
    let farewell = facts.peer_sent(Step::Disconnect)?;
    let words = farewell.get(field::DESCRIPTION).unwrap_or_default();
    Some((farewell.get(field::REASON_CODE)?, farewell.get(field::WHY).unwrap_or_default(), words))
}

fn too_many_tries(facts: &Facts<'_>) -> Option<Reason> {
    let (_, name, words) = farewell(facts)?;
    let lower = words.to_lowercase();
    if !(lower.contains("too many") && (lower.contains("auth") || lower.contains("attempt"))) {
        return None;
    }
    let (said, tried) = (quoted(words), facts.memory().attempts.len());
    let keys = facts.memory().attempts.iter().filter(|attempt| attempt.method == "publickey").count();
    // An attempt that nothing else answered was answered by the DISCONNECT.
    let reason = Reason::new(if tried == 0 && facts.memory().open {
        say!(ssh::the_server_disconnected_at_the_first_try(name, said))
    } else {
        say!(ssh::the_server_disconnected_after_too_many_tries(name, said, tried, keys))
    });
    let reason = reason.at(Step::Disconnect);
    Some(if facts.given.agent && facts.given.keys > 1 {
        let offered = facts.given.keys;
        reason.advising(say!(ssh::name_the_right_key_of_the_agent(offered)))
    } else {
        reason
    })
}

fn disconnected(facts: &Facts<'_>) -> Option<Reason> {
    let (code, name, words) = farewell(facts)?;
    let said = quoted(words);
    let reason = Reason::new(say!(ssh::the_server_disconnected(name, said)));
    let reason = reason.by(facts.side.peer()).at(Step::Disconnect);
    let advice = match code {
        1 => say!(ssh::it_lets_nobody_in_from_this_address()),
        2 => say!(ssh::to_it_this_client_broke_the_protocol()),
        3 => say!(ssh::the_key_exchange_failed_on_its_side()),
        5 => say!(ssh::to_it_a_packet_did_not_verify()),
        12 => say!(ssh::it_has_too_many_connections()),
        14 => say!(ssh::it_has_no_further_way_to_log_in()),
        15 => say!(ssh::it_does_not_take_this_users_name()),
        _ => return Some(reason),
    };
    Some(reason.advising(advice))
}

/// What the decoder found where an identification was due.
fn lost<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str)> {
    if under_keys(facts) {
        return None; // what cannot be read under the keys is no other protocol
    }
    let lost = facts.peer_sent(Step::Undecodable)?;
    Some((lost.get(field::LOOKS_LIKE)?, lost.get(field::DUE).unwrap_or_default()))
}

fn another_version(facts: &Facts<'_>) -> Option<Reason> {
    let (_, expected) = lost(facts).filter(|(looks, _)| *looks == "SSH identification")?;
    let line = facts.peer_sent(Step::Undecodable)?.get(field::FIRST_LINE).map(quoted).unwrap_or_default();
    let reason =
        Reason::new(say!(ssh::the_servers_identification_is_not_allowed(line, our_words_behind(expected))));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Who has said an identification speaks SSH, if badly.
    let (looks, expected) = lost(facts).filter(|_| !identified(facts))?;
    let (expected, looks) = (our_words_behind(expected), our_words_behind(looks));
    let line = facts.peer_sent(Step::Undecodable)?.get(field::FIRST_LINE).map(quoted);
    let said = line.map_or_else(Said::default, |line| say!(ssh::and_its_line(line)));
    let reason = Reason::new(say!(ssh::the_server_does_not_speak_ssh(expected, looks, said)));
    let reason = reason.by(facts.side.peer()).at(Step::Undecodable);
    Some(reason.advising(say!(ssh::is_this_the_right_port())))
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, expected) = lost(facts)?;
    let (expected, looks) = (our_words_behind(expected), our_words_behind(looks));
    let reason = Reason::new(say!(ssh::the_server_goes_on_in_something_else(expected, looks)));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable).advising(its_own_log()))
}

/// What was said where an identification should have come, and none came.
fn instead(facts: &Facts<'_>) -> Option<String> {
    let lines = &facts.memory().lines_before;
    (!identified(facts) && !lines.is_empty()).then(|| lines.join(" / "))
}

fn said_instead(facts: &Facts<'_>, words: &str) -> Option<String> {
    let lines = instead(facts)?;
    lines.contains(words).then(|| quoted(&lines))
}

fn too_many_connections(facts: &Facts<'_>) -> Option<Reason> {
    let said = said_instead(facts, "Exceeded MaxStartups")?;
    let reason = Reason::new(say!(ssh::the_server_has_too_many_connections(said)));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!(ssh::try_again_in_a_while())))
}

fn not_now(facts: &Facts<'_>) -> Option<Reason> {
    let said = said_instead(facts, "Not allowed at this time")?;
    let reason = Reason::new(say!(ssh::the_server_lets_nobody_in_for_now(said)));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!(ssh::wait_until_it_has_passed())))
}

fn words_without_end(facts: &Facts<'_>) -> Option<Reason> {
    let (said, Ended::Silent(_)) = (instead(facts)?, facts.ended) else { return None };
    let (said, seconds) = (quoted(&said), silent(facts)?);
    let reason = Reason::new(say!(ssh::the_server_sent_lines_without_end(seconds, said)));
    Some(reason.by(facts.side.peer()).at(Step::LineBefore).advising(right_port()))
}

fn words_instead(facts: &Facts<'_>) -> Option<Reason> {
    let said = quoted(&instead(facts)?);
    let how = facts.gone().unwrap_or(Ending::Other).done();
    let reason = Reason::new(say!(ssh::the_server_sent_words_instead(said, how)));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!(ssh::these_words_may_say_why())))
}

fn right_port() -> Said {
    say!(ssh::is_this_the_port_of_an_ssh_server())
}

fn no_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !identified(facts))?;
    let how = how.done();
    let reason = Reason::new(say!(ssh::the_server_ended_without_an_identification(how)));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(say!(ssh::not_ssh_or_not_from_here_or_too_many())))
}

/// For how long the peer was silent, in seconds.
pub(super) fn silent(facts: &Facts<'_>) -> Option<String> {
    let Ended::Silent(milliseconds) = facts.ended else { return None };
    Some(in_seconds(*milliseconds))
}

fn silent_before_identification(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !identified(facts))?;
    let reason = Reason::new(say!(ssh::the_server_sent_no_identification(seconds)));
    Some(reason.by(facts.side.peer()).advising(right_port()))
}

pub(super) fn kind_name(kind: Algorithms) -> Text {
    match kind {
        Algorithms::KeyExchange => text!(ssh::key_exchange()),
        Algorithms::HostKey => text!(ssh::host_key()),
        Algorithms::Encryption => text!(ssh::encryption()),
        Algorithms::Mac => text!(ssh::mac()),
        Algorithms::Compression => text!(ssh::compression()),
    }
}

/// Without the signs of a capability, which stand in the list and are no algorithms.
pub(super) fn algorithms(names: &[String]) -> Vec<&str> {
    let is_sign = |name: &&str| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    names.iter().map(String::as_str).filter(|name| !is_sign(name)).collect()
}

/// Whether nobody should use this any more: SHA-1, MD5, DSA, CBC, RC4, 3DES (RFC 9142, RFC 8758, OpenSSH's defaults).
pub fn is_old(name: &str) -> bool {
    const OLD: [&str; 9] =
        ["sha1", "md5", "ssh-dss", "ssh-rsa", "-cbc", "3des", "arcfour", "group1-", "ripemd"];
    let newer = name.starts_with("rsa-sha2-") || name.contains("-etm@") && !name.contains("sha1");
    !newer && OLD.iter().any(|old| name.contains(old))
}

fn no_common(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NoCommon { kind, ours, theirs } = facts.ended else { return None };
    let name = kind_name(*kind);
    let (ours, theirs) = (algorithms(ours), algorithms(theirs));
    let (mine, its) = (list(&ours), list(&theirs));
    let reason = Reason::new(say!(ssh::no_common_algorithm_with_the_server(name, mine, its)));
    let reason = reason.at(Step::NothingInCommon).instead(Said::same(&mine), Said::same(&its));
    let kex = facts.given.kex.as_deref().filter(|_| *kind == Algorithms::KeyExchange);
    Some(match kex {
        Some(kex) => reason.advising(say!(ssh::leave_out_kex_or_name_another(kex))),
        None if !theirs.is_empty() && theirs.iter().all(|name| is_old(name)) => {
            reason.by(facts.side.peer()).advising(say!(ssh::all_that_the_server_has_is_old()))
        }
        None => reason.advising(say!(ssh::allow_one_of_this_clients_on_the_server())),
    })
}

fn small_group(facts: &Facts<'_>) -> Option<Reason> {
    let bits = facts.peer_sent(Step::Group)?.get(field::PRIME_BITS).filter(|bits| *bits < LEAST_GROUP)?;
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_servers_group_is_too_small(bits, LEAST_GROUP)));
    let reason = reason.by(facts.side.peer()).at(Step::Group);
    Some(reason.advising(say!(ssh::it_needs_larger_groups())))
}

fn strict(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::StrictKeyExchange { message, packet } = facts.ended else { return None };
    let reason = Reason::new(say!(ssh::the_servers_message_breaks_strict_key_exchange(message, packet)));
    Some(reason.at(Step::OtherMessage))
}

fn key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let reason = Reason::new(say!(ssh::a_value_of_the_servers_key_exchange_is_unusable()));
    Some(reason.by(facts.side.peer()).at(Step::KeyExchangeReply))
}

fn tag(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::Tag && facts.peer_sent(Step::WrongTag).is_none() {
        return None;
    }
    let reason = Reason::new(say!(ssh::a_packet_did_not_verify()));
    Some(reason.at(Step::WrongTag))
}

fn gone_after_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| identified(facts) && facts.peer_sent(Step::Kexinit).is_none())?;
    let how = how.done();
    let reason = Reason::new(say!(ssh::the_server_ended_after_its_identification(how)));
    let reason = reason.by(facts.side.peer()).at(Step::Identification);
    Some(reason.advising(say!(ssh::too_many_or_denied_or_our_version())))
}

fn gone_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !facts.has(Step::SessionKey) && identified(facts))?;
    let how = how.done();
    let (step, place) = if facts.has(Step::KeyExchangeReply) {
        (Step::KeyExchangeReply, text!(ssh::after_its_host_key()))
    } else if facts.has(Step::KeyExchangeInit) {
        (Step::KeyExchangeInit, text!(ssh::after_this_clients_public_value()))
    } else {
        (Step::Kexinit, text!(ssh::after_its_kexinit()))
    };
    let reason = Reason::new(say!(ssh::the_server_ended_in_the_key_exchange(how, place)));
    Some(reason.by(facts.side.peer()).at(step).advising(its_own_log()))
}

pub(super) fn its_own_log() -> Said {
    say!(ssh::its_own_log_may_say_why())
}

fn silent_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.has(Step::SessionKey))?;
    let step = if facts.peer_sent(Step::Kexinit).is_some() { Step::Kexinit } else { Step::Identification };
    let reason = Reason::new(say!(ssh::the_server_hung_in_the_handshake(seconds)));
    Some(reason.by(facts.side.peer()).at(step))
}
