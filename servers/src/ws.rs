//! The WebSocket server: takes the upgrade, then sends every message back.
//!
//! Run it with `server ws` and visit it with `client ws` or any other WebSocket client. Read beside it: the
//! heading "Websocket建立过程" of the notes, RFC 6455 §4.2 (the upgrade, the server's part) and §5 (frames), and
//! `clients/src/ws.rs`, which has the same sections in the same order.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use futures_util::{SinkExt, StreamExt};
use steps::{Protocol, Said, Side};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        handshake::server::{Request, Response},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};
use tokio_util::sync::CancellationToken;
use watch::{Outcome, Started, Witness, ws::Watch};

use crate::Limits;

/// The longest message that is taken; a longer one ends the connection with code 1009.
const MOST_MESSAGE: usize = 1024 * 1024;

/// How long a peer gets to read a last answer and to close its side.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the WebSocket server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7080", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The folder of the demo keys
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A WebSocket server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

impl Server {
    /// Binds the port.
    ///
    /// # Errors
    ///
    /// Says what could not be bound, and what to do.
    pub async fn bind(options: &Options) -> anyhow::Result<Self> {
        let listener = crate::bind(options.listen).await?;
        let address = listener.local_addr()?;
        Ok(Server { listener, address, limits: options.limits })
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
        let limits = self.limits;
        let handle = move |stream, peer, stop| connection(stream, peer, limits, stop);
        crate::accept_loop(self.listener, limits, stop, handle).await
    }
}

/// One connection from accept to end.
async fn connection(stream: TcpStream, peer: SocketAddr, limits: Limits, stop: CancellationToken) {
    let started = Started::now();
    let here = match stream.local_addr().and_then(|here| stream.set_nodelay(true).map(|()| here)) {
        Ok(here) => here,
        Err(error) => return tracing::warn!("{peer} was gone before it was served: {error}"),
    };
    let witness = Witness::new(Side::Server, Protocol::Ws, None, (peer, here), started);
    watch::tcp::established(&witness, &stream);
    let outcome = match serve(stream, &witness, limits, &stop).await {
        Ok(()) => Outcome::Complete,
        Err(why) => Outcome::Failed(why),
    };
    witness.finish(&outcome);
}

/// The upgrade and what follows, over any stream: TCP for ws.
async fn serve<S>(stream: S, witness: &Witness, limits: Limits, stop: &CancellationToken) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let watch = Watch::new(witness);
    let mut stream = watch.tap(stream);
    let upgraded = {
        #[allow(clippy::result_large_err)] // the callback's type is the library's
        let on_request = |request: &Request, response: Response| watch.on_request(request, response);
        let upgrade = accept_hdr_async_with_config(&mut stream, on_request, Some(config()));
        tokio::select! {
            upgraded = timeout(limits.handshake_timeout, upgrade) => upgraded,
            () = stop.cancelled() => return Err(stopped()),
        }
    };
    let Ok(upgraded) = upgraded else { return Err(silent(&watch, limits)) };
    watch.accepted(&upgraded);
    match upgraded {
        Ok(mut socket) => {
            let echoed = echo(&mut socket, limits, stop).await;
            if echoed.is_err() {
                farewell(socket.get_mut()).await;
            }
            echoed
        }
        Err(error) => {
            // The library leaves without a word; RFC 6455 §4.2.2 asks for an HTTP answer.
            let why = not_upgraded(&error, &watch);
            if let Some(answer) = answer(&error, &watch) {
                refuse(&mut stream, &answer, &why).await;
            }
            Err(why)
        }
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .max_message_size(Some(MOST_MESSAGE))
        .max_frame_size(Some(MOST_MESSAGE))
}

