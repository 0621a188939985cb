//! The TCP client: sends a line, reads the answer, closes its direction, reads the rest and ends in TIME_WAIT.
//!
//! Run `server tcp`, then `client tcp` (or `client tcp HOST:PORT` with any server). Read it beside
//! `servers/src/tcp.rs`, the notes' headings TCP连接建立三次握手过程 and TCP关闭连接四次握手过程, and RFC 9293 §3.5
//! and §3.6.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::{Context, anyhow};
use steps::{
    Protocol, Reason, Side,
    tcp::reason::{self, Attempt, Facts, Refusal},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use watch::{
    Outcome, Session, Started, Witness,
    tcp::{Capture, Connection, Ended, Settings, State, errno, no_capture},
};

use crate::dial::{self, Failed, Overtaken};

mod options;

pub use options::Options;

/// Makes one connection and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options, session: &Session) -> anyhow::Result<()> {
    let addresses = options.target.resolve().await?;
    let capture = capture(session, options.target.port, options.no_capture).await;
    let attempt = |address, overtaken| connect(session, address, capture.as_ref(), options, overtaken);
    let (stream, witness, connection) = dial::race(addresses, attempt).await??;
    attend(stream, &witness, &connection, options).await
}

/// 1. On what this run stands: the segments themselves, or the kernel's word. Before the first SYN.
async fn capture(session: &Session, port: u16, no_capture_wanted: bool) -> Option<Capture> {
    if no_capture_wanted {
        tracing::warn!("no segments are captured (--no-capture): this run rests on TCP_INFO and sock_diag");
        return None;
    }
    match Capture::open(session, port).await {
        Ok(capture) => Some(capture),
        Err(error) => {
            no_capture(session, &error);
            None
        }
    }
}

/// 2. connect(): the kernel shakes hands. The inner error: why this address led to no connection.
async fn connect(
    session: &Session,
    address: SocketAddr,
    capture: Option<&Capture>,
    options: &Options,
    mut overtaken: Overtaken,
) -> anyhow::Result<Result<(TcpStream, Witness, Connection), Attempt>> {
    session.visits(address);
    let started = Started::now();
    let stream = match dial::begin(address, |socket| options.apply(socket))? {
        Ok(stream) => stream,
        Err(failed) => return Ok(Err(Attempt { address, how: failed.how })),
    };
    // Known as soon as the SYN is out, whether or not it is ever answered.
    let here = stream.local_addr().context("the socket has no address")?;
    let witness = Witness::new(session, Side::Client, Protocol::Tcp, None, (here, address), started);
    let settings = Settings::read(Side::Client, &stream);
    let connection = Connection::new(&witness, (here, address), capture, &settings);
    let answered = tokio::select! {
        answered = connection.poll_states_while(dial::answered(&stream, address, options.patience)) => answered,
        by = overtaken.by() => Err(Failed { how: Refusal::Overtaken(by), error: None }),
    };
    if let Err(failed) = answered {
        if let Some(error) = &failed.error {
            connection.not_connected(error, &failed.how);
        }
        connection.drain();
        let attempt = Attempt { address, how: failed.how };
        let why = why(&witness, reason::End::NotConnected(attempt.clone()));
        // A handshake that the segments show complete was reset: no other address will do better for it.
        let reset = why.rule == Some("tcp.reset_after_handshake");
        let said = anyhow!("{address}: {}", why.said().en);
        witness.finish(&Outcome::Failed(Box::new(why)));
        return if reset { Err(said) } else { Ok(Err(attempt)) };
    }
    connection.established(&stream);
    Ok(Ok((stream, witness, connection)))
}

/// Why the connection ended like this, by what was seen of it.
fn why(witness: &Witness, end: reason::End) -> Reason {
    witness.past(|past| reason::reason(&Facts { side: witness.side(), past, end }))
}

/// 3–5. The conversation, the close, and how it went.
async fn attend(
    mut stream: TcpStream,
    witness: &Witness,
    connection: &Connection,
    options: &Options,
) -> anyhow::Result<()> {
    let itself = stream.local_addr().ok().filter(|here| stream.peer_addr().is_ok_and(|there| there == *here));
    let ended = match converse(&mut stream, connection, options).await {
        Ok(()) if options.orphan => leave(stream, connection, options).await,
        Ok(()) => close(&mut stream, connection, options).await,
        Err(end) => Err(end),
    };
    if let Err(End::Call(call, error)) = &ended {
        connection.failed(call, error);
    }
    connection.drain();
    let end = match (itself, ended) {
        (Some(address), _) => reason::End::ToItself(address),
        (None, Ok(())) => {
            witness.finish(&Outcome::Complete);
            return Ok(());
        }
        (None, Err(end)) => end.told(options.patience),
    };
    let why = why(witness, end);
    let error = anyhow!("{}: {}", options.target, why.said().en);
    witness.finish(&Outcome::Failed(Box::new(why)));
    Err(error)
}

/// 3. A line each way. A server that says nothing until we are done is no fault.
async fn converse(stream: &mut TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    if let Some(delay) = options.delay_line {
        connection.poll_states_while(sleep(delay)).await;
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
        match connection.poll_states_while(timeout(answer, stream.read(&mut buffer))).await {
            Err(_) if options.wait_for_close => return Err(End::NotFirst),
            Err(_) => return Ok(()),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(0)) => {
                // The server's FIN came first: the roles of the notes are swapped.
                connection.passing(stream);
                return Ok(());
            }
            Ok(Ok(length)) if buffer[..length].contains(&b'\n') && !options.wait_for_close => return Ok(()),
            Ok(Ok(_part_of_what_it_says)) => {}
        }
    }
}

/// 4. The client has no more to send and sends its FIN; it still reads what the server has left.
async fn close(stream: &mut TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    // Should the server's FIN already be here, the kernel says CLOSE_WAIT.
    connection.passing(stream);
    stream.shutdown().await.map_err(|error| End::Call("shutdown()", error))?;
    // At once: on this machine the ACK that ends FIN_WAIT_1 is only as far away as the server's delayed ACK timer.
    connection.passing(stream);
    let mut buffer = [0; 4096];
    loop {
        match connection.poll_states_while(timeout(options.patience, stream.read(&mut buffer))).await {
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
                connection.poll_states_while(sleep(stay)).await;
            }
            Ok(())
        }
        Ended::Closed(None) | Ended::NotTold => Ok(()),
        Ended::Closed(Some(error)) => Err(End::Call("close", error)),
        Ended::Not(state) => {
            connection.waits();
            Err(End::NoFin(state))
        }
    }
}

/// 4–5 with `--orphan`: the program closes its socket, and the kernel ends the connection by itself.
async fn leave(stream: TcpStream, connection: &Connection, options: &Options) -> Result<(), End> {
    connection.look(&stream);
    drop(stream);
    match connection.ended_alone(options.patience).await {
        Ended::TimeWait | Ended::NotTold => Ok(()),
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
    /// The same as the rules know it that say why.
    fn told(self, patience: Duration) -> reason::End {
        let name = |state: Option<State>| state.map_or("?", State::name);
        match self {
            End::Call(call, error) => reason::End::Call(call, errno(&error)),
            End::NotFirst => reason::End::NotFirst(patience),
            End::NoFin(state) | End::Waits(state) => reason::End::Unanswered(name(state), patience),
            End::Forgotten(state) => reason::End::Forgotten(name(state)),
        }
    }
}

/// How long the server may take to answer the line.
const ANSWER: Duration = Duration::from_secs(3);
