//! Why an SSH connection failed: a pure function from what its log holds, what the library said (in our own words) and
//! what this user gave, to a [`Reason`]. The rules are tried in order; the first that recognises the facts gives it.

use super::Memory;
use crate::{Ending, Past, Reason, Rule, Side, Text, ssh::Step};

mod attempts;
mod host_key;
mod keys;
mod login;
mod opening;
mod served;
mod session;
mod words;

#[cfg(test)]
mod tests;

pub use opening::is_old;
pub use session::{Exit, command_failed};
pub(super) use words::{in_seconds, list, quoted};

/// All that a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The side that asks why.
    pub side: Side,
    /// What the log holds.
    pub past: &'a Past,
    /// What ended it.
    pub ended: &'a Ended,
    /// What this user gave.
    pub given: &'a Given,
}

/// What ended a connection, as the library, the system or this program's own clock told it: never in their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The transport ended while the library was using it; `None`: it is not known how.
    Gone(Option<Ending>),
    /// The peer was silent for so many milliseconds.
    Silent(u64),
    /// The two lists of one kind of algorithm have nothing in common.
    NoCommon {
        /// Which kind.
        kind: Algorithms,
        /// What this side has.
        ours: Vec<String>,
        /// What the peer has.
        theirs: Vec<String>,
    },
    /// A message came in the clear where strict key exchange allows none.
    StrictKeyExchange {
        /// Its number (RFC 4250 §4.1).
        message: u8,
        /// Which packet it was.
        packet: u64,
    },
    /// The first lines hold no identification that the library takes.
    Identification,
    /// A value or a message of the key exchange is not what the library takes.
    KeyExchange,
    /// The host key's signature over the exchange hash does not verify.
    HostSignature,
    /// The host key's signature verifies, and is by another algorithm than the agreed one.
    HostSignatureBy {
        /// What was agreed.
        agreed: String,
        /// By which it signed.
        signed: String,
    },
    /// A packet does not open under the session's keys.
    Tag,
    /// A message that has no place here, or lacks what it should hold.
    OutOfPlace,
    /// This client refused the host key.
    HostKeyRefused,
    /// No way to log in is left.
    LoginRefused,
    /// A password is wanted, and there is no terminal to ask for one.
    NobodyToAsk,
    /// The password file has no more answers.
    AnswersUsedUp,
    /// The server wants a new password.
    NewPasswordWanted,
    /// The server takes RSA signatures with SHA-1 only.
    OnlySha1,
    /// The server asks its questions in more rounds than the client answers.
    EndlessQuestions,
    /// The key could not sign.
    NotSigned(NotSigned),
    /// The server opened no channel.
    ChannelRefused,
    /// The server would not run the command.
    CommandRefused,
    /// The command ran longer than `--timeout` allows, in milliseconds.
    CommandTooLong(u64),
    /// The command ended without an exit status and without a signal.
    NoExitStatus,
    /// The program was stopped.
    Stopped,
    /// The library gave up with an error that none of these names.
    GaveUp,
}

/// A kind of algorithm that both sides have to agree on (RFC 4253 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
#[allow(missing_docs)]
pub enum Algorithms {
    KeyExchange,
    HostKey,
    Encryption,
    Mac,
    Compression,
}

/// Why a key could not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSigned {
    /// It has a passphrase, and there is no terminal to ask for it.
    NobodyToAsk {
        /// The file of the key.
        file: String,
    },
    /// None of so many passphrases opens it.
    WrongPassphrase {
        /// The file of the key.
        file: String,
        /// How many were typed.
        tries: usize,
    },
    /// ssh-agent did not sign.
    Agent,
    /// The library could not sign with it.
    Library,
}

/// What the user of this side gave it.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The ways to log in that may be tried, in order.
    pub methods: Vec<&'static str>,
    /// The methods were named by `--methods`.
    pub methods_named: bool,
    /// How many keys there are to try.
    pub keys: usize,
    /// They are ssh-agent's.
    pub agent: bool,
    /// The file of a key that was not used, because others can read it, and its mode.
    pub key_open_to_others: Option<(String, u32)>,
    /// How many passwords `--password-file` has; none: it was not given.
    pub passwords: Option<usize>,
    /// How many passwords were tried.
    pub passwords_tried: usize,
    /// The one key exchange method of `--kex`.
    pub kex: Option<String>,
    /// `--idle-timeout` is what ran out; otherwise `--handshake-timeout`.
    pub idle: bool,
    /// As many refusals as `--max-auth-tries` allows.
    pub most_refusals: Option<usize>,
    /// The user logged in, by this side's own account.
    pub logged_in: bool,
}

/// What recognises one cause.
type Recognise = fn(&Facts<'_>) -> Option<Reason>;

/// A rule and what recognises it.
type Named = (Rule, Recognise);

/// The rules of the client, in order.
fn client() -> impl Iterator<Item = &'static Named> {
    let before = host_key::RULES.iter().chain(login::FIRST).chain(opening::RULES);
    before.chain(login::RULES).chain(session::RULES)
}

/// The rules of the server, in order.
fn server() -> impl Iterator<Item = &'static Named> {
    served::RULES.iter()
}

/// The rules by their names, in order: the client's, then the server's.
pub fn rules() -> impl Iterator<Item = Rule> {
    client().chain(server()).map(|(rule, _)| *rule)
}

/// The reason that the first rule gives which recognises the facts.
pub fn reason(facts: &Facts<'_>) -> Reason {
    let by =
        |(rule, recognise): &Named| recognise(facts).map(|reason| Reason { rule: Some(rule.id), ..reason });
    let found = match facts.side {
        Side::Client => client().find_map(by),
        Side::Server => server().find_map(by),
    };
    found.unwrap_or_else(|| session::gave_up(facts))
}

impl<'a> Facts<'a> {
    fn memory(&self) -> &'a Memory {
        self.past.ssh()
    }

    fn has(&self, step: Step) -> bool {
        self.past.has(step)
    }

    fn peer_sent(&self, step: Step) -> Option<&'a crate::Record> {
        self.past.first_from(self.side.peer(), step)
    }

    /// How the connection ended, where it did.
    fn gone(&self) -> Option<Ending> {
        let Ended::Gone(how) = self.ended else { return None };
        Some(how.unwrap_or(Ending::Other))
    }

    /// The peer: "The server", "The client".
    fn peer(&self) -> Text {
        match self.side {
            Side::Client => text!(ssh::the_server()),
            Side::Server => text!(ssh::the_client()),
        }
    }
}