/// Sends each message back until the peer closes, stays silent for too long, or the server stops. The library
/// answers pings and closes by itself.
async fn echo<S>(
    socket: &mut WebSocketStream<S>,
    limits: Limits,
    stop: &CancellationToken,
) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let next = tokio::select! {
            next = timeout(limits.idle_timeout, socket.next()) => next,
            () = stop.cancelled() => return close(socket, CloseCode::Away, "the server stops").await,
        };
        let Ok(next) = next else {
            drop(close(socket, CloseCode::Away, "silent for too long").await);
            return Err(idle(limits));
        };
        let sent = match next {
            // The library gives None only after both sides have sent their Close.
            None => return Ok(()),
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                timeout(limits.idle_timeout, socket.send(message)).await
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_))) => {
                Ok(Ok(()))
            }
            Some(Err(error)) => Ok(Err(error)),
        };
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                if let Some(code) = close_code(&error) {
                    let frame = CloseFrame { code, reason: error.to_string().into() };
                    drop(timeout(FAREWELL, socket.close(Some(frame))).await);
                }
                return Err(broken(&error));
            }
            Err(_) => return Err(idle(limits)),
        }
    }
}

/// Says Close first and waits for the peer's.
async fn close<S>(socket: &mut WebSocketStream<S>, code: CloseCode, reason: &'static str) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let closing = async {
        socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
        while let Some(message) = socket.next().await {
            message?;
        }
        Ok(())
    };
    match timeout(FAREWELL, closing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_) => Err(stopped()),
    }
}

/// The code that tells the peer what it did wrong (RFC 6455 §7.4.1); none when nobody is left to be told.
fn close_code(error: &Error) -> Option<CloseCode> {
    match error {
        Error::Capacity(_) => Some(CloseCode::Size),
        Error::Utf8(_) => Some(CloseCode::Invalid),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}

/// How [`Watch::looks_like`] calls a request that is malformed, but still HTTP.
const HTTP: &str = "HTTP request";

/// An HTTP answer to a request that is no valid upgrade.
#[derive(Debug)]
struct Answer {
    status: &'static str,
    headers: &'static str,
}

/// How to answer a request that the library refused; none to a peer that does not speak HTTP or is gone.
fn answer(error: &Error, watch: &Watch) -> Option<Answer> {
    let (status, headers) = match error {
        Error::Protocol(
            ProtocolError::MissingUpgradeWebSocketHeader
            | ProtocolError::MissingConnectionUpgradeHeader
            | ProtocolError::MissingSecWebSocketVersionHeader,
        ) => (
            "426 Upgrade Required",
            "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        ),
        Error::Protocol(ProtocolError::WrongHttpMethod) => {
            ("405 Method Not Allowed", "Connection: close\r\nAllow: GET\r\n")
        }
        Error::Protocol(ProtocolError::HttparseError(_))
            if watch.looks_like().is_none_or(|looks| looks != HTTP) =>
        {
            return None;
        }
        Error::Protocol(ProtocolError::HandshakeIncomplete) => return None,
        Error::Protocol(_) | Error::HttpFormat(_) | Error::Utf8(_) => {
            ("400 Bad Request", "Connection: close\r\n")
        }
        Error::Capacity(_) | Error::AttackAttempt => {
            ("431 Request Header Fields Too Large", "Connection: close\r\n")
        }
        _ => return None,
    };
    Some(Answer { status, headers })
}

/// Answers in HTTP, says why in the body, and lets the peer read it.
async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, answer: &Answer, why: &Said) {
    let Answer { status, headers } = answer;
    let body = format!("{}\n{}\n", why.en, why.zh);
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    drop(timeout(FAREWELL, stream.write_all(answer.as_bytes())).await);
    farewell(stream).await;
}

/// Ends our side and reads on for a moment: to close with unread bytes would reset the connection, and a reset
/// takes the last answer back.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    let last = async {
        stream.shutdown().await?;
        let mut unread = [0; 4096];
        while stream.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    drop(timeout(FAREWELL, last).await);
}

// Why a connection failed, and what to do.

fn stopped() -> Said {
    Said::new("The server stopped before the connection had ended.", "连接尚未结束，服务端就停止了。")
}

