//! What a scenario of WebSocket may set up.

use std::net::SocketAddr;

use anyhow::Context;
use serde::Deserialize;
use servers::ws::Server;
use steps::Protocol;

/// The `[setup]` of a scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    /// The pair meets over TLS.
    #[serde(default)]
    pub(super) wss: bool,
}

impl Setup {
    /// # Errors
    ///
    /// Names a key that is not known.
    pub(super) fn read(table: &toml::Table) -> anyhow::Result<Self> {
        table.clone().try_into().context("in `setup`")
    }

    /// Where the client goes, by which scheme, and what crosses there for a meddler to see.
    ///
    /// # Errors
    ///
    /// When the server was told to go without TLS.
    pub(super) fn way(&self, server: &Server) -> anyhow::Result<(SocketAddr, &'static str, Protocol)> {
        if !self.wss {
            return Ok((server.local_addr(), "ws", Protocol::Ws));
        }
        let here = server.local_addr_tls().context("wss is set up, and the server goes without TLS")?;
        Ok((here, "wss", Protocol::Tls))
    }
}
