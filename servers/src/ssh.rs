//! The SSH server.

use std::{net::SocketAddr, path::PathBuf};

use tokio_util::sync::CancellationToken;

use crate::Limits;

/// What the SSH server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7022", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The folder of the demo keys
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A SSH server that listens.
#[derive(Debug)]
pub struct Server {}

impl Server {
    /// Binds the port and loads what is needed.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(_options: &Options) -> anyhow::Result<Self> {
        anyhow::bail!("to come")
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        ([127, 0, 0, 1], 0).into()
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, _stop: CancellationToken) -> anyhow::Result<()> {
        Ok(())
    }
}
