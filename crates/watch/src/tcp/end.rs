//! Why connect() failed. RST and ICMP lead to the same errno; the kernel keeps the ICMP message in the socket's error
//! queue (ip(7), IP_RECVERR), for which no capability is needed.

use std::{
    io,
    net::{Ipv6Addr, SocketAddr},
};

use socket2::SockRef;
use steps::tcp::{Errno, reason::Refusal};

use super::{AsSocket, errno, icmp};

/// Has the kernel keep what ICMP says of this socket's SYN; until [`forget_icmp`].
pub fn keep_icmp(socket: impl AsSocket, address: SocketAddr) {
    // Without it RST and ICMP are not told apart: no reason not to connect.
    icmp::keep(socket, address, true);
}

/// Lets ICMP be what it is for an open connection: a hint that a retransmission may refute (RFC 1122 §4.2.3.9).
pub fn forget_icmp(socket: impl AsSocket, address: SocketAddr) {
    icmp::keep(socket, address, false);
}

/// Why a connect() to `address` failed with `error`, by the number and by what the socket's error queue holds.
pub fn refusal(socket: impl AsSocket, address: SocketAddr, error: &io::Error) -> Refusal {
    let here = SockRef::from(&socket).local_addr().ok().and_then(|here| here.as_socket());
    if let Some((kind, from)) = icmp::icmp(socket) {
        // This kernel's own word: ARP or NDP found nobody. On loopback we are the other side as well.
        let own = here.is_some_and(|here| here.ip() == from) && from != address.ip();
        return if own { Refusal::NoNeighbour } else { Refusal::Icmp(kind, from) };
    }
    let local = |ip: Ipv6Addr| ip.is_unicast_link_local();
    match errno(error) {
        Errno::ECONNREFUSED => Refusal::Reset,
        Errno::ETIMEDOUT => Refusal::GivenUp,
        Errno::EHOSTUNREACH | Errno::ENETUNREACH | Errno::ENETDOWN => Refusal::NoRoute,
        Errno::EPERM | Errno::EACCES => Refusal::Forbidden,
        Errno::EINVAL if matches!(address, SocketAddr::V6(to) if local(*to.ip()) && to.scope_id() == 0) => {
            Refusal::NoScope
        }
        errno => Refusal::Other(errno),
    }
}
