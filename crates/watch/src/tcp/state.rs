//! The states of a connection, named as RFC 9293 §3.3.2 names them and numbered as Linux numbers them
//! (`include/net/tcp_states.h`).

/// A state of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Data flows both ways.
    Established,
    /// A SYN went out and was not answered yet.
    SynSent,
    /// A SYN came and was answered; the last ACK is missing.
    SynReceived,
    /// A FIN went out and was not acknowledged yet.
    FinWait1,
    /// The FIN was acknowledged; the peer's is missing.
    FinWait2,
    /// Both FINs are acknowledged; delayed segments of the connection may still arrive.
    TimeWait,
    /// There is no connection.
    Closed,
    /// The peer sent its FIN; this side has not closed yet.
    CloseWait,
    /// After the peer's FIN this side's went out and was not acknowledged yet.
    LastAck,
    /// No connection: a socket that waits for one.
    Listen,
    /// Both FINs crossed on the way.
    Closing,
}

impl State {
    /// The state with Linux's number; none for a number that RFC 9293 does not know.
    pub(crate) fn from_kernel(number: u8) -> Option<Self> {
        Some(match number {
            1 => State::Established,
            2 => State::SynSent,
            // 12 is a half-open connection that has no socket yet.
            3 | 12 => State::SynReceived,
            4 => State::FinWait1,
            5 => State::FinWait2,
            6 => State::TimeWait,
            7 => State::Closed,
            8 => State::CloseWait,
            9 => State::LastAck,
            10 => State::Listen,
            11 => State::Closing,
            0 | 13.. => return None,
        })
    }

    /// The name as the notes write it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Established => "ESTABLISHED",
            State::SynSent => "SYN_SENT",
            State::SynReceived => "SYN_RECEIVED",
            State::FinWait1 => "FIN_WAIT_1",
            State::FinWait2 => "FIN_WAIT_2",
            State::TimeWait => "TIME_WAIT",
            State::Closed => "CLOSED",
            State::CloseWait => "CLOSE_WAIT",
            State::LastAck => "LAST_ACK",
            State::Listen => "LISTEN",
            State::Closing => "CLOSING",
        }
    }
}
