//! CAP_NET_RAW: used for one call, then given up for good (capabilities(7)). And all that a server started by root
//! could do beside it.
//!
//! Capabilities belong to threads, and a thread cannot take them from another. So a program calls [`Session::settle`]
//! first of all, while it has only one: the threads that the runtime starts later are born without the capability. In the
//! container image the program file carries `cap_net_raw+p`: permitted, and to be raised by the program itself.

#![allow(unsafe_code)] // prctl(PR_SET_NO_NEW_PRIVS), for which the crate `caps` has no call

use std::io;

use caps::{
    CapSet,
    Capability::{self, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE, CAP_NET_RAW},
    CapsHashSet,
};

use super::PacketSocket;
use crate::Session;

/// What a server may still need until it listens: a port below 1024, and keys that belong to another user than root.
const UNTIL_IT_LISTENS: [Capability; 3] = [CAP_NET_BIND_SERVICE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH];

impl Session {
    /// Opens a packet socket if `capture` is asked for and allowed, then gives CAP_NET_RAW up for good. To be called
    /// before the first thread is started.
    pub fn settle(&self, capture: bool) {
        if capture {
            // A refusal comes again, with its reason, when the capture asks.
            *self.opened() = open().ok();
        }
        for set in [CapSet::Effective, CapSet::Permitted] {
            if let Err(error) = caps::drop(None, set, CAP_NET_RAW) {
                tracing::warn!("CAP_NET_RAW could not be given up: {error}");
            }
        }
    }

    /// The same for a server, which serves strangers: it keeps only what it may need until it listens, and neither it
    /// nor a program that somebody made it start could get anything back. To be called before the first thread is
    /// started.
    pub fn settle_server(&self, capture: bool) {
        self.settle(capture);
        // Root's own right to shrink this set; without it the set stays as it is, and what is not permitted cannot be
        // used all the same.
        if caps::has_cap(None, CapSet::Effective, Capability::CAP_SETPCAP).unwrap_or(false) {
            said(caps::clear(None, CapSet::Bounding));
        }
        keep(&UNTIL_IT_LISTENS);
        // SAFETY: the call takes four numbers and changes a flag of this thread.
        if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
            tracing::warn!("PR_SET_NO_NEW_PRIVS was refused: {}", io::Error::last_os_error());
        }
    }

    /// A packet socket: the one that [`Session::settle`] opened, else a new one.
    pub(crate) fn packet_socket(&self) -> io::Result<PacketSocket> {
        let opened = self.opened().take();
        opened.map_or_else(open, Ok)
    }
}

/// This thread of a server gives up what is left: every thread as it starts, the first one once the server listens. The
/// one that records opens its file with the first event. Where the folder is `another_users`, it keeps the right to do so
/// until then, if it has it; in root's own folder it needs none.
pub fn confine(another_users: bool) {
    keep(if another_users { &[CAP_DAC_OVERRIDE] } else { &[] });
}

/// Gives up everything but `these`, as far as this thread has them.
fn keep(these: &[Capability]) {
    let permitted = caps::read(None, CapSet::Permitted).unwrap_or_default();
    let kept: CapsHashSet = these.iter().copied().filter(|one| permitted.contains(one)).collect();
    said(caps::clear(None, CapSet::Ambient));
    said(caps::set(None, CapSet::Effective, &kept));
    said(caps::set(None, CapSet::Permitted, &kept));
    said(caps::clear(None, CapSet::Inheritable));
}

fn said(given_up: Result<(), caps::errors::CapsError>) {
    if let Err(error) = given_up {
        tracing::warn!("capabilities could not be given up: {error}");
    }
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
