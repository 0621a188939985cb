//! The WebSocket client: asks for the upgrade, sends a text, some bytes and a ping, waits for each to come back,
//! and closes.
//!
//! ```sh
//! client ws                                       # our server
//! client ws wss://127.0.0.1:7081/                 # the same over TLS
//! client ws ws://HOST:PORT/PATH --protocol chat   # any server that echoes
//! ```
//!
//! Read beside it: the heading "Websocket建立过程" of the notes, RFC 6455 §4.1 (the upgrade, the client's part) and
//! §5 (frames), and `servers/src/ws.rs`, which has the same sections in the same order.

use std::time::Duration;

use anyhow::{Context, bail};
use rustls::pki_types::ServerName;
use steps::{
    Ending, Protocol, Reason, Side, say,
    tls::reason as why_tls,
    ws::{
        Check,
        reason::{Awaited, Ended, Given},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        client::IntoClientRequest,
        handshake::client::generate_request,
        http::{
            HeaderValue,
            header::{ORIGIN, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL},
        },
        protocol::{Role, WebSocketConfig},
    },
};
use watch::{
    Outcome, Session, Witness,
    ws::{Watch, end},
};

use crate::PATIENCE;

mod frames;
mod options;
mod target;
mod tls;

pub(crate) use options::Changed;
pub use options::Options;
pub use target::Url;

/// The longest message that is taken.
const MOST_MESSAGE: usize = 1024 * 1024;

/// How long the body of an answer may take that is not 101.
const BODY: Duration = Duration::from_secs(2);

/// Makes one connection and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options, session: &Session) -> anyhow::Result<()> {
    let url = &options.url;
    let connector = url.secure.then(|| tls::connector(options)).transpose()?;
    let (stream, started) = url.target.connect(session).await?;
    let ends = stream.local_addr().and_then(|here| Ok((here, stream.peer_addr()?)));
    let ends = ends.with_context(|| format!("{} was gone at once", url.target))?;
    let variant = url.secure.then(|| "wss".to_owned());
    let witness = Witness::new(session, Side::Client, Protocol::Ws, variant, ends, started);
    watch::tcp::established(&witness, &stream);
    let ran = match connector {
        None => over(stream, options, &witness).await,
        Some(connector) => secure(stream, connector, options, &witness).await,
    };
    match ran {
        Ok(()) => {
            witness.finish(&Outcome::Complete);
            Ok(())
        }
        Err(why) => {
            let said = why.said();
            witness.finish(&Outcome::Failed(Box::new(why)));
            bail!("{url}: {}", said.en);
        }
    }
}

/// TLS first, and all the rest inside it.
async fn secure(
    stream: TcpStream,
    connector: TlsConnector,
    options: &Options,
    witness: &Witness,
) -> Result<(), Reason> {
    let host = &options.url.target.host;
    let Ok(name) = ServerName::try_from(host.clone()) else {
        return Err(Reason::new(say!(ws::no_certificate_for_this_name(host))));
    };
    let told = why_tls::Given {
        variant: options.tls12.then_some(why_tls::Variant::Tls12),
        ..why_tls::Given::nothing(why_tls::Program::WsClient)
    };
    let below = watch::tls::Watch::new(witness.clone()).told(told);
    let stream = below.tap(stream);
    let connecting = below.during(async { connector.connect(name, stream).await });
    let ran = match timeout(PATIENCE, connecting).await {
        Ok(Ok(tls)) => {
            below.complete(tls.get_ref().1, None);
            over(tls, options, witness).await
        }
        Ok(Err(error)) => Err(below.explain(&error)),
        Err(_) => Err(below.why(why_tls::End::Silent(PATIENCE))),
    };
    below.end();
    ran
}

/// The upgrade and what follows, over any stream: TCP for ws, TLS for wss.
async fn over<S>(stream: S, options: &Options, witness: &Witness) -> Result<(), Reason>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let watch = Watch::new(witness);
    let mut stream = watch.tap(stream);
    let mut given =
        Given { protocols: options.protocol.clone(), secure: options.url.secure, ..Given::default() };
    let ran = speak(&mut stream, options, &watch, &mut given.awaited).await;
    // Over TLS this says close_notify, so that the server does not take a cut for an end.
    drop(timeout(BODY, stream.shutdown()).await);
    ran.map_err(|ended| watch.why(&ended, &given))
}

