//! Why a WebSocket connection failed: a pure function from what its log holds, what the library said (in our own words)
//! and what this user gave, to a [`Reason`]. The rules are tried in order; the first that recognises the facts gives it.

use super::{Step, field};
use crate::{Ending, Past, Reason, Record, Rule, Side, Text};

mod frames;
mod refused;
mod upgrade;

#[cfg(test)]
mod tests;

/// All that a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The side that asks why.
    pub side: Side,
    /// What the log holds.
    pub past: &'a Past,
    /// What ended it.
    pub ended: &'a Ended,
    /// How many bytes the peer has sent of HTTP and of frames.
    pub received: u64,
    /// How many bytes came of a frame that the peer has not ended; none: it stopped between two.
    pub midst: Option<u64>,
    /// What this user gave.
    pub given: &'a Given,
}

/// What ended a connection, as the library, the system or this program's own clock told it: never in their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The connection ended under the library.
    Gone(Ending),
    /// The peer was silent for so many milliseconds.
    Silent(u64),
    /// The answer, or the request, is not one that leads to a WebSocket; the log's checks say why.
    NotUpgraded,
    /// The head is longer than is taken.
    HeadTooLong {
        /// So many bytes.
        most: u64,
    },
    /// The head cannot be read as HTTP.
    NotHttp,
    /// A frame breaks a rule of RFC 6455 §5.
    Frame(FrameRule),
    /// A message is longer than is taken.
    MessageTooLong {
        /// So many bytes.
        size: u64,
        /// So many are taken.
        most: u64,
    },
    /// The peer sent Close before what was awaited had come, or with a code that must not be sent or reports an error.
    Closed,
    /// The program was stopped.
    Stopped,
    /// The library gave up, and did not say more than we can tell.
    GaveUp,
}

/// A rule of the frames that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameRule {
    /// RFC 6455 §5.1: a client masks, a server does not.
    Masking,
    /// RFC 6455 §5.2: reserved bits are zero where no extension says otherwise.
    ReservedBits,
    /// RFC 6455 §5.2: this opcode is reserved.
    Opcode(u8),
    /// RFC 6455 §5.5: control frames are whole.
    FragmentedControl,
    /// RFC 6455 §5.5: and at most 125 bytes long.
    LongControl,
    /// RFC 6455 §5.4: a continuation continues something.
    NothingToContinue,
    /// RFC 6455 §5.4: a message ends before the next begins.
    Interleaved,
    /// RFC 6455 §8.1: text is UTF-8.
    Utf8,
    /// RFC 6455 §5.5.1: a Close has no code, or two bytes of it.
    CloseBody,
    /// RFC 6455 §5.5.1: after Close nothing more is sent.
    AfterClose,
}

impl FrameRule {
    /// In a few words, as a Close tells the peer.
    pub const fn brief(self) -> &'static str {
        match self {
            FrameRule::Masking => "masking is for clients alone, and for all of them (RFC 6455 5.1)",
            FrameRule::ReservedBits => "reserved bits without an extension (RFC 6455 5.2)",
            FrameRule::Opcode(_) => "reserved opcode (RFC 6455 5.2)",
            FrameRule::FragmentedControl => "control frame in fragments (RFC 6455 5.5)",
            FrameRule::LongControl => "control frame above 125 bytes (RFC 6455 5.5)",
            FrameRule::NothingToContinue => "nothing to continue (RFC 6455 5.4)",
            FrameRule::Interleaved => "a message within another (RFC 6455 5.4)",
            FrameRule::Utf8 => "text is not UTF-8 (RFC 6455 8.1)",
            FrameRule::CloseBody => "half a close code (RFC 6455 5.5.1)",
            FrameRule::AfterClose => "frame after Close (RFC 6455 5.5.1)",
        }
    }
}

/// What a client waits for after the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The text that it sent.
    Text,
    /// The bytes that it sent.
    Bytes,
    /// The answer to its ping.
    Pong,
    /// The answer to its Close.
    Close,
}

impl Awaited {
    const fn name(self) -> Text {
        match self {
            Awaited::Text => text!(ws::echo_of_the_text()),
            Awaited::Bytes => text!(ws::echo_of_the_bytes()),
            Awaited::Pong => text!(ws::pong()),
            Awaited::Close => text!(ws::close()),
        }
    }
}

/// What the user of this side gave it, and how far it was.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The subprotocols of `--protocol`.
    pub protocols: Vec<String>,
    /// The URL says wss.
    pub secure: bool,
    /// What a client waited for.
    pub awaited: Option<Awaited>,
    /// `--idle-timeout` is what ran out; otherwise `--handshake-timeout`.
    pub idle: bool,
}

/// What recognises one cause.
type Recognise = fn(&Facts<'_>) -> Option<Reason>;

/// The rules in order.
fn order() -> impl Iterator<Item = &'static (Rule, Recognise)> {
    upgrade::FIRST.iter().chain(refused::RULES).chain(upgrade::RULES).chain(frames::RULES)
}

/// The rules by their names, in order.
pub fn rules() -> impl Iterator<Item = Rule> {
    order().map(|(rule, _)| *rule)
}

/// The reason that the first rule gives which recognises the facts.
pub fn reason(facts: &Facts<'_>) -> Reason {
    let by = |(rule, recognise): &(Rule, Recognise)| {
        recognise(facts).map(|reason| Reason { rule: Some(rule.id), ..reason })
    };
    order().find_map(by).unwrap_or_else(|| frames::gave_up(facts))
}

impl<'a> Facts<'a> {
    fn peer_sent(&self, step: Step) -> Option<&'a Record> {
        self.past.first_from(self.side.peer(), step)
    }

    /// Whether the 101 has crossed.
    fn is_open(&self) -> bool {
        self.past.has(Step::SwitchingProtocols)
    }

    fn gone(&self) -> Option<Ending> {
        let Ended::Gone(how) = self.ended else { return None };
        Some(*how)
    }

    /// For how long the peer was silent, in seconds.
    fn silent(&self) -> Option<f64> {
        let Ended::Silent(milliseconds) = self.ended else { return None };
        Some(*milliseconds as f64 / 1000.0)
    }

    /// The peer: "The server", "The client".
    fn who(&self) -> Text {
        match self.side {
            Side::Client => text!(ws::the_server()),
            Side::Server => text!(ws::the_client()),
        }
    }

    /// The subprotocols that the client asked for, where none was agreed.
    fn no_subprotocol(&self) -> Option<&'a str> {
        let asked = self.past.first(Step::UpgradeRequest)?.get(field::SEC_WEBSOCKET_PROTOCOL)?;
        let answer = self.past.first(Step::SwitchingProtocols)?;
        answer.get(field::SEC_WEBSOCKET_PROTOCOL).is_none().then_some(asked)
    }
}

/// A peer's own words, as far as a sentence can bear them.
fn quoted(text: &str) -> String {
    const MOST: usize = 200;
    let text = text.trim();
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}
