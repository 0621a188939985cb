//! What follows the upgrade: frames (RFC 6455 §5), and their end (§7).

use std::sync::Arc;

use claims::{Event, Judge};
use futures_util::{SinkExt, StreamExt};
use steps::{
    Direction, Ending, Step, tls,
    ws::{self, reason::Ended},
};
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
use watch::{
    Witness,
    ws::{Watch, end},
};

use super::FAREWELL;
use crate::Limits;

/// Sends each message back, or tells what was seen, until the peer closes, stays silent for too long, or the
/// server stops. The library answers pings and closes by itself.
pub(super) async fn converse<S>(
    socket: &mut WebSocketStream<S>,
    watch: &Watch,
    told: Option<&Witness>,
    limits: Limits,
    stop: &CancellationToken,
) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let patience = limits.idle_timeout;
    let mut judge = Judge::default();
    loop {
        if let Some(witness) = told {
            match timeout(patience, tell(socket, witness, &mut judge)).await {
                // Nothing can be told to a peer that has said Close; what it says is in the log.
                Ok(
                    Ok(()) | Err(Error::ConnectionClosed | Error::Protocol(ProtocolError::SendAfterClosing)),
                ) => {}
                Ok(Err(error)) => return Err(end::ended(&error)),
                Err(_) => return Err(end::silent(patience)),
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
            return Err(end::silent(patience));
        };
        let sent = match next {
            // Both have said Close: how the transport ends then is no failure (RFC 6455 §7.1.4).
            None | Some(Err(Error::Io(_))) if watch.both_closed() => return end(watch),
            None => return Err(Ended::Gone(Ending::Fin)),
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
                let ended = end::ended(&error);
                // The library ends such a connection without a word.
                if let Some(frame) = end::close_frame(&ended) {
                    drop(timeout(FAREWELL, socket.close(Some(frame))).await);
                }
                return match ended {
                    Ended::Gone(_) if watch.both_closed() => end(watch),
                    other => Err(other),
                };
            }
            Err(_) => return Err(end::silent(patience)),
        }
    }
}

/// Both have said Close.
fn end(watch: &Watch) -> Result<(), Ended> {
    let unhappy = watch.closed().is_some_and(|close| end::is_unhappy(&close));
    if unhappy { Err(Ended::Closed) } else { Ok(()) }
}

/// Tells the client what was seen of its connection since the last time, with what it shows of the notes.
async fn tell<S>(socket: &mut WebSocketStream<S>, witness: &Witness, judge: &mut Judge) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let judged = witness.take_kept().into_iter().map(|seen| judge.annotate(Arc::unwrap_or_clone(seen)));
    for event in without_carriers(judged) {
        let json = steps::to_json(&event).expect("an event is plain data");
        socket.feed(Message::text(json)).await?;
    }
    socket.flush().await
}

/// What carries the story is no part of it: the text frames that we sent, and the TLS records around them.
fn without_carriers(events: impl Iterator<Item = Event>) -> Vec<Event> {
    let sent = |event: &Event, step: Step| event.direction == Direction::Sent && event.step == step;
    let mut told: Vec<Event> = Vec::new();
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
    let closed = timeout(FAREWELL, closing).await;
    if watch.both_closed() {
        return Ok(());
    }
    match closed {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(end::ended(&error)),
        Err(_) => Err(Ended::Stopped),
    }
}
