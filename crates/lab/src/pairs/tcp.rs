//! What a TCP scenario may ask for beside its pair: a link between the two, and what stands in the way of the client.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use serde::Deserialize;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::link;

/// The keys of `[setup]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Setup {
    /// How long each segment is on the link, one way. A scenario with rules has a link in any case.
    latency_ms: Option<u64>,
    /// So many other clients connect first and say nothing.
    crowd: usize,
    /// The client calls where no server is.
    nobody_listens: bool,
}

impl Setup {
    pub(super) fn read(table: &toml::Table) -> anyhow::Result<Self> {
        table.clone().try_into().context("`setup`")
    }

    /// Stands the link between the client and the server at `here`, if there is to be one; gives the address to call.
    pub(super) async fn link(
        &self,
        rules: &[link::Rule],
        here: SocketAddr,
        stop: &CancellationToken,
    ) -> anyhow::Result<SocketAddr> {
        if rules.is_empty() && self.latency_ms.is_none() {
            return Ok(here);
        }
        let latency = self.latency_ms.map_or(LATENCY, Duration::from_millis);
        let listen = SocketAddr::new(here.ip(), 0);
        link::stand(link::Plan { listen, to: here, rules: rules.to_vec(), latency }, stop.clone()).await
    }

    /// The other clients, connected: the kernel does that without the server's help.
    pub(super) async fn crowd(&self, here: SocketAddr) -> anyhow::Result<Vec<TcpStream>> {
        let mut crowd = Vec::new();
        for _ in 0..self.crowd {
            crowd.push(TcpStream::connect(here).await.context("the crowd could not connect")?);
        }
        Ok(crowd)
    }

    /// A port that nobody listens on and nobody else can take while the socket lives.
    pub(super) fn empty_port(&self, any: SocketAddr) -> anyhow::Result<Option<(Socket, SocketAddr)>> {
        if !self.nobody_listens {
            return Ok(None);
        }
        let socket = Socket::new(Domain::for_address(any), Type::STREAM, None)?;
        socket.bind(&any.into())?;
        let here = socket.local_addr()?.as_socket().context("a socket has an address")?;
        Ok(Some((socket, here)))
    }
}

/// Enough that each state lasts long enough to be seen, and each line stands before its consequence.
const LATENCY: Duration = Duration::from_millis(5);
