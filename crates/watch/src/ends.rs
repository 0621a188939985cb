//! Between which addresses a connection runs, where its stream can tell.

use std::net::SocketAddr;

use steps::{Protocol, Side};
use tokio::net::TcpStream;

use crate::{Session, Started, Witness};

/// What knows between which addresses a connection runs, the client's first: a stream of TCP, the two addresses
/// themselves, or `()` where there are none, as in memory: such a connection is called `stream-1`, `stream-2` and so
/// on.
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
        Witness::between(session, side, protocol, None, ends.ends(side), Started::now())
    }
}

/// A watch takes a witness, or a reference to one that others share.
impl From<&Witness> for Witness {
    fn from(witness: &Witness) -> Self {
        witness.clone()
    }
}
