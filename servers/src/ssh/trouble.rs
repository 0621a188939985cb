//! What russh says, in our own words: why that ended a connection, `steps::ssh::reason` tells from the log.

use std::time::Duration;

use russh::{AlgorithmKind, Error};
use steps::{
    Ending,
    ssh::reason::{Algorithms, Ended},
};

use super::Progress;

/// How a session that ended is to be judged.
pub(super) fn judge_end(ended: Result<(), Error>, progress: &Progress) -> Result<(), Ended> {
    match ended {
        _ if progress.logged_in() && progress.is_done() && is_farewell(&ended) => Ok(()),
        Ok(()) if progress.logged_in() => Ok(()),
        Ok(()) => Err(Ended::Gone(None)),
        Err(error) => Err(self::ended(&error)),
    }
}

/// DISCONNECT is customary but not required (RFC 4253 §11.1): an end of the stream will do once all is done.
fn is_farewell(ended: &Result<(), Error>) -> bool {
    match ended {
        Ok(()) => true,
        Err(error) => matches!(self::ended(error), Ended::Gone(None | Some(Ending::Fin | Ending::Reset))),
    }
}

/// Why russh gave up.
pub(super) fn ended(error: &Error) -> Ended {
    match error {
        Error::Disconnect | Error::HUP | Error::SendError | Error::RecvError => Ended::Gone(None),
        Error::IO(error) => Ended::Gone(Some(Ending::from(error))),
        Error::Version => Ended::Identification,
        Error::NoCommonAlgo { kind, ours, theirs } => {
            Ended::NoCommon { kind: algorithms(kind), ours: ours.clone(), theirs: theirs.clone() }
        }
        Error::StrictKeyExchangeViolation { message_type, sequence_number } => {
            Ended::StrictKeyExchange { message: *message_type, packet: *sequence_number as u64 }
        }
        Error::PacketAuth | Error::DecryptionError => Ended::Tag,
        // The last one: a range of group sizes that holds none it would use.
        Error::KexInit | Error::Kex | Error::UnknownAlgo | Error::InvalidConfig(_) => Ended::KeyExchange,
        Error::Inconsistent
        | Error::NotAuthenticated
        | Error::UnsupportedAuthMethod
        | Error::IndexOutOfBounds
        | Error::PacketSize(_)
        | Error::WrongChannel
        | Error::Pending
        | Error::Utf8(_)
        | Error::Signature(_)
        | Error::SshKey(_)
        | Error::SshEncoding(_)
        | Error::Keys(_) => Ended::OutOfPlace,
        _ => Ended::GaveUp,
    }
}

fn algorithms(kind: &AlgorithmKind) -> Algorithms {
    match kind {
        AlgorithmKind::Kex => Algorithms::KeyExchange,
        AlgorithmKind::Key => Algorithms::HostKey,
        AlgorithmKind::Cipher => Algorithms::Encryption,
        AlgorithmKind::Compression => Algorithms::Compression,
        AlgorithmKind::Mac => Algorithms::Mac,
    }
}

/// The client was silent for as long as `limit` allows.
pub(super) fn silent(limit: Duration) -> Ended {
    Ended::Silent(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX))
}

/// Whether russh gave up because the client was idle.
pub(super) fn is_idle(error: &Error) -> bool {
    matches!(error, Error::InactivityTimeout | Error::KeepaliveTimeout | Error::Elapsed(_))
}
