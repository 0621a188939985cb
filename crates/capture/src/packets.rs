//! From packets to segments: fragments of IP packets are put together first, and what is no TCP is named and counted.

use std::{borrow::Cow, collections::HashMap, net::IpAddr};

use etherparse::{
    IpNumber, Ipv6ExtensionSlice, Ipv6ExtensionsSlice, Ipv6FragmentHeaderSlice, LaxNetSlice, LaxSlicedPacket,
    defrag::IpDefragBuf, ip_number,
};
use wire::tcp::Segment;

use crate::{icmp::Unreachable, tunnels::Tunnels};

/// What a capture has beside the TCP connections, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All packets.
    pub packets: u64,
    /// TCP segments.
    pub segments: u64,
    /// UDP, but not QUIC.
    pub udp: u64,
    /// QUIC, by the first byte and version of its long header (RFC 9000 §17.2).
    pub quic: u64,
    /// Tunnels, in which other packets travel: what is in them is not read.
    pub tunnels: Tunnels,
    /// ICMP of either version.
    pub icmp: u64,
    /// IP of any other kind.
    pub other_ip: u64,
    /// No IP: ARP and what else a link carries.
    pub not_ip: u64,
    /// Fragments whose other parts never came.
    pub fragments: u64,
    /// Captured too short to be told, or damaged.
    pub unreadable: u64,
    /// Packets of an interface whose link layer is not read.
    pub unknown_link: u64,
    /// Connections whose key stands in the capture behind the place where they were handed out: it opens nothing any
    /// more.
    pub late_keys: u64,
}

/// Which fragments belong together.
type Whole = (IpAddr, IpAddr, u32, IpNumber);

/// Finds segments in IP packets.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    /// What has been seen so far.
    pub(crate) counts: Counts,
    partial: HashMap<Whole, Partial>,
}

/// A packet whose fragments are not all there.
#[derive(Debug)]
struct Partial {
    buffer: IpDefragBuf,
    fragments: u64,
    /// Which packet of the capture the last one was.
    last: u64,
}

/// How many packets may be put together at a time. Each has at most 64 KiB.
const MOST_PARTIAL: usize = 64;

impl Packets {
    /// What there is of TCP in an IP packet, if it holds a whole one.
    pub(crate) fn find<'a>(&mut self, packet: &'a [u8]) -> Option<Found<'a>> {
        if let Some(segment) = Segment::within(packet) {
            self.counts.segments += 1;
            return Some(Found::Segment(segment.map(Cow::Borrowed)));
        }
        let sliced = match LaxSlicedPacket::from_ip(packet) {
            Ok(sliced) => sliced,
            Err(_) => {
                self.counts.unreadable += 1;
                return None;
            }
        };
        let Some(inside) = sliced.ip_payload() else {
            self.counts.unreadable += 1;
            return None;
        };
        if inside.fragmented {
            let whole = self.put_together(&sliced)?;
            return self.find(&whole).map(Found::into_owned);
        }
        let count = match inside.ip_number {
            ip_number::TCP => &mut self.counts.unreadable,
            ip_number::UDP if is_quic(inside.payload) => &mut self.counts.quic,
            ip_number::ICMP | ip_number::IPV6_ICMP => {
                self.counts.icmp += 1;
                return Unreachable::parse(source(&sliced)?, inside.payload).map(Found::Unreachable);
            }
            number => match (self.counts.tunnels.of(number.0, inside.payload), number) {
                (Some(tunnel), _) => tunnel,
                (None, ip_number::UDP) => &mut self.counts.udp,
                (None, _) => &mut self.counts.other_ip,
            },
        };
        *count += 1;
        None
    }

    /// Takes a fragment, and gives the packet once all of it is there, with a plain header.
    fn put_together(&mut self, sliced: &LaxSlicedPacket<'_>) -> Option<Vec<u8>> {
        self.counts.fragments += 1;
        let net = sliced.net.as_ref()?;
        let inside = net.ip_payload_ref()?;
        let mut number = inside.ip_number;
        let mut payload = Cow::Borrowed(inside.payload);
        let (source, destination, id, offset, more) = match net {
            LaxNetSlice::Ipv4(ip) => {
                let header = ip.header();
                let (source, destination) = (header.source_addr().into(), header.destination_addr().into());
                let (id, offset) = (header.identification().into(), header.fragments_offset());
                (source, destination, id, offset, header.more_fragments())
            }
            LaxNetSlice::Ipv6(ip) => {
                let header = ip.header();
                let (fragment, behind) = fragment(ip.extensions())?;
                // Extensions behind it are a part of what was taken apart (RFC 8200 §4.5).
                number = fragment.next_header();
                if !behind.is_empty() {
                    payload = [behind, inside.payload].concat().into();
                }
                let (source, destination) = (header.source_addr().into(), header.destination_addr().into());
                let (id, offset) = (fragment.identification(), fragment.fragment_offset());
                (source, destination, id, offset, fragment.more_fragments())
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let key = (source, destination, id, number);
        if self.partial.len() >= MOST_PARTIAL && !self.partial.contains_key(&key) {
            let oldest = self.partial.iter().min_by_key(|(_, partial)| partial.last).map(|(key, _)| *key)?;
            self.partial.remove(&oldest);
        }
        let new =
            || Partial { buffer: IpDefragBuf::new(number, Vec::new(), Vec::new()), fragments: 0, last: 0 };
        let partial = self.partial.entry(key).or_insert_with(new);
        partial.last = self.counts.packets;
        partial.fragments += 1;
        if partial.buffer.add(offset, more, &payload).is_err() {
            self.partial.remove(&key); // pieces that contradict each other
            return None;
        }
        if !partial.buffer.is_complete() {
            return None;
        }
        let Partial { buffer, fragments, .. } = self.partial.remove(&key)?;
        self.counts.fragments -= fragments;
        let (payload, _) = buffer.take_bufs();
        header((source, destination), number, &payload)
    }
}

/// What an IP packet has of TCP.
#[derive(Clone, Debug)]
pub(crate) enum Found<'a> {
    Segment(Segment<Cow<'a, [u8]>>),
    /// ICMP, in answer to one.
    Unreachable(Unreachable),
}

impl Found<'_> {
    fn into_owned(self) -> Found<'static> {
        match self {
            Found::Segment(segment) => Found::Segment(segment.map(|bytes| Cow::Owned(bytes.into_owned()))),
            Found::Unreachable(told) => Found::Unreachable(told),
        }
    }
}

