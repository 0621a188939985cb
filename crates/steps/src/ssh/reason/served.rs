//! The same from the server's side: why a client left, or was let go.

use super::{
    Ended, Facts, Named, list,
    opening::{LEAST_GROUP, algorithms, is_old, kind_name, silent},
    quoted,
    session::misplaced,
};
use crate::{
    Ending, Reason, Said, Side, our_words_behind, program,
    rule::rule_list,
    ssh::Attempt,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list!["ssh", ssh_rules;
    stopped => stopped;
    client_disconnected => disconnected;
    client_another_version => another_version;
    client_another_protocol => another_protocol;
    client_unreadable => unreadable;
    client_no_common_algorithm => no_common;
    client_small_group => small_group;
    client_strict_key_exchange => strict;
    client_tag => tag;
    client_silent_before_identification => silent_before_identification;
    client_silent_in_key_exchange => silent_in_key_exchange;
    client_silent_in_login => silent_in_login;
    client_idle => idle;
    client_said_nothing => said_nothing;
    client_gone_after_identification => gone_after_identification;
    client_wanted_the_host_key => wanted_the_host_key;
    client_gone_before_login => gone_before_login;
    client_out_of_tries => out_of_tries;
    client_tried_passwords => tried_passwords;
    client_wrong_password => wrong_password;
    client_key_refused => key_refused;
    client_refused_request => refused_request;
    client_gone_in_session => gone_in_session;
    client_message_out_of_place => out_of_place;
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    (*facts.ended == Ended::Stopped)
        .then(|| Reason::new(say!(ssh::the_server_was_stopped())).by(Side::Server))
}

fn disconnected(facts: &Facts<'_>) -> Option<Reason> {
    if facts.given.logged_in {
        return None;
    }
    let farewell = facts.peer_sent(Step::Disconnect)?;
    let name = farewell.get(field::WHY).unwrap_or_default();
    let said = quoted(farewell.get(field::DESCRIPTION).unwrap_or_default());
    let reason = Reason::new(say!(ssh::the_client_disconnected(name, said)));
    Some(reason.by(Side::Client).at(Step::Disconnect))
}

fn lost<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str, Option<String>)> {
    // What cannot be read under the keys is no other protocol.
    if facts.peer_sent(Step::Newkeys).is_some() {
        return None;
    }
    let lost = facts.peer_sent(Step::Undecodable)?;
    let line = lost.get(field::FIRST_LINE).map(quoted);
    Some((lost.get(field::LOOKS_LIKE)?, lost.get(field::DUE).unwrap_or_default(), line))
}

fn another_version(facts: &Facts<'_>) -> Option<Reason> {
    let (_, expected, line) = lost(facts).filter(|(looks, ..)| *looks == "SSH identification")?;
    let line = line.unwrap_or_default();
    let reason =
        Reason::new(say!(ssh::the_clients_identification_is_not_allowed(line, our_words_behind(expected))));
    Some(reason.by(Side::Client).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Who has said an identification speaks SSH, if badly.
    let (looks, expected, line) = lost(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?;
    let (expected, looks) = (our_words_behind(expected), our_words_behind(looks));
    let line = line.map_or_else(Said::default, |line| say!(ssh::and_its_line(line)));
    let reason = Reason::new(say!(ssh::the_client_does_not_speak_ssh(expected, looks, line)));
    let reason = reason.by(Side::Client).at(Step::Undecodable);
    Some(reason.advising(say!(ssh::is_it_meant_for_another_port())))
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, expected, _) = lost(facts)?;
    let (expected, looks) = (our_words_behind(expected), our_words_behind(looks));
    let reason = Reason::new(say!(ssh::the_client_goes_on_in_something_else(expected, looks)));
    Some(reason.by(Side::Client).at(Step::Undecodable))
}

fn no_common(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NoCommon { kind, ours, theirs } = facts.ended else { return None };
    let name = kind_name(*kind);
    let (ours, theirs) = (algorithms(ours), algorithms(theirs));
    let (mine, its) = (list(&ours), list(&theirs));
    let reason = Reason::new(say!(ssh::no_common_algorithm_with_the_client(name, mine, its)));
    let reason = reason.at(Step::NothingInCommon).instead(Said::same(&mine), Said::same(&its));
    Some(if let (Some(kex), super::Algorithms::KeyExchange) = (&facts.given.kex, kind) {
        reason.advising(say!(ssh::leave_out_kex(kex)))
    } else if !theirs.is_empty() && theirs.iter().all(|name| is_old(name)) {
        reason.by(Side::Client).advising(say!(ssh::all_that_the_client_has_is_old()))
    } else {
        reason.advising(say!(ssh::allow_one_of_the_servers_on_the_client()))
    })
}

fn small_group(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let max = facts.peer_sent(Step::GroupRequest)?.get(field::MAX).filter(|max| *max < LEAST_GROUP)?;
    let reason = Reason::new(say!(ssh::the_client_asked_for_too_small_a_group(max, LEAST_GROUP)));
    let reason = reason.by(Side::Client).at(Step::GroupRequest);
    Some(reason.advising(say!(ssh::scanners_ask_for_small_groups())))
}

fn strict(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::StrictKeyExchange { message, packet } = facts.ended else { return None };
    let reason = Reason::new(say!(ssh::the_clients_message_breaks_strict_key_exchange(message, packet)));
    Some(reason.at(Step::OtherMessage))
}

fn tag(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::Tag && facts.peer_sent(Step::WrongTag).is_none() {
        return None;
    }
    let reason = Reason::new(say!(ssh::a_packet_did_not_verify()));
    Some(reason.at(Step::Encrypted))
}

/// The option whose time ran out.
fn option(facts: &Facts<'_>) -> &'static str {
    if facts.given.idle { "--idle-timeout" } else { "--handshake-timeout" }
}

fn silent_before_identification(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?;
    let option = option(facts);
    let reason = Reason::new(say!(ssh::the_client_sent_no_identification(seconds, option)));
    Some(reason.by(Side::Client))
}

fn silent_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.has(Step::KeyExchangeInit))?;
    let option = option(facts);
    let reason = Reason::new(say!(ssh::the_client_hung_in_the_key_exchange(seconds, option)));
    Some(reason.by(Side::Client).at(Step::Identification))
}

