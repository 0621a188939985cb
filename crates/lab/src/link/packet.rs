//! One IP packet with a TCP segment, to be carried on: given other addresses, cut to size, sealed with checksums.
//! Bytes in, bytes out.
//!
//! A captured packet may be larger than any that a wire carries, because the kernel leaves the cutting to the network
//! card, and its checksums are not filled in for the same reason. Both are made good here.

use std::net::{IpAddr, SocketAddr};

/// An IPv4 or IPv6 packet that carries a TCP segment with a whole header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    bytes: Vec<u8>,
    /// Where the TCP header begins, and where the data.
    tcp: usize,
    data: usize,
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
const CWR: u8 = 0x80;

const TCP: u8 = 6;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

impl Packet {
    /// Reads a packet; none if it is not TCP, or a fragment.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (tcp, whole) = match bytes.first()? >> 4 {
            4 => {
                let fragment = number(bytes, 6)? & 0x3fff;
                if *bytes.get(9)? != TCP || fragment != 0 {
                    return None;
                }
                (usize::from(bytes[0] & 0x0f) * 4, usize::from(number(bytes, 2)?))
            }
            6 if *bytes.get(6)? == TCP => (40, 40 + usize::from(number(bytes, 4)?)),
            _ => return None,
        };
        let bytes = bytes.get(..whole)?.to_vec();
        let data = tcp + usize::from(bytes.get(tcp + 12)? >> 4) * 4;
        let fits = tcp >= 20 && (tcp + 20..=bytes.len()).contains(&data);
        fits.then_some(Packet { bytes, tcp, data })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn source(&self) -> SocketAddr {
        SocketAddr::new(self.address(0), number(&self.bytes, self.tcp).unwrap_or_default())
    }

    pub fn destination(&self) -> SocketAddr {
        SocketAddr::new(self.address(1), number(&self.bytes, self.tcp + 2).unwrap_or_default())
    }

    /// Whether it is a SYN that asks for a connection.
    pub fn opens(&self) -> bool {
        self.bytes[self.tcp + 13] & (SYN | RST | ACK) == SYN
    }

    fn seq(&self) -> u32 {
        let at = self.tcp + 4;
        u32::from_be_bytes([self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]])
    }

    fn set_seq(&mut self, seq: u32) {
        self.bytes[self.tcp + 4..self.tcp + 8].copy_from_slice(&seq.to_be_bytes());
    }

    fn clear_flags(&mut self, flags: u8) {
        self.bytes[self.tcp + 13] &= !flags;
    }

    /// Gives the packet another sender and another receiver, of the same version of IP as before.
    pub fn readdress(&mut self, from: SocketAddr, to: SocketAddr) {
        let (first, length) = self.addresses();
        for (i, ip) in [from.ip(), to.ip()].into_iter().enumerate() {
            let place = &mut self.bytes[first + i * length..][..length];
            match ip {
                IpAddr::V4(ip) if length == 4 => place.copy_from_slice(&ip.octets()),
                IpAddr::V6(ip) if length == 16 => place.copy_from_slice(&ip.octets()),
                IpAddr::V4(_) | IpAddr::V6(_) => {}
            }
        }
        self.bytes[self.tcp..self.tcp + 2].copy_from_slice(&from.port().to_be_bytes());
        self.bytes[self.tcp + 2..self.tcp + 4].copy_from_slice(&to.port().to_be_bytes());
    }

    /// Cuts the segment into pieces that a receiver with this maximum segment size takes (RFC 9293 §3.7.1: the size
    /// counts data and options together).
    pub fn split(self, mss: usize) -> Vec<Packet> {
        let options = self.data - self.tcp - 20;
        let most = mss.saturating_sub(options).max(1);
        let (header, data) = self.bytes.split_at(self.data);
        if data.len() <= most {
            return vec![self];
        }
        let count = data.len().div_ceil(most);
        let piece = |(i, part): (usize, &[u8])| {
            let mut piece = Packet { bytes: [header, part].concat(), tcp: self.tcp, data: self.data };
            // Truncated on purpose: sequence numbers are the low 32 bits.
            piece.set_seq(self.seq().wrapping_add((i * most) as u32));
            piece.clear_flags(if i + 1 < count { FIN | PSH } else { 0 });
            piece.clear_flags(if i > 0 { CWR } else { 0 });
            piece
        };
        data.chunks(most).enumerate().map(piece).collect()
    }

    /// A copy whose sequence number is `less` lower.
    pub fn older(&self, less: u32) -> Packet {
        let mut copy = self.clone();
        copy.set_seq(self.seq().wrapping_sub(less));
        copy
    }

    /// A RST that claims to come from the same sender, `ahead` of the number that this segment begins with.
    pub fn reset(&self, ahead: u32) -> Packet {
        let mut rst =
            Packet { bytes: self.bytes[..self.tcp + 20].to_vec(), tcp: self.tcp, data: self.tcp + 20 };
        rst.set_seq(self.seq().wrapping_add(ahead));
        rst.bytes[self.tcp + 12] = 5 << 4;
        rst.bytes[self.tcp + 13] = RST;
        rst
    }

    /// Writes the lengths and the checksums.
    pub fn seal(&mut self) {
        let whole = self.bytes.len();
        if self.is_v4() {
            put(&mut self.bytes, 2, whole as u16);
            put(&mut self.bytes, 10, 0);
            let check = checksum(sum(&self.bytes[..self.tcp]));
            put(&mut self.bytes, 10, check);
        } else {
            put(&mut self.bytes, 4, (whole - self.tcp) as u16);
        }
        put(&mut self.bytes, self.tcp + 16, 0);
        let (first, length) = self.addresses();
        let pseudo = sum(&self.bytes[first..first + 2 * length]) + u64::from(TCP) + (whole - self.tcp) as u64;
        let check = checksum(pseudo + sum(&self.bytes[self.tcp..]));
        put(&mut self.bytes, self.tcp + 16, check);
    }

    /// Turns one bit of a sealed packet: in its data, else in its window.
    pub fn damage(&mut self) {
        let at = if self.data < self.bytes.len() { self.bytes.len() - 1 } else { self.tcp + 15 };
        self.bytes[at] ^= 1;
    }

    /// The answer of a router that knows no way to the receiver: ICMP "host unreachable" (RFC 792), for IPv6
    /// "address unreachable" (RFC 4443 §3.1).
    pub fn unreachable(&self) -> Vec<u8> {
        // The beginning of what cannot be delivered: enough to tell whose it was.
        let quoted = &self.bytes[..self.bytes.len().min(self.tcp + 20)];
        let (first, length) = self.addresses();
        let sender = &self.bytes[first..first + length];
        let router = &self.bytes[first + length..first + 2 * length];
        let message = if self.is_v4() { [3, 1, 0, 0, 0, 0, 0, 0] } else { [1, 3, 0, 0, 0, 0, 0, 0] };
        let mut icmp = [&message, quoted].concat();
        let size = icmp.len();
        if self.is_v4() {
            let check = checksum(sum(&icmp));
            put(&mut icmp, 2, check);
            let mut header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, ICMP, 0, 0].to_vec();
            header.extend([router, sender].concat());
            put(&mut header, 2, (20 + size) as u16);
            let check = checksum(sum(&header));
            put(&mut header, 10, check);
            [header, icmp].concat()
        } else {
            let pseudo = sum(router) + sum(sender) + size as u64 + u64::from(ICMPV6);
            let check = checksum(pseudo + sum(&icmp));
            put(&mut icmp, 2, check);
            let mut header = [0x60, 0, 0, 0, 0, 0, ICMPV6, 64].to_vec();
            put(&mut header, 4, size as u16);
            [&header, router, sender, &icmp].concat()
        }
    }

    fn is_v4(&self) -> bool {
        self.bytes[0] >> 4 == 4
    }

    /// Where the sender's address begins, and how long an address is; the receiver's follows.
    fn addresses(&self) -> (usize, usize) {
        if self.is_v4() { (12, 4) } else { (8, 16) }
    }

    fn address(&self, which: usize) -> IpAddr {
        let (first, length) = self.addresses();
        let bytes = &self.bytes[first + which * length..][..length];
        match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
            (Ok(four), _) => IpAddr::from(four),
            (_, Ok(sixteen)) => IpAddr::from(sixteen),
            (Err(_), Err(_)) => unreachable!("an address has 4 or 16 bytes"),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn put(bytes: &mut [u8], at: usize, number: u16) {
    bytes[at..at + 2].copy_from_slice(&number.to_be_bytes());
}

/// The sum of 16-bit words of RFC 1071, taken four bytes at a time, not yet folded.
fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(4);
    let rest = words.remainder();
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.map(|word| u64::from(u32::from_be_bytes([word[0], word[1], word[2], word[3]])));
    words.sum::<u64>() + u64::from(u32::from_be_bytes(last))
}

