//! In the place of `tcp/icmp` on a system that is not Linux: no error queue tells which ICMP message came, and a failed
//! call is known by the kind that the standard library gives it, not by Linux's number.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use steps::tcp::{Errno, reason::Icmp};

use super::AsSocket;

pub(super) fn keep(_socket: impl AsSocket, _address: SocketAddr, _on: bool) {}

pub(super) fn icmp(_socket: impl AsSocket) -> Option<(Icmp, IpAddr)> {
    None
}

/// Why a system call on a connection failed, by the name that it has on Linux.
pub fn errno(error: &io::Error) -> Errno {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::BrokenPipe | Kind::WriteZero => Errno::EPIPE,
        Kind::ConnectionReset | Kind::ConnectionAborted => Errno::ECONNRESET,
        Kind::ConnectionRefused => Errno::ECONNREFUSED,
        Kind::NotConnected => Errno::ENOTCONN,
        Kind::TimedOut => Errno::ETIMEDOUT,
        Kind::HostUnreachable => Errno::EHOSTUNREACH,
        Kind::NetworkUnreachable => Errno::ENETUNREACH,
        Kind::NetworkDown => Errno::ENETDOWN,
        Kind::AddrNotAvailable => Errno::EADDRNOTAVAIL,
        Kind::PermissionDenied => Errno::EACCES,
        Kind::InvalidInput => Errno::EINVAL,
        _ => Errno::from(0),
    }
}

/// The same: it is known by its kind, or not at all.
pub(super) fn numbered(error: &io::Error) -> Option<Errno> {
    Some(errno(error)).filter(|errno| errno.name().is_some())
}
