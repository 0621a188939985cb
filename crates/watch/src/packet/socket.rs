//! A packet socket (packet(7)) that receives the TCP segments of one port on every interface, each with the time at
//! which the kernel saw it.
#![allow(unsafe_code)] // recvmsg() with ancillary data and sockaddr_ll: socket2 has no safe form of either

use std::{
    io, mem,
    os::fd::{AsRawFd, RawFd},
    time::{Duration, SystemTime},
};

use socket2::{Domain, Socket, Type};
use tokio::io::{Interest, unix::AsyncFd};

use super::filter::{Ports, once, tcp_ports};
use crate::received::Received;

/// An `AF_PACKET` socket.
#[derive(Debug)]
pub(crate) struct PacketSocket(Socket);

impl PacketSocket {
    /// Opens a socket that receives nothing yet. Only this needs CAP_NET_RAW.
    pub(crate) fn open() -> io::Result<Self> {
        // DGRAM: packets begin with their IP header on every kind of interface. Protocol 0: none are received.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        Ok(PacketSocket(socket))
    }

    /// From now on receives the segments to and from these ports, instead of those it received before.
    pub(crate) fn only(&self, ports: &[u16]) -> io::Result<()> {
        self.0.attach_filter(&once(tcp_ports(Ports::FromOrTo, ports, 0xffff)))
    }

    /// From now on receives the segments to and from `ports`.
    pub(crate) fn listen(&self, ports: &[u16]) -> io::Result<()> {
        // Filter first: what is received between bind and filter would be another's traffic.
        self.only(ports)?;
        // As much as an unprivileged process may have; a burst must not overrun the queue.
        self.0.set_recv_buffer_size(4 << 20)?;
        let on: libc::c_int = 1;
        // SAFETY: the descriptor is open, and the pointer and length describe `on`.
        succeeded(unsafe {
            libc::setsockopt(
                self.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_TIMESTAMPNS,
                (&raw const on).cast(),
                mem::size_of_val(&on) as libc::socklen_t,
            )
        })?;
        // SAFETY: `sockaddr_ll` is a plain C structure of integers, for which all zeroes is a value.
        let mut any: libc::sockaddr_ll = unsafe { mem::zeroed() };
        any.sll_family = libc::AF_PACKET as u16;
        // ETH_P_IP alone would be tapped after TCP had already answered: questions stamped after their answers.
        any.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: the descriptor is open, and the pointer and length describe `any`.
        succeeded(unsafe {
            libc::bind(self.as_raw_fd(), (&raw const any).cast(), mem::size_of_val(&any) as libc::socklen_t)
        })
    }

    /// Lets the runtime say when there is something to receive.
    pub(crate) fn register(self) -> io::Result<AsyncFd<Self>> {
        // SAFETY: the descriptor belongs to `self` and stays the same and open for as long as `self` lives, which
        // the `AsyncFd` then owns.
        Ok(unsafe { AsyncFd::register_with_interest(self, Interest::READABLE) }?)
    }

    /// Takes the next packet out of the queue into `buffer`; `WouldBlock` when there is none.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        // SAFETY: as in `listen`.
        let mut from: libc::sockaddr_ll = unsafe { mem::zeroed() };
        let mut parts = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        let mut control = [0_u64; 16]; // u64: control messages must lie at multiples of 8
        // SAFETY: `msghdr` is a plain C structure of integers and pointers, for which all zeroes is a value.
        let mut message: libc::msghdr = unsafe { mem::zeroed() };
        message.msg_name = (&raw mut from).cast();
        message.msg_namelen = mem::size_of_val(&from) as libc::socklen_t;
        message.msg_iov = &raw mut parts;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = mem::size_of_val(&control) as _;
        // SAFETY: every pointer in `message` is to memory that outlives the call and is as long as said beside it.
        let length = unsafe { libc::recvmsg(self.as_raw_fd(), &raw mut message, 0) };
        let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
        let loopback = from.sll_hatype == libc::ARPHRD_LOOPBACK;
        Ok(Received {
            length,
            interface: from.sll_ifindex,
            leaves_loopback: loopback && from.sll_pkttype == libc::PACKET_OUTGOING,
            at: stamp(&message).unwrap_or_else(SystemTime::now),
        })
    }

    /// Waits until there is something to receive, at most for `patience`.
    pub(crate) fn wait(&self, patience: Duration) {
        let mut asked = libc::pollfd { fd: self.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let patience = libc::c_int::try_from(patience.as_millis()).unwrap_or(libc::c_int::MAX);
        // SAFETY: `asked` is one structure that outlives the call. Whatever the answer, the next receive() tells.
        unsafe { libc::poll(&raw mut asked, 1, patience) };
    }

    /// How many packets the kernel threw away since the last call because the queue was full.
    pub(crate) fn dropped(&self) -> u32 {
        let mut stats = [0_u32; 2]; // struct tpacket_stats: tp_packets, tp_drops
        let mut length = mem::size_of_val(&stats) as libc::socklen_t;
        // SAFETY: the descriptor is open; `stats` has room for `length` bytes.
        let done = unsafe {
            libc::getsockopt(
                self.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                stats.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        if done == 0 { stats[1] } else { 0 }
    }
}

impl AsRawFd for PacketSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// The kernel's time stamp among the control messages.
fn stamp(message: &libc::msghdr) -> Option<SystemTime> {
    // SAFETY: `message` is as recvmsg() filled it, and its control buffer is still there; the macros walk it
    // within `msg_controllen`.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while !header.is_null() {
            if (*header).cmsg_level == libc::SOL_SOCKET && (*header).cmsg_type == libc::SO_TIMESTAMPNS {
                let time: libc::timespec = libc::CMSG_DATA(header).cast::<libc::timespec>().read_unaligned();
                let since = Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?);
                return Some(SystemTime::UNIX_EPOCH + since);
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    None
}

fn succeeded(done: libc::c_int) -> io::Result<()> {
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
