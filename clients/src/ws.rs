//! The WebSocket client: asks for the upgrade, sends a text, some bytes and a ping, waits for each to come back,
//! and closes.
//!
//! Run it with `client ws` or `client ws ws://HOST:PORT/PATH`. Read beside it: the heading "Websocket建立过程" of
//! the notes, RFC 6455 §4.1 (the upgrade, the client's part) and §5 (frames), and `servers/src/ws.rs`, which has
//! the same sections in the same order.

use std::{fmt, net::SocketAddr, str::FromStr};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use steps::{Protocol, Said, Side};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        error::{CapacityError, ProtocolError},
        http::Uri,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};
use watch::{Outcome, Witness, ws::Watch};

use crate::{PATIENCE, Target};

/// The longest message that is taken.
const MOST_MESSAGE: usize = 1024 * 1024;

/// What the client says. The text is not ASCII alone: a text frame is UTF-8.
const TEXT: &str = "hello, 你好";
const BINARY: &[u8] = &[0x00, 0x01, 0x02, 0x7f, 0x80, 0xff];
const PING: &[u8] = b"still there?";

/// What the WebSocket client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "ws://127.0.0.1:7080/", value_name = "URL")]
    pub url: Url,
}

/// A WebSocket URL (RFC 6455 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it says wss: over TLS.
    pub secure: bool,
    /// The server.
    pub target: Target,
    /// The path and the query.
    pub path: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let help = || format!("`{text}` is not a WebSocket URL such as ws://127.0.0.1:7080/chat");
        if text.contains('#') {
            return Err(format!(
                "`{text}` has a fragment, and RFC 6455 §3 allows none: leave out what follows `#`"
            ));
        }
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("ws://{text}") };
        let uri: Uri = with_scheme.parse().map_err(|_| help())?;
        let (secure, usual) = match uri.scheme_str() {
            Some("ws") => (false, 80),
            Some("wss") => (true, 443),
            _ => return Err(help()),
        };
        let authority = uri.authority().ok_or_else(help)?;
        let port = match authority.port_u16() {
            Some(port) => port,
            None if authority.as_str() == authority.host() => usual,
            // A port that is no number, or a name and password, which no WebSocket URL has.
            None => return Err(help()),
        };
        if authority.as_str().contains('@') {
            return Err(help());
        }
        let target = format!("{}:{port}", authority.host()).parse().map_err(|_| help())?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Url { secure, target, path: path.into() })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.target, self.path)
    }
}

impl From<SocketAddr> for Url {
    fn from(address: SocketAddr) -> Self {
        Url { secure: false, target: address.into(), path: "/".into() }
    }
}

/// Makes one connection and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let url = &options.url;
    if url.secure {
        bail!("{url}: wss (WebSocket over TLS) is not built yet; use ws://");
    }
    let (stream, started) = url.target.connect().await?;
    let ends = stream.local_addr().and_then(|here| Ok((here, stream.peer_addr()?)));
    let ends = ends.with_context(|| format!("{} was gone at once", url.target))?;
    let witness = Witness::new(Side::Client, Protocol::Ws, None, ends, started);
    watch::tcp::established(&witness, &stream);
    match visit(stream, url, &witness).await {
        Ok(()) => {
            witness.finish(&Outcome::Complete);
            Ok(())
        }
        Err(why) => {
            witness.finish(&Outcome::Failed(why.clone()));
            bail!("{url}: {}", why.en);
        }
    }
}

/// The upgrade and what follows, over any stream: TCP for ws.
async fn visit<S>(stream: S, url: &Url, witness: &Witness) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let watch = Watch::new(witness);
    let mut stream = watch.tap(stream);
    let request = url.to_string().into_client_request().map_err(|error| not_upgraded(&error, &watch))?;
    let upgrade = client_async_with_config(request, &mut stream, Some(config()));
    let Ok(upgraded) = timeout(PATIENCE, upgrade).await else { return Err(silent(&watch)) };
    watch.connected(&upgraded);
    match upgraded {
        Ok((mut socket, _response)) => talk(&mut socket).await,
        Err(error) => Err(not_upgraded(&error, &watch)),
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .max_message_size(Some(MOST_MESSAGE))
        .max_frame_size(Some(MOST_MESSAGE))
}

/// A text, some bytes and a ping, each awaited, then the close.
async fn talk<S>(socket: &mut WebSocketStream<S>) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let text = Message::text(TEXT);
    send_and_await(socket, text.clone(), &text, &Said::new("echo of the text", "文本的回显")).await?;
    let binary = Message::binary(BINARY);
    send_and_await(socket, binary.clone(), &binary, &Said::new("echo of the bytes", "字节的回显")).await?;
    let (ping, pong) = (Message::Ping(PING.into()), Message::Pong(PING.into()));
    send_and_await(socket, ping, &pong, &Said::new("pong", "pong")).await?;
    close(socket, CloseCode::Normal, "goodbye").await
}

/// Sends `message` and reads until `answer` comes; what else the server says meanwhile is in the log.
async fn send_and_await<S>(
    socket: &mut WebSocketStream<S>,
    message: Message,
    answer: &Message,
    what: &Said,
) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answered = async {
        socket.send(message).await.map_err(|error| broken(&error))?;
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => return Err(closed_early(frame.as_ref(), what)),
                Some(Ok(message)) if message == *answer => return Ok(()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(broken(&error)),
                None => return Err(closed_early(None, what)),
            }
        }
    };
    timeout(PATIENCE, answered).await.unwrap_or_else(|_| Err(unanswered(what)))
}

