//! In the place of `tcp/sock_diag` on a system that is not Linux.

use std::{io, net::SocketAddr};

use super::answer::Answer;

fn only_linux<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (sock_diag)"))
}

pub(crate) const IS_THERE: bool = false;

pub(crate) fn connection(_local: SocketAddr, _peer: SocketAddr) -> io::Result<Answer> {
    only_linux()
}

pub(crate) fn is_listening(_port: u16) -> io::Result<bool> {
    only_linux()
}

pub(crate) fn accept_queue(_local: SocketAddr) -> Option<(u32, u32)> {
    None
}

pub(crate) fn half_open(_port: u16) -> io::Result<Vec<(SocketAddr, SocketAddr)>> {
    only_linux()
}
