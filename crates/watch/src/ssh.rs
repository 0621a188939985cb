//! The SSH watcher: a tap that names the packets while they are in the clear, and the calls by which russh tells the
//! rest. After NEWKEYS the wire is dark; from there on every step rests on a call of the library.
//!
//! russh runs a connection in a task of its own, so a tracing span would be lost on the way: the handler of each side
//! holds its [`ClientCalls`] or [`ServerCalls`], and names in each of its methods what the library just told it.
//! Neither decides anything.

use std::{
    io,
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use steps::{Evidence, ssh::Step};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use wire::ssh::Decoder;

use crate::{Crossing, Tap, Witness, recording};

mod channel;
mod client;
mod server;
mod signer;

pub use client::{ClientCalls, HostKeyDecision};
pub use server::ServerCalls;
pub use signer::WatchedSigner;

/// Puts a tap into `stream` that reports what crosses to `witness`. The [`Line`] tells how far the connection came,
/// and can cut it.
///
/// # Errors
///
/// When the socket cannot be duplicated: the process is out of file descriptors.
pub fn tap(
    stream: TcpStream,
    witness: &Witness,
) -> io::Result<(impl AsyncRead + AsyncWrite + Unpin + Send + 'static, Line)> {
    let stream = stream.into_std()?;
    let line = Line {
        socket: Arc::new(stream.try_clone()?),
        read: Arc::default(),
        key_exchange_began: Arc::default(),
    };
    let (told, witness) = (line.clone(), witness.clone());
    let mut decoder = Decoder::default();
    let mut count = recording::Count::default();
    let (here, there) = (witness.side(), witness.side().peer());
    let observe = move |crossing: Crossing<'_>| {
        let seen = match crossing {
            Crossing::Read(bytes) => {
                told.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                count.each(there, bytes, |part| decoder.feed(there, part))
            }
            Crossing::Wrote(bytes) => count.each(here, bytes, |part| decoder.feed(here, part)),
            Crossing::Eof => decoder.end(there),
        };
        for seen in seen {
            if seen.step == Step::KeyExchangeInit.into() {
                told.key_exchange_began.store(true, Ordering::Relaxed);
            }
            // The result of the negotiation crosses in no packet: it follows from two that did.
            let evidence =
                if seen.step == Step::Negotiated.into() { Evidence::Inferred } else { Evidence::Wire };
            witness.saw(evidence, seen);
        }
    };
    Ok((Tap::new(TcpStream::from_std(stream)?, observe), line))
}

/// The line under a tapped connection. russh owns the stream and offers no way to end a connection that hangs inside
/// the key exchange; whoever holds the line can.
#[derive(Clone, Debug)]
pub struct Line {
    socket: Arc<std::net::TcpStream>,
    read: Arc<AtomicU64>,
    key_exchange_began: Arc<AtomicBool>,
}

impl Line {
    /// Cuts the connection in both directions, whatever state it is in.
    pub fn cut(&self) {
        // An error means that the peer was faster.
        drop(self.socket.shutdown(Shutdown::Both));
    }

    /// How many bytes the peer's side has brought so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Whether the client's public value has crossed: from here a person may be asked about the host key.
    pub fn key_exchange_began(&self) -> bool {
        self.key_exchange_began.load(Ordering::Relaxed)
    }
}
