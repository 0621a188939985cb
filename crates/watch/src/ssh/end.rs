//! What russh says, in our own words: why that ended a connection, `steps::ssh::reason` tells from the log.

use std::time::Duration;

use russh::{AlgorithmKind, Error};
use steps::{
    Ending,
    ssh::reason::{Algorithms, Ended},
};

/// Why russh gave up.
pub fn ended(error: &Error) -> Ended {
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
        Error::WrongServerSig => Ended::HostSignature,
        Error::PacketAuth | Error::DecryptionError => Ended::Tag,
        // The last one: a client's range of group sizes that holds none the server would use.
        Error::KexInit | Error::Kex | Error::UnknownAlgo | Error::InvalidConfig(_) => Ended::KeyExchange,
        Error::UnknownKey => Ended::HostKeyRefused,
        Error::ChannelOpenFailure(_) => Ended::ChannelRefused,
        Error::NoAuthMethod => Ended::LoginRefused,
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

/// The peer was silent for as long as `limit` allows.
pub fn silent(limit: Duration) -> Ended {
    Ended::Silent(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX))
}

/// Whether russh gave up because the peer was idle.
pub fn is_idle(error: &Error) -> bool {
    matches!(
        error,
        Error::InactivityTimeout | Error::KeepaliveTimeout | Error::ConnectionTimeout | Error::Elapsed(_)
    )
}
