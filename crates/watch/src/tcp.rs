//! The TCP watcher. A stream has no tap for segments, so they are captured beside it ([`Capture`]), and the kernel is
//! asked for the states ([`Connection`]). Without CAP_NET_RAW the kernel's word is all there is, and events say so.

use std::{future::Future, io, net::SocketAddr, sync::OnceLock};

use steps::{
    Evidence,
    tcp::{Step, field},
};
use tokio::net::TcpStream;
use wire::{Seen, fields};

use crate::{Ends, Outcome, Witness};

pub use crate::{packet::Ring, received::RingPacket};

// What only the Linux kernel tells is read nowhere else.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod answer;
mod capture;
mod connection;
mod end;
mod half_open;
mod link;
mod settings;
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
mod state;

// What asks the Linux kernel; on another system their stand-ins say that it cannot be asked.
#[cfg_attr(not(target_os = "linux"), path = "tcp/elsewhere/icmp.rs")]
mod icmp;
#[cfg_attr(not(target_os = "linux"), path = "tcp/elsewhere/info.rs")]
mod info;
#[cfg_attr(not(target_os = "linux"), path = "tcp/elsewhere/sock_diag.rs")]
mod sock_diag;
#[cfg_attr(not(target_os = "linux"), path = "tcp/elsewhere/socket_options.rs")]
mod socket_options;

/// What is a socket, by the name of the system at hand.
#[cfg(unix)]
pub(crate) use std::os::fd::AsFd as AsSocket;
#[cfg(windows)]
pub(crate) use std::os::windows::io::AsSocket;

pub use answer::TcpInfo;
pub use capture::{Capture, no_capture};
pub use connection::{Connection, Ended, keep_syns};
pub use end::{forget_icmp, keep_icmp, refusal};
pub use half_open::HalfOpen;
pub use icmp::errno;
pub use link::{Crossed, Fate};
pub use settings::Settings;
pub use socket_options::{ack_now, set_linger2, set_syn_count, set_user_timeout};
pub use state::State;

/// Watches one connection on behalf of a [`Witness`]: what the kernel says of it. For its segments see
/// [`Capture`].
#[derive(Debug)]
pub struct Watch {
    witness: Witness,
    connection: OnceLock<Connection>,
}

impl Watch {
    /// Watches the connection of `witness`.
    pub fn new(witness: impl Into<Witness>) -> Self {
        Watch { witness: witness.into(), connection: OnceLock::new() }
    }

    /// Reports what the kernel says of `stream` now that it is open, and returns it as it is: segments do not pass
    /// through a stream, so there is nothing to tap.
    pub fn tap(&self, stream: TcpStream) -> TcpStream {
        let side = self.witness.side();
        let Some(ends) = self.witness.ends().or_else(|| stream.ends(side)) else { return stream };
        let connection = self
            .connection
            .get_or_init(|| Connection::new(&self.witness, ends, None, &Settings::read(side, &stream)));
        connection.established(&stream);
        stream
    }

    /// Runs `conversation`, and reports each state through which the kernel passes meanwhile.
    pub async fn during<F: Future>(&self, conversation: F) -> F::Output {
        match self.connection.get() {
            Some(connection) => connection.poll_states_while(conversation).await,
            None => conversation.await,
        }
    }

    /// Reports the last state, then the summary of the connection, with how it ended. Only the first call counts.
    pub fn finish(&self, outcome: &Outcome) {
        if let Some(connection) = self.connection.get() {
            connection.ask();
        }
        self.witness.finish(outcome);
    }
}

/// Reports what the kernel says of a connection that just opened ([`steps::tcp::Step::Established`]); for the protocols
/// above TCP, whose log begins with it.
pub fn established(witness: &Witness, stream: &TcpStream) {
    if !witness.is_enabled() {
        return;
    }
    let Some((state, info)) = opened(stream) else { return };
    // Where the peer has closed already the kernel names a later state, from which it follows that this one was.
    let evidence = if state == State::Established { Evidence::Kernel } else { Evidence::Inferred };
    witness.saw(evidence, Seen::local(Step::Established, established_fields(state, &info)));
}

/// Whether a TCP socket of this network namespace listens on `port`.
///
/// # Errors
///
/// When the kernel does not answer.
pub fn is_listening(port: u16) -> io::Result<bool> {
    sock_diag::is_listening(port)
}

/// How many connections wait for accept() of the socket that listens on `local`; none where the kernel does not say.
pub fn waiting(local: SocketAddr) -> Option<u32> {
    sock_diag::accept_queue(local).map(|(waiting, _)| waiting)
}

/// `TCP_INFO` of a connection that is open, or was until its peer closed.
fn opened(socket: impl AsSocket) -> Option<(State, TcpInfo)> {
    let info = info::tcp_info(socket).ok()?;
    let state = info.state?;
    match state {
        State::Established
        | State::CloseWait
        | State::LastAck
        | State::FinWait1
        | State::FinWait2
        | State::Closing
        | State::TimeWait => Some((state, info)),
        State::SynSent | State::SynReceived | State::Closed | State::Listen => None,
    }
}

fn established_fields(state: State, info: &TcpInfo) -> steps::Fields {
    let mut fields = fields! {
        field::STATE => state.name(),
        field::RTT_US => info.rtt_us,
        field::MSS => info.snd_mss,
        field::SND_WSCALE => info.snd_wscale,
        field::RCV_WSCALE => info.rcv_wscale,
        field::OPTIONS => info.options.iter().copied(),
        field::SEGS_OUT => info.segs_out,
        field::SEGS_IN => info.segs_in,
        field::ASKED => "TCP_INFO",
    };
    if info.total_retrans > 0 {
        fields.put(field::TOTAL_RETRANS, info.total_retrans);
    }
    fields
}
