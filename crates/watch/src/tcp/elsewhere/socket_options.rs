//! In the place of `tcp/socket_options` on a system that is not Linux: these options are Linux's.

use std::{io, time::Duration};

use super::AsSocket;

fn only_linux() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (tcp(7))"))
}

/// How often a SYN is repeated.
///
/// # Errors
///
/// Always: this is not Linux.
pub fn set_syn_count(_socket: impl AsSocket, _count: u8) -> io::Result<()> {
    only_linux()
}

/// How long a closed socket waits in FIN_WAIT_2.
///
/// # Errors
///
/// Always: this is not Linux.
pub fn set_linger2(_socket: impl AsSocket, _seconds: u8) -> io::Result<()> {
    only_linux()
}

/// How long what was sent may go without an ACK.
///
/// # Errors
///
/// Always: this is not Linux.
pub fn set_user_timeout(_socket: impl AsSocket, _timeout: Duration) -> io::Result<()> {
    only_linux()
}

/// Acknowledges at once.
///
/// # Errors
///
/// Always: this is not Linux.
pub fn ack_now(_socket: impl AsSocket) -> io::Result<()> {
    only_linux()
}

/// Nothing is known of a socket.
pub(super) fn told(_socket: impl AsSocket) -> [Option<i32>; 3] {
    [None; 3]
}
