//! Asks the kernel about sockets through `NETLINK_SOCK_DIAG` (sock_diag(7)), which needs no capability and, unlike
//! `TCP_INFO`, also answers for TIME_WAIT and for connections whose socket is already closed.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkBuffer, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::{
    SockDiagMessage,
    constants::{AF_INET, AF_INET6, IPPROTO_TCP},
    inet::{ExtensionFlags, InetRequest, SocketId, StateFlags},
};
use netlink_sys::{Socket, SocketAddr as KernelAddr, protocols::NETLINK_SOCK_DIAG};

use super::{
    State,
    answer::{Answer, Timer, What},
};

use crate::address::both_plain;

/// Whether the kernel of this system can be asked.
pub(crate) const IS_THERE: bool = true;

/// The connection between `local` and `peer`, as the kernel knows it now.
pub(crate) fn connection(local: SocketAddr, peer: SocketAddr) -> io::Result<Answer> {
    const GONE: Answer = Answer { state: State::Closed, timer: None, retransmits: 0, accept_queue: (0, 0) };
    let mut answer = GONE;
    let known = ask(id(local, Some(peer)), 0, StateFlags::all(), |found, _| answer = found)?;
    match answer.state {
        // No such connection, so the lookup fell through to the socket that would accept one.
        State::Listen => Ok(GONE),
        _any_other if known => Ok(answer),
        _any_other => Ok(GONE),
    }
}

/// Whether a socket listens on `port`, over IPv4 or IPv6.
pub(crate) fn is_listening(port: u16) -> io::Result<bool> {
    let mut listens = false;
    for any in [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)] {
        let mut id = id(SocketAddr::new(any, port), None);
        id.cookie = [0; 8];
        ask(id, NLM_F_DUMP, StateFlags::LISTEN, |_, _| listens = true)?;
    }
    Ok(listens)
}

fn id(local: SocketAddr, peer: Option<SocketAddr>) -> SocketId {
    // An IPv4 peer of an IPv6 socket is found under its IPv4 address.
    let source_address = local.ip().to_canonical();
    let unspecified = match source_address {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketId {
        source_port: local.port(),
        destination_port: peer.map_or(0, |peer| peer.port()),
        source_address,
        destination_address: peer.map_or(unspecified, |peer| peer.ip().to_canonical()),
        interface_id: match local {
            // A link-local address means something only on its link.
            SocketAddr::V6(address) => address.scope_id(),
            SocketAddr::V4(_) => 0,
        },
        cookie: [0xff; 8], // INET_DIAG_NOCOOKIE: whichever socket it is
    }
}

/// What a thread asks by: to open a socket for each question would cost more than the question.
struct Asks {
    socket: Socket,
    /// The kernel answers a dump in messages of at most 32 KiB.
    buffer: Vec<u8>,
}

thread_local! {
    static ASKS: Cell<Option<Asks>> = const { Cell::new(None) };
}

/// Asks one question and hands each answer to `found`; gives whether there was one. An exact question, without
/// `NLM_F_DUMP`, costs a few microseconds; a dump walks the kernel's tables.
fn ask(
    id: SocketId,
    dump: u16,
    states: StateFlags,
    mut found: impl FnMut(Answer, (SocketAddr, SocketAddr)),
) -> io::Result<bool> {
    let family = if id.source_address.is_ipv4() { AF_INET } else { AF_INET6 };
    let extensions = ExtensionFlags::empty();
    let request = InetRequest { family, protocol: IPPROTO_TCP, extensions, states, socket_id: id };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | dump;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);

    let mut asks = match ASKS.take() {
        Some(asks) => asks,
        None => Asks { socket: Socket::new(NETLINK_SOCK_DIAG)?, buffer: vec![0; 32 << 10] },
    };
    asks.socket.send_to(&bytes, &KernelAddr::new(0, 0), 0)?;
    let any = answers(&mut asks, dump, &mut found)?;
    // Only now: after an error there may be answers left that belong to no later question.
    ASKS.set(Some(asks));
    Ok(any)
}