async fn speak<S>(
    stream: &mut S,
    options: &Options,
    watch: &Watch,
    awaited: &mut Option<Awaited>,
) -> Result<(), Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let upgraded = timeout(PATIENCE, upgrade(stream, options, watch)).await;
    let behind = upgraded.map_err(|_| end::silent(PATIENCE))??;
    let mut socket = WebSocketStream::from_partially_read(stream, behind, Role::Client, Some(config())).await;
    if !watch.failed().is_empty() {
        frames::refuse(&mut socket).await;
        return Err(Ended::NotUpgraded);
    }
    if options.changed.no_frames {
        return frames::leave(&mut socket, watch).await;
    }
    frames::converse(&mut socket, watch, options.fragments, awaited).await
}

/// Asks for the upgrade and checks the answer (RFC 6455 §4.1): by ourselves, for the library refuses answers that the
/// standard allows, such as a list in Connection. Gives what came behind the answer's head.
async fn upgrade<S>(stream: &mut S, options: &Options, watch: &Watch) -> Result<Vec<u8>, Ended>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = options.url.to_string().into_client_request();
    let mut request = request.map_err(|_| Ended::GaveUp)?;
    if let Ok(names) = HeaderValue::from_str(&options.protocol.join(", "))
        && !names.is_empty()
    {
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, names);
    }
    let changed = &options.changed;
    if let Some(Ok(origin)) = changed.origin.as_deref().map(HeaderValue::from_str) {
        request.headers_mut().insert(ORIGIN, origin);
    }
    if let Some(extensions) = changed.extensions {
        request.headers_mut().insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(extensions));
    }
    let (request, _key) = generate_request(request).map_err(|_| Ended::GaveUp)?;
    stream.write_all(&request).await.map_err(|error| end::gone(&error))?;
    stream.flush().await.map_err(|error| end::gone(&error))?;
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part).await {
            Ok(0) => return Err(Ended::Gone(Ending::Fin)),
            Ok(n) => answer.extend_from_slice(&part[..n]),
            Err(error) => return Err(end::gone(&error)),
        }
        if watch.looks_like().is_some() {
            let most = wire::ws::MOST_HEAD;
            let too_long = answer.len() >= most;
            return Err(if too_long { Ended::HeadTooLong { most: most as u64 } } else { Ended::NotHttp });
        }
        if watch.refused().is_some() {
            body(stream, watch).await;
            return Err(Ended::NotUpgraded);
        }
        if let Some(length) = watch.answer_length() {
            checked(watch)?;
            return Ok(answer.split_off(usize::try_from(length).unwrap_or(answer.len()).min(answer.len())));
        }
    }
}

/// What the client makes of a 101: the checks are the watcher's, in the order of the standard.
fn checked(watch: &Watch) -> Result<(), Ended> {
    let failed: Vec<_> = watch.failed().into_iter().map(|(check, _)| check).collect();
    let fails = |check| failed.contains(&check);
    if fails(Check::AnswerUpgrade) || fails(Check::AnswerConnection) {
        return Err(Ended::NotUpgraded);
    }
    watch.compared(!fails(Check::AnswerAccept));
    if fails(Check::AnswerAccept) {
        return Err(Ended::NotUpgraded);
    }
    watch.opened();
    Ok(())
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .max_message_size(Some(MOST_MESSAGE))
        .max_frame_size(Some(MOST_MESSAGE))
}

/// Reads what stands behind the head of an answer that is not 101: it may say why.
async fn body<S: AsyncRead + Unpin>(stream: &mut S, watch: &Watch) {
    /// Of a longer body only the beginning is read.
    const MOST: usize = 64 * 1024;
    let reading = async {
        let (mut part, mut read) = ([0; 4096], 0);
        while watch.follows() && read < MOST {
            match stream.read(&mut part).await {
                Ok(n @ 1..) => read += n,
                Ok(0) | Err(_) => break,
            }
        }
    };
    drop(timeout(BODY, reading).await);
}
