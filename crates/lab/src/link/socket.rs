//! The link's three sockets: a receiver of packets to the link's own ports, a sender of whole IP packets,
//! and listeners that hold those ports and answer nothing.
#![allow(unsafe_code)] // sockaddr_ll and three socket options, for which socket2 has no safe form

use std::{
    fs,
    io::{self, Read},
    mem,
    net::SocketAddr,
    os::fd::{AsRawFd, BorrowedFd, RawFd},
};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::{Interest, unix::AsyncFd};
use watch::{Ports, tcp_ports};

/// Hears the TCP packets that arrive at some ports of this machine (packet(7)).
#[derive(Debug)]
pub(super) struct PacketReceiver(Socket);

impl PacketReceiver {
    /// Opens a receiver that receives nothing yet. Needs CAP_NET_RAW.
    pub(super) fn open() -> io::Result<Self> {
        // DGRAM: packets begin with their IP header on every kind of interface. Protocol 0: none are heard.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        socket.attach_filter(&tcp_ports(Ports::To, &[], WHOLE))?;
        // As much as is allowed. What does not fit is lost as on any link, and TCP sends it again.
        socket.set_recv_buffer_size(8 << 20)?;
        // What this machine sends, the link's own packets among it, is heard when it arrives, not as it leaves.
        set(&socket, libc::SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)?;
        // SAFETY: `sockaddr_ll` is a plain C structure of integers, for which all zeroes is a value.
        let mut any: libc::sockaddr_ll = unsafe { mem::zeroed() };
        any.sll_family = libc::AF_PACKET as u16;
        any.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: the descriptor is open, and the pointer and length describe `any`.
        let done = unsafe {
            libc::bind(socket.as_raw_fd(), (&raw const any).cast(), mem::size_of_val(&any) as libc::socklen_t)
        };
        succeeded(done)?;
        Ok(PacketReceiver(socket))
    }

    /// From now on hears what is addressed to `ports`, on every interface.
    pub(super) fn receive_from(&self, ports: &[u16]) -> io::Result<()> {
        self.0.attach_filter(&tcp_ports(Ports::To, ports, WHOLE))
    }

    /// Lets the runtime say when there is something to receive.
    pub(super) fn register(self) -> io::Result<AsyncFd<Self>> {
        // SAFETY: the descriptor belongs to `self` and stays the same and open for as long as `self` lives, which
        // the `AsyncFd` then owns.
        Ok(unsafe { AsyncFd::register_with_interest(self, Interest::READABLE) }?)
    }

    /// Takes the next packet; `WouldBlock` when there is none.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buffer)
    }
}

impl AsRawFd for PacketReceiver {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Sends IP packets as they are (raw(7)).
#[derive(Debug)]
pub(super) struct PacketSender(Socket);

impl PacketSender {
    /// Needs CAP_NET_RAW.
    pub(super) fn open(v4: bool) -> io::Result<Self> {
        let domain = if v4 { Domain::IPV4 } else { Domain::IPV6 };
        // IPPROTO_RAW: the IP header comes from the program.
        let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(libc::IPPROTO_RAW)))?;
        socket.set_nonblocking(true)?;
        if v4 {
            socket.set_header_included_v4(true)?;
        } else {
            socket.set_header_included_v6(true)?;
        }
        Ok(PacketSender(socket))
    }

    /// Sends a whole IP packet to where its header says.
    pub(super) fn send(&self, packet: &[u8], to: SocketAddr) -> io::Result<()> {
        // Port 0: on an IPv6 raw socket it would be taken for a protocol.
        let sent = self.0.send_to(packet, &SocketAddr::new(to.ip(), 0).into())?;
        if sent == packet.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }
}

/// Holds `address` with a listener that never answers: it takes only segments that crossed no router at all
/// (RFC 5082), and those of this suite start with a lower count. So the kernel does not refuse what the link carries.
pub(super) fn blackhole_listener(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    listen_for(&socket, address.is_ipv4(), HIGHEST)?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(1)?;
    Ok(socket)
}

/// From now on `socket` takes only segments whose hop count is no lower than `least`.
fn listen_for(socket: &impl AsRawFd, v4: bool, least: libc::c_int) -> io::Result<()> {
    match v4 {
        true => set(socket, libc::IPPROTO_IP, libc::IP_MINTTL, least),
        false => set(socket, libc::IPPROTO_IPV6, libc::IPV6_MINHOPCOUNT, least),
    }
}

/// Has the kernel discard what arrives at the socket of this process with this address of its own and this peer, or
/// take it again; `None`: at the listener.
pub(super) fn set_blackhole((own, peer): (SocketAddr, Option<SocketAddr>), discards: bool) -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")? {
        let Ok(number) = entry?.file_name().to_string_lossy().parse::<RawFd>() else { continue };
        // SAFETY: the number is an open descriptor's, and nothing else runs on this thread until the loop is done
        // with it. Should another thread have closed it, the calls below fail and nothing is changed.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let socket = SockRef::from(&descriptor);
        let address = |known: io::Result<socket2::SockAddr>| known.ok().and_then(|known| known.as_socket());
        if address(socket.local_addr()) == Some(own) && address(socket.peer_addr()) == peer {
            return listen_for(&descriptor, own.is_ipv4(), if discards { HIGHEST } else { 0 });
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// More bytes than a packet has, also where the network card joins several.
const WHOLE: u32 = 0x3_ffff;

const HIGHEST: libc::c_int = 255;

fn set(socket: &impl AsRawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the pointer and length describe `value`.
    succeeded(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            mem::size_of_val(&value) as libc::socklen_t,
        )
    })
}

/// Linux 4.20; not in libc yet.
const PACKET_IGNORE_OUTGOING: libc::c_int = 23;

fn succeeded(done: libc::c_int) -> io::Result<()> {
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
