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

use steps::Ending;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::{Crossing, Tap, Witness};

mod channel;
mod client;
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
    let line = Line { stream: stream.clone(), read: Arc::default(), opening: Opening::new(witness) };
    let told = line.clone();
    let (here, there) = (witness.side(), witness.side().peer());
    let observe = move |crossing: Crossing<'_>| match crossing {
        Crossing::Read(bytes) => {
            told.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            told.opening.crossed(there, bytes);
        }
        Crossing::Wrote(bytes) => told.opening.crossed(here, bytes),
        Crossing::Eof => told.opening.ended(there),
    };
    (Tap::new(stream, observe), line)
}

/// The line under a tapped connection. russh owns the stream and offers no way to end a connection that hangs inside
/// the key exchange; whoever holds the line can.
#[derive(Clone, Debug)]
pub struct Line {
    stream: Shared,
    read: Arc<AtomicU64>,
    opening: Opening,
}

impl Line {
    /// Cuts the connection in both directions, whatever state it is in.
    pub fn cut(&self) {
        // An error means that the peer was faster.
        drop(self.stream.shutdown(Shutdown::Both));
    }

    /// How the connection ended under the library, once the system has said so.
    pub fn ending(&self) -> Option<Ending> {
        self.stream.ending()
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
