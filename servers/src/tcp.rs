//! The TCP server: answers each line, and when the client has closed its direction it first says what it still has
//! to say, then closes its own.
//!
//! Run `server tcp`, then `client tcp` (or `nc 127.0.0.1 7000`). Read it beside `clients/src/tcp.rs`, the notes'
//! headings TCP连接建立三次握手过程 and TCP关闭连接四次握手过程, and RFC 9293 §3.5 and §3.6.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use steps::{Protocol, Said, Side};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Started, Witness,
    tcp::{Capture, Connection, Ended, State, keep_syns, no_capture},
};

use crate::{Limits, accept_loop, bind};

/// What the TCP server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7000", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// Do not capture segments, even if allowed: rest on what the kernel says
    #[arg(long)]
    pub no_capture: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A TCP server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    capture: Option<Arc<Capture>>,
    limits: Limits,
}

impl Server {
    /// Binds the port and starts the capture.
    ///
    /// # Errors
    ///
    /// Says what could not be bound, and what to do. A capture that is not allowed is no error: the server then
    /// rests on what the kernel says.
    pub async fn bind(options: &Options) -> anyhow::Result<Self> {
        let listener = bind(options.listen).await?;
        let address = listener.local_addr().context("the listener has no address")?;
        if let Err(error) = keep_syns(&listener) {
            tracing::warn!("{address}: the kernel keeps no SYNs: {error}");
        }
        let capture = capture(address.port(), options.no_capture).await.map(Arc::new);
        Ok(Server { listener, address, capture, limits: options.limits })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Server { listener, capture, limits, .. } = self;
        accept_loop(listener, limits, stop, move |stream, peer, stop| {
            serve(stream, peer, capture.clone(), limits, stop)
        })
        .await
    }
}

/// 1. On what this run stands: the segments themselves, or the kernel's word.
async fn capture(port: u16, no_capture_wanted: bool) -> Option<Capture> {
    if no_capture_wanted {
        tracing::warn!(
            "no segments are captured (--no-capture): this run rests on TCP_SAVED_SYN, TCP_INFO and sock_diag"
        );
        return None;
    }
    match Capture::open(port).await {
        Ok(capture) => Some(capture),
        Err(error) => {
            tracing::warn!("{}", no_capture("server", &error));
            None
        }
    }
}

/// 2. accept() has returned: the kernel has already shaken hands.
async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    capture: Option<Arc<Capture>>,
    limits: Limits,
    stop: CancellationToken,
) {
    let Ok(here) = stream.local_addr() else { return };
    // Without this Nagle would hold the answer back until the client's delayed ACK.
    drop(stream.set_nodelay(true));
    let began = capture.as_ref().and_then(|capture| capture.began(peer, here));
    let started = began.map_or_else(Started::now, Started::at);
    let witness = Witness::new(Side::Server, Protocol::Tcp, None, (peer, here), started);
    let connection = Connection::new(&witness, (peer, here), capture.as_deref());
    connection.established(&stream);
    let outcome = match converse(&mut stream, &connection, limits, &stop).await {
        Ok(heard) => close(&mut stream, &connection, &heard).await,
        Err(End::Call(call, error)) => {
            connection.failed(call, &error);
            Outcome::Failed(broken(call, &error))
        }
        Err(End::Silent) => {
            drop(close(&mut stream, &connection, "goodbye: the line was silent too long\n").await);
            Outcome::Failed(silent(limits.idle_timeout))
        }
        Err(End::Stopped) => {
            drop(close(&mut stream, &connection, "goodbye: the server stops\n").await);
            Outcome::Failed(stopped())
        }
    };
    connection.drain();
    witness.finish(&outcome);
}

/// Why a conversation ended otherwise than by the client's FIN.
enum End {
    Call(&'static str, io::Error),
    Silent,
    Stopped,
}

/// 3. A line each way, until the client has no more to say. Gives what is left to tell it.
async fn converse(
    stream: &mut TcpStream,
    connection: &Connection,
    limits: Limits,
    stop: &CancellationToken,
) -> Result<String, End> {
    let mut buffer = [0; 4096];
    let (mut bytes, mut lines) = (0_u64, 0_u64);
    loop {
        let read = tokio::select! {
            () = stop.cancelled() => return Err(End::Stopped),
            read = timeout(limits.idle_timeout, stream.read(&mut buffer)) => read,
        };
        let length = match read {
            Err(_) => return Err(End::Silent),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(length)) => length,
        };
        if length == 0 {
            // 4. The client's FIN: the kernel has entered CLOSE_WAIT by itself.
            connection.look(stream);
            return Ok(format!("that was all: {lines} lines, {bytes} bytes; goodbye\n"));
        }
        bytes += length as u64;
        let ends = buffer[..length].iter().filter(|&&byte| byte == b'\n').count();
        if ends > 0 {
            lines += ends as u64;
            let answer = format!("the server heard {bytes} bytes\n");
            stream.write_all(answer.as_bytes()).await.map_err(|error| End::Call("send()", error))?;
        }
    }
}

/// 5. What is left is sent first, then this side's FIN goes out; the client's ACK of it ends the connection.
async fn close(stream: &mut TcpStream, connection: &Connection, rest: &str) -> Outcome {
    sleep(PREPARATION).await;
    if let Err(error) = stream.write_all(rest.as_bytes()).await {
        connection.failed("send()", &error);
        return Outcome::Failed(broken("send()", &error));
    }
    if let Err(error) = stream.shutdown().await {
        connection.failed("shutdown()", &error);
        return Outcome::Failed(broken("shutdown()", &error));
    }
    connection.look(stream);
    match connection.ended(stream, PATIENCE).await {
        Ended::Closed(None) | Ended::TimeWait => Outcome::Complete,
        Ended::Closed(Some(error)) => Outcome::Failed(reset(&error)),
        Ended::Not(state) => Outcome::Failed(unanswered(state)),
    }
}

fn broken(call: &str, error: &io::Error) -> Said {
    Said::new(
        format!(
            "{call} failed: {error}; the client closed its socket or vanished before the server was done"
        ),
        format!("{call} 失败：{error}；服务端还没说完，客户端就关闭了套接字或消失了"),
    )
}

fn reset(error: &io::Error) -> Said {
    Said::new(
        format!(
            "the connection was broken while the server closed it: {error}; the client had closed both directions, not only its own"
        ),
        format!("服务端关闭时连接被中断：{error}；客户端关闭的是两个方向，而不只是自己的方向"),
    )
}

fn silent(limit: Duration) -> Said {
    let seconds = limit.as_secs_f64();
    Said::new(
        format!("the client sent nothing for {seconds} s (--idle-timeout), so the server closed"),
        format!("客户端 {seconds} 秒没有发送任何数据（--idle-timeout），由服务端关闭"),
    )
}

fn stopped() -> Said {
    Said::new("the server was stopped and closed first", "服务端被停止，先行关闭")
}

fn unanswered(state: Option<State>) -> Said {
    let (state, seconds) = (state.map_or("?", State::name), PATIENCE.as_secs());
    Said::new(
        format!(
            "{seconds} s after the server's FIN the connection is still in {state}; the client did not close"
        ),
        format!("服务端发出 FIN 已 {seconds} 秒，连接仍处于 {state}；客户端没有关闭"),
    )
}

/// How long the server takes to find the rest of its data. Longer than Linux delays an ACK (40 ms): the ACK of the
/// client's FIN does not wait for the server's own and travels by itself.
const PREPARATION: Duration = Duration::from_millis(150);

/// How long the server waits for the client's last ACK before it leaves the rest to the kernel.
const PATIENCE: Duration = Duration::from_secs(2);