/// The fragment header, and the extensions behind it: the first fragment has them.
fn fragment<'a>(extensions: &Ipv6ExtensionsSlice<'a>) -> Option<(Ipv6FragmentHeaderSlice<'a>, &'a [u8])> {
    let mut behind = extensions.slice();
    for extension in extensions.clone() {
        let length = match &extension {
            Ipv6ExtensionSlice::HopByHop(it)
            | Ipv6ExtensionSlice::Routing(it)
            | Ipv6ExtensionSlice::DestinationOptions(it) => it.slice().len(),
            Ipv6ExtensionSlice::Authentication(it) => it.slice().len(),
            Ipv6ExtensionSlice::Fragment(it) => it.slice().len(),
        };
        behind = behind.get(length..)?;
        if let Ipv6ExtensionSlice::Fragment(fragment) = extension {
            return Some((fragment, behind));
        }
    }
    None
}

/// Who sent a packet.
fn source(packet: &LaxSlicedPacket<'_>) -> Option<IpAddr> {
    match packet.net.as_ref()? {
        LaxNetSlice::Ipv4(ip) => Some(ip.header().source_addr().into()),
        LaxNetSlice::Ipv6(ip) => Some(ip.header().source_addr().into()),
        LaxNetSlice::Arp(_) => None,
    }
}

/// A plain IP header, and the payload behind it.
fn header(ends: (IpAddr, IpAddr), number: IpNumber, payload: &[u8]) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(40 + payload.len());
    match ends {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let length = u16::try_from(20 + payload.len()).ok()?;
            packet.extend([0x45, 0]);
            packet.extend(length.to_be_bytes());
            packet.extend([0, 0, 0, 0, 64, number.0, 0, 0]);
            packet.extend(source.octets());
            packet.extend(destination.octets());
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            packet.extend([0x60, 0, 0, 0]);
            packet.extend(u16::try_from(payload.len()).ok()?.to_be_bytes());
            packet.extend([number.0, 64]);
            packet.extend(source.octets());
            packet.extend(destination.octets());
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return None,
    }
    packet.extend(payload);
    Some(packet)
}

/// A long header: two bits set, then a version that is 1, 2 or a draft's (RFC 9000 §17.2, RFC 9369).
fn is_quic(udp: &[u8]) -> bool {
    let Some([first, version @ ..]) = udp.get(8..).and_then(|payload| payload.first_chunk::<5>()) else {
        return false;
    };
    first & 0xC0 == 0xC0 && matches!(version, [0, 0, 0, 1] | [0x6b, 0x33, 0x43, 0xcf] | [0xff, 0, 0, _])
}
