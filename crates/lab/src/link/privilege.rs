//! What this process may do to segments. Each privilege is tried by doing, the highest first, and a run says which it has.

use std::io;

use steps::{Lang, Said, say, say_in, text};
use watch::{program_file, with_net_raw};

use super::{namespace, socket::PacketReceiver};
use crate::scenario::Scenario;

/// What a run may do to segments.
#[derive(Debug)]
pub(crate) enum Privilege {
    /// Segments can be captured and sent here.
    NetRaw,
    /// They can in a network namespace that the program has entered.
    OwnNamespace,
    /// They cannot. On Linux a socket can still be made to discard segments for a while, and the kernel tells the states.
    Without { no_raw: io::Error, no_namespace: io::Error },
}

/// How a scenario can be run with a privilege.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As its file says.
    Whole,
    /// Without a view of the segments: how it ends is compared, its claims are not.
    Unseen,
    /// The same, and a socket discards what the link would have lost.
    Blackhole,
    /// Not at all.
    Not,
}

/// Finds the highest privilege; may enter a namespace. To be called before the first thread is started.
pub(crate) fn settle() -> Privilege {
    match with_net_raw(PacketReceiver::open) {
        Ok(_receiver) => Privilege::NetRaw,
        Err(no_raw) => match namespace::enter() {
            Ok(()) => Privilege::OwnNamespace,
            Err(no_namespace) => Privilege::Without { no_raw, no_namespace },
        },
    }
}

impl Privilege {
    pub(crate) fn mode(&self, scenario: &Scenario) -> Mode {
        match self {
            Privilege::NetRaw | Privilege::OwnNamespace => Mode::Whole,
            Privilege::Without { .. } if scenario.blackhole.is_some() && cfg!(target_os = "linux") => {
                Mode::Blackhole
            }
            Privilege::Without { .. } if scenario.blackhole.is_some() || scenario.needs_link() => Mode::Not,
            Privilege::Without { .. } => Mode::Unseen,
        }
    }

    /// The privilege in a sentence.
    pub(crate) fn said(&self) -> Said {
        match self {
            Privilege::NetRaw => say!(link::cap_net_raw()),
            Privilege::OwnNamespace => say!(link::own_namespace()),
            Privilege::Without { .. } if !cfg!(target_os = "linux") => say!(link::own_calls()),
            Privilege::Without { no_raw, no_namespace } => {
                say!(link::discarding_sockets(no_raw, no_namespace))
            }
        }
    }
}

/// What a scenario lacks that cannot be run with this privilege, and how to get it.
pub(crate) fn lacks(lang: Lang) -> String {
    if !cfg!(target_os = "linux") {
        return text!(link::needs_linux()).in_lang(lang).to_owned();
    }
    say_in!(lang, link::needs_cap_net_raw(program_file()))
}
