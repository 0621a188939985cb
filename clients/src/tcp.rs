//! The TCP client: says a line, hears the answer, closes its direction, hears the rest and ends in TIME_WAIT.
//!
//! Run `server tcp`, then `client tcp` (or `client tcp HOST:PORT` with any server). Read it beside
//! `servers/src/tcp.rs`, the notes' headings TCP连接建立三次握手过程 and TCP关闭连接四次握手过程, and RFC 9293 §3.5
//! and §3.6.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::{Context, anyhow};
use socket2::{Domain, Socket, Type};
use steps::{Protocol, Said, Side};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use watch::{
    Outcome, Started, Witness,
    tcp::{Capture, Connection, Ended, State, no_capture},
};

use crate::{PATIENCE, Target, not_connected};

/// What the TCP client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "127.0.0.1:7000", value_name = "HOST:PORT")]
    pub target: Target,

    /// What to say
    #[arg(long, default_value = "hello", value_name = "TEXT")]
    pub line: String,

    /// Do not capture segments, even if allowed: rest on what the kernel says
    #[arg(long)]
    pub no_capture: bool,
}

/// Makes one connection and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let addresses = options.target.resolve().await?;
    let capture = capture(options.target.port, options.no_capture).await;
    let mut refused = None;
    for address in addresses {
        match connect(address, capture.as_ref()).await {
            Ok((stream, witness, connection)) => return attend(stream, &witness, &connection, options).await,
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.expect("resolve() gives at least one address"))
}

/// 1. On what this run stands: the segments themselves, or the kernel's word. Before the first SYN.
async fn capture(port: u16, no_capture_wanted: bool) -> Option<Capture> {
    if no_capture_wanted {
        tracing::warn!("no segments are captured (--no-capture): this run rests on TCP_INFO and sock_diag");
        return None;
    }
    match Capture::open(port).await {
        Ok(capture) => Some(capture),
        Err(error) => {
            tracing::warn!("{}", no_capture("client", &error));
            None
        }
    }
}

/// 2. connect(): the kernel shakes hands.
async fn connect(
    address: SocketAddr,
    capture: Option<&Capture>,
) -> anyhow::Result<(TcpStream, Witness, Connection)> {
    let started = Started::now();
    let stream = begin(address).map_err(|error| not_connected(address, &error))?;
    // Known as soon as the SYN is out, whether or not it is ever answered.
    let here = stream.local_addr().context("the socket has no address")?;
    let witness = Witness::new(Side::Client, Protocol::Tcp, None, (here, address), started);
    let connection = Connection::new(&witness, (here, address), capture);
    let failed = match timeout(PATIENCE, stream.writable()).await {
        Ok(writable) => {
            let error = writable.and(stream.take_error()).unwrap_or_else(Some);
            if let Some(error) = &error {
                connection.failed("connect()", error);
            }
            error.map(|error| (not_connected(address, &error), refusal(&error)))
        }
        // Our patience, not the kernel's: it would go on repeating the SYN.
        Err(_) => Some((not_connected(address, &io::ErrorKind::TimedOut.into()), silence())),
    };
    if let Some((error, said)) = failed {
        connection.drain();
        witness.finish(&Outcome::Failed(said));
        return Err(error);
    }
    connection.established(&stream);
    Ok((stream, witness, connection))
}

fn refusal(error: &io::Error) -> Said {
    Said::new(format!("connect() failed: {error}"), format!("connect() 失败：{error}"))
}

fn silence() -> Said {
    let seconds = PATIENCE.as_secs();
    Said::new(
        format!("no answer to the SYN within {seconds} s; the client gave up before the kernel did"),
        format!("{seconds} 秒内没有收到对 SYN 的回应；客户端先于内核放弃"),
    )
}

/// Sends the SYN and returns without waiting for the answer.
fn begin(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    // Without this Nagle would hold small messages back until the delayed ACK.
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => return Err(error),
        Ok(()) | Err(_) => {}
    }
    TcpStream::from_std(socket.into())
}

