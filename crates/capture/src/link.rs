//! What stands in front of the IP header: <https://www.tcpdump.org/linktypes.html>.

/// The header of a link layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Ethernet (1), perhaps with VLAN tags.
    Ethernet,
    /// The IP header stands first (101, 228, 229; 12 and 14 as some systems write it).
    Ip,
    /// BSD loopback: the protocol family in four bytes (0, 108).
    Loopback,
    /// Linux "any", version 1 (113): 16 bytes, the last two are the EtherType.
    LinuxSll,
    /// Linux "any", version 2 (276): 20 bytes, the first two are the EtherType.
    LinuxSll2,
}

/// What lies in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside<'a> {
    /// A packet of IPv4 or IPv6.
    Ip(&'a [u8]),
    /// Another EtherType.
    Type(u16),
    /// Something else.
    Other,
    /// The capture ends before that can be told.
    CutOff,
}

impl Link {
    /// The link of that number; none: one that is not read.
    pub(crate) fn of(number: impl TryInto<u32>) -> Option<Link> {
        match number.try_into().ok()? {
            1 => Some(Link::Ethernet),
            12 | 14 | 101 | 228 | 229 => Some(Link::Ip),
            0 | 108 => Some(Link::Loopback),
            113 => Some(Link::LinuxSll),
            276 => Some(Link::LinuxSll2),
            _ => None,
        }
    }

    /// Takes the header off.
    pub(crate) fn strip(self, frame: &[u8]) -> Inside<'_> {
        match self {
            Link::Ethernet => match frame.get(12..) {
                Some([high, low, rest @ ..]) => of_ethertype(u16::from_be_bytes([*high, *low]), rest),
                Some(_) | None => Inside::CutOff,
            },
            Link::Ip => ip(frame),
            // The family is in the byte order of the machine that captured, its number that of its system.
            Link::Loopback => match frame {
                [0, 0, 0, family, rest @ ..] | [family, 0, 0, 0, rest @ ..] => match family {
                    2 | 10 | 24 | 28 | 30 => ip(rest),
                    _ => Inside::Other,
                },
                [_, _, _, _, ..] => Inside::Other,
                _ => Inside::CutOff,
            },
            Link::LinuxSll => match frame.get(14..) {
                Some([high, low, rest @ ..]) => of_ethertype(u16::from_be_bytes([*high, *low]), rest),
                Some(_) | None => Inside::CutOff,
            },
            Link::LinuxSll2 => match (frame, frame.get(20..)) {
                ([high, low, ..], Some(rest)) => of_ethertype(u16::from_be_bytes([*high, *low]), rest),
                _ => Inside::CutOff,
            },
        }
    }
}

/// What follows an EtherType. A VLAN tag is one that another one follows.
fn of_ethertype(mut ethertype: u16, mut rest: &[u8]) -> Inside<'_> {
    const MOST_TAGS: usize = 4;
    for _ in 0..=MOST_TAGS {
        match ethertype {
            0x0800 | 0x86DD => return ip(rest),
            0x8100 | 0x88A8 | 0x9100 => match rest {
                [_, _, high, low, inner @ ..] => {
                    ethertype = u16::from_be_bytes([*high, *low]);
                    rest = inner;
                }
                _ => return Inside::CutOff,
            },
            other => return Inside::Type(other),
        }
    }
    Inside::Other
}

fn ip(packet: &[u8]) -> Inside<'_> {
    match packet.first().map(|first| first >> 4) {
        Some(4 | 6) => Inside::Ip(packet),
        Some(_) => Inside::Other,
        None => Inside::CutOff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: [u8; 4] = [0x45, 0, 0, 20];

    #[test]
    fn each_link_header_is_taken_off() {
        let behind = |header: &[u8]| [header, &IP].concat();
        for (link, frame) in [
            (Link::Ethernet, behind(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x08, 0x00])),
            (
                Link::Ethernet,
                behind(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0xA8, 0, 1, 0x81, 0, 0, 2, 8, 0]),
            ),
            (Link::Ip, IP.to_vec()),
            (Link::Loopback, behind(&[2, 0, 0, 0])),
            (Link::Loopback, behind(&[0, 0, 0, 2])),
            (Link::LinuxSll, behind(&[0, 0, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0])),
            (Link::LinuxSll2, behind(&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0])),
        ] {
            assert_eq!(link.strip(&frame), Inside::Ip(&IP), "{link:?}");
            for cut in 0..frame.len() - IP.len() {
                assert_ne!(link.strip(&frame[..cut]), Inside::Ip(&IP), "{link:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_no_ip_is_told_from_what_is_cut_off() {
        let arp = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x06, 0, 1];
        assert_eq!(Link::Ethernet.strip(&arp), Inside::Type(0x0806));
        assert_eq!(Link::Ethernet.strip(&arp[..13]), Inside::CutOff);
        let endless = [vec![0; 12], [0x81, 0x00, 0, 1].repeat(20)].concat();
        assert_eq!(Link::Ethernet.strip(&endless), Inside::Other);
        assert_eq!(Link::of(127_u32), None);
    }
}
