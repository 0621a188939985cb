//! In the place of `packet` on a system that is not Linux: nothing can be captured, and who asks is told so. No value of
//! these types is ever made.

use std::{convert::Infallible, io, time::Duration};

use crate::{
    Session,
    received::{Received, RingPacket},
};

fn only_linux<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (AF_PACKET)"))
}

impl Session {
    /// Nothing is opened here, and there is no capability to give up.
    pub fn settle(&self, _capture: bool) {
        *self.opened() = None;
    }

    /// The same for a server.
    pub fn settle_server(&self, capture: bool) {
        self.settle(capture);
    }

    pub(crate) fn packet_socket(&self) -> io::Result<PacketSocket> {
        self.opened().take().map_or_else(open, Ok)
    }
}

/// There is nothing that a thread could give up here.
pub fn confine(_another_users: bool) {}

/// Opens what needs no capability here.
///
/// # Errors
///
/// Those of `open`.
pub fn with_net_raw<T>(open: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    open()
}

pub(crate) fn open() -> io::Result<PacketSocket> {
    PacketSocket::open()
}

/// A socket that the runtime waits for.
#[derive(Debug)]
pub struct AsyncFd<T>(Infallible, std::marker::PhantomData<T>);

/// That it may be read.
#[derive(Debug)]
pub struct Ready(Infallible);

impl<T> AsyncFd<T> {
    /// What is waited for.
    pub fn get_ref(&self) -> &T {
        match self.0 {}
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self) -> &mut T {
        match self.0 {}
    }

    /// Until it may be read.
    ///
    /// # Errors
    ///
    /// Never.
    #[expect(clippy::unused_async)]
    pub async fn readable(&self) -> io::Result<Ready> {
        match self.0 {}
    }

    /// The same.
    ///
    /// # Errors
    ///
    /// Never.
    #[expect(clippy::unused_async)]
    pub async fn readable_mut(&mut self) -> io::Result<Ready> {
        match self.0 {}
    }
}

impl Ready {
    /// It was read to its end.
    pub fn clear_ready(&mut self) {
        match self.0 {}
    }
}

/// Receives one connection's segments.
#[derive(Debug)]
pub(crate) struct PacketSocket(Infallible);

impl PacketSocket {
    pub(crate) fn open() -> io::Result<Self> {
        only_linux()
    }

    pub(crate) fn only(&self, _ports: &[u16]) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn listen(&self, _ports: &[u16]) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn register(self) -> io::Result<AsyncFd<Self>> {
        match self.0 {}
    }

    pub(crate) fn receive(&self, _buffer: &mut [u8]) -> io::Result<Received> {
        match self.0 {}
    }

    pub(crate) fn wait(&self, _patience: Duration) {
        match self.0 {}
    }

    pub(crate) fn dropped(&self) -> u32 {
        match self.0 {}
    }
}

/// Receives every program's packets.
#[derive(Debug)]
pub struct Ring(Infallible);

impl Ring {
    /// How long a packet may wait in it.
    pub const MOST_DELAY: Duration = Duration::ZERO;

    /// Opens it.
    ///
    /// # Errors
    ///
    /// Always: this is not Linux.
    pub fn open(_interface: Option<&str>) -> io::Result<Ring> {
        only_linux()
    }

    pub(crate) fn silent() -> io::Result<Ring> {
        only_linux()
    }

    /// Lets the runtime wait for it.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn register(self) -> io::Result<AsyncFd<Ring>> {
        match self.0 {}
    }

    /// Takes what was received.
    pub fn take(&mut self, _each: impl FnMut(RingPacket<'_>)) -> bool {
        match self.0 {}
    }

    pub(crate) fn handle(&self) -> RingHandle {
        match self.0 {}
    }

    /// How many were lost.
    pub fn lost(&self) -> u32 {
        match self.0 {}
    }
}

/// The ports of a ring.
#[derive(Debug)]
pub(crate) struct RingHandle(Infallible);

impl RingHandle {
    pub(crate) fn only(&self, _ports: &[u16]) -> io::Result<()> {
        match self.0 {}
    }

    pub(crate) fn wait(&self, _patience: Duration) {
        match self.0 {}
    }
}
