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
    time::{sleep, timeout},
};
use watch::{
    Outcome, Started, Witness,
    tcp::{Capture, Connection, Ended, Settings, State, no_capture},
};

use crate::not_connected;

mod options;

pub use options::Options;

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
        match connect(address, capture.as_ref(), options).await {
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
            no_capture(&error);
            None
        }
    }
}

/// 2. connect(): the kernel shakes hands.
async fn connect(
    address: SocketAddr,
    capture: Option<&Capture>,
    options: &Options,
) -> anyhow::Result<(TcpStream, Witness, Connection)> {
    watch::recording::visits(address);
    let started = Started::now();
    let stream = begin(address, options)?;
    // Known as soon as the SYN is out, whether or not it is ever answered.
    let here = stream.local_addr().context("the socket has no address")?;
    let witness = Witness::new(Side::Client, Protocol::Tcp, None, (here, address), started);
    let settings = Settings::read(Side::Client, &stream);
    let connection = Connection::new(&witness, (here, address), capture, &settings);
    let failed = match connection.looking_on(timeout(options.patience, stream.writable())).await {
        Ok(writable) => {
            let error = writable.and(stream.take_error()).unwrap_or_else(Some);
            if let Some(error) = &error {
                connection.failed("connect()", error);
            }
            error.map(|error| (not_connected(address, &error), refusal(&error)))
        }
        // Our patience, not the kernel's: it would go on repeating the SYN.
        Err(_) => Some((not_connected(address, &io::ErrorKind::TimedOut.into()), silence(options.patience))),
    };
    if let Some((error, said)) = failed {
        connection.drain();
        witness.finish(&Outcome::Failed(said.into()));
        return Err(error);
    }
    connection.established(&stream);
    Ok((stream, witness, connection))
}

fn refusal(error: &io::Error) -> Said {
    Said::new(format!("connect() failed: {error}"), format!("connect() 失败：{error}"))
}

fn silence(patience: Duration) -> Said {
    let seconds = patience.as_secs_f64();
    Said::new(
        format!("no answer to the SYN within {seconds} s; the client gave up before the kernel did"),
        format!("{seconds} 秒内没有收到对 SYN 的回应；客户端先于内核放弃"),
    )
}

/// Sends the SYN and returns without waiting for the answer.
fn begin(address: SocketAddr, options: &Options) -> anyhow::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .and_then(|socket| {
            // Without this Nagle would hold small messages back until the delayed ACK.
            socket.set_tcp_nodelay(true).map(|()| socket)
        })
        .context("could not make a socket")?;
    options.apply(&socket)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => {
            return Err(not_connected(address, &error));
        }
        Ok(()) | Err(_) => {}
    }
    TcpStream::from_std(socket.into()).context("the runtime does not take the socket")
}

/// 3–5. The conversation, the close, and how it went.
async fn attend(
    mut stream: TcpStream,
    witness: &Witness,
    connection: &Connection,
    options: &Options,
) -> anyhow::Result<()> {
    let ended = match converse(&mut stream, connection, options).await {
        Ok(()) if options.orphan => leave(stream, connection, options).await,
        Ok(()) => close(&mut stream, connection, options).await,
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
            let said = end.said(options.patience);
            let error = anyhow!("{}: {}", options.target, said.en);
            witness.finish(&Outcome::Failed(said.into()));
            Err(error)
        }
    }
}

/// 3. A line each way. A server that says nothing until we are done is no fault.
async fn converse(stream: &mut TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    if let Some(delay) = options.delay_line {
        connection.looking_on(sleep(delay)).await;
    }
    if !options.silent {
        let line = format!("{}\n", options.line);
        stream.write_all(line.as_bytes()).await.map_err(|error| End::Call("send()", error))?;
    }
    if options.at_once || (options.silent && !options.wait_for_close) {
        return Ok(());
    }
    let answer = if options.wait_for_close { options.patience } else { ANSWER };
    let mut buffer = [0; 4096];
    loop {
        match connection.looking_on(timeout(answer, stream.read(&mut buffer))).await {
            Err(_) if options.wait_for_close => return Err(End::NotFirst),
            Err(_) => return Ok(()),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(0)) => {
                // The server's FIN came first: the roles of the notes are swapped.
                connection.look(stream);
                return Ok(());
            }
            Ok(Ok(length)) if buffer[..length].contains(&b'\n') && !options.wait_for_close => return Ok(()),
            Ok(Ok(_part_of_what_it_says)) => {}
        }
    }
}

