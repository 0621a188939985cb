//! WebSocket by tungstenite: the upgrade, a text and its echo, Close both ways.

use std::{net::SocketAddr, time::Instant};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use steps::{Protocol, Side};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config, client_async_with_config,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        protocol::WebSocketConfig,
    },
};
use watch::{Outcome, Session, Started, Witness, ws::Watch};

use super::Held;

const URL: &str = "ws://localhost/";
const TEXT: &str = "hello, 你好";

fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(16 * 1024)
}

#[allow(clippy::result_large_err)] // the callback's type is the library's
pub(crate) async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    watched: Option<Session>,
) -> anyhow::Result<()> {
    let Some(session) = watched else {
        let agree = |_: &Request, response: Response| Ok(response);
        return echo(accept_hdr_async_with_config(stream, agree, Some(config())).await?).await;
    };
    let ends = (peer, stream.local_addr()?);
    let witness = Witness::new(&session, Side::Server, Protocol::Ws, None, ends, Started::now());
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(&witness);
    let tapped = watch.tap(&mut stream);
    let agree = |request: &Request, response: Response| watch.on_request(request, response);
    let upgraded = accept_hdr_async_with_config(tapped, agree, Some(config())).await;
    watch.accepted(&upgraded);
    echo(upgraded?).await?;
    witness.finish(&Outcome::Complete);
    Ok(())
}

/// Gives the moment at which the upgrade was complete.
pub(crate) async fn visit(stream: TcpStream, watched: Option<&Session>) -> anyhow::Result<Instant> {
    let Some(session) = watched else {
        let (socket, _) = client_async_with_config(URL, stream, Some(config())).await?;
        let complete = Instant::now();
        return speak(socket).await.map(|()| complete);
    };
    let (ends, started) = ((stream.local_addr()?, stream.peer_addr()?), Started::now());
    let witness = Witness::new(session, Side::Client, Protocol::Ws, None, ends, started);
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(&witness);
    let upgraded = client_async_with_config(URL, watch.tap(stream), Some(config())).await;
    if upgraded.is_ok() {
        watch.compared(true);
        watch.opened();
    }
    let complete = Instant::now();
    speak(upgraded?.0).await?;
    witness.finish(&Outcome::Complete);
    Ok(complete)
}

/// A visit over any stream: for a recording.
pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> anyhow::Result<()> {
    speak(client_async_with_config(URL, stream, Some(config())).await?.0).await
}

pub(crate) async fn hold(stream: TcpStream) -> anyhow::Result<Held> {
    Ok(Box::new(client_async_with_config(URL, stream, Some(config())).await?.0))
}

async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) -> anyhow::Result<()> {
    while let Some(message) = socket.next().await {
        let message = message?;
        if message.is_text() || message.is_binary() {
            socket.send(message).await?;
        }
    }
    Ok(())
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) -> anyhow::Result<()> {
    socket.send(Message::text(TEXT)).await?;
    let echo = socket.next().await.context("the server left")??;
    anyhow::ensure!(echo == Message::text(TEXT), "another text came");
    socket.close(None).await?;
    while let Some(message) = socket.next().await {
        message?;
    }
    Ok(())
}
