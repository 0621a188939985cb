//! Asks the kernel about sockets through `NETLINK_SOCK_DIAG` (sock_diag(7)), which needs no capability and, unlike
//! `TCP_INFO`, also answers for TIME_WAIT and for connections whose socket is already closed.

use std::{
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

use super::State;

/// What the kernel says of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its state; a connection that the kernel no longer knows is closed.
    pub(crate) state: State,
    /// In TIME_WAIT: how long it still waits.
    pub(crate) timer: Option<Duration>,
}

/// The connection between `local` and `peer`, as the kernel knows it now.
pub(crate) fn connection(local: SocketAddr, peer: SocketAddr) -> io::Result<Answer> {
    const GONE: Answer = Answer { state: State::Closed, timer: None };
    let mut answer = GONE;
    let known = ask(id(local, Some(peer)), 0, StateFlags::all(), |found| answer = found)?;
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
        ask(id, NLM_F_DUMP, StateFlags::LISTEN, |_| listens = true)?;
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

/// Asks one question and hands each answer to `found`; gives whether there was one. An exact question, without
/// `NLM_F_DUMP`, costs a few microseconds; a dump walks the kernel's tables.
fn ask(id: SocketId, dump: u16, states: StateFlags, mut found: impl FnMut(Answer)) -> io::Result<bool> {
    let family = if id.source_address.is_ipv4() { AF_INET } else { AF_INET6 };
    let extensions = ExtensionFlags::empty();
    let request = InetRequest { family, protocol: IPPROTO_TCP, extensions, states, socket_id: id };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | dump;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);

    let socket = Socket::new(NETLINK_SOCK_DIAG)?;
    socket.send_to(&bytes, &KernelAddr::new(0, 0), 0)?;
    let mut any = false;
    loop {
        let (answers, _) = socket.recv_from_full()?;
        let mut rest = answers.as_slice();
        while !rest.is_empty() {
            let length = match NetlinkBuffer::new_checked(rest) {
                Ok(buffer) => buffer.length() as usize,
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            };
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(&rest[..length])
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                    if let Some(state) = State::from_kernel(response.header.state) {
                        any = true;
                        found(Answer { state, timer: time_wait_timer(state, &rest[..length]) });
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

/// `idiag_expires` of a socket in TIME_WAIT, read from the message itself: netlink-packet-sock-diag 0.5 forgets it
/// for this one timer.
fn time_wait_timer(state: State, message: &[u8]) -> Option<Duration> {
    // nlmsghdr 16 bytes; then family, state, timer, retrans, one byte each; then the socket id, 48 bytes.
    const EXPIRES: usize = 16 + 4 + 48;
    if state != State::TimeWait {
        return None;
    }
    let bytes = message.get(EXPIRES..EXPIRES + 4)?.try_into().ok()?;
    Some(Duration::from_millis(u32::from_ne_bytes(bytes).into()))
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
            assert!(timer > Duration::from_secs(1) && timer <= Duration::from_secs(61), "{timer:?}");
            assert_eq!(state(there, here), State::Closed, "the listener's answer is not the connection's");
        }
    }
}
