//! ICMP that speaks of a segment: a destination is unreachable, or the time to live ran out (RFC 792, RFC 4443 §3.1, §3.3).
//! It quotes the header of IP and the first eight bytes of TCP: ports and sequence number.

use std::net::{IpAddr, SocketAddr};

use etherparse::{LaxNetSlice, LaxSlicedPacket, ip_number};
use steps::tcp::reason::Icmp;

/// What was said, by whom, of which segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreachable {
    /// Who said it.
    pub(crate) by: IpAddr,
    pub(crate) what: Icmp,
    /// Who had sent the segment, to whom, and its sequence number.
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) seq: u32,
}

impl Unreachable {
    /// Reads the payload of an IP packet that `by` sent.
    pub(crate) fn parse(by: IpAddr, payload: &[u8]) -> Option<Self> {
        let (&[kind, code], quoted) = (payload.first_chunk()?, payload.get(8..)?);
        let what = match (by, kind) {
            (IpAddr::V4(_), 3 | 11) => Icmp::v4(kind, code),
            (IpAddr::V6(_), 1 | 3) => Icmp::v6(kind, code),
            (IpAddr::V4(_) | IpAddr::V6(_), _) => return None,
        };
        let quoted = LaxSlicedPacket::from_ip(quoted).ok()?;
        let (source, destination): (IpAddr, IpAddr) = match quoted.net.as_ref()? {
            LaxNetSlice::Ipv4(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Ipv6(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let inside = quoted.ip_payload()?;
        let first = inside.payload.first_chunk::<8>().filter(|_| inside.ip_number == ip_number::TCP)?;
        let port = |at: usize| u16::from_be_bytes([first[at], first[at + 1]]);
        Some(Unreachable {
            by,
            what,
            source: SocketAddr::new(source, port(0)),
            destination: SocketAddr::new(destination, port(2)),
            seq: u32::from_be_bytes([first[4], first[5], first[6], first[7]]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SYN from 10.0.0.1:40000 to 10.0.0.2:443 with the number 7, as ICMP quotes it.
    const QUOTED: [u8; 28] = [
        0x45, 0, 0, 60, 0, 0, 0, 0, 63, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 7,
    ];

    #[test]
    fn icmp_names_the_segment_of_which_it_speaks() {
        let by: IpAddr = "10.0.0.254".parse().unwrap();
        let says =
            |kind, code| Unreachable::parse(by, &[&[kind, code, 0, 0, 0, 0, 0, 0][..], &QUOTED].concat());
        let told = says(3, 13).expect("it is about a segment");
        assert_eq!((told.what, told.by, told.seq), (Icmp::Prohibited, by, 7));
        assert_eq!(told.source, "10.0.0.1:40000".parse().unwrap());
        assert_eq!(told.destination, "10.0.0.2:443".parse().unwrap());
        assert_eq!(says(11, 0).expect("the time to live").what, Icmp::Other(11, 0));
        // An echo, and a message that quotes too little.
        assert_eq!(says(8, 0), None);
        assert_eq!(Unreachable::parse(by, &[&[3, 1, 0, 0, 0, 0, 0, 0][..], &QUOTED[..27]].concat()), None);
    }
}
