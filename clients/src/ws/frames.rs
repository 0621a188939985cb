//! What follows the upgrade: frames (RFC 6455 §5), and their end (§7).

use futures_util::{SinkExt, StreamExt};
use steps::{
    Ending,
    ws::reason::{Awaited, Ended},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};
use watch::ws::{Watch, end};

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
    awaited: &mut Option<Awaited>,
) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (text, binary) = (Message::text(TEXT), Message::binary(BINARY));
    let (ping, pong) = (Message::Ping(PING.into()), Message::Pong(PING.into()));
    *awaited = Some(Awaited::Text);
    send_and_await(socket, watch, fragmented(TEXT, fragments), &text).await?;
    *awaited = Some(Awaited::Bytes);
    send_and_await(socket, watch, vec![binary.clone()], &binary).await?;
    *awaited = Some(Awaited::Pong);
    send_and_await(socket, watch, vec![ping], &pong).await?;
    *awaited = Some(Awaited::Close);
    close(socket, watch, CloseCode::Normal, "goodbye").await
}

/// Nothing but the close.
pub(super) async fn leave<S>(socket: &mut WebSocketStream<S>, watch: &Watch) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
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
) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answered = async {
        for message in messages {
            socket.send(message).await?;
        }
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(_))) => {
                    // The library's answer to it still has to leave.
                    while let Some(Ok(_)) = socket.next().await {}
                    return Ok(Err(Ended::Closed));
                }
                Some(Ok(message)) if message == *answer => return Ok(Ok(())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(Err(Ended::Gone(Ending::Fin))),
            }
        }
    };
    match timeout(PATIENCE, answered).await {
        Ok(Ok(said)) => said,
        Ok(Err(error)) => {
            let ended = end::ended(&error);
            tell(socket, &ended).await;
            // A Close that came while this side was writing says more than the write that failed.
            Err(if watch.closed().is_some() && matches!(ended, Ended::Gone(_)) {
                Ended::Closed
            } else {
                ended
            })
        }
        Err(_) => Err(end::silent(PATIENCE)),
    }
}

/// Says Close first and waits for the server's, and for the server to end TCP (RFC 6455 §7.1.1).
async fn close<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    code: CloseCode,
    reason: &'static str,
) -> Result<(), Ended>
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
    let closed = timeout(PATIENCE, closing).await;
    // Both have said Close: how the transport ends then, and whether it does, is no failure (RFC 6455 §7.1.4).
    if watch.both_closed() {
        let unhappy = watch.closed().is_some_and(|close| end::is_unhappy(&close));
        return if unhappy { Err(Ended::Closed) } else { Ok(()) };
    }
    match closed {
        Ok(Ok(())) => Err(Ended::Gone(Ending::Fin)),
        Ok(Err(error)) => Err(end::ended(&error)),
        Err(_) => Err(end::silent(PATIENCE)),
    }
}

/// Tells the server what it did wrong (RFC 6455 §7.1.7); the library ends such a connection without a word.
async fn tell<S>(socket: &mut WebSocketStream<S>, ended: &Ended)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(frame) = end::close_frame(ended) {
        drop(timeout(PATIENCE, socket.close(Some(frame))).await);
    }
}

/// The same for a 101 that agreed to what nobody asked for.
pub(super) async fn refuse<S>(socket: &mut WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    tell(socket, &Ended::NotUpgraded).await;
}