/// 4. The client has no more to say and sends its FIN; it still hears what the server has left.
async fn close(stream: &mut TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    // Should the server's FIN already be here, the kernel says CLOSE_WAIT.
    connection.look(stream);
    stream.shutdown().await.map_err(|error| End::Call("shutdown()", error))?;
    // At once: on this machine the ACK that ends FIN_WAIT_1 is only as far away as the server's delayed ACK timer.
    connection.look(stream);
    let mut buffer = [0; 4096];
    loop {
        match connection.looking_on(timeout(options.patience, stream.read(&mut buffer))).await {
            Err(_) => {
                let state = connection.look(stream);
                connection.waits();
                return Err(End::NoFin(state));
            }
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(0)) => break,
            Ok(Ok(_more)) => {}
        }
    }
    // 5. The server's FIN is here and acknowledged: TIME_WAIT.
    match connection.ended(stream, options.patience).await {
        Ended::TimeWait => {
            if let Some(stay) = options.stay {
                connection.looking_on(sleep(stay)).await;
            }
            Ok(())
        }
        Ended::Closed(None) => Ok(()),
        Ended::Closed(Some(error)) => Err(End::Call("close", error)),
        Ended::Not(state) => Err(End::NoFin(state)),
    }
}

/// 4–5 with `--orphan`: the program closes its socket, and the kernel ends the connection by itself.
async fn leave(stream: TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    connection.look(&stream);
    drop(stream);
    match connection.ended_alone(options.patience).await {
        Ended::TimeWait => Ok(()),
        Ended::Closed(_nobody_is_left_to_hear_of_an_error) => match connection.state() {
            state @ Some(State::FinWait1 | State::FinWait2 | State::Closing) => Err(End::Forgotten(state)),
            _ => Ok(()),
        },
        Ended::Not(state) => {
            connection.waits();
            Err(End::Waits(state))
        }
    }
}

/// Why a connection ended otherwise than agreed.
enum End {
    Call(&'static str, io::Error),
    NotFirst,
    NoFin(Option<State>),
    Forgotten(Option<State>),
    Waits(Option<State>),
}

impl End {
    fn said(&self, patience: Duration) -> Said {
        let seconds = patience.as_secs_f64();
        let name = |state: &Option<State>| state.map_or("?", State::name);
        match self {
            End::Call(call, error) if error.kind() == io::ErrorKind::TimedOut => Said::new(
                format!("{call} failed: {error}; what was sent last was never acknowledged"),
                format!("{call} 失败：{error}；最后发出的内容一直没有得到确认"),
            ),
            End::Call(call, error) => Said::new(
                format!("{call} failed: {error}; the server broke the connection off"),
                format!("{call} 失败：{error}；服务端中断了连接"),
            ),
            End::NotFirst => Said::new(
                format!("the server did not close within {seconds} s (--wait-for-close, --patience)"),
                format!("服务端 {seconds} 秒内没有关闭（--wait-for-close、--patience）"),
            ),
            End::NoFin(state @ Some(State::FinWait2)) => {
                let state = name(state);
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
            End::Forgotten(state) => {
                let state = name(state);
                Said::new(
                    format!(
                        "the kernel gave the connection up in {state}; the program had closed the socket"
                    ),
                    format!("程序已关闭套接字，内核在 {state} 状态放弃了连接"),
                )
            }
            End::NoFin(state) | End::Waits(state) => {
                let state = name(state);
                Said::new(
                    format!("after {seconds} s the kernel is still in {state}; the client waits no longer"),
                    format!("{seconds} 秒后内核仍处于 {state}；客户端不再等待"),
                )
            }
        }
    }
}

/// How long the server may take to answer the line.
const ANSWER: Duration = Duration::from_secs(3);

/// The SYN is out and its answer is awaited.
const EINPROGRESS: i32 = 115;
