//! What is received of packets, whatever the system.

use std::{io, time::SystemTime};

use crate::program_file;

/// The most ports that a filter takes: two instructions each way, and the kernel takes 4096.
pub(crate) const MOST_PORTS: usize = 512;

/// A packet as a ring received it.
#[derive(Clone, Copy, Debug)]
pub struct RingPacket<'a> {
    /// When, in nanoseconds since 1970.
    pub at: i64,
    /// On which interface.
    pub interface: i32,
    /// The packet, which begins with its IP header.
    pub packet: &'a [u8],
}

/// What the kernel says beside a packet's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    /// How many bytes of the buffer the packet fills.
    pub(crate) length: usize,
    /// The interface on which it was received.
    pub(crate) interface: i32,
    /// On the loopback interface a packet is received twice: as it leaves and as it arrives.
    pub(crate) leaves_loopback: bool,
    /// When.
    pub(crate) at: SystemTime,
}

/// What is said where packets cannot be captured.
pub(crate) fn not_allowed(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::PermissionDenied {
        let file = program_file();
        format!(
            "packets cannot be captured without CAP_NET_RAW (`sudo {file} …`, `sudo setcap cap_net_raw+p {file}`, or in a \
             container `--cap-add NET_RAW`); --keylog needs no such right and opens a capture of tcpdump's"
        )
    } else {
        format!("packets cannot be captured: {error}")
    }
}
