//! A packet socket (packet(7)) that hears the TCP segments of one port on every interface, each with the time at
//! which the kernel saw it.
#![allow(unsafe_code)] // recvmsg() with ancillary data and sockaddr_ll: socket2 has no safe form of either

use std::{
    io, mem,
    os::fd::{AsRawFd, RawFd},
    time::{Duration, SystemTime},
};

use socket2::{Domain, SockFilter, Socket, Type};
use tokio::io::{Interest, unix::AsyncFd};

/// An `AF_PACKET` socket.
#[derive(Debug)]
pub(super) struct PacketSocket(Socket);

/// What the kernel says beside a packet's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// How many bytes of the buffer the packet fills.
    pub(super) length: usize,
    /// The interface on which it was heard.
    pub(super) interface: i32,
    /// On the loopback interface a packet is heard twice: as it leaves and as it arrives.
    pub(super) leaves_loopback: bool,
    /// When.
    pub(super) at: SystemTime,
}

impl PacketSocket {
    /// Opens a socket that hears nothing yet. Only this needs CAP_NET_RAW.
    pub(super) fn open() -> io::Result<Self> {
        // DGRAM: packets begin with their IP header on every kind of interface. Protocol 0: none are heard.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        Ok(PacketSocket(socket))
    }

    /// From now on hears the segments to and from `port`.
    pub(super) fn listen(&self, port: u16) -> io::Result<()> {
        // Filter first: what is heard between bind and filter would be another's traffic.
        self.0.attach_filter(&tcp_port(port))?;
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
    pub(super) fn register(self) -> io::Result<AsyncFd<Self>> {
        // SAFETY: the descriptor belongs to `self` and stays the same and open for as long as `self` lives, which
        // the `AsyncFd` then owns.
        Ok(unsafe { AsyncFd::register_with_interest(self, Interest::READABLE) }?)
    }

    /// Takes the next packet out of the queue into `buffer`; `WouldBlock` when there is none.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<Heard> {
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
        Ok(Heard {
            length,
            interface: from.sll_ifindex,
            leaves_loopback: loopback && from.sll_pkttype == libc::PACKET_OUTGOING,
            at: stamp(&message).unwrap_or_else(SystemTime::now),
        })
    }

    /// How many packets the kernel threw away since the last call because the queue was full.
    pub(super) fn dropped(&self) -> u32 {
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

/// "tcp port N", in the classic BPF that the kernel runs before it queues a packet. Offset 0 is the IP header.
fn tcp_port(port: u16) -> [SockFilter; 21] {
    const BYTE: u16 = 0x30; // A = packet[k], one byte
    const HALF: u16 = 0x28; // A = packet[k], two bytes
    const HALF_AT_X: u16 = 0x48; // A = packet[X + k], two bytes
    const X_IS_HEADER_LENGTH: u16 = 0xb1; // X = 4 * (packet[k] & 0xf)
    const AND: u16 = 0x54;
    const EQUAL: u16 = 0x15; // A == k ? skip `yes` : skip `no`
    const ANY_BIT: u16 = 0x45; // A & k ? skip `yes` : skip `no`
    const KEEP: u16 = 0x06; // keep k bytes
    let port = port.into();
    let op = SockFilter::new;
    [
        op(BYTE, 0, 0, 0),
        op(AND, 0, 0, 0xf0),
        op(EQUAL, 0, 9, 0x40), // IPv4, else 12
        op(BYTE, 0, 0, 9),
        op(EQUAL, 0, 15, 6), // TCP, else 20
        op(HALF, 0, 0, 6),
        op(ANY_BIT, 13, 0, 0x1fff), // a later fragment has no ports: 20
        op(X_IS_HEADER_LENGTH, 0, 0, 0),
        op(HALF_AT_X, 0, 0, 0),
        op(EQUAL, 9, 0, port), // from the port: 19
        op(HALF_AT_X, 0, 0, 2),
        op(EQUAL, 7, 8, port), // to the port: 19, else 20
        op(EQUAL, 0, 7, 0x60), // 12: IPv6, else 20
        op(BYTE, 0, 0, 6),
        op(EQUAL, 0, 5, 6), // TCP, else 20
        op(HALF, 0, 0, 40),
        op(EQUAL, 2, 0, port), // 19
        op(HALF, 0, 0, 42),
        op(EQUAL, 0, 1, port),
        op(KEEP, 0, 0, 0xffff), // 19: the whole packet
        op(KEEP, 0, 0, 0),      // 20: nothing
    ]
}
