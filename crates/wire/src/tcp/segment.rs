//! One segment, as RFC 9293 §3.1 draws it.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use etherparse::{LaxNetSlice, LaxSlicedPacket, TcpSlice, ip_number};

/// A TCP segment and the addresses of the IP packet that carried it. Its bytes are its own, or lie elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment<B = Vec<u8>> {
    /// Where it came from.
    pub source: SocketAddr,
    /// Where it went.
    pub destination: SocketAddr,
    /// The control bits.
    pub flags: Flags,
    /// The sequence number of its first byte, or of its SYN.
    pub seq: u32,
    /// The next sequence number its sender expects; only meaningful with ACK.
    pub ack: u32,
    /// The window as it stands in the header, not scaled.
    pub window: u16,
    /// The options.
    pub options: Options,
    /// How many bytes of data it carries, also when the capture cut them off.
    pub payload_length: u32,
    /// How many bytes of [`Segment::bytes`] are header, as the header says; see [`Segment::header_fits`].
    pub header_length: usize,
    /// How long it was, header and data, also when the capture cut it off.
    pub length: usize,
    /// Header and data, as far as captured.
    pub bytes: B,
}

/// The control bits of RFC 9293 §3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // named as in the RFC
pub struct Flags {
    pub cwr: bool,
    pub ece: bool,
    pub urg: bool,
    pub ack: bool,
    pub psh: bool,
    pub rst: bool,
    pub syn: bool,
    pub fin: bool,
}

/// The options that the suite reads; RFC 9293 §3.2, RFC 7323, RFC 2018.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The largest segment the sender takes.
    pub mss: Option<u16>,
    /// By how many bits the sender's later windows are shifted.
    pub window_scale: Option<u8>,
    /// The sender understands SACK.
    pub sack_permitted: bool,
    /// The sender's clock, and the peer's clock that it echoes.
    pub timestamps: Option<(u32, u32)>,
    /// What arrived beyond a gap: first sequence number of each block, and the one after its last.
    pub sack: Vec<(u32, u32)>,
}

impl Segment {
    /// Reads the segment in a packet as [`Segment::within`] does, and copies its bytes.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        Segment::within(packet).map(|segment| segment.map(<[u8]>::to_vec))
    }
}

impl<'a> Segment<&'a [u8]> {
    /// Reads the segment in an IPv4 or IPv6 packet; none if it holds less of a TCP header than every segment has. Of a
    /// header whose length is impossible only that part is read; of one that the capture cut off, as many options as are
    /// there.
    pub fn within(packet: &'a [u8]) -> Option<Self> {
        let sliced = LaxSlicedPacket::from_ip(packet).ok()?;
        let (source, destination, whole): (IpAddr, IpAddr, usize) = match sliced.net.as_ref()? {
            LaxNetSlice::Ipv4(ip) => {
                let header = ip.header();
                (header.source_addr().into(), header.destination_addr().into(), header.total_len().into())
            }
            LaxNetSlice::Ipv6(ip) => {
                let header = ip.header();
                let whole = 40 + usize::from(header.payload_length());
                (header.source_addr().into(), header.destination_addr().into(), whole)
            }
            LaxNetSlice::Arp(_) => return None,
        };
        // A capture may hold less than the IP header announces.
        let cut_off = whole.saturating_sub(packet.len());
        let ip = sliced.ip_payload()?;
        if ip.ip_number != ip_number::TCP || ip.fragmented {
            return None;
        }
        let header_length = usize::from(ip.payload.get(12)? >> 4) * 4;
        let length = ip.payload.len() + cut_off;
        let is_cut_off = (ip.payload.len() + 1..=length).contains(&header_length);
        let mut mended: [u8; 20];
        let tcp = if (20..=ip.payload.len()).contains(&header_length) {
            TcpSlice::from_slice(ip.payload)
        } else {
            mended = ip.payload.get(..20)?.try_into().ok()?;
            mended[12] = 5 << 4;
            TcpSlice::from_slice(&mended)
        }
        .ok()?;
        Some(Segment {
            source: SocketAddr::new(source, tcp.source_port()),
            destination: SocketAddr::new(destination, tcp.destination_port()),
            flags: Flags::of(&tcp),
            seq: tcp.sequence_number(),
            ack: tcp.acknowledgment_number(),
            window: tcp.window_size(),
            options: Options::read(if is_cut_off { &ip.payload[20..] } else { tcp.options() }),
            payload_length: u32::try_from(if is_cut_off {
                length - header_length
            } else {
                tcp.payload().len() + cut_off
            })
            .unwrap_or(u32::MAX),
            header_length,
            length,
            bytes: ip.payload,
        })
    }
}

