//! What russh says, in our own words: why that ended a connection, `steps::ssh::reason` tells from the log.

use russh::{AlgorithmKind, Error, Sig};
use steps::{
    Ending,
    ssh::reason::{Algorithms, Ended},
};

use crate::PATIENCE;

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
        Error::WrongServerSig => Ended::HostSignature,
        Error::PacketAuth | Error::DecryptionError => Ended::Tag,
        Error::KexInit | Error::Kex | Error::UnknownAlgo => Ended::KeyExchange,
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
        Error::InactivityTimeout | Error::KeepaliveTimeout | Error::ConnectionTimeout | Error::Elapsed(_) => {
            silent()
        }
        _ => Ended::GaveUp,
    }
}

/// The server was silent for as long as this client waits.
pub(super) fn silent() -> Ended {
    Ended::Silent(PATIENCE.as_millis() as u64)
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

/// A signal's name, as RFC 4254 §6.10 writes it.
pub(super) fn signal(signal: &Sig) -> String {
    match signal {
        Sig::ABRT => "ABRT",
        Sig::ALRM => "ALRM",
        Sig::FPE => "FPE",
        Sig::HUP => "HUP",
        Sig::ILL => "ILL",
        Sig::INT => "INT",
        Sig::KILL => "KILL",
        Sig::PIPE => "PIPE",
        Sig::QUIT => "QUIT",
        Sig::SEGV => "SEGV",
        Sig::TERM => "TERM",
        Sig::USR1 => "USR1",
        Sig::Custom(name) => name,
    }
    .to_owned()
}
