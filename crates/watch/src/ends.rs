//! Between which addresses a connection runs, where its stream can tell.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU16, Ordering::Relaxed},
};

use steps::{Protocol, Side};
use tokio::net::TcpStream;

use crate::{Session, Started, Witness};

/// What can say between which addresses a connection runs, the client's first: a stream of TCP, the two addresses
/// themselves, or `()` where there are none, as in memory.
pub trait Ends {
    /// The client's address and the server's, as `side` sees them.
    fn ends(&self, side: Side) -> Option<(SocketAddr, SocketAddr)>;
}

impl Ends for TcpStream {
    fn ends(&self, side: Side) -> Option<(SocketAddr, SocketAddr)> {
        let (here, there) = (self.local_addr().ok()?, self.peer_addr().ok()?);
        Some(match side {
            Side::Client => (here, there),
            Side::Server => (there, here),
        })
    }
}

impl Ends for (SocketAddr, SocketAddr) {
    fn ends(&self, _: Side) -> Option<(SocketAddr, SocketAddr)> {
        Some(*self)
    }
}

impl Ends for () {
    fn ends(&self, _: Side) -> Option<(SocketAddr, SocketAddr)> {
        None
    }
}

impl Witness {
    /// A witness on the client's side of a connection that begins now.
    pub fn client(session: &Session, protocol: Protocol, ends: &impl Ends) -> Self {
        Witness::of(session, Side::Client, protocol, ends)
    }

    /// A witness on the server's side of a connection that begins now.
    pub fn server(session: &Session, protocol: Protocol, ends: &impl Ends) -> Self {
        Witness::of(session, Side::Server, protocol, ends)
    }

    fn of(session: &Session, side: Side, protocol: Protocol, ends: &impl Ends) -> Self {
        let ends = ends.ends(side).unwrap_or_else(unknown);
        Witness::new(session, side, protocol, None, ends, Started::now())
    }
}

/// The unspecified address with a number: connections without addresses are still told apart, and no log takes them for
/// connections of the network.
fn unknown() -> (SocketAddr, SocketAddr) {
    static NEXT: AtomicU16 = AtomicU16::new(1);
    let nowhere = |port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    (nowhere(NEXT.fetch_add(1, Relaxed).max(1)), nowhere(0))
}

/// A watch takes a witness, or a reference to one that others share.
impl From<&Witness> for Witness {
    fn from(witness: &Witness) -> Self {
        witness.clone()
    }
}
