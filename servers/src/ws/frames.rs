//! What follows the upgrade: frames (RFC 6455 §5), and their end (§7).

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use steps::{Direction, Event, Said, Step, tls, ws};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use tokio_util::sync::CancellationToken;
use watch::{Witness, ws::Watch};

use super::{
    FAREWELL,
    trouble::{broken, idle, stopped, unhappy},
};
use crate::Limits;

/// Sends each message back, or tells what was seen, until the peer closes, stays silent for too long, or the
/// server stops. The library answers pings and closes by itself.
pub(super) async fn converse<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    told: Option<&Witness>,
    limits: Limits,
    stop: &CancellationToken,
) -> Result<(), Said>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let patience = limits.idle_timeout;
    loop {
        if let Some(witness) = told {
            match timeout(patience, tell(socket, witness)).await {
                // Nothing can be told to a peer that has said Close; what it says is in the log.
                Ok(
                    Ok(()) | Err(Error::ConnectionClosed | Error::Protocol(ProtocolError::SendAfterClosing)),
                ) => {}
                Ok(Err(error)) => return Err(broken(&error, watch)),
                Err(_) => return Err(idle(limits)),
            }
        }
        let next = tokio::select! {
            next = timeout(patience, socket.next()) => next,
            () = stop.cancelled() => {
                return close(socket, watch, CloseCode::Away, "the server stops").await;
            }
        };
        let Ok(next) = next else {
            drop(close(socket, watch, CloseCode::Away, "silent for too long").await);
            return Err(idle(limits));
        };
        let sent = match next {
            // The library gives None only after both sides have sent their Close.
            None => return watch.closed().and_then(|close| unhappy(&close)).map_or(Ok(()), Err),
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) if told.is_none() => {
                timeout(patience, socket.send(message)).await
            }
            Some(Ok(
                Message::Text(_)
                | Message::Binary(_)
                | Message::Ping(_)
                | Message::Pong(_)
                | Message::Close(_)
                | Message::Frame(_),
            )) => Ok(Ok(())),
            Some(Err(error)) => Ok(Err(error)),
        };
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // The library ends such a connection without a word.
                if let Some(code) = close_code(&error) {
                    let frame = CloseFrame { code, reason: error.to_string().into() };
                    drop(timeout(FAREWELL, socket.close(Some(frame))).await);
                }
                return Err(broken(&error, watch));
            }
            Err(_) => return Err(idle(limits)),
        }
    }
}

/// Tells the client what was seen of its connection since the last time.
async fn tell<S>(socket: &mut WebSocketStream<S>, witness: &Witness) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for event in without_carriers(witness.take_kept()) {
        let json = steps::to_json(&*event).expect("an event is plain data");
        socket.feed(Message::text(json)).await?;
    }
    socket.flush().await
}

/// What carries the story is no part of it: the text frames that we sent, and the TLS records around them.
fn without_carriers(events: Vec<Arc<Event>>) -> Vec<Arc<Event>> {
    let sent = |event: &Event, step: Step| event.direction == Direction::Sent && event.step == step;
    let mut told: Vec<Arc<Event>> = Vec::new();
    for event in events {
        if sent(&event, ws::Step::Text.into()) {
            // A record is told before the frame that it carries.
            while told.last().is_some_and(|last| sent(last, tls::Step::ApplicationData.into())) {
                told.pop();
            }
        } else {
            told.push(event);
        }
    }
    told
}

/// Says Close first and waits for the peer's.
async fn close<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    code: CloseCode,
    reason: &'static str,
) -> Result<(), Said>
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
        Ok(Err(error)) => Err(broken(&error, watch)),
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
