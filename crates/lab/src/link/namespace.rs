//! A user and network namespace of this process's own (user_namespaces(7), network_namespaces(7)): an unprivileged user
//! has every capability in it, and its loopback is nobody else's.
#![allow(unsafe_code)] // unshare() and the ioctl that brings an interface up

use std::{fs, io, mem, os::fd::AsRawFd};

use socket2::{Domain, Socket, Type};

/// Enters it, for good. Only a process with a single thread can.
///
/// # Errors
///
/// When the system forbids it, as containers do.
pub(super) fn enter() -> io::Result<()> {
    // SAFETY: these two take no arguments and cannot fail.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    // SAFETY: unshare() takes flags alone; no memory is involved.
    succeeded(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) })?;
    // The program keeps its name in there. Root without capabilities may not (user_namespaces(7), CAP_SETFCAP), and
    // nothing here depends on it: the kernel still knows whose files are made.
    drop(fs::write("/proc/self/setgroups", "deny"));
    drop(fs::write("/proc/self/uid_map", format!("{user} {user} 1")));
    drop(fs::write("/proc/self/gid_map", format!("{group} {group} 1")));
    bring_up(b"lo")
}

fn bring_up(name: &[u8]) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    // SAFETY: `ifreq` is a plain C structure, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (place, &byte) in request.ifr_name.iter_mut().zip(name) {
        *place = byte as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the descriptor is open, and SIOCSIFFLAGS reads the name and the flags of a whole `ifreq`.
    succeeded(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) })
}

fn succeeded(done: libc::c_int) -> io::Result<()> {
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