impl<B> Segment<B> {
    /// The same segment, with its bytes in another place.
    pub fn map<C>(self, place: impl FnOnce(B) -> C) -> Segment<C> {
        Segment {
            source: self.source,
            destination: self.destination,
            flags: self.flags,
            seq: self.seq,
            ack: self.ack,
            window: self.window,
            options: self.options,
            payload_length: self.payload_length,
            header_length: self.header_length,
            length: self.length,
            bytes: place(self.bytes),
        }
    }

    /// Whether the header can be as long as it says (RFC 9293 §3.1, Data Offset).
    pub fn header_fits(&self) -> bool {
        (20..=self.length).contains(&self.header_length)
    }

    /// The data, as far as captured.
    pub fn payload(&self) -> &[u8]
    where
        B: AsRef<[u8]>,
    {
        self.bytes.as_ref().get(self.header_length..).unwrap_or_default()
    }
}

impl Flags {
    fn of(tcp: &TcpSlice<'_>) -> Self {
        Flags {
            cwr: tcp.cwr(),
            ece: tcp.ece(),
            urg: tcp.urg(),
            ack: tcp.ack(),
            psh: tcp.psh(),
            rst: tcp.rst(),
            syn: tcp.syn(),
            fin: tcp.fin(),
        }
    }
}

/// As people say it: `SYN+ACK`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.syn, "SYN"),
            (self.fin, "FIN"),
            (self.rst, "RST"),
            (self.psh, "PSH"),
            (self.ack, "ACK"),
            (self.urg, "URG"),
            (self.ece, "ECE"),
            (self.cwr, "CWR"),
        ];
        let set: Vec<_> = all.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
        f.write_str(if set.is_empty() { "none" } else { "" })?;
        f.write_str(&set.join("+"))
    }
}

impl Options {
    /// Reads the options of a header. One of a kind that is not known here is passed over by its length; one whose length
    /// is impossible makes the rest unreadable (RFC 9293 §3.1).
    fn read(mut rest: &[u8]) -> Self {
        const END: u8 = 0;
        const NO_OPERATION: u8 = 1;
        let mut options = Options::default();
        loop {
            rest = match *rest {
                [] | [END, ..] => return options,
                [NO_OPERATION, ..] => &rest[1..],
                [_] => return options,
                [kind, length, ..] => {
                    let Some((option, next)) = rest.split_at_checked(length.into()) else { return options };
                    let Some(value) = option.get(2..) else { return options };
                    options.take(kind, value);
                    next
                }
            };
        }
    }

    fn take(&mut self, kind: u8, value: &[u8]) {
        let number = |four: &[u8; 4]| u32::from_be_bytes(*four);
        match (kind, value) {
            (2, &[high, low]) => self.mss = Some(u16::from_be_bytes([high, low])),
            (3, &[shift]) => self.window_scale = Some(shift),
            (4, []) => self.sack_permitted = true,
            (5, blocks) => {
                let (numbers, _) = blocks.as_chunks::<4>();
                let (pairs, _) = numbers.as_chunks::<2>();
                self.sack = pairs.iter().map(|[first, after]| (number(first), number(after))).collect();
            }
            (8, clocks) => {
                if let ([value, echo], []) = clocks.as_chunks::<4>() {
                    self.timestamps = Some((number(value), number(echo)));
                }
            }
            _not_read_here => {}
        }
    }
}
