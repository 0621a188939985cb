//! Reads a capture only to write it once more: its packets without what a link puts in front of them, and its secrets.

use std::{io::Read, net::SocketAddr};

use wire::tcp::Segment;

use crate::{
    Trouble,
    file::{self, Item, Packet},
    link::Inside,
};

/// What stands in a capture.
#[derive(Clone, Copy, Debug)]
pub enum Copied<'a> {
    /// Lines of a key log.
    Secrets(&'a str),
    /// A packet of IP.
    Packet {
        /// When it was captured, in nanoseconds since 1970.
        at: i64,
        /// The packet from its IP header on.
        packet: &'a [u8],
        /// Source and destination of a TCP segment.
        ends: Option<(SocketAddr, SocketAddr)>,
    },
    /// A packet that holds no IP.
    Other,
}

/// Hands out what stands in a capture, in its order.
///
/// # Errors
///
/// When it is no capture, is damaged or cut off, or cannot be read; what came before was handed out.
pub fn copy(input: impl Read, mut take: impl FnMut(Copied<'_>)) -> Result<u64, Trouble> {
    file::read(input, |item| match item {
        Item::Keys(lines) => take(Copied::Secrets(lines)),
        Item::Packet(Packet { at, link, bytes, .. }) => match link.map(|link| link.strip(bytes)) {
            Some(Inside::Ip(packet)) => {
                let ends = Segment::within(packet).map(|segment| (segment.source, segment.destination));
                take(Copied::Packet { at, packet, ends });
            }
            Some(Inside::Type(_) | Inside::Other | Inside::CutOff) | None => take(Copied::Other),
        },
        Item::Other => {}
    })
}

/// When the first packet of a capture was captured, in nanoseconds since 1970.
pub fn begins(input: impl Read) -> Option<i64> {
    let mut first = None;
    // Read to the end of what is at hand: a large file must not be read twice for its order.
    drop(file::read(input.take(MOST_BEFORE_THE_FIRST), |item| {
        if let (Item::Packet(packet), None) = (item, first) {
            first = Some(packet.at);
        }
    }));
    first
}

/// In front of the first packet there may be secrets.
const MOST_BEFORE_THE_FIRST: u64 = 1 << 20;
