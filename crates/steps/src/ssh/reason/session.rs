//! After the login: the channel, the command (RFC 4254), and the end.

use super::{Ended, Facts, Named, in_seconds, opening::silent, quoted};
use crate::{
    Past, Reason, Said, Side, Text,
    rule::rule_list,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list!["ssh", ssh_rules;
    channel_refused => channel_refused;
    command_refused => command_refused;
    command_too_long => too_long;
    no_exit_status => no_exit_status;
    silent_in_session => silent_in_session;
    gone_in_session => gone_in_session;
    message_out_of_place => out_of_place;
];

/// How a command ended that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By this status.
    Status(u32),
    /// By a signal, which the log names.
    Signal,
}

/// What is said of a command that failed, though the connection did not: how it ended, and its own words.
pub fn command_failed(past: &Past, exit: Exit) -> Said {
    let memory = past.ssh();
    let said = memory.stderr.join(" / ");
    let how = match exit {
        Exit::Status(status) => say!(ssh::the_command_ended_with_status(status)),
        Exit::Signal => {
            let signal = memory.signal.as_deref().unwrap_or_default();
            say!(ssh::the_command_was_ended_by_a_signal(signal))
        }
    };
    match said.as_str() {
        "" => how,
        words => say!(ssh::and_said(how, quoted(words))),
    }
}

/// RFC 4254 §5.1.
fn open_failure(code: u64) -> Text {
    match code {
        1 => text!(ssh::administratively_prohibited()),
        2 => text!(ssh::connect_failed()),
        3 => text!(ssh::unknown_channel_type()),
        4 => text!(ssh::resource_shortage()),
        _ => text!(ssh::a_reason_of_its_own()),
    }
}

fn channel_refused(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::ChannelRefused {
        return None;
    }
    let (why, words) = match &facts.memory().channel_refused {
        Some((code, words)) => (open_failure(*code), words.as_str()),
        None => (text!(ssh::it_did_not_say_why()), ""),
    };
    let said = if words.is_empty() { String::new() } else { format!(", {}", quoted(words)) };
    let reason = Reason::new(say!(ssh::the_server_opens_no_channel(why, said)));
    let reason = reason.by(Side::Server).at(Step::ChannelOpen);
    Some(reason.advising(say!(ssh::its_settings_may_allow_no_sessions())))
}

/// What the command said, the error stream before the other.
fn its_words(facts: &Facts<'_>) -> Option<String> {
    let memory = facts.memory();
    let said = if memory.stderr.is_empty() { &memory.stdout } else { &memory.stderr };
    (!said.is_empty()).then(|| quoted(&said.join(" / ")))
}

fn command_refused(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::CommandRefused {
        return None;
    }
    let said = its_words(facts).map(|words| format!(": {words}")).unwrap_or_default();
    let command = facts.past.first(Step::Exec).and_then(|it| it.get(field::COMMAND)).map(quoted);
    let command = command.map(|words| format!(" {words}")).unwrap_or_default();
    let reason = Reason::new(say!(ssh::the_server_refused_the_command(command, said)));
    Some(reason.by(Side::Server).at(Step::ChannelReply))
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::CommandTooLong(limit) = facts.ended else { return None };
    let limit = in_seconds(*limit);
    let reason = Reason::new(say!(ssh::the_command_ran_too_long(limit)));
    Some(reason.by(Side::Client).at(Step::Exec))
}

fn no_exit_status(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NoExitStatus {
        return None;
    }
    let said = its_words(facts);
    let words = said.map_or_else(Said::default, |words| say!(ssh::it_had_said(words)));
    let reason = Reason::new(say!(ssh::there_was_no_exit_status(words)));
    Some(reason.by(Side::Server).at(Step::ChannelClose))
}

fn silent_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts)?;
    let reason = Reason::new(say!(ssh::the_server_was_silent_after_the_login(seconds)));
    Some(reason.by(Side::Server).at(Step::ChannelOpen))
}

fn gone_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| facts.has(Step::AuthSuccess))?;
    let how = how.done();
    let words = its_words(facts).map_or_else(Said::default, |words| say!(ssh::its_last_words(words)));
    let reason = Reason::new(say!(ssh::the_server_ended_in_the_session(how, words)));
    Some(reason.by(Side::Server))
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::OutOfPlace {
        return None;
    }
    Some(misplaced(facts))
}

/// A message of the peer's that the library does not take where it came; the log's last steps are the best account.
pub(super) fn misplaced(facts: &Facts<'_>) -> Reason {
    let them = facts.peer();
    let rekeys = facts.past.records().iter().any(|record| record.get(field::REKEY) == Some(true));
    let when = if rekeys {
        say!(ssh::while_keys_were_exchanged_anew())
    } else if facts.has(Step::AuthSuccess) {
        say!(ssh::after_the_login())
    } else if facts.has(Step::SessionKey) {
        say!(ssh::during_the_login())
    } else {
        Said::default()
    };
    Reason::new(say!(ssh::the_peers_message_has_no_place_there(them, when))).by(facts.side.peer())
}

/// Nothing recognised what happened: no more is said than is known.
pub(super) fn gave_up(facts: &Facts<'_>) -> Reason {
    let steps = facts.past.count();
    Reason::new(say!(ssh::the_connection_was_given_up(steps)))
}
