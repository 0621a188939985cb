//! CAP_NET_RAW: used for one call, then given up for good (capabilities(7)).
//!
//! Capabilities belong to threads, and a thread cannot take them from another. So a program calls [`settle`] first
//! of all, while it has only one: the threads that the runtime starts later are born without the capability. In the
//! container image the program file carries `cap_net_raw+p`: permitted, and to be raised by the program itself.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use caps::{CapSet, Capability::CAP_NET_RAW};

use super::packet::PacketSocket;

/// The socket that [`settle`] opened, until a capture takes it.
static OPENED: Mutex<Option<PacketSocket>> = Mutex::new(None);

/// Opens a packet socket if `capture` is asked for and allowed, then gives CAP_NET_RAW up for good. To be called
/// before the first thread is started.
pub fn settle(capture: bool) {
    if capture {
        // A refusal comes again, with its reason, when the capture asks.
        *OPENED.lock().unwrap_or_else(PoisonError::into_inner) = open().ok();
    }
    for set in [CapSet::Effective, CapSet::Permitted] {
        if let Err(error) = caps::drop(None, set, CAP_NET_RAW) {
            tracing::warn!("CAP_NET_RAW could not be given up: {error}");
        }
    }
}

/// A packet socket: the one that [`settle`] opened, else a new one.
pub(super) fn packet_socket() -> io::Result<PacketSocket> {
    let opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner).take();
    opened.map_or_else(open, Ok)
}

/// A packet socket of its own.
pub(crate) fn open() -> io::Result<PacketSocket> {
    with_net_raw(PacketSocket::open)
}

/// Does what needs CAP_NET_RAW, with the capability raised for as long as it takes.
///
/// # Errors
///
/// Those of `open`; where the capability cannot be had, the one that says so.
pub fn with_net_raw<T>(open: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let holds = |set| caps::has_cap(None, set, CAP_NET_RAW).unwrap_or(false);
    if holds(CapSet::Effective) || !holds(CapSet::Permitted) {
        return open();
    }
    caps::raise(None, CapSet::Effective, CAP_NET_RAW).map_err(io::Error::other)?;
    let opened = open();
    caps::drop(None, CapSet::Effective, CAP_NET_RAW).map_err(io::Error::other)?;
    opened
}
