//! In the place of `tcp/info` on a system that is not Linux: its kernel has no `TCP_INFO` that we could read.

use std::io;

use super::{AsSocket, TcpInfo};

fn only_linux<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (TCP_INFO)"))
}

pub(crate) fn tcp_info(_socket: impl AsSocket) -> io::Result<TcpInfo> {
    only_linux()
}

pub(crate) fn save_syn(_listener: impl AsSocket) -> io::Result<()> {
    only_linux()
}

pub(crate) fn saved_syn(_socket: impl AsSocket) -> io::Result<Vec<u8>> {
    only_linux()
}
