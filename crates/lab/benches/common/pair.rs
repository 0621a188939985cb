//! A pair that makes one handshake after the other: bare, or with the watcher in it. Both are the same code, so that
//! what the two columns differ by is the middleware and nothing else.

use std::{
    future::Future,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::net::{TcpListener, TcpStream};
use watch::Session;

pub(crate) mod ssh;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod ws;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tls13,
    Ecdhe,
    Ws,
    Ssh,
    Tcp,
    /// TCP without CAP_NET_RAW: the kernel's word alone.
    TcpKernel,
}

impl Kind {
    pub(crate) const ALL: [Kind; 6] =
        [Kind::Tls13, Kind::Ecdhe, Kind::Ws, Kind::Ssh, Kind::Tcp, Kind::TcpKernel];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Tls13 => "tls13",
            Kind::Ecdhe => "ecdhe",
            Kind::Ws => "ws",
            Kind::Ssh => "ssh",
            Kind::Tcp => "tcp",
            Kind::TcpKernel => "tcp-kernel",
        }
    }

    pub(crate) fn named(name: &str) -> anyhow::Result<Self> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).with_context(|| format!("no pair {name}"))
    }
}

/// A server that listens, in tasks of this runtime.
pub(crate) async fn serve(kind: Kind, watched: Option<&Session>, certs: &Path) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let here = listener.local_addr()?;
    let session = watched.cloned();
    match kind {
        Kind::Tls13 | Kind::Ecdhe => {
            let acceptor = tls::acceptor(kind, watched.is_some(), certs)?;
            accept(listener, move |stream, peer| tls::serve(stream, peer, acceptor.clone(), session.clone()));
        }
        Kind::Ws => accept(listener, move |stream, peer| ws::serve(stream, peer, session.clone())),
        Kind::Ssh => {
            let shared = Arc::new(ssh::Shared::new(certs)?);
            accept(listener, move |stream, peer| {
                ssh::serve(stream, peer, Arc::clone(&shared), session.clone())
            });
        }
        Kind::Tcp | Kind::TcpKernel => match session {
            None => accept(listener, |stream, _| tcp::serve(stream)),
            Some(session) => {
                let server = Arc::new(tcp::Watched::new(&session, &listener, kind == Kind::Tcp).await?);
                accept(listener, move |stream, peer| tcp::serve_watched(stream, peer, Arc::clone(&server)));
            }
        },
    }
    Ok(here)
}

fn accept<H, F>(listener: TcpListener, handle: H)
where
    H: Fn(TcpStream, SocketAddr) -> F + Send + 'static,
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    tokio::spawn(async move {
        loop {
            let (stream, peer) = listener.accept().await.expect("the listener lives");
            stream.set_nodelay(true).expect("the socket is open");
            let served = handle(stream, peer);
            tokio::spawn(async move {
                // A client that was killed at the end of a row is no news.
                if let Err(error) = served.await {
                    tracing::debug!("{peer}: {error:#}");
                }
            });
        }
    });
}

/// A client of the server at one address.
pub(crate) struct Client {
    server: SocketAddr,
    watched: Option<Session>,
    speaks: Speaks,
}

enum Speaks {
    Tls(tokio_rustls::TlsConnector),
    Ws,
    Ssh(ssh::Login),
    Tcp(tcp::Client),
}

/// A connection that is kept open.
pub(crate) type Held = Box<dyn std::any::Any + Send>;

impl Client {
    pub(crate) async fn new(
        kind: Kind,
        watched: Option<&Session>,
        certs: &Path,
        server: SocketAddr,
    ) -> anyhow::Result<Self> {
        let speaks = match kind {
            Kind::Tls13 | Kind::Ecdhe => Speaks::Tls(tls::connector(kind, watched.is_some(), certs)?),
            Kind::Ws => Speaks::Ws,
            Kind::Ssh => Speaks::Ssh(ssh::Login::new(certs)?),
            Kind::Tcp | Kind::TcpKernel => {
                let captures = watched.filter(|_| kind == Kind::Tcp);
                Speaks::Tcp(tcp::Client::new(server, captures).await?)
            }
        };
        Ok(Client { server, watched: watched.cloned(), speaks })
    }

    /// One connection from SYN to end; gives how long it took until the handshake was complete.
    pub(crate) async fn visit(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let watched = self.watched.as_ref();
        let complete = match &self.speaks {
            Speaks::Tls(connector) => tls::visit(self.connect().await?, connector, watched).await,
            Speaks::Ws => ws::visit(self.connect().await?, watched).await,
            Speaks::Ssh(login) => ssh::visit(self.connect().await?, login, watched).await,
            Speaks::Tcp(client) => match watched {
                Some(session) => client.visit_watched(session).await,
                None => tcp::visit(self.connect().await?).await,
            },
        };
        Ok(complete? - began)
    }

    /// One handshake, without a watcher; the connection stays open as long as what is returned.
    pub(crate) async fn hold(&self) -> anyhow::Result<Held> {
        let stream = self.connect().await?;
        match &self.speaks {
            Speaks::Tls(connector) => tls::hold(stream, connector).await,
            Speaks::Ws => ws::hold(stream).await,
            Speaks::Ssh(login) => ssh::hold(stream, login).await,
            Speaks::Tcp(_) => tcp::hold(stream).await,
        }
    }

    async fn connect(&self) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