/// Says Close first and waits for the server's, and for the server to end TCP (RFC 6455 §7.1.1).
async fn close<S>(socket: &mut WebSocketStream<S>, code: CloseCode, reason: &'static str) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut answered = false;
    let closing = async {
        socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
        while let Some(message) = socket.next().await {
            answered |= matches!(message?, Message::Close(_));
        }
        Ok(())
    };
    match timeout(PATIENCE, closing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(broken(&error)),
        // Both have said Close; that the server leaves TCP open is for it to regret.
        Err(_) if answered => Ok(()),
        Err(_) => Err(unanswered(&Said::new("Close", "Close"))),
    }
}

// Why a connection failed, and what to do.

fn unanswered(what: &Said) -> Said {
    let seconds = PATIENCE.as_secs();
    Said::new(
        format!("No {} within {seconds} s: does this server echo? Ours does: `server ws`.", what.en),
        format!("{seconds} 秒内没有等到{}：这个服务端会回显吗？我们的会：`server ws`。", what.zh),
    )
}

fn silent(watch: &Watch) -> Said {
    let (seconds, bytes) = (PATIENCE.as_secs(), watch.received());
    Said::new(
        format!(
            "No complete answer to the upgrade request within {seconds} s, only {bytes} bytes: is this a WebSocket server?"
        ),
        format!("{seconds} 秒内没有等到对升级请求的完整应答，只有 {bytes} 字节：这是 WebSocket 服务端吗？"),
    )
}

fn not_upgraded(error: &Error, watch: &Watch) -> Said {
    if let Some(looks) = watch.looks_like() {
        return Said::new(
            format!(
                "The server's first bytes look like this: {looks}. That is no HTTP answer; is the port right?"
            ),
            format!("服务端最初的字节看起来是：{looks}，不是 HTTP 应答；端口对吗？"),
        );
    }
    if let Some(answer) = watch.refused() {
        return Said::new(
            format!(
                "The server answered `{answer}` instead of 101: is it a WebSocket server, and is the path right?"
            ),
            format!("服务端应答 `{answer}`，而不是 101：它是 WebSocket 服务端吗？路径对吗？"),
        );
    }
    match error {
        Error::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch) => Said::new(
            "The server's Sec-WebSocket-Accept is not the one that the key gives: something in between has answered, or the server is broken.",
            "服务端的 Sec-WebSocket-Accept 与密钥算出的不符：是中间的某个设备应答了，或者服务端有错。",
        ),
        Error::Protocol(ProtocolError::HandshakeIncomplete) => match watch.received() {
            0 => Said::new(
                "The server ended the connection without an answer to the upgrade request: is this a WebSocket server?",
                "服务端没有应答升级请求就结束了连接：这是 WebSocket 服务端吗？",
            ),
            bytes => Said::new(
                format!(
                    "The server vanished after {bytes} bytes of its answer to the upgrade request; try again."
                ),
                format!("服务端在应答的 {bytes} 字节之后消失了；请重试。"),
            ),
        },
        Error::Io(error) => Said::new(
            format!("The connection broke during the upgrade: {error}; is this a WebSocket server?"),
            format!("连接在升级过程中断开：{error}；这是 WebSocket 服务端吗？"),
        ),
        other => Said::new(
            format!(
                "The server's answer is not a valid upgrade: {other}. RFC 6455 §4.2.2 says what belongs in it."
            ),
            format!("服务端的应答不是有效的升级：{other}。应有的内容见 RFC 6455 §4.2.2。"),
        ),
    }
}

fn closed_early(frame: Option<&CloseFrame>, what: &Said) -> Said {
    let with = frame.map(|frame| format!(" ({} {})", frame.code, frame.reason)).unwrap_or_default();
    Said::new(
        format!("The server closed{with} before the {}: does it echo? Ours does: `server ws`.", what.en),
        format!("服务端在{}之前就关闭了{with}：它会回显吗？我们的会：`server ws`。", what.zh),
    )
}

fn broken(error: &Error) -> Said {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Said::new(
            format!(
                "The server sent a message of {size} bytes, and this client takes {max_size}: is it the right server?"
            ),
            format!("服务端发来 {size} 字节的消息，而本客户端最多接受 {max_size} 字节：服务端对吗？"),
        ),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Said::new(
            "The server ended the connection without a Close frame: was it cut, or did the server crash?",
            "服务端没有发送 Close 帧就结束了连接：是被切断，还是服务端崩溃了？",
        ),
        Error::Io(error) => Said::new(
            format!("The connection broke after the upgrade: {error}; try again."),
            format!("连接在升级之后断开：{error}；请重试。"),
        ),
        other => Said::new(
            format!("The server broke the rules of the frames: {other}. RFC 6455 §5 says what they are."),
            format!("服务端违反了帧的规则：{other}。规则见 RFC 6455 §5。"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_reads_back_in_full() {
        for (short, full) in [
            ("ws://127.0.0.1:7080", "ws://127.0.0.1:7080/"),
            ("ws://[::1]:7080/chat?a=b", "ws://[::1]:7080/chat?a=b"),
            ("ws://example.com", "ws://example.com:80/"),
            ("wss://example.com/", "wss://example.com:443/"),
            ("localhost:7080", "ws://localhost:7080/"),
        ] {
            assert_eq!(short.parse::<Url>().unwrap().to_string(), full);
        }
        for bad in [
            "http://a/",
            "ws://",
            "ws:///x",
            "ws://a:0/",
            "ws://a:b/",
            "ws://a:/",
            "ws://a:99999/",
            "ws://a/#b",
            "ws://u:p@a/",
            "",
        ] {
            assert!(bad.parse::<Url>().is_err(), "{bad}");
        }
    }
}
