//! The SSH watcher: a tap that names the packets, opened after NEWKEYS with the run's own secret, and the calls by which
//! russh tells what no packet holds: the decision on the host key, the secret, what is signed. Where packets cannot be
//! opened, the calls tell the rest too.
//!
//! russh runs a connection in a task of its own, so a tracing span would be lost on the way: the handler of each side
//! holds its [`ClientCalls`] or [`ServerCalls`], and names in each of its methods what the library just told it.
//! Neither decides anything.

use std::{
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use steps::{Ending, Side};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::{Crossing, Outcome, Tap, Witness};

mod channel;
mod client;
pub mod end;
mod opening;
mod server;
mod shared;
mod signer;
mod told;

use opening::Opening;
use shared::Shared;

pub use client::{ClientCalls, HostKeyDecision};
pub use server::ServerCalls;
pub use signer::WatchedSigner;
pub(crate) use told::Told;

/// Puts a tap into `stream` that reports what crosses to `witness`. The [`Line`] tells how far the connection came,
/// and can cut it.
pub fn tap(
    stream: TcpStream,
    witness: &Witness,
) -> (impl AsyncRead + AsyncWrite + Unpin + Send + 'static, Line) {
    let stream = Shared::new(stream);
    let line = Line::new(witness, Some(stream.clone()));
    (Tap::new(stream, line.observer(witness.side())), line)
}

/// Watches one connection on behalf of a [`Witness`]. Clones share what they know.
#[derive(Clone, Debug)]
pub struct Watch {
    witness: Witness,
    line: Line,
}

impl Watch {
    /// Watches the connection of `witness`.
    pub fn new(witness: impl Into<Witness>) -> Self {
        let witness = witness.into();
        let line = Line::new(&witness, None);
        Watch { witness, line }
    }

    /// A tap in front of `stream`, which carries the packets; to be given to russh.
    pub fn tap<S>(&self, stream: S) -> Tap<S, impl FnMut(Crossing<'_>) + Send + Unpin + use<S>> {
        Tap::new(stream, self.line.observer(self.witness.side()))
    }

    /// The calls that a client's handler has to report. Packets after NEWKEYS are opened only if it reports russh's
    /// `kex_done` ([`ClientCalls::session_key`]).
    pub fn client_calls(&self) -> ClientCalls {
        ClientCalls::new(&self.witness, &self.line)
    }

    /// The calls that a server's handler has to report. russh gives a server no secret: unless a client of the same
    /// session has reported it, these calls are all that is known of what is encrypted.
    pub fn server_calls(&self) -> ServerCalls {
        ServerCalls::new(&self.witness, &self.line)
    }

    /// Gives `handshake` back as it is: russh runs the connection in a task of its own, where each call names its
    /// connection. The watches of all protocols have this method.
    pub fn during<F: Future>(&self, handshake: F) -> impl Future<Output = F::Output> {
        handshake
    }

    /// Reports the summary of the connection: what was seen of it, and how it ended. Only the first call counts.
    pub fn finish(&self, outcome: &Outcome) {
        self.witness.finish(outcome);
    }
}

/// A handle to the stream under a tapped connection. russh owns the stream and offers no way to end a connection that
/// hangs inside the key exchange; by this handle it can be ended.
#[derive(Clone, Debug)]
pub struct Line {
    /// None: somebody else holds the stream.
    stream: Option<Shared>,
    read: Arc<AtomicU64>,
    opening: Opening,
}

impl Line {
    fn new(witness: &Witness, stream: Option<Shared>) -> Self {
        Line { stream, read: Arc::default(), opening: Opening::new(witness) }
    }

    /// Reports what crosses on the side `here`.
    fn observer(&self, here: Side) -> impl FnMut(Crossing<'_>) + Send + Unpin + use<> {
        let (line, there) = (self.clone(), here.peer());
        move |crossing: Crossing<'_>| match crossing {
            Crossing::Read(bytes) => {
                line.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                line.opening.crossed(there, bytes);
            }
            Crossing::Wrote(bytes) => line.opening.crossed(here, bytes),
            Crossing::Eof => line.opening.ended(there),
        }
    }

    /// Cuts the connection in both directions, whatever state it is in.
    pub fn cut(&self) {
        if let Some(stream) = &self.stream {
            // An error means that the peer was faster.
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// How the connection ended under the library, once the system has said so.
    pub fn ending(&self) -> Option<Ending> {
        self.stream.as_ref()?.ending()
    }

    /// Completes once the server has answered a password with the wish for a new one (RFC 4252 §8), where packets are
    /// opened.
    pub async fn new_password_wanted(&self) {
        self.opening.new_password_wanted().await;
    }

    /// How many bytes the peer's side has brought so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Whether the client's public value has crossed: from here a person may be asked about the host key.
    pub fn key_exchange_began(&self) -> bool {
        self.opening.key_exchange_began()
    }
}
