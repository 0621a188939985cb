//! Why a TCP connection did not come about, or ended otherwise than agreed: an ordered list of rules over what the log
//! and the kernel say. Read beside it: RFC 9293 §3.5 and §3.6, RFC 1122 §4.2.3.9 (ICMP).

use std::{net::SocketAddr, time::Duration};

use super::Errno;
use crate::{Past, Reason, Rule, Side};

mod connect;
mod ended;

#[cfg(test)]
mod tests;

pub use connect::{Attempt, Icmp, Refusal, not_connected, to_itself, waits_for};

/// What is known of a connection that did not come about or ended otherwise than agreed.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The side that tells.
    pub side: Side,
    /// What its log has.
    pub past: &'a Past,
    /// How it ended.
    pub end: End,
}

/// How a connection ended. No variant holds the system's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// connect() failed, or no answer came.
    NotConnected(Attempt),
    /// The client connected to its own address and port.
    ToItself(SocketAddr),
    /// A system call failed.
    Call(&'static str, Errno),
    /// The peer was to close first and did not for so long (`--wait-for-close`).
    NotFirst(Duration),
    /// This side has closed, and so long after it the kernel is in this state.
    Unanswered(&'static str, Duration),
    /// The program had closed the socket, and the kernel gave the connection up in this state.
    Forgotten(&'static str),
    /// The client sent nothing for so long.
    Silent(Duration),
    /// The client did not end its line for so long.
    Dawdles(Duration),
    /// The client read nothing of the answer for so long.
    TakesNoAnswer(Duration),
    /// The server was told to close with data unread (`--closing reset`).
    ResetOnPurpose,
    /// The server was told to keep its side open (`--closing never`).
    KeptOpen(Duration),
    /// The server was told to stop.
    Stopped,
}

/// What a rule makes of the facts; none: it does not recognise them.
type Recognises = fn(&Facts<'_>) -> Option<Reason>;

/// The rules in the order in which they are tried, a topic a list.
const ORDER: [&[(Rule, Recognises)]; 2] = [connect::RULES, ended::RULES];

/// The rules, in the order in which they are tried.
pub fn rules() -> impl Iterator<Item = Rule> {
    ORDER.into_iter().flatten().map(|(rule, _)| *rule)
}

/// Why it did not come about, or ended so.
pub fn reason(facts: &Facts<'_>) -> Reason {
    let found = ORDER.into_iter().flatten().find_map(|(rule, recognise)| {
        recognise(facts).map(|reason| Reason { rule: Some(rule.id), ..reason })
    });
    found.unwrap_or_else(|| ended::unrecognised(facts))
}