/// Reads the answers to the question that was asked last.
fn answers(
    Asks { socket, buffer }: &mut Asks,
    dump: u16,
    found: &mut impl FnMut(Answer, (SocketAddr, SocketAddr)),
) -> io::Result<bool> {
    let mut any = false;
    loop {
        let length = socket.recv(&mut &mut buffer[..], 0)?;
        let mut rest = &buffer[..length];
        while !rest.is_empty() {
            let length = match NetlinkBuffer::new_checked(rest) {
                Ok(buffer) => buffer.length() as usize,
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            };
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(&rest[..length])
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                    if let Some(answer) = answer(&rest[..length]) {
                        any = true;
                        let id = &response.header.socket_id;
                        let local = SocketAddr::new(id.source_address, id.source_port);
                        found(answer, (local, SocketAddr::new(id.destination_address, id.destination_port)));
                    }
                    if dump == 0 {
                        return Ok(any);
                    }
                }
                NetlinkPayload::Error(error) => {
                    let error = error.to_io();
                    return if error.kind() == io::ErrorKind::NotFound { Ok(any) } else { Err(error) };
                }
                NetlinkPayload::Done(_) => return Ok(any),
                // Padding and overruns carry no answer.
                _ => {}
            }
            rest = &rest[length.next_multiple_of(4).min(rest.len())..];
        }
    }
}

/// `struct inet_diag_msg` (`include/uapi/linux/inet_diag.h`), read from the message itself: netlink-packet-sock-diag 0.5
/// forgets the timer of TIME_WAIT and has no names for the queues of a listener.
fn answer(message: &[u8]) -> Option<Answer> {
    // nlmsghdr 16 bytes; then family, state, timer, retrans, one byte each; then the socket id, 48 bytes.
    let header = message.get(16..20)?;
    let number = |at: usize| message.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes);
    let (expires, in_queue, may_queue) = (number(68)?, number(72)?, number(76)?);
    let what = match header[2] {
        1 => Some(What::Retransmission),
        2 => Some(What::KeepAlive),
        3 => Some(What::TimeWait),
        4 => Some(What::Probe),
        0 | 5.. => None,
    };
    let timer = what.map(|what| Timer { what, expires: Duration::from_millis(expires.into()) });
    let state = State::from_kernel(header[1])?;
    Some(Answer { state, timer, retransmits: header[3], accept_queue: (in_queue, may_queue) })
}

/// How many connections wait for accept() of the socket that listens on `local`, and how many may.
pub(crate) fn accept_queue(local: SocketAddr) -> Option<(u32, u32)> {
    let mut queue = None;
    // An exact question for a peer that there is not: the lookup falls through to the listener.
    let nobody = match local.ip().to_canonical() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let id = id(local, Some(SocketAddr::new(nobody, 0)));
    let asked = ask(id, 0, StateFlags::all(), |found, _| {
        queue = (found.state == State::Listen).then_some(found.accept_queue);
    });
    asked.ok().and(queue)
}

/// The half-open connections to `port`: server's address, then client's. A dump, so not to be asked often.
pub(crate) fn half_open(port: u16) -> io::Result<Vec<(SocketAddr, SocketAddr)>> {
    let mut found = Vec::new();
    for any in [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)] {
        let mut id = id(SocketAddr::new(any, port), None);
        id.cookie = [0; 8];
        ask(id, NLM_F_DUMP, StateFlags::SYN_RECV, |answer, ends| {
            if answer.state == State::SynReceived && ends.0.port() == port {
                found.push(both_plain(ends));
            }
        })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_port_is_listened_on_only_while_a_socket_listens() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(any).unwrap();
            let port = listener.local_addr().unwrap().port();
            assert!(is_listening(port).unwrap(), "{any}");
            drop(listener);
            assert!(!is_listening(port).unwrap(), "{any}");
        }
    }

    #[test]
    fn the_kernel_names_the_states_of_a_close() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(any).unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, _) = listener.accept().unwrap();
            let (here, there) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
            let state = |from, to| connection(from, to).unwrap().state;
            assert_eq!((state(here, there), state(there, here)), (State::Established, State::Established));

            client.shutdown(std::net::Shutdown::Write).unwrap();
            assert!(matches!(state(here, there), State::FinWait1 | State::FinWait2));
            assert_eq!(state(there, here), State::CloseWait);

            drop(server);
            let answer = connection(here, there).unwrap();
            assert_eq!(answer.state, State::TimeWait);
            let timer = answer.timer.expect("TIME_WAIT has a timer");
            assert_eq!(timer.what, What::TimeWait);
            let timer = timer.expires;
            assert!(timer > Duration::from_secs(1) && timer <= Duration::from_secs(61), "{timer:?}");
            assert_eq!(state(there, here), State::Closed, "the listener's answer is not the connection's");
        }
    }
}