/// 3–5. The conversation, the close, and how it went.
async fn attend(
    mut stream: TcpStream,
    witness: &Witness,
    connection: &Connection,
    options: &Options,
) -> anyhow::Result<()> {
    let ended = match converse(&mut stream, connection, &options.line).await {
        Ok(()) => close(&mut stream, connection).await,
        Err(end) => Err(end),
    };
    if let Err(End::Call(call, error)) = &ended {
        connection.failed(call, error);
    }
    connection.drain();
    match ended {
        Ok(()) => {
            witness.finish(&Outcome::Complete);
            Ok(())
        }
        Err(end) => {
            let said = end.said();
            let error = anyhow!("{}: {}", options.target, said.en);
            witness.finish(&Outcome::Failed(said));
            Err(error)
        }
    }
}

/// Why a connection ended otherwise than agreed.
enum End {
    Call(&'static str, io::Error),
    NoFin(Option<State>),
}

/// 3. A line each way. A server that says nothing until we are done is no fault.
async fn converse(stream: &mut TcpStream, connection: &Connection, line: &str) -> Result<(), End> {
    let line = format!("{line}\n");
    stream.write_all(line.as_bytes()).await.map_err(|error| End::Call("send()", error))?;
    let mut buffer = [0; 4096];
    loop {
        match timeout(ANSWER, stream.read(&mut buffer)).await {
            Err(_) => return Ok(()),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(0)) => {
                // The server's FIN came first: the roles of the notes are swapped.
                connection.look(stream);
                return Ok(());
            }
            Ok(Ok(length)) if buffer[..length].contains(&b'\n') => return Ok(()),
            Ok(Ok(_part_of_a_line)) => {}
        }
    }
}

/// 4. The client has no more to say and sends its FIN; it still hears what the server has left.
async fn close(stream: &mut TcpStream, connection: &Connection) -> Result<(), End> {
    // Should the server's FIN already be here, the kernel says CLOSE_WAIT.
    connection.look(stream);
    stream.shutdown().await.map_err(|error| End::Call("shutdown()", error))?;
    // At once: on this machine the ACK that ends FIN_WAIT_1 is only as far away as the server's delayed ACK timer.
    connection.look(stream);
    let mut buffer = [0; 4096];
    loop {
        match connection.looking_on(timeout(PATIENCE, stream.read(&mut buffer))).await {
            Err(_) => return Err(End::NoFin(connection.look(stream))),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(0)) => break,
            Ok(Ok(_more)) => {}
        }
    }
    // 5. The server's FIN is here and acknowledged: TIME_WAIT.
    match connection.ended(stream, PATIENCE).await {
        Ended::TimeWait | Ended::Closed(None) => Ok(()),
        Ended::Closed(Some(error)) => Err(End::Call("close", error)),
        Ended::Not(state) => Err(End::NoFin(state)),
    }
}

impl End {
    fn said(&self) -> Said {
        match self {
            End::Call(call, error) => Said::new(
                format!("{call} failed: {error}; the server broke the connection off"),
                format!("{call} 失败：{error}；服务端中断了连接"),
            ),
            End::NoFin(state) => {
                let (state, seconds) = (state.map_or("?", State::name), PATIENCE.as_secs());
                Said::new(
                    format!(
                        "the server did not close within {seconds} s; the connection is in {state}, \
                         which has no timer as long as the program keeps the socket"
                    ),
                    format!(
                        "服务端 {seconds} 秒内没有关闭；连接处于 {state}，只要程序还持有套接字就不会超时"
                    ),
                )
            }
        }
    }
}

/// How long the server may take to answer the line.
const ANSWER: Duration = Duration::from_secs(3);

/// The SYN is out and its answer is awaited.
const EINPROGRESS: i32 = 115;
