//! What other programs of this machine send and receive: the TCP and ICMP packets of one interface or of all, out of a
//! ring of memory that is shared with the kernel (packet(7), TPACKET_V3). The queue of a plain socket is as long as an
//! unprivileged process may have it, some 200 KiB, and one busy download overruns that.
//!
//! Nothing is made promiscuous: what is received is what the machine itself sends, receives or forwards.
#![allow(unsafe_code)] // mmap(), socket options and sockaddr_ll: socket2 has no safe form of any of them

use std::{
    ffi::CString,
    io, mem,
    os::fd::{AsRawFd, RawFd},
    ptr, slice,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, SockFilter, Socket, Type};
use tokio::io::{Interest, unix::AsyncFd};

use super::{
    filter::{Ports, once, tcp_and_icmp, tcp_ports},
    with_net_raw,
};
use crate::received::RingPacket;

/// A packet socket with its ring.
#[derive(Debug)]
pub struct Ring {
    socket: Arc<Socket>,
    memory: *mut u8,
    /// The block that is filled next.
    next: usize,
}

// SAFETY: the memory belongs to this value alone, and the kernel hands a block over by its status, which is atomic.
unsafe impl Send for Ring {}

impl Ring {
    /// How long after it was received a packet may be taken, at most, with room for a busy machine.
    pub const MOST_DELAY: Duration = Duration::from_millis(3 * RETIRE_MS as u64);

    /// Opens the ring. Nothing but this needs CAP_NET_RAW, which may be given up then.
    ///
    /// # Errors
    ///
    /// When the right is missing, or there is no interface of that name.
    pub fn open(interface: Option<&str>) -> io::Result<Ring> {
        Ring::with(interface, &once(tcp_and_icmp()))
    }

    /// Opens a ring that receives nothing yet: [`RingHandle::only`] says what.
    pub(crate) fn silent() -> io::Result<Ring> {
        Ring::with(None, &tcp_ports(Ports::FromOrTo, &[], WHOLE))
    }

