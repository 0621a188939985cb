//! Addresses as both sides and all segments show them.

use std::net::SocketAddr;

/// The client's address and the server's.
pub(crate) type Ends = (SocketAddr, SocketAddr);

/// Without the wrapping of IPv4 in IPv6, and without a scope.
pub(crate) fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Both addresses of a connection so.
pub(crate) fn both_plain((client, server): Ends) -> Ends {
    (plain(client), plain(server))
}
