//! connect() as all four clients do it: the SYN goes out, its answer is awaited, and where no connection comes of it,
//! why: RST and ICMP are told apart.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::Context;
use socket2::{Domain, Socket, Type};
use steps::tcp::reason::Refusal;
use tokio::{net::TcpStream, time::timeout};
use watch::tcp::{forget_icmp, keep_icmp, refusal};

/// No connection came about: why, and what the kernel said, where it said something.
pub(crate) struct Failed {
    pub(crate) how: Refusal,
    pub(crate) error: Option<io::Error>,
}

/// Sends the SYN and returns without waiting for the answer; `prepare` may set options before. The inner error: the
/// kernel did not let it out.
pub(crate) fn begin(
    address: SocketAddr,
    prepare: impl FnOnce(&Socket) -> anyhow::Result<()>,
) -> anyhow::Result<Result<TcpStream, Failed>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .and_then(|socket| {
            // Without this Nagle and the delayed ACK hold small messages back by 40 ms.
            socket.set_tcp_nodelay(true).map(|()| socket)
        })
        .context("could not make a socket")?;
    prepare(&socket)?;
    keep_icmp(&socket, address);
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => {
            return Ok(Err(Failed { how: refusal(&socket, address, &error), error: Some(error) }));
        }
        Ok(()) | Err(_) => {}
    }
    TcpStream::from_std(socket.into()).context("the runtime does not take the socket").map(Ok)
}

/// Waits for the answer, at most for `patience`.
pub(crate) async fn answered(
    stream: &TcpStream,
    address: SocketAddr,
    patience: Duration,
) -> Result<(), Failed> {
    let Ok(writable) = timeout(patience, stream.writable()).await else {
        // Our patience, not the kernel's: it would go on repeating the SYN.
        return Err(Failed { how: Refusal::Silence(patience), error: None });
    };
    match writable.and(stream.take_error()).unwrap_or_else(Some) {
        Some(error) => Err(Failed { how: refusal(stream, address, &error), error: Some(error) }),
        None => {
            forget_icmp(stream, address);
            Ok(())
        }
    }
}

/// The SYN is out and its answer is awaited.
const EINPROGRESS: i32 = 115;