    fn with(interface: Option<&str>, filter: &[SockFilter]) -> io::Result<Ring> {
        let index = interface.map(index_of).transpose()?.unwrap_or(ANY);
        // DGRAM: packets begin with their IP header on every kind of interface. Protocol 0: none are received yet.
        let socket = with_net_raw(|| Socket::new(Domain::PACKET, Type::DGRAM, None))?;
        socket.set_nonblocking(true)?;
        set(&socket, libc::PACKET_VERSION, &(libc::tpacket_versions::TPACKET_V3 as libc::c_int))?;
        let request = libc::tpacket_req3 {
            tp_block_size: BLOCK as libc::c_uint,
            tp_block_nr: BLOCKS as libc::c_uint,
            tp_frame_size: FRAME as libc::c_uint,
            tp_frame_nr: (BLOCK / FRAME * BLOCKS) as libc::c_uint,
            tp_retire_blk_tov: RETIRE_MS,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        set(&socket, libc::PACKET_RX_RING, &request)?;
        // SAFETY: a new mapping of the length that the kernel was asked for just now; the result is checked below.
        let memory = unsafe {
            let (access, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
            libc::mmap(ptr::null_mut(), BLOCK * BLOCKS, access, shared, socket.as_raw_fd(), 0)
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let ring = Ring { socket: Arc::new(socket), memory: memory.cast(), next: 0 };
        // Filter first: what is received between bind and filter would be something else.
        ring.socket.attach_filter(filter)?;
        // SAFETY: `sockaddr_ll` is a plain C structure of integers, for which all zeroes is a value.
        let mut bound: libc::sockaddr_ll = unsafe { mem::zeroed() };
        bound.sll_family = libc::AF_PACKET as u16;
        bound.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        bound.sll_ifindex = index;
        // SAFETY: the descriptor is open, and the pointer and length describe `bound`.
        succeeded(unsafe {
            let length = mem::size_of_val(&bound) as libc::socklen_t;
            libc::bind(ring.socket.as_raw_fd(), (&raw const bound).cast(), length)
        })?;
        Ok(ring)
    }

    /// Lets the runtime say when there is something to take.
    ///
    /// # Errors
    ///
    /// When there is no runtime, or it has no room.
    pub fn register(self) -> io::Result<AsyncFd<Ring>> {
        // SAFETY: the descriptor belongs to `self` and stays the same and open for as long as `self` lives, which
        // the `AsyncFd` then owns.
        Ok(unsafe { AsyncFd::register_with_interest(self, Interest::READABLE) }?)
    }

    /// Hands out what the next block holds, and gives whether there was one. A block is handed over when it is full, or
    /// has waited for so long.
    pub fn take(&mut self, mut each: impl FnMut(RingPacket<'_>)) -> bool {
        // SAFETY: `next` is below BLOCKS, so the block lies within the mapping; the status is a u32 at a multiple of 4,
        // which kernel and program both write.
        let status = unsafe {
            let status = self.memory.add(self.next * BLOCK + mem::offset_of!(libc::tpacket_block_desc, hdr));
            AtomicU32::from_ptr(status.cast())
        };
        if status.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return false;
        }
        // SAFETY: the block lies within the mapping, and by its status the kernel leaves it alone until it is given back,
        // which happens after the last use of `block`.
        let block = unsafe { slice::from_raw_parts(self.memory.add(self.next * BLOCK), BLOCK) };
        packets(block, &mut each);
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % BLOCKS;
        true
    }

    /// Its socket, for the thread that says what is received and waits for it while another takes.
    pub(crate) fn handle(&self) -> RingHandle {
        RingHandle(Arc::clone(&self.socket))
    }

    /// How many packets found no room in the ring since the last call.
    pub fn lost(&self) -> u32 {
        let mut stats = [0_u32; 3]; // struct tpacket_stats_v3: tp_packets, tp_drops, tp_freeze_q_cnt
        let mut length = mem::size_of_val(&stats) as libc::socklen_t;
        // SAFETY: the descriptor is open; `stats` has room for `length` bytes.
        let done = unsafe {
            let (socket, option) = (self.socket.as_raw_fd(), libc::PACKET_STATISTICS);
            libc::getsockopt(socket, libc::SOL_PACKET, option, stats.as_mut_ptr().cast(), &raw mut length)
        };
        if done == 0 { stats[1] } else { 0 }
    }
}

/// The socket of a ring.
#[derive(Debug)]
pub(crate) struct RingHandle(Arc<Socket>);

impl RingHandle {
    /// From now on receives the segments to and from these ports, instead of those it received before.
    pub(crate) fn only(&self, ports: &[u16]) -> io::Result<()> {
        self.0.attach_filter(&once(tcp_ports(Ports::FromOrTo, ports, WHOLE)))
    }

    /// Waits until there is something to take, at most for `patience`.
    pub(crate) fn wait(&self, patience: Duration) {
        let mut asked = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let patience = libc::c_int::try_from(patience.as_millis()).unwrap_or(libc::c_int::MAX);
        // SAFETY: `asked` is one structure that outlives the call. Whatever the answer, the next take() tells.
        unsafe { libc::poll(&raw mut asked, 1, patience) };
    }
}

impl AsRawFd for Ring {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length by `open`, and nothing borrows from it.
        unsafe { libc::munmap(self.memory.cast(), BLOCK * BLOCKS) };
    }
}

/// The packets of a block, each by its place in it.
fn packets(block: &[u8], each: &mut impl FnMut(RingPacket<'_>)) {
    let header = mem::offset_of!(libc::tpacket_block_desc, hdr);
    let count = number(block, header + mem::offset_of!(libc::tpacket_hdr_v1, num_pkts));
    let mut at = number(block, header + mem::offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt)) as usize;
    for _ in 0..count {
        let Some(packet) = block.get(at..) else { return };
        if let Some(packet) = packet_at(packet) {
            each(packet);
        }
        at += number(packet, mem::offset_of!(libc::tpacket3_hdr, tp_next_offset)) as usize;
    }
}

/// A packet behind its `tpacket3_hdr` and its `sockaddr_ll`; none: one that is told elsewhere.
fn packet_at(header: &[u8]) -> Option<RingPacket<'_>> {
    let (seconds, nanoseconds) = (
        number(header, mem::offset_of!(libc::tpacket3_hdr, tp_sec)),
        number(header, mem::offset_of!(libc::tpacket3_hdr, tp_nsec)),
    );
    let length = number(header, mem::offset_of!(libc::tpacket3_hdr, tp_snaplen)) as usize;
    let begins = usize::from(half(header, mem::offset_of!(libc::tpacket3_hdr, tp_net)));
    let from =
        header.get(mem::size_of::<libc::tpacket3_hdr>().next_multiple_of(libc::TPACKET_ALIGNMENT)..)?;
    let loopback = half(from, mem::offset_of!(libc::sockaddr_ll, sll_hatype)) == libc::ARPHRD_LOOPBACK;
    // On the loopback interface a packet is received twice, as it leaves and as it arrives.
    if loopback && from.get(mem::offset_of!(libc::sockaddr_ll, sll_pkttype)) == Some(&libc::PACKET_OUTGOING) {
        return None;
    }
    Some(RingPacket {
        at: i64::from(seconds) * 1_000_000_000 + i64::from(nanoseconds),
        interface: number(from, mem::offset_of!(libc::sockaddr_ll, sll_ifindex)).cast_signed(),
        packet: header.get(begins..begins.checked_add(length)?)?,
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_ne_bytes(*bytes))
}

fn index_of(interface: &str) -> io::Result<libc::c_int> {
    let name = CString::new(interface)?;
    // SAFETY: the pointer is to a string with its closing zero, which outlives the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => libc::c_int::try_from(index).map_err(io::Error::other),
    }
}

fn set<T>(socket: &Socket, option: libc::c_int, value: &T) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the pointer and length describe `value`.
    succeeded(unsafe {
        let length = mem::size_of_val(value) as libc::socklen_t;
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_PACKET, option, ptr::from_ref(value).cast(), length)
    })
}

fn succeeded(done: libc::c_int) -> io::Result<()> {
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// As many bytes as a packet can have.
const WHOLE: u32 = 0xffff;

/// All interfaces.
const ANY: libc::c_int = 0;

/// A packet on the loopback interface may have 64 KiB, and a block must hold it whole.
const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 16;

/// In which units the kernel counts; a packet may have many.
const FRAME: usize = 2048;

/// A block that is not full is handed over after so long.
const RETIRE_MS: libc::c_uint = 20;
