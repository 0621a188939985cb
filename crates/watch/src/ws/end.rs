//! What the library says, in our own words: why that ended a connection, `steps::ws::reason` tells from the log.

use std::{io, time::Duration};

use steps::{
    Ending, Fields,
    ws::{
        field,
        reason::{Ended, FrameRule},
    },
};
use tokio_tungstenite::tungstenite::{
    Error,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// The connection broke.
pub fn gone(error: &io::Error) -> Ended {
    Ended::Gone(Ending::from(error))
}

/// Why the library gave up.
pub fn ended(error: &Error) -> Ended {
    match error {
        Error::Io(error) => gone(error),
        Error::ConnectionClosed | Error::AlreadyClosed => Ended::Closed,
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            Ended::MessageTooLong { size: *size as u64, most: *max_size as u64 }
        }
        Error::AttackAttempt => Ended::HeadTooLong { most: wire::ws::MOST_HEAD as u64 },
        Error::Utf8(_) => Ended::Frame(FrameRule::Utf8),
        Error::Protocol(error) => broken(error),
        Error::Http(_) | Error::HttpFormat(_) => Ended::NotUpgraded,
        // Heads are read by ourselves.
        Error::Capacity(CapacityError::TooManyHeaders)
        | Error::WriteBufferFull(_)
        | Error::Tls(_)
        | Error::Url(_) => Ended::GaveUp,
    }
}

fn broken(error: &ProtocolError) -> Ended {
    let rule = match error {
        ProtocolError::HandshakeIncomplete | ProtocolError::ResetWithoutClosingHandshake => {
            return Ended::Gone(Ending::Fin);
        }
        ProtocolError::SendAfterClosing => return Ended::Closed,
        ProtocolError::HttparseError(_) => return Ended::NotHttp,
        ProtocolError::WrongHttpMethod
        | ProtocolError::WrongHttpVersion
        | ProtocolError::MissingConnectionUpgradeHeader
        | ProtocolError::MissingUpgradeWebSocketHeader
        | ProtocolError::MissingSecWebSocketVersionHeader
        | ProtocolError::MissingSecWebSocketKey
        | ProtocolError::InvalidSecWebSocketKey
        | ProtocolError::SecWebSocketAcceptKeyMismatch
        | ProtocolError::SecWebSocketSubProtocolError(_)
        | ProtocolError::JunkAfterRequest
        | ProtocolError::CustomResponseSuccessful
        | ProtocolError::InvalidHeader(_) => return Ended::NotUpgraded,
        ProtocolError::ReceivedAfterClosing => FrameRule::AfterClose,
        ProtocolError::NonZeroReservedBits => FrameRule::ReservedBits,
        ProtocolError::UnmaskedFrameFromClient | ProtocolError::MaskedFrameFromServer => FrameRule::Masking,
        ProtocolError::FragmentedControlFrame => FrameRule::FragmentedControl,
        ProtocolError::ControlFrameTooBig => FrameRule::LongControl,
        ProtocolError::UnknownControlFrameType(opcode)
        | ProtocolError::UnknownDataFrameType(opcode)
        | ProtocolError::InvalidOpcode(opcode) => FrameRule::Opcode(*opcode),
        ProtocolError::UnexpectedContinueFrame => FrameRule::NothingToContinue,
        ProtocolError::ExpectedFragment(_) => FrameRule::Interleaved,
        ProtocolError::InvalidCloseSequence => FrameRule::CloseBody,
    };
    Ended::Frame(rule)
}

/// The Close that tells the peer what it did wrong (RFC 6455 §7.4.1); `None` when the peer cannot be told any more.
pub fn close_frame(ended: &Ended) -> Option<CloseFrame> {
    let (code, reason) = match ended {
        Ended::MessageTooLong { .. } => (CloseCode::Size, "message too big"),
        Ended::Frame(rule @ FrameRule::Utf8) => (CloseCode::Invalid, rule.brief()),
        Ended::Frame(rule) => (CloseCode::Protocol, rule.brief()),
        Ended::NotUpgraded => (CloseCode::Protocol, "extension or subprotocol was not asked for"),
        Ended::Gone(_)
        | Ended::Silent(_)
        | Ended::HeadTooLong { .. }
        | Ended::NotHttp
        | Ended::Closed
        | Ended::Stopped
        | Ended::GaveUp => return None,
    };
    Some(CloseFrame { code, reason: reason.into() })
}

/// The peer was silent for as long as `limit` allows.
pub fn silent(limit: Duration) -> Ended {
    Ended::Silent(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX))
}

/// Whether the peer's Close is no good end: its code must not be sent, or says that something went wrong.
pub fn is_unhappy(close: &Fields) -> bool {
    let blames = matches!(close.get(field::CODE), Some(1002 | 1003 | 1007..=1011));
    blames || close.get(field::MEANING) == Some("not to be sent")
}
