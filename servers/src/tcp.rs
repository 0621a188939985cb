//! The TCP server: answers each line, and when the client has closed its direction it first says what it still has
//! to say, then closes its own.
//!
//! Run `server tcp`, then `client tcp` (or `nc 127.0.0.1 7000`). Read it beside `clients/src/tcp.rs`, the notes'
//! headings TCP连接建立三次握手过程 and TCP关闭连接四次握手过程, and RFC 9293 §3.5 and §3.6.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use steps::{
    Side,
    tcp::reason::{self, Facts},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Session,
    tcp::{Capture, Connection, HalfOpen, Settings, errno, keep_syns, no_capture, waiting},
};

use crate::{accept_loop, bind};

mod close;
mod options;

pub use options::{Closing, Options};

use close::close;

/// A TCP server that listens.
#[derive(Debug)]
pub struct Server {
    session: Session,
    listener: TcpListener,
    address: SocketAddr,
    capture: Option<Arc<Capture>>,
    settings: Settings,
    options: Arc<Options>,
}

impl Server {
    /// Binds the port and starts the capture.
    ///
    /// # Errors
    ///
    /// Says what could not be bound, and what to do. A capture that is not allowed is no error: the server then
    /// rests on what the kernel says.
    pub async fn bind(options: &Options, session: &Session) -> anyhow::Result<Self> {
        let listener = bind(session, options.listen).await?;
        let address = listener.local_addr().context("the listener has no address")?;
        options.apply(&listener)?;
        if let Err(error) = keep_syns(&listener) {
            tracing::warn!("{address}: the kernel keeps no SYNs: {error}");
        }
        let mut settings = Settings::read(Side::Server, &listener);
        if let Some(count) = options.syn_ack_count {
            settings = settings.with_syn_ack_count(count);
        }
        if let Some(timeout) = options.user_timeout {
            settings = settings.with_user_timeout(timeout);
        }
        let capture = capture(session, address.port(), options.no_capture).await.map(Arc::new);
        let (session, options) = (session.clone(), Arc::new(options.clone()));
        Ok(Server { session, listener, address, capture, settings, options })
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
        let Server { session, listener, address, capture, settings, options } = self;
        let half_open = Arc::new(HalfOpen::watch(&session, address, capture, settings));
        let waiting = Arc::clone(&half_open);
        if let Some(late) = options.accept_late {
            tokio::select! {
                () = stop.cancelled() => {
                    half_open.stop();
                    return Ok(());
                }
                () = first_waits(address, late) => {}
            }
        }
        let served = accept_loop(listener, options.limits, stop, move |stream, peer, stop| {
            serve((stream, peer), Arc::clone(&waiting), Arc::clone(&options), stop)
        })
        .await;
        half_open.stop();
        served
    }
}

/// Until the first connection has waited for accept() for so long.
async fn first_waits(address: SocketAddr, late: Duration) {
    while waiting(address).is_some_and(|connections| connections == 0) {
        sleep(Duration::from_millis(5)).await;
    }
    sleep(late).await;
}

