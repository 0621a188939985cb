//! Tunnels: packets in packets. They are named and counted, so that nobody takes what is in them for absent.

/// How many packets of each tunnel there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tunnels {
    counts: [u64; NAMES.len()],
}

/// Their names, in the order of the counts.
const NAMES: [&str; 9] =
    ["IP in IP", "GRE", "IPsec", "VXLAN", "Geneve", "GTP-U", "WireGuard", "PPPoE", "MPLS"];

impl Tunnels {
    /// Those that there were: name and number of packets.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, u64)> {
        NAMES.into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn named(&mut self, name: &str) -> Option<&mut u64> {
        let at = NAMES.iter().position(|known| *known == name)?;
        self.counts.get_mut(at)
    }

    /// The count of the tunnel that an IP packet of that protocol is, with its payload; none: it is no tunnel.
    pub(crate) fn of(&mut self, protocol: u8, payload: &[u8]) -> Option<&mut u64> {
        self.named(match protocol {
            4 | 41 => "IP in IP", // RFC 2003, RFC 4213
            47 => "GRE",          // RFC 2784
            50 | 51 => "IPsec",   // RFC 4303, RFC 4302
            137 => "MPLS",        // RFC 4023
            17 => over_udp(payload)?,
            _ => return None,
        })
    }

    /// The count of the tunnel that a frame with that EtherType is.
    pub(crate) fn of_ethertype(&mut self, ethertype: u16) -> Option<&mut u64> {
        self.named(match ethertype {
            0x8864 => "PPPoE",         // RFC 2516
            0x8847 | 0x8848 => "MPLS", // RFC 5332
            _ => return None,
        })
    }
}

/// By its port and by its bytes: a port alone says little, and a few bytes may be anybody's.
fn over_udp(datagram: &[u8]) -> Option<&'static str> {
    let (header, payload) = datagram.split_at_checked(8)?;
    let ports = [u16::from_be_bytes([header[0], header[1]]), u16::from_be_bytes([header[2], header[3]])];
    let on = |port: u16| ports.contains(&port);
    match *payload.first_chunk::<8>()? {
        // RFC 7348 §5: the I flag alone, and reserved bytes.
        [0x08, 0, 0, 0, _, _, _, 0] if on(4789) || on(8472) => Some("VXLAN"),
        // RFC 8926 §3.4: version 0, and the EtherType of what it carries.
        [first, _, 0x65, 0x58, _, _, _, 0] | [first, _, 0x08, 0, _, _, _, 0] if first < 0x40 && on(6081) => {
            Some("Geneve")
        }
        // 3GPP TS 29.281 §5.1: version 1 of GTP, a G-PDU.
        [flags, 0xff, ..] if flags >> 4 == 3 && on(2152) => Some("GTP-U"),
        // RFC 3948: what is no IKE begins with another SPI than 0.
        [a, b, c, d, ..] if on(4500) && [a, b, c, d] != [0; 4] => Some("IPsec"),
        // A type from 1 to 4 and three zeros; the lengths of all but data are fixed.
        [1, 0, 0, 0, ..] if payload.len() == 148 => Some("WireGuard"),
        [2, 0, 0, 0, ..] if payload.len() == 92 => Some("WireGuard"),
        [3, 0, 0, 0, ..] if payload.len() == 64 => Some("WireGuard"),
        [4, 0, 0, 0, ..] if payload.len() >= 32 && payload.len().is_multiple_of(16) => Some("WireGuard"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_are_told_by_protocol_port_and_bytes() {
        let udp = |port: u16, payload: &[u8]| {
            [&40_000_u16.to_be_bytes()[..], &port.to_be_bytes(), &[0; 4], payload].concat()
        };
        for (protocol, payload, name) in [
            (47, vec![0, 0, 8, 0], Some("GRE")),
            (41, vec![0x60], Some("IP in IP")),
            (50, vec![], Some("IPsec")),
            (17, udp(4789, &[8, 0, 0, 0, 0, 0, 42, 0, 1]), Some("VXLAN")),
            (17, udp(4789, &[9, 0, 0, 0, 0, 0, 42, 0, 1]), None),
            (17, udp(53, &[8, 0, 0, 0, 0, 0, 42, 0, 1]), None),
            (17, udp(6081, &[0, 0, 0x65, 0x58, 0, 0, 1, 0]), Some("Geneve")),
            (17, udp(2152, &[0x30, 0xff, 0, 0, 0, 0, 0, 1]), Some("GTP-U")),
            (17, udp(4500, &[0, 0, 0, 0, 1, 2, 3, 4]), None),
            (17, udp(4500, &[1, 0, 0, 0, 1, 2, 3, 4]), Some("IPsec")),
            (17, udp(51820, &[&[1, 0, 0, 0][..], &[7; 144]].concat()), Some("WireGuard")),
            (17, udp(51820, &[1, 0, 0, 0, 1, 1, 1, 1]), None),
            (17, vec![0; 5], None),
            (132, vec![0; 12], None),
        ] {
            let mut tunnels = Tunnels::default();
            if let Some(count) = tunnels.of(protocol, &payload) {
                *count += 1;
            }
            assert_eq!(tunnels.each().next(), name.map(|name| (name, 1)), "{protocol} {payload:?}");
        }
        let mut tunnels = Tunnels::default();
        *tunnels.of_ethertype(0x8847).expect("MPLS") += 2;
        assert!(tunnels.of_ethertype(0x0806).is_none());
        assert_eq!(tunnels.total(), 2);
    }
}