fn idle(limits: Limits) -> Said {
    let seconds = limits.idle_timeout.as_secs_f64();
    Said::new(
        format!("The peer was silent for {seconds} s; `--idle-timeout` allows more."),
        format!("对端沉默了 {seconds} 秒；可用 `--idle-timeout` 放宽。"),
    )
}

fn silent(watch: &Watch, limits: Limits) -> Said {
    let (seconds, bytes) = (limits.handshake_timeout.as_secs_f64(), watch.received());
    Said::new(
        format!(
            "No complete upgrade request within {seconds} s, only {bytes} bytes: does the peer wait for the server to speak first? `--handshake-timeout` allows more."
        ),
        format!(
            "{seconds} 秒内没有完整的升级请求，只有 {bytes} 字节：对端是否在等服务端先说话？可用 `--handshake-timeout` 放宽。"
        ),
    )
}

fn not_upgraded(error: &Error, watch: &Watch) -> Said {
    if let Some(looks) = watch.looks_like().filter(|looks| looks != HTTP) {
        let (en, zh) = match looks.as_str() {
            looks if looks.starts_with("TLS") => {
                ("Use ws:// here, not wss:// or https://.", "这里请用 ws://，而不是 wss:// 或 https://。")
            }
            looks if looks.starts_with("SSH") => ("Is this the right port?", "端口对吗？"),
            _ => {
                ("A WebSocket client begins with an HTTP/1.1 GET.", "WebSocket 客户端以 HTTP/1.1 GET 开头。")
            }
        };
        return Said::new(
            format!("The peer's first bytes are no HTTP request but look like this: {looks}. {en}"),
            format!("对端最初的字节不是 HTTP 请求，看起来是：{looks}。{zh}"),
        );
    }
    match error {
        Error::Protocol(
            ProtocolError::MissingUpgradeWebSocketHeader | ProtocolError::MissingConnectionUpgradeHeader,
        ) => Said::new(
            "This is a plain HTTP request without Upgrade. Use a WebSocket client, such as `client ws`.",
            "这是一个没有 Upgrade 的普通 HTTP 请求。请用 WebSocket 客户端，例如 `client ws`。",
        ),
        Error::Protocol(ProtocolError::HandshakeIncomplete) => match watch.received() {
            0 => Said::new(
                "The peer connected and left without a word: a port scan or a health check?",
                "对端连接后一言不发就离开了：端口扫描或健康检查？",
            ),
            bytes => Said::new(
                format!("The peer vanished after {bytes} bytes of its upgrade request; let it try again."),
                format!("对端在升级请求的 {bytes} 字节之后消失了；请让它重试。"),
            ),
        },
        Error::Io(error) => Said::new(
            format!("The connection broke during the upgrade: {error}; let the peer try again."),
            format!("连接在升级过程中断开：{error}；请让对端重试。"),
        ),
        other => Said::new(
            format!("The upgrade request is not valid: {other}. RFC 6455 §4.2.1 says what belongs in it."),
            format!("升级请求无效：{other}。应有的内容见 RFC 6455 §4.2.1。"),
        ),
    }
}

fn broken(error: &Error) -> Said {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Said::new(
            format!(
                "A message of {size} bytes came, {max_size} are allowed: closed with 1009. Send it in smaller messages."
            ),
            format!("收到 {size} 字节的消息，最多允许 {max_size} 字节：以 1009 关闭。请分成较小的消息发送。"),
        ),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Said::new(
            "The peer ended the connection without a Close frame: was it cut, or did the peer crash?",
            "对端没有发送 Close 帧就结束了连接：是被切断，还是对端崩溃了？",
        ),
        Error::Io(error) => Said::new(
            format!("The connection broke after the upgrade: {error}; let the peer try again."),
            format!("连接在升级之后断开：{error}；请让对端重试。"),
        ),
        other => Said::new(
            format!("The peer broke the rules of the frames: {other}. RFC 6455 §5 says what they are."),
            format!("对端违反了帧的规则：{other}。规则见 RFC 6455 §5。"),
        ),
    }
}
