//! The TLS server: a handshake, one HTTPS request, one small page.
//!
//! ```sh
//! server tls                    # TLS 1.3 and 1.2 on 127.0.0.1:7443, static RSA on the next port
//! server tls --variant ecdhe    # TLS 1.2 only, as deployed
//! ```
//!
//! Read beside it: `clients/src/tls.rs`, the notes' heading "HTTPS TLS 四次握手过程", RFC 8446 §2 (TLS 1.3) and
//! RFC 5246 §7.3 (TLS 1.2).

use std::{future::Future, io, net::SocketAddr, sync::Arc};

use anyhow::Context;
use rustls::version::{TLS12, TLS13};
use steps::{
    Protocol, Reason, Side,
    tls::reason::{End, Given, Program},
};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Session, Started, Witness,
    tls::{Prompt, Watch},
};

use crate::{Limits, accept_loop, bind};

mod config;
mod extra_options;
mod options;
mod page;
#[cfg_attr(not(feature = "rsa-kx"), path = "tls/without_static_rsa.rs")]
mod static_rsa;

pub use extra_options::{ClientAuth, ExtraOptions, Group, Resumption};
pub use options::{Options, Variant};
pub use static_rsa::RsaOptions;

use config::{BOTH, config};
use page::one_page;

/// A TLS server that listens.
pub struct Server {
    port: Port,
    /// Static RSA has a port of its own: no client that has something better would choose it.
    rsa: Option<Port>,
    limits: Limits,
}

/// A listener, and what its connections need.
struct Port {
    listener: TcpListener,
    here: SocketAddr,
    connection: Connection,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("here", &self.port.here).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the ports and loads the certificates and their keys.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(options: &Options, session: &Session) -> anyhow::Result<Self> {
        certs::ensure_and_say(&options.certs)?;
        let port = Port::bind(session, options.listen, options, options.variant).await?;
        let rsa = match (options.variant, options.rsa.address(options.listen)) {
            (None, Some(address)) => {
                let listening = Port::bind(session, address, options, Some(Variant::Rsa)).await;
                let without = "no port for static RSA (see --listen-rsa; --variant goes without)";
                Some(listening.context(without)?)
            }
            (_, None) | (Some(_), _) => None,
        };
        Ok(Server { port, rsa, limits: options.limits })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.port.here
    }

    /// The address of static RSA, where that has one of its own.
    pub fn local_addr_rsa(&self) -> Option<SocketAddr> {
        self.rsa.as_ref().map(|port| port.here)
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let serve = |port: Port| {
            let connection = port.connection;
            accept_loop(port.listener, self.limits, stop.clone(), move |stream, peer, stop| {
                let (connection, started) = (connection.clone(), Started::now());
                async move { connection.serve(stream, peer, started, stop).await }
            })
        };
        match self.rsa.map(serve) {
            None => serve(self.port).await,
            Some(rsa) => tokio::try_join!(serve(self.port), rsa).map(|_| ()),
        }
    }
}

impl Port {
    async fn bind(
        session: &Session,
        address: SocketAddr,
        options: &Options,
        variant: Option<Variant>,
    ) -> anyhow::Result<Self> {
        let acceptor = match variant {
            Some(Variant::Rsa) => {
                if options.variant.is_some() {
                    options.extra.not_with_static_rsa()?;
                }
                Acceptor::OpenSsl(Arc::new(static_rsa::Acceptor::new(options)?))
            }
            None => Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &BOTH)?))),
            Some(Variant::Ecdhe) => {
                Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &[&TLS12])?)))
            }
            Some(Variant::Tls13) => {
                Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &[&TLS13])?)))
            }
        };
        let listener = bind(session, address).await?;
        let here = listener.local_addr().context("the listener has lost its address")?;
        let given = Given {
            variant: variant.map(Variant::given),
            // Nobody asked for this port: it stands beside the other.
            beside: variant.is_some() && options.variant.is_none(),
            suite: !options.extra.suite.is_empty(),
            group: !options.extra.group.is_empty(),
            alpn: !options.extra.alpn.is_empty(),
            client_auth: options.extra.client_auth.is_some(),
            ..Given::nothing(Program::Server)
        };
        Ok(Port {
            listener,
            here,
            connection: Connection {
                session: session.clone(),
                acceptor,
                variant,
                given,
                limits: options.limits,
            },
        })
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Connection {
    session: Session,
    acceptor: Acceptor,
    variant: Option<Variant>,
    given: Given,
    limits: Limits,
}

