//! The ICMP messages that a socket's error queue keeps (ip(7), IP_RECVERR), and the numbers with which calls fail.
#![allow(unsafe_code)] // what recvmsg() wrote has to be declared initialised

use std::{
    io,
    mem::MaybeUninit,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::AsFd,
};

use socket2::{MaybeUninitSlice, MsgHdrMut, SockRef};
use steps::tcp::{Errno, reason::Icmp};

use super::socket_options;

/// Has the kernel keep what comes for `socket`, which connects to `address`, or forget it again.
pub(super) fn keep(socket: impl AsFd, address: SocketAddr, on: bool) {
    // Without it RST and ICMP are not told apart: no reason not to connect.
    let _ = set(socket, address, on.into());
}

fn set(socket: impl AsFd, address: SocketAddr, on: libc::c_int) -> io::Result<()> {
    match address {
        SocketAddr::V4(_) => socket_options::set_at(socket, libc::IPPROTO_IP, libc::IP_RECVERR, on),
        SocketAddr::V6(_) => socket_options::set_at(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVERR, on),
    }
}

/// An error of a system call by its number.
pub fn errno(error: &io::Error) -> Errno {
    let number = error.raw_os_error().or_else(|| {
        // What the standard library or the runtime says itself.
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => Some(libc::EPIPE),
            io::ErrorKind::ConnectionReset => Some(libc::ECONNRESET),
            io::ErrorKind::NotConnected => Some(libc::ENOTCONN),
            io::ErrorKind::TimedOut => Some(libc::ETIMEDOUT),
            _ => None,
        }
    });
    Errno::from(number.unwrap_or(0))
}

/// The number with which a call failed, where the kernel gave one.
pub(super) fn numbered(error: &io::Error) -> Option<Errno> {
    error.raw_os_error().map(Errno::from)
}

/// The ICMP message in the error queue of a socket, and who sent it.
pub(super) fn icmp(socket: impl AsFd) -> Option<(Icmp, IpAddr)> {
    let mut data = [MaybeUninit::<u8>::uninit(); 256];
    let mut control = [MaybeUninit::<u8>::uninit(); 256];
    let length = {
        let mut parts = [MaybeUninitSlice::new(&mut data)];
        let mut message = MsgHdrMut::new().with_buffers(&mut parts).with_control(&mut control);
        SockRef::from(&socket).recvmsg(&mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT).ok()?;
        message.control_len()
    };
    let control: Vec<u8> = control[..length.min(control.len())]
        .iter()
        // SAFETY: recvmsg() has written the first `length` bytes.
        .map(|byte| unsafe { byte.assume_init() })
        .collect();
    read(&control)
}

/// `struct cmsghdr`, behind it `struct sock_extended_err`, and behind that the address of who sent it.
fn read(control: &[u8]) -> Option<(Icmp, IpAddr)> {
    const HEAD: usize = size_of::<libc::cmsghdr>();
    const ERROR: usize = size_of::<libc::sock_extended_err>();
    let error = control.get(HEAD..HEAD + ERROR)?;
    let from = control.get(HEAD + ERROR..)?;
    let (origin, kind, code) = (error[4], error[5], error[6]);
    match origin {
        libc::SO_EE_ORIGIN_ICMP => {
            let address: [u8; 4] = from.get(4..8)?.try_into().ok()?;
            Some((Icmp::v4(kind, code), Ipv4Addr::from(address).into()))
        }
        libc::SO_EE_ORIGIN_ICMP6 => {
            let address: [u8; 16] = from.get(8..24)?.try_into().ok()?;
            Some((Icmp::v6(kind, code), Ipv6Addr::from(address).into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_queue_tells_who_sent_which_icmp() {
        // A firewall's REJECT on loopback: cmsghdr, errno 111, origin ICMP, type 3, code 3; sockaddr_in of 127.0.0.1.
        let head = hex::decode("30000000000000000000000b00000000").unwrap();
        let error = hex::decode("6f000000020303000000000000000000").unwrap();
        let from = hex::decode("020000007f0000010000000000000000").unwrap();
        let control = [head, error, from].concat();
        assert_eq!(read(&control), Some((Icmp::Port, Ipv4Addr::LOCALHOST.into())));
        assert_eq!(read(&control[..20]), None);
        assert_eq!(read(&[]), None);
    }
}
