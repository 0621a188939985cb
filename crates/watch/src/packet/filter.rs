//! "tcp port A or B or …", "tcp dst port A or B or …" and "tcp or icmp", in the classic BPF that the kernel runs before it queues a packet. Offset 0
//! is the IP header.

use socket2::SockFilter;

use crate::received::MOST_PORTS;

const WORD: u16 = 0x20; // A = packet[k], four bytes
const BYTE: u16 = 0x30; // A = packet[k], one byte
const HALF: u16 = 0x28; // A = packet[k], two bytes
const HALF_AT_X: u16 = 0x48; // A = packet[X + k], two bytes
const X_IS_HEADER_LENGTH: u16 = 0xb1; // X = 4 * (packet[k] & 0xf)
const AND: u16 = 0x54;
const EQUAL: u16 = 0x15; // A == k ? skip `yes` : skip `no`
const ANY_BIT: u16 = 0x45; // A & k ? skip `yes` : skip `no`
const JUMP: u16 = 0x05; // skip k
const STORE: u16 = 0x02; // M[k] = A
const LOAD: u16 = 0x60; // A = M[k]
const KEEP: u16 = 0x06; // keep k bytes

/// Keeps what `program` keeps, but of a packet on the loopback interface, which passes twice, not the one that leaves: the
/// kernel throws it away before it makes a copy.
pub(crate) fn once(program: Vec<SockFilter>) -> Vec<SockFilter> {
    // Beside the packet lies what the kernel knows of it: SKF_AD_HATYPE and SKF_AD_PKTTYPE (linux/filter.h).
    const BESIDE: u32 = 0xffff_f000;
    let op = SockFilter::new;
    let first = [
        op(WORD, 0, 0, BESIDE + 28),
        op(EQUAL, 0, 3, libc::ARPHRD_LOOPBACK.into()),
        op(WORD, 0, 0, BESIDE + 4),
        op(EQUAL, 0, 1, libc::PACKET_OUTGOING.into()),
        op(KEEP, 0, 0, 0),
    ];
    first.into_iter().chain(program).collect()
}

/// Which of its two ports a segment is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// The one that it goes to.
    To,
    /// Either.
    FromOrTo,
}

/// Keeps the segments whose port is one of `ports`, of which at most `MOST_PORTS` are looked at, up to so many bytes.
pub fn tcp_ports(which: Ports, ports: &[u16], bytes: u32) -> Vec<SockFilter> {
    let op = SockFilter::new;
    let ports = &ports[..ports.len().min(MOST_PORTS)];
    // M[0] is the port that a segment comes from, M[1] the one that it goes to.
    let places: &[u32] = match which {
        Ports::To => &[1],
        Ports::FromOrTo => &[0, 1],
    };
    // From the instruction behind the jump at 20 to the last, over two instructions for each port and way. A `KEEP` at
    // 20 would do, but the kernel's check does not know that nothing goes on from there.
    let to_the_end = 1 + places.len() as u32 * (1 + 2 * ports.len() as u32);
    let mut program = vec![
        op(BYTE, 0, 0, 0),
        op(AND, 0, 0, 0xf0),
        op(EQUAL, 0, 10, 0x40), // IPv4, else 13
        op(BYTE, 0, 0, 9),
        op(EQUAL, 1, 0, 6), // TCP
        op(KEEP, 0, 0, 0),
        op(HALF, 0, 0, 6),
        op(ANY_BIT, 12, 0, 0x1fff), // a later fragment has no ports: 20
        op(X_IS_HEADER_LENGTH, 0, 0, 0),
        op(HALF_AT_X, 0, 0, 0),
        op(STORE, 0, 0, 0), // M[0]: the port it comes from
        op(HALF_AT_X, 0, 0, 2),
        op(JUMP, 0, 0, 8),     // 21
        op(EQUAL, 0, 6, 0x60), // 13: IPv6, else 20
        op(BYTE, 0, 0, 6),
        op(EQUAL, 0, 4, 6), // TCP, else 20
        op(HALF, 0, 0, 40),
        op(STORE, 0, 0, 0),
        op(HALF, 0, 0, 42),
        op(JUMP, 0, 0, 1),          // 21
        op(JUMP, 0, 0, to_the_end), // 20: nothing
        op(STORE, 0, 0, 1),         // 21: M[1], the port it goes to
    ];
    for place in places {
        program.push(op(LOAD, 0, 0, *place));
        for port in ports {
            program.push(op(EQUAL, 0, 1, (*port).into()));
            program.push(op(KEEP, 0, 0, bytes));
        }
    }
    program.push(op(KEEP, 0, 0, 0));
    program
}

/// Keeps TCP and ICMP of both versions of IP, with every fragment, and what stands behind IPv6's extension headers.
pub(crate) fn tcp_and_icmp() -> Vec<SockFilter> {
    const ALL: u32 = 0x3_ffff;
    let op = SockFilter::new;
    vec![
        op(BYTE, 0, 0, 0),
        op(AND, 0, 0, 0xf0),
        op(EQUAL, 0, 3, 0x40), // IPv4, else 6
        op(BYTE, 0, 0, 9),
        op(EQUAL, 8, 0, 6),    // TCP: 13
        op(EQUAL, 7, 6, 1),    // ICMP: 13, else 12
        op(EQUAL, 0, 5, 0x60), // 6: IPv6, else 12
        op(BYTE, 0, 0, 6),
        op(EQUAL, 4, 0, 6),  // TCP
        op(EQUAL, 3, 0, 58), // ICMPv6
        op(EQUAL, 2, 0, 44), // a fragment
        op(EQUAL, 1, 0, 60), // options for the destination; others stand before routers
        op(KEEP, 0, 0, 0),   // 12
        op(KEEP, 0, 0, ALL), // 13
    ]
}
