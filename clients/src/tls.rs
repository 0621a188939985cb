//! The TLS client: a handshake, one HTTPS request, and its answer.
//!
//! ```sh
//! client tls                            # our server, TLS 1.3
//! client tls --variant ecdhe            # TLS 1.2 as deployed
//! client tls --variant rsa              # TLS 1.2 as the notes tell it, on the port beside
//! client tls example.com:443 --system-roots
//! ```
//!
//! Read beside it: `servers/src/tls.rs`, the notes' heading "HTTPS TLS 四次握手过程", RFC 8446 §2 (TLS 1.3) and
//! RFC 5246 §7.3 (TLS 1.2).

use std::{future::Future, io, sync::Arc};

use anyhow::{Context, bail};
use rustls::{
    pki_types::ServerName,
    version::{TLS12, TLS13},
};
use steps::{Lang, Protocol, Reason, Side, text, tls::reason::End};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use watch::{
    Outcome, Session, Witness,
    tls::{Prompt, Watch},
};

use crate::PATIENCE;

mod config;
mod extra_options;
mod options;
mod page;
#[cfg_attr(not(feature = "rsa-kx"), path = "tls/without_static_rsa.rs")]
mod static_rsa;
mod target;

pub use extra_options::{ExtraOptions, Group};
pub(crate) use options::Without;
pub use options::{Options, Variant};
pub use target::Place;

use config::{config, roots};
use page::one_page;

/// Makes one connection, or two where the second is to resume the first, and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options, session: &Session) -> anyhow::Result<()> {
    if options.insecure {
        show::say_lines(&text!(tls::insecure()).in_each("\n"));
    }
    let target = options.target();
    let connector = connector(options)?;
    let name = options.server_name.as_deref().unwrap_or(&target.host);
    let name = ServerName::try_from(name.to_owned())
        .with_context(|| format!("`{name}` is neither a DNS name nor an IP address (see --server-name)"))?;
    let path = options.path();
    if path.contains(|c: char| c.is_control() || c == ' ') || !path.starts_with('/') {
        bail!("`{path}` is no path: it begins with / and holds no blanks");
    }

    for _ in 0..options.extra.visits() {
        visit(options, session, &connector, &name).await?;
    }
    Ok(())
}

/// One connection.
async fn visit(
    options: &Options,
    session: &Session,
    connector: &Connector,
    name: &ServerName<'static>,
) -> anyhow::Result<()> {
    let target = options.target();
    let (stream, started) = target.connect(session).await?;
    let addresses = stream.local_addr().and_then(|here| Ok((here, stream.peer_addr()?)));
    let addresses = addresses.with_context(|| format!("{target} was gone at once"))?;
    let variant = options.variant.map(|variant| variant.label().to_owned());
    let witness = Witness::new(session, Side::Client, Protocol::Tls, variant, addresses, started);
    watch::tcp::established(&witness, &stream);
    let watch = match connector {
        Connector::Rustls(_) => Watch::new(witness),
        Connector::OpenSsl(connector) => connector.watch(witness),
    };
    let watch = watch.told(options.given());
    match converse(stream, connector, name, options, &watch).await {
        Ok(()) => {
            watch.finish(&Outcome::Complete);
            Ok(())
        }
        Err(why) => {
            let said = why.said();
            watch.finish(&Outcome::Failed(Box::new(why)));
            bail!("{target}: {}", said.in_lang(Lang::En))
        }
    }
}

/// The library that makes the handshake.
enum Connector {
    Rustls(TlsConnector),
    OpenSsl(static_rsa::Connector),
}

async fn converse(
    stream: TcpStream,
    connector: &Connector,
    name: &ServerName<'static>,
    options: &Options,
    watch: &Watch,
) -> Result<(), Reason> {
    let stream = watch.tap(stream);
    match connector {
        Connector::Rustls(connector) => {
            let connecting = async {
                let connected = connector.connect(name.clone(), stream).into_fallible().await;
                match connected {
                    Ok(tls) => Ok(tls),
                    Err((error, mut stream)) => {
                        tell(&mut stream, watch, &error).await;
                        Err(error)
                    }
                }
            };
            let tls = handshake(connecting, watch).await?;
            let connection = tls.get_ref().1;
            watch.complete(connection, None);
            // HTTP/1 is spoken where it was agreed, or where nothing was (RFC 7301 §3.2).
            let http = connection.alpn_protocol().is_none_or(|agreed| agreed.starts_with(b"http/1."));
            if !http {
                drop(Prompt(tls).shutdown().await);
                return Err(watch.why(End::NoHttp));
            }
            one_page(Prompt(tls), options, watch).await
        }
        Connector::OpenSsl(connector) => {
            let tls = handshake(connector.connect(&name.to_str(), stream), watch).await?;
            connector.complete(&tls, watch);
            one_page(Prompt(tls), options, watch).await
        }
    }
}

/// The alert that RFC 5246 §7.2 and RFC 8446 §6.2 want where the library gave up without one.
async fn tell<S: AsyncWrite + Unpin>(stream: &mut S, watch: &Watch, error: &io::Error) {
    if let Some(alert) = watch.owed_alert(&watch.ended(error)) {
        let _ = stream.write_all(&alert).await; // who is gone need not be told
    }
}

/// The library's handshake, for as long as the client waits.
async fn handshake<T>(connecting: impl Future<Output = io::Result<T>>, watch: &Watch) -> Result<T, Reason> {
    match timeout(PATIENCE, watch.during(connecting)).await {
        Ok(Ok(tls)) => Ok(tls),
        Ok(Err(error)) => Err(watch.explain(&error)),
        Err(_) => Err(watch.why(End::Silent(PATIENCE))),
    }
}

/// The library for the variant, and its configuration.
fn connector(options: &Options) -> anyhow::Result<Connector> {
    let roots = roots(options)?;
    let versions: &[_] = match options.variant {
        Some(Variant::Rsa) => {
            options.extra.not_with_static_rsa()?;
            return Ok(Connector::OpenSsl(static_rsa::Connector::new(&roots, options.insecure)?));
        }
        None => &[&TLS13, &TLS12],
        Some(Variant::Tls13) => &[&TLS13],
        Some(Variant::Ecdhe) => &[&TLS12],
    };
    Ok(Connector::Rustls(TlsConnector::from(Arc::new(config(roots, versions, options)?))))
}
