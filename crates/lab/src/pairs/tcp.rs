//! What a TCP scenario may ask for beside its pair: a link between the two, and what stands in the way of the client.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use claims::Event;
use serde::Deserialize;
use show::Kept;
use socket2::{Domain, Socket, Type};
use steps::tcp::Step;
use tokio::{net::TcpStream, time::sleep};
use tokio_util::sync::CancellationToken;
use watch::Session;

use crate::link;

/// The keys of `[setup]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Setup {
    /// How long each segment is on the link, one way. A scenario with rules has a link in any case.
    latency_ms: Option<u64>,
    /// So many other clients connect while the client's ACK is on its way, and say nothing.
    others: usize,
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
        session: &Session,
        rules: &[link::Rule],
        here: SocketAddr,
        stop: &CancellationToken,
    ) -> anyhow::Result<SocketAddr> {
        if rules.is_empty() && self.latency_ms.is_none() {
            return Ok(here);
        }
        let latency = Duration::from_millis(self.latency_ms.unwrap_or(link::LATENCY_MS));
        let listen = SocketAddr::new(here.ip(), 0);
        let session = session.clone();
        let plan = link::Plan { session, listen, to: here, rules: rules.to_vec(), latency };
        link::start(plan, stop.clone()).await
    }

    /// Connects the other clients and keeps them: the kernel does that without the server's help. They come when the
    /// client has its SYN+ACK, for a server whose queue is full answers no SYN.
    pub(super) async fn fill_queue(self, here: SocketAddr, kept: Option<Kept>) {
        let mut queued = Vec::new();
        let answered = |events: &[Event]| events.iter().any(|event| event.step == Step::SynAck.into());
        while self.others > 0 && kept.as_ref().is_some_and(|kept| !kept.look(answered)) {
            sleep(A_MOMENT).await;
        }
        for _ in 0..self.others {
            match TcpStream::connect(here).await {
                Ok(one) => queued.push(one),
                Err(error) => tracing::warn!("one of the other clients could not connect to {here}: {error}"),
            }
        }
        // Connected until the client has gone and this task is ended.
        std::future::pending::<()>().await;
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

const A_MOMENT: Duration = Duration::from_millis(5);