fn silent_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.given.logged_in)?;
    if facts.given.idle {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_client_did_not_log_in(seconds)));
    Some(reason.by(Side::Client).at(Step::AuthNone))
}

fn idle(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts)?;
    let reason = Reason::new(say!(ssh::the_client_was_silent(seconds)));
    Some(reason.by(Side::Client))
}

/// How the client went that is not logged in.
fn left(facts: &Facts<'_>) -> Option<Ending> {
    facts.gone().filter(|_| !facts.given.logged_in)
}

fn said_nothing(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?.done();
    let reason = Reason::new(say!(ssh::the_client_ended_without_an_identification(how)));
    Some(reason.by(Side::Client))
}

fn gone_after_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| !facts.has(Step::KeyExchangeReply))?.done();
    let reason = Reason::new(say!(ssh::the_client_ended_before_the_key_exchange(how)));
    let reason = reason.by(Side::Client).at(Step::Identification);
    Some(reason.advising(say!(ssh::scanners_leave_here_too())))
}

fn wanted_the_host_key(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| facts.peer_sent(Step::Encrypted).is_none())?.done();
    let reason = Reason::new(say!(ssh::the_client_wanted_the_host_key(how)));
    Some(reason.by(Side::Client).at(Step::KeyExchangeReply))
}

/// Whether the client has tried anything to get in.
fn tried_to_log_in(facts: &Facts<'_>) -> bool {
    let tries = [Step::AuthNone, Step::PublickeyQuery, Step::PublickeySignature, Step::AuthPassword];
    tries.into_iter().chain([Step::InteractiveAnswer]).any(|step| facts.has(step))
        || !facts.memory().attempts.is_empty()
}

fn gone_before_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| !tried_to_log_in(facts))?.done();
    let reason = Reason::new(say!(ssh::the_client_ended_before_its_login(how)));
    Some(reason.by(Side::Client).at(Step::Encrypted))
}

fn out_of_tries(facts: &Facts<'_>) -> Option<Reason> {
    let refusals = facts.given.most_refusals.filter(|_| left(facts).is_some())?;
    let reason = Reason::new(say!(ssh::as_many_refusals_as_allowed(refusals)));
    Some(reason.by(Side::Client).at(Step::AuthNone))
}

fn tried(facts: &Facts<'_>, methods: &[&str]) -> bool {
    let by = |attempt: &Attempt| methods.contains(&attempt.method.as_str());
    facts.memory().attempts.iter().any(by)
}

fn tried_passwords(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    let asked = facts.has(Step::AuthPassword) || tried(facts, &["password", "keyboard-interactive"]);
    if facts.given.methods.contains(&"password") || !asked {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_client_tried_a_password()));
    let reason = reason.by(Side::Client).at(Step::AuthPassword);
    Some(reason.advising(say!(ssh::password_login_lets_passwords_in())))
}

fn wrong_password(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    if !(facts.has(Step::AuthPassword) || facts.has(Step::InteractiveAnswer)) {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_client_left_after_a_wrong_password()));
    let reason = reason.by(Side::Client).at(Step::AuthPassword);
    Some(reason.advising(say!(ssh::certs_shows_the_demo_password(program::CERTS))))
}

fn key_refused(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    let keys = facts.memory().attempts.iter().filter(|attempt| attempt.method == "publickey").count();
    let keys = match keys {
        0 => say!(ssh::no_key_was_offered()),
        1 => say!(ssh::its_key_was_refused()),
        keys => say!(ssh::several_keys_were_refused(keys)),
    };
    let reason = Reason::new(say!(ssh::the_client_left_without_logging_in(keys)));
    let reason = reason.by(Side::Client).at(Step::AuthNone);
    Some(reason.advising(say!(ssh::is_its_key_known_and_its_user_demo())))
}

/// What was asked for and not granted, in words.
pub(super) fn not_granted(facts: &Facts<'_>) -> Option<Said> {
    let (kind, which) = facts.memory().refused.first()?;
    let which = if which.is_empty() { String::new() } else { format!(" {}", quoted(which)) };
    Some(match kind.as_str() {
        "direct-tcpip" => say!(ssh::a_forwarded_connection()),
        "subsystem" => say!(ssh::the_subsystem(which)),
        "x11-req" => say!(ssh::x11_forwarding()),
        other => say!(ssh::another_request(other, which)),
    })
}

fn refused_request(facts: &Facts<'_>) -> Option<Reason> {
    facts.gone()?;
    let asked = not_granted(facts)?;
    let reason = Reason::new(say!(ssh::the_client_wanted_what_this_server_does_not_do(asked)));
    Some(reason.at(Step::ChannelRequest))
}

fn gone_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone()?.done();
    let reason = Reason::new(say!(ssh::the_client_ended_in_the_session(how)));
    Some(reason.by(Side::Client))
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    matches!(facts.ended, Ended::OutOfPlace | Ended::KeyExchange).then(|| misplaced(facts))
}
