//! In the place of `socket` on a system that is not Linux: no value of these types is ever made.

use std::{convert::Infallible, io, net::SocketAddr};

use socket2::Socket;
use watch::AsyncFd;

fn only_linux<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (AF_PACKET)"))
}

/// Hears the packets that arrive at some ports.
#[derive(Debug)]
pub(in crate::link) struct PacketReceiver(Infallible);

impl PacketReceiver {
    pub(in crate::link) fn open() -> io::Result<Self> {
        only_linux()
    }

    pub(in crate::link) fn receive_from(&self, _ports: &[u16]) -> io::Result<()> {
        match self.0 {}
    }

    pub(in crate::link) fn register(self) -> io::Result<AsyncFd<Self>> {
        match self.0 {}
    }

    pub(in crate::link) fn receive(&self, _buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}

/// Sends IP packets as they are.
#[derive(Debug)]
pub(in crate::link) struct PacketSender(Infallible);

impl PacketSender {
    pub(in crate::link) fn open(_v4: bool) -> io::Result<Self> {
        only_linux()
    }

    pub(in crate::link) fn send(&self, _packet: &[u8], _to: SocketAddr) -> io::Result<()> {
        match self.0 {}
    }
}

pub(in crate::link) fn blackhole_listener(_address: SocketAddr) -> io::Result<Socket> {
    only_linux()
}

pub(in crate::link) fn set_blackhole(
    _socket: (SocketAddr, Option<SocketAddr>),
    _discards: bool,
) -> io::Result<()> {
    only_linux()
}
