//! The socket options that say how long the kernel keeps trying (tcp(7)). No capability is needed for any.
#![allow(unsafe_code)] // getsockopt() and setsockopt(): neither std nor socket2 knows these options

use std::{
    io, mem,
    os::fd::{AsFd, AsRawFd},
    time::Duration,
};

/// Bounds how often a SYN, or on a listener a SYN+ACK, is sent again.
///
/// # Errors
///
/// When the kernel refuses the number; it takes 1 to 127.
pub fn set_syn_count(socket: impl AsFd, count: u8) -> io::Result<()> {
    set(socket, libc::TCP_SYNCNT, count.into())
}

/// Bounds how long a connection whose program has closed it waits in FIN_WAIT_2.
///
/// # Errors
///
/// When the kernel refuses.
pub fn set_linger2(socket: impl AsFd, seconds: u8) -> io::Result<()> {
    set(socket, libc::TCP_LINGER2, seconds.into())
}

/// Bounds how long what was sent may stay without an ACK (RFC 5482).
///
/// # Errors
///
/// When the kernel refuses.
pub fn set_user_timeout(socket: impl AsFd, timeout: Duration) -> io::Result<()> {
    set(socket, libc::TCP_USER_TIMEOUT, i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX))
}

/// Sends the ACK that is held back now, in this moment only: the kernel turns to delaying again by itself.
///
/// # Errors
///
/// When the kernel refuses.
pub fn ack_now(socket: impl AsFd) -> io::Result<()> {
    set(socket, libc::TCP_QUICKACK, 1)
}

/// The value of an option that is a whole number.
/// What the kernel was told of a socket: how often a SYN is repeated, the user timeout in milliseconds, and the seconds in
/// FIN_WAIT_2.
pub(super) fn told(socket: impl AsFd) -> [Option<i32>; 3] {
    [libc::TCP_SYNCNT, libc::TCP_USER_TIMEOUT, libc::TCP_LINGER2].map(|name| value(&socket, name).ok())
}

fn value(socket: impl AsFd, name: i32) -> io::Result<i32> {
    let mut value: libc::c_int = 0;
    let mut length = mem::size_of_val(&value) as libc::socklen_t;
    // SAFETY: the descriptor is open while it is borrowed, and `value` has room for `length` bytes.
    let done = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            name,
            (&raw mut value).cast(),
            &raw mut length,
        )
    };
    if done == 0 { Ok(value) } else { Err(io::Error::last_os_error()) }
}

pub(super) fn set(socket: impl AsFd, name: i32, value: libc::c_int) -> io::Result<()> {
    set_at(socket, libc::IPPROTO_TCP, name, value)
}

/// The same at another level than TCP's.
pub(super) fn set_at(socket: impl AsFd, level: i32, name: i32, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open while it is borrowed, and the pointer and length describe `value`.
    let done = unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            mem::size_of_val(&value) as libc::socklen_t,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_keeps_what_it_was_told() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        set_syn_count(&socket, 2).unwrap();
        set_linger2(&socket, 3).unwrap();
        set_user_timeout(&socket, Duration::from_millis(1500)).unwrap();
        let asked = [libc::TCP_SYNCNT, libc::TCP_LINGER2, libc::TCP_USER_TIMEOUT];
        assert_eq!(asked.map(|name| value(&socket, name).unwrap()), [2, 3, 1500]);
        assert!(set_syn_count(&socket, 0).is_err());
    }
}
