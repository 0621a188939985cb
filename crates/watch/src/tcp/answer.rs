//! What a kernel can say of a connection, as the suite reads it.

use std::time::Duration;

use super::State;

/// The part of `struct tcp_info` that the suite reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpInfo {
    /// The state of the connection.
    pub state: Option<State>,
    /// The options that both SYNs agreed on.
    pub options: Vec<&'static str>,
    /// How far the peer's window field is shifted.
    pub snd_wscale: u8,
    /// How far our own window field is shifted.
    pub rcv_wscale: u8,
    /// The largest segment that this side sends.
    pub snd_mss: u32,
    /// The smoothed round-trip time in microseconds.
    pub rtt_us: u32,
    /// Segments sent, the SYN included.
    pub segs_out: u32,
    /// Segments received.
    pub segs_in: u32,
    /// Segments sent again.
    pub total_retrans: u32,
    /// Segments sent and not acknowledged yet.
    pub unacked: u32,
}

/// What the kernel says of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its state; a connection that the kernel no longer knows is closed.
    pub(crate) state: State,
    /// What it waits for, and how long still; none: nothing will happen by itself.
    pub(crate) timer: Option<Timer>,
    /// How many times the timer has sent something again (`idiag_retrans`).
    pub(crate) retransmits: u8,
    /// Of a socket that listens: how many connections wait for accept(), and how many may.
    pub(crate) accept_queue: (u32, u32),
}

/// A timer of the kernel (`idiag_timer`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timer {
    pub(crate) what: What,
    pub(crate) expires: Duration,
}

/// What a timer does when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Sends again what was not acknowledged.
    Retransmission,
    /// Asks an idle peer for an ACK; in FIN_WAIT_2 it ends a connection whose socket is closed.
    KeepAlive,
    /// Forgets the connection.
    TimeWait,
    /// Asks a peer whose window is closed.
    Probe,
}

impl What {
    /// The name in events.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            What::Retransmission => "retransmission",
            What::KeepAlive => "keep-alive",
            What::TimeWait => "time-wait",
            What::Probe => "window probe",
        }
    }
}
