//! The steps of TCP: first the segments and states of an opening, then those of a close, in the order in which a
//! connection meets them (RFC 9293 §3.5 and §3.6). A step named after a state is the kernel's word; the others
//! are segments.

mod cards;
mod errno;
pub mod field;
mod memory;
pub mod reason;

pub use errno::Errno;
pub use memory::{Kept, Memory};

/// The value of the field `source` where a link, which runs in neither end's program, reports a segment.
pub const LINK: &str = "link";

/// A step of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// The kernel says how long it keeps trying, and by which rules.
    Settings,
    /// SYN without ACK.
    Syn,
    /// The kernel says SYN_SENT, and not only for a moment.
    SynSent,
    /// SYN and ACK.
    SynAck,
    /// The kernel says SYN_RECEIVED, and not only for a moment.
    SynReceived,
    /// The ACK that ends the three-way handshake.
    Ack,
    /// The kernel says that the connection is established.
    Established,
    /// The kernel no longer knows a connection whose handshake was never completed.
    HalfOpenGone,
    /// A segment with payload.
    Data,
    /// An ACK alone that acknowledges payload.
    DataAck,
    /// An ACK alone that acknowledges nothing new.
    PureAck,
    /// FIN: the sender will send no more data.
    Fin,
    /// The kernel says FIN_WAIT_1.
    FinWait1,
    /// An ACK alone that acknowledges the first FIN.
    FinAck,
    /// The kernel says CLOSE_WAIT.
    CloseWait,
    /// The kernel says FIN_WAIT_2.
    FinWait2,
    /// The kernel says CLOSING, and not only for a moment.
    Closing,
    /// The kernel says LAST_ACK, and not only for a moment.
    LastAckState,
    /// The ACK of the second FIN.
    LastAck,
    /// The kernel says TIME_WAIT.
    TimeWait,
    /// The kernel no longer knows the connection.
    Closed,
    /// The kernel's timer has sent something again, or none is running, so that nothing will happen by itself.
    Timer,
    /// RST: the sender has dropped the connection.
    Rst,
    /// A system call failed, and the kernel says why.
    Error,
    /// A segment that the link did not carry on.
    Lost,
    /// A segment that the link carried on later.
    Held,
    /// A segment that the link carried on twice.
    Repeated,
    /// A segment that the link changed on the way.
    Damaged,
    /// A segment that the link made up.
    Forged,
    /// A segment whose header makes no sense.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}
