//! Both ends by tokio-tungstenite, over a pipe in memory: any stream will do, and addresses are optional. Each step, as
//! each end saw it, is a line of standard output.

use asnoted::{Outcome, Protocol, Session, Witness, ws};
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio_tungstenite::{accept_hdr_async, client_async, tungstenite::Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stdout).init();
    let (near, far) = tokio::io::duplex(4096);
    let session = Session::default();
    let (said, echoed) = tokio::join!(client(near, &session), server(far, &session));
    echoed?;
    println!("{}", said?);
    Ok(())
}

async fn client(stream: DuplexStream, session: &Session) -> Result<String, Error> {
    let watch = ws::Watch::new(Witness::client(session, Protocol::Ws, &()));
    let upgrading = client_async("ws://localhost/", watch.tap(stream));
    let (mut socket, _) = watch.during(upgrading).await?;
    socket.send("hello".into()).await?;
    let said = socket.next().await.ok_or(Error::ConnectionClosed)??.into_text()?;
    socket.close(None).await?;
    while let Some(Ok(_)) = socket.next().await {}
    watch.finish(&Outcome::Complete);
    Ok(said.to_string())
}

async fn server(stream: DuplexStream, session: &Session) -> Result<(), Error> {
    let watch = ws::Watch::new(Witness::server(session, Protocol::Ws, &()));
    #[allow(clippy::result_large_err)] // the type is the library's
    let on_request = |request: &_, response| watch.on_request(request, response);
    let upgraded = watch.during(accept_hdr_async(watch.tap(stream), on_request)).await;
    watch.accepted(&upgraded);
    let mut socket = upgraded?;
    while let Some(message) = socket.next().await {
        let message = message?;
        if message.is_text() {
            socket.send(message).await?;
        }
    }
    watch.finish(&Outcome::Complete);
    Ok(())
}
