//! What follows the upgrade: frames (RFC 6455 §5), and their end (§7).

use futures_util::{SinkExt, StreamExt};
use steps::Said;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};
use watch::ws::Watch;

use super::trouble::{broken, closed_early, unanswered, unhappy};
use crate::PATIENCE;

/// What the client says. The text is not ASCII alone: a text frame is UTF-8.
const TEXT: &str = "hello, 你好";
const BINARY: &[u8] = &[0x00, 0x01, 0x02, 0x7f, 0x80, 0xff];
const PING: &[u8] = b"still there?";

/// A text in so many fragments, some bytes and a ping, each awaited, then the close.
pub(super) async fn converse<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    fragments: usize,
) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let said = async {
        let (text, echo) = (Message::text(TEXT), Said::new("echo of the text", "文本的回显"));
        send_and_await(socket, watch, fragmented(TEXT, fragments), &text, &echo).await?;
        let (binary, echo) = (Message::binary(BINARY), Said::new("echo of the bytes", "字节的回显"));
        send_and_await(socket, watch, vec![binary.clone()], &binary, &echo).await?;
        let (ping, pong) = (Message::Ping(PING.into()), Message::Pong(PING.into()));
        send_and_await(socket, watch, vec![ping], &pong, &Said::new("pong", "pong")).await
    };
    said.await?;
    close(socket, watch, CloseCode::Normal, "goodbye").await
}

/// One message in so many frames (RFC 6455 §5.4). A frame may end within a character: only the whole is UTF-8.
fn fragmented(text: &str, fragments: usize) -> Vec<Message> {
    if fragments <= 1 {
        return vec![Message::text(text)];
    }
    let parts: Vec<_> = text.as_bytes().chunks(text.len().div_ceil(fragments)).collect();
    let last = parts.len() - 1;
    let frame = |(i, part): (usize, &&[u8])| {
        let opcode = OpCode::Data(if i == 0 { Data::Text } else { Data::Continue });
        Message::Frame(Frame::message(part.to_vec(), opcode, i == last))
    };
    parts.iter().enumerate().map(frame).collect()
}

/// Sends `messages` and reads until `answer` comes; what else the server says meanwhile is in the log.
async fn send_and_await<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    messages: Vec<Message>,
    answer: &Message,
    what: &Said,
) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answered = async {
        for message in messages {
            socket.send(message).await?;
        }
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => {
                    // The library's answer to it still has to leave.
                    while let Some(Ok(_)) = socket.next().await {}
                    return Ok(Err(closed_early(frame.as_ref(), what)));
                }
                Some(Ok(message)) if message == *answer => return Ok(Ok(())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(Err(closed_early(None, what))),
            }
        }
    };
    match timeout(PATIENCE, answered).await {
        Ok(Ok(said)) => said,
        Ok(Err(error)) => {
            fail(socket, &error).await;
            Err(broken(&error, watch))
        }
        Err(_) => Err(unanswered(what)),
    }
}

/// Says Close first and waits for the server's, and for the server to end TCP (RFC 6455 §7.1.1).
async fn close<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    code: CloseCode,
    reason: &'static str,
) -> Result<(), Said>
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
        Ok(Ok(())) => watch.closed().and_then(|close| unhappy(&close)).map_or(Ok(()), Err),
        Ok(Err(error)) => Err(broken(&error, watch)),
        // Both have said Close; that the server leaves TCP open is for it to regret.
        Err(_) if answered => Ok(()),
        Err(_) => Err(unanswered(&Said::new("Close", "Close"))),
    }
}

/// Tells the server what it did wrong (RFC 6455 §7.1.7); the library ends such a connection without a word.
pub(super) async fn fail<S>(socket: &mut WebSocketStream<S>, error: &Error)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(code) = close_code(error) {
        let frame = CloseFrame { code, reason: error.to_string().into() };
        drop(timeout(PATIENCE, socket.close(Some(frame))).await);
    }
}

/// The code that tells the server what it did wrong (RFC 6455 §7.4.1); none when nobody is left to be told.
fn close_code(error: &Error) -> Option<CloseCode> {
    match error {
        Error::Capacity(_) => Some(CloseCode::Size),
        Error::Utf8(_) => Some(CloseCode::Invalid),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}