fn checksum(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use wire::tcp::Segment;

    use super::*;

    /// A packet with `data`, an option of four bytes, and FIN.
    fn packet(v6: bool, data: &[u8]) -> Packet {
        let tcp = [
            &[0x30, 0x39, 0x1b, 0x58, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 7, 0x60, 0x99, 1, 0, 0, 0, 0, 0][..],
            &[2, 4, 5, 180],
            data,
        ]
        .concat();
        let ip = if v6 {
            let mut ip = vec![0x60, 0, 0, 0, 0, tcp.len() as u8, 6, 64];
            ip.extend([0; 15].iter().chain(&[1]).chain(&[0; 15]).chain(&[2]));
            ip
        } else {
            vec![0x45, 0, 0, 44 + data.len() as u8, 0, 1, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2]
        };
        Packet::read(&[ip, tcp].concat()).expect("it is a TCP packet")
    }

    /// etherparse, which is not ours, computes the same checksums.
    fn is_sealed(packet: &Packet) -> bool {
        let sliced = etherparse::SlicedPacket::from_ip(&packet.bytes).expect("it is an IP packet");
        let Some(etherparse::TransportSlice::Tcp(tcp)) = &sliced.transport else { panic!("it is TCP") };
        match sliced.net.expect("it has an IP header") {
            etherparse::NetSlice::Ipv4(ip) => {
                let header = ip.header().to_header();
                header.calc_header_checksum() == header.header_checksum
                    && tcp.calc_checksum_ipv4(ip.header().source(), ip.header().destination()).ok()
                        == Some(tcp.checksum())
            }
            etherparse::NetSlice::Ipv6(ip) => {
                tcp.calc_checksum_ipv6(ip.header().source(), ip.header().destination()).ok()
                    == Some(tcp.checksum())
            }
            etherparse::NetSlice::Arp(_) => panic!("it is IP"),
        }
    }

    #[test]
    fn a_sealed_packet_has_the_checksums_that_another_program_computes() {
        for v6 in [false, true] {
            for data in [&b""[..], b"odd", b"even"] {
                let mut packet = packet(v6, data);
                packet.seal();
                assert!(is_sealed(&packet), "IPv6 {v6}, {data:?}");
                packet.damage();
                assert!(!is_sealed(&packet), "IPv6 {v6}, {data:?}");
            }
        }
    }

    #[test]
    fn pieces_carry_the_same_bytes_under_the_same_numbers() {
        for v6 in [false, true] {
            let whole = packet(v6, b"abcdefghij");
            let pieces = whole.clone().split(4 + 4);
            let parts: Vec<_> =
                pieces.iter().map(|piece| Segment::parse(&seal(piece).bytes).expect("TCP")).collect();
            let seen: Vec<_> = parts
                .iter()
                .map(|part| (part.seq, part.payload(), part.flags.psh, part.flags.fin, part.flags.cwr))
                .collect();
            assert_eq!(
                seen,
                [
                    (0xffff_fff0, &b"abcd"[..], false, false, true),
                    (0xffff_fff4, b"efgh", false, false, false),
                    (0xffff_fff8, b"ij", true, true, false),
                ]
            );
            assert_eq!(whole.clone().split(1460), [whole]);
        }
    }

    #[test]
    fn a_readdressed_packet_is_from_one_to_the_other() {
        for (v6, from, to) in [(false, "10.0.0.1:1", "10.0.0.2:2"), (true, "[fd00::1]:1", "[fd00::2]:2")] {
            let mut packet = packet(v6, b"x");
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            packet.readdress(from, to);
            let packet = seal(&packet);
            assert_eq!((packet.source(), packet.destination()), (from, to));
            assert!(is_sealed(&packet));
        }
    }

    #[test]
    fn what_is_no_whole_tcp_packet_is_not_read() {
        let whole = packet(false, b"").bytes;
        for (why, at, byte) in
            [("UDP", 9, 17), ("a fragment", 7, 1), ("a header beyond the end", 32, 0xf0), ("IP 5", 0, 0x55)]
        {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            assert_eq!(Packet::read(&bytes), None, "{why}");
        }
        for length in 0..whole.len() {
            assert_eq!(Packet::read(&whole[..length]), None, "{length} bytes");
        }
    }

    fn seal(packet: &Packet) -> Packet {
        let mut packet = packet.clone();
        packet.seal();
        packet
    }
}