/// 1. On what this run stands: the segments themselves, or the kernel's word.
async fn capture(session: &Session, port: u16, no_capture_wanted: bool) -> Option<Capture> {
    if no_capture_wanted {
        tracing::warn!(
            "no segments are captured (--no-capture): this run rests on TCP_SAVED_SYN, TCP_INFO and sock_diag"
        );
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

/// 2. accept() has returned: the kernel has already shaken hands.
async fn serve(
    (mut stream, peer): (TcpStream, SocketAddr),
    half_open: Arc<HalfOpen>,
    options: Arc<Options>,
    stop: CancellationToken,
) {
    let Ok(here) = stream.local_addr() else { return };
    // Without this Nagle would hold the answer back until the client's delayed ACK.
    drop(stream.set_nodelay(true));
    if let Err(error) = options.apply_to_accepted(&stream) {
        tracing::warn!("{peer}: TCP_USER_TIMEOUT (--user-timeout) could not be set: {error}");
    }
    let (witness, connection) = half_open.accepted(peer, here);
    connection.established(&stream);
    let ended = match converse(&mut stream, &connection, &options, &stop).await {
        Ok(Heard::Fin { lines, bytes }) => {
            let count = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            let (lines, bytes) = (count(lines, "line"), count(bytes, "byte"));
            let heard = format!("that was all: {lines}, {bytes}; goodbye\n");
            close(stream, &connection, &options, (&heard, &stop)).await
        }
        Ok(Heard::Nothing) => close(stream, &connection, &options, ("", &stop)).await,
        Err(End::Call(call, error)) => {
            connection.failed(call, &error);
            Err(reason::End::Call(call, errno(&error)))
        }
        Err(End::Silent) => {
            let goodbye = "goodbye: the line was silent too long\n";
            drop(close::late(&mut stream, &connection, &options, goodbye).await);
            Err(reason::End::Silent(options.limits.idle_timeout))
        }
        Err(End::Dawdles) => {
            let goodbye = "goodbye: the line took too long\n";
            drop(close::late(&mut stream, &connection, &options, goodbye).await);
            Err(reason::End::Dawdles(options.limits.idle_timeout))
        }
        Err(End::TakesNoAnswer) => Err(reason::End::TakesNoAnswer(options.limits.idle_timeout)),
        Err(End::Stopped) => {
            drop(close::late(&mut stream, &connection, &options, "goodbye: the server stops\n").await);
            Err(reason::End::Stopped)
        }
    };
    // Before it is said why: the last segments are facts.
    connection.drain();
    let outcome = match ended {
        Ok(()) => Outcome::Complete,
        Err(end) => {
            let why = witness.past(|past| reason::reason(&Facts { side: Side::Server, past, end }));
            Outcome::Failed(Box::new(why))
        }
    };
    witness.finish(&outcome);
}

/// What the server has received when it is its turn to close.
enum Heard {
    /// All that the client had to say.
    Fin { lines: u64, bytes: u64 },
    /// It read nothing.
    Nothing,
}

/// Why a conversation ended otherwise than by a FIN.
enum End {
    Call(&'static str, io::Error),
    Silent,
    /// It never came to the end of a line.
    Dawdles,
    /// It takes no answer.
    TakesNoAnswer,
    Stopped,
}

/// 3. A line each way, until the client has no more to say.
async fn converse(
    stream: &mut TcpStream,
    connection: &Connection,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Heard, End> {
    match options.closing {
        Closing::First => return Ok(Heard::Nothing),
        Closing::Reset => {
            // Looked at and left where it is.
            let mut first = [0];
            let arrived = tokio::select! {
                () = stop.cancelled() => return Err(End::Stopped),
                arrived = timeout(options.limits.idle_timeout, stream.peek(&mut first)) => arrived,
            };
            return match arrived {
                Err(_) => Err(End::Silent),
                Ok(Err(error)) => Err(End::Call("recv()", error)),
                Ok(Ok(_)) => Ok(Heard::Nothing),
            };
        }
        Closing::Prompt | Closing::Late | Closing::Never => {}
    }
    let mut buffer = [0; 4096];
    let (mut bytes, mut lines) = (0_u64, 0_u64);
    let patience = options.limits.idle_timeout;
    // A whole line earns more time, a byte does not: who sends one now and then would stay for ever.
    let (mut until, mut begun) = (Instant::now() + patience, false);
    loop {
        let read = tokio::select! {
            () = stop.cancelled() => return Err(End::Stopped),
            read = timeout_at(until, stream.read(&mut buffer)) => read,
        };
        let length = match read {
            Err(_) if begun => return Err(End::Dawdles),
            Err(_) => return Err(End::Silent),
            Ok(Err(error)) => return Err(End::Call("recv()", error)),
            Ok(Ok(length)) => length,
        };
        if length == 0 {
            // 4. The client's FIN: the kernel has entered CLOSE_WAIT by itself.
            if options.closing != Closing::Prompt {
                connection.passing(stream);
            }
            return Ok(Heard::Fin { lines, bytes });
        }
        bytes += length as u64;
        let ends = buffer[..length].iter().filter(|&&byte| byte == b'\n').count();
        begun = buffer[length - 1] != b'\n';
        if ends > 0 {
            lines += ends as u64;
            let answer = format!("the server heard {bytes} bytes\n");
            let sent = timeout(patience, stream.write_all(answer.as_bytes())).await;
            sent.map_err(|_| End::TakesNoAnswer)?.map_err(|error| End::Call("send()", error))?;
            until = Instant::now() + patience;
        }
    }
}
