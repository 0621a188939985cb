//! The steps of WebSocket: the upgrade in HTTP/1.1 (RFC 6455 §4), then frames (§5). To be read beside the
//! heading "Websocket建立过程".

mod cards;
mod check;
pub mod field;
pub mod reason;
mod round_trips;

pub use check::{Check, CheckCard, Checked, checked_in, fields as check_fields};
pub use round_trips::{RoundTrips, round_trips};

/// A step of WebSocket, in the order of a normal run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// The client's HTTP request to change the protocol.
    UpgradeRequest,
    /// What RFC 6455 §4.2.1 asks of the request, check by check.
    RequestChecked,
    /// The server's string, computed from the client's key.
    AcceptKey,
    /// The server's answer 101.
    SwitchingProtocols,
    /// What RFC 6455 §4.1 asks of the answer, check by check.
    AnswerChecked,
    /// The client compares the string that came back with its own.
    AcceptCheck,
    /// The WebSocket is open.
    Established,
    /// A frame that carries text, or begins to.
    Text,
    /// A frame that carries bytes, or begins to.
    Binary,
    /// A further part of a fragmented message.
    Continuation,
    /// A Ping frame, which asks the peer for a Pong (RFC 6455 §5.5.2).
    Ping,
    /// A Pong frame, which answers a Ping (RFC 6455 §5.5.3).
    Pong,
    /// A Close frame, after which its sender sends nothing more (RFC 6455 §5.5.1).
    Close,
    /// An HTTP request that asks for no upgrade.
    PlainRequest,
    /// The HTTP answer to it.
    PlainResponse,
    /// An HTTP answer other than 101.
    Refused,
    /// What came behind the head of such an answer.
    Body,
    /// Bytes that are not this protocol.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}
