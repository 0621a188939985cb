//! What the kernel says of a socket of our own: `TCP_INFO`, and the SYN it saved with `TCP_SAVE_SYN`
//! (tcp(7), `include/uapi/linux/tcp.h`). No capability is needed.
#![allow(unsafe_code)] // getsockopt(): neither std nor socket2 knows these options

use std::{
    io, mem,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use super::{State, TcpInfo, socket_options};

/// Asks for `TCP_INFO`.
pub(crate) fn tcp_info(socket: impl AsFd) -> io::Result<TcpInfo> {
    // SAFETY: `tcp_info` is a plain C structure of integers, for which all zeroes is a value.
    let mut raw: libc::tcp_info = unsafe { mem::zeroed() };
    let room = (&raw mut raw).cast();
    option(socket.as_fd(), libc::TCP_INFO, room, mem::size_of::<libc::tcp_info>())?;
    let names = [(1, "timestamps"), (2, "sack"), (4, "window_scale"), (8, "ecn"), (32, "fast_open")];
    Ok(TcpInfo {
        state: State::from_kernel(raw.tcpi_state),
        options: names.iter().filter(|(bit, _)| raw.tcpi_options & bit != 0).map(|(_, name)| *name).collect(),
        snd_wscale: raw.tcpi_snd_rcv_wscale & 0xf,
        rcv_wscale: raw.tcpi_snd_rcv_wscale >> 4,
        snd_mss: raw.tcpi_snd_mss,
        rtt_us: raw.tcpi_rtt,
        segs_out: raw.tcpi_segs_out,
        segs_in: raw.tcpi_segs_in,
        total_retrans: raw.tcpi_total_retrans,
        unacked: raw.tcpi_unacked,
    })
}

/// Has the kernel keep the SYN of each connection that `listener` accepts from now on.
pub(crate) fn save_syn(listener: impl AsFd) -> io::Result<()> {
    socket_options::set(listener, libc::TCP_SAVE_SYN, 1)
}

/// The IP and TCP header of the SYN that opened an accepted connection; empty when it was not saved or was
/// already read: the kernel gives it once.
pub(crate) fn saved_syn(socket: impl AsFd) -> io::Result<Vec<u8>> {
    // The largest IPv4 header and the largest TCP header; an IPv6 header is 40 bytes.
    let mut packet = vec![0_u8; 60 + 60];
    let room = packet.as_mut_ptr().cast();
    let length = option(socket.as_fd(), libc::TCP_SAVED_SYN, room, packet.len())?;
    packet.truncate(length);
    Ok(packet)
}

/// Reads a TCP option of at most `size` bytes into `room`; gives how many there were.
fn option(fd: BorrowedFd<'_>, name: i32, room: *mut libc::c_void, size: usize) -> io::Result<usize> {
    let mut length = size as libc::socklen_t;
    // SAFETY: the callers pass `size` bytes of memory that they hold exclusively; the kernel writes no more than
    // `length` bytes and says how many.
    let done = unsafe { libc::getsockopt(fd.as_raw_fd(), libc::IPPROTO_TCP, name, room, &raw mut length) };
    if done == 0 { Ok(length as usize) } else { Err(io::Error::last_os_error()) }
}