/// The library that makes the handshake.
#[derive(Clone)]
enum Acceptor {
    Rustls(TlsAcceptor),
    OpenSsl(Arc<static_rsa::Acceptor>),
}

impl Connection {
    /// One connection from its first byte to its summary.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, started: Started, stop: CancellationToken) {
        let Ok(here) = stream.local_addr() else { return };
        // Without it Nagle and the delayed ACK hold small messages back by 40 ms.
        let _ = stream.set_nodelay(true);
        let variant = self.variant.map(|variant| variant.label().to_owned());
        let witness =
            Witness::new(&self.session, Side::Server, Protocol::Tls, variant, (peer, here), started);
        watch::tcp::established(&witness, &stream);
        let watch = match &self.acceptor {
            Acceptor::Rustls(_) => Watch::new(witness),
            Acceptor::OpenSsl(acceptor) => acceptor.watch(witness),
        };
        let watch = watch.told(self.given.clone());
        let outcome = match self.converse(stream, &watch, stop).await {
            Ok(()) => Outcome::Complete,
            Err(why) => Outcome::Failed(Box::new(why)),
        };
        watch.finish(&outcome);
    }

    async fn converse(
        &self,
        stream: TcpStream,
        watch: &Watch,
        stop: CancellationToken,
    ) -> Result<(), Reason> {
        let stream = watch.tap(stream);
        match &self.acceptor {
            Acceptor::Rustls(acceptor) => {
                let accepting = async {
                    match acceptor.accept(stream).into_fallible().await {
                        Ok(tls) => Ok(tls),
                        Err((error, mut stream)) => {
                            tell(&mut stream, watch, &error).await;
                            Err(error)
                        }
                    }
                };
                let tls = self.handshake(accepting, watch, &stop).await?;
                let connection = tls.get_ref().1;
                watch.complete(connection, connection.server_name());
                one_page(Prompt(tls), watch, &stop, self.limits.idle_timeout).await
            }
            Acceptor::OpenSsl(acceptor) => {
                let tls = self.handshake(acceptor.accept(stream), watch, &stop).await?;
                acceptor.complete(&tls, watch);
                one_page(Prompt(tls), watch, &stop, self.limits.idle_timeout).await
            }
        }
    }

    /// The library's handshake, for as long as the server waits.
    async fn handshake<T>(
        &self,
        accepting: impl Future<Output = io::Result<T>>,
        watch: &Watch,
        stop: &CancellationToken,
    ) -> Result<T, Reason> {
        let patience = self.limits.handshake_timeout;
        let accepted = tokio::select! {
            () = stop.cancelled() => return Err(watch.why(End::Stopped)),
            accepted = timeout(patience, watch.during(accepting)) => accepted,
        };
        match accepted {
            Ok(Ok(tls)) => Ok(tls),
            Ok(Err(error)) => Err(watch.explain(&error)),
            Err(_) => Err(watch.why(End::Silent(patience))),
        }
    }
}

/// The alert that RFC 5246 §7.2 and RFC 8446 §6.2 want where the library gave up without one.
async fn tell<S: AsyncWrite + Unpin>(stream: &mut S, watch: &Watch, error: &io::Error) {
    if let Some(alert) = watch.owed_alert(&watch.ended(error)) {
        let _ = stream.write_all(&alert).await; // who is gone need not be told
    }
}
