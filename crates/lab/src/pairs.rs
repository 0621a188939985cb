//! Runs a pair: the server on a free loopback port, the client against it. Both are told what to do in the words
//! of their own command line, so that what the lab does can be typed by hand.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command, FromArgMatches};
use steps::Protocol;
use tokio_util::sync::CancellationToken;

/// The variant of TLS that the notes describe most nearly.
pub(crate) const NEAREST_THE_NOTES: &str = "ecdhe";

/// Where pairs run.
pub(crate) struct Bench {
    /// The folder of the demo keys.
    pub(crate) certs: PathBuf,
}

impl Bench {
    /// Runs one pair to its end.
    pub(crate) async fn run(&self, protocol: Protocol, variant: &str) -> anyhow::Result<()> {
        match protocol {
            Protocol::Tcp => self.tcp().await,
            Protocol::Tls => self.tls(variant).await,
            Protocol::Ws => self.ws().await,
            Protocol::Ssh => self.ssh().await,
        }
    }

    async fn tcp(&self) -> anyhow::Result<()> {
        let server = servers::tcp::Server::bind(&words(&["--listen", LOOPBACK])?).await?;
        let target = server.local_addr().to_string();
        let client = words(&[&target])?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run(stop.clone()));
        let ran = clients::tcp::run(&client).await;
        stop.cancel();
        serving.await.context("the TCP server was cut")??;
        ran
    }

    async fn tls(&self, variant: &str) -> anyhow::Result<()> {
        let server = servers::tls::Server::bind(&self.words(&["--listen", LOOPBACK])?).await?;
        let target = server.local_addr().to_string();
        let client = self.words(&[&target, "--variant", variant])?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run(stop.clone()));
        let ran = clients::tls::run(&client).await;
        stop.cancel();
        serving.await.context("the TLS server was cut")??;
        ran
    }

    async fn ws(&self) -> anyhow::Result<()> {
        let server = servers::ws::Server::bind(&self.words(&["--listen", LOOPBACK])?).await?;
        let target = format!("ws://{}/", server.local_addr());
        let client = words(&[&target])?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run(stop.clone()));
        let ran = clients::ws::run(&client).await;
        stop.cancel();
        serving.await.context("the WebSocket server was cut")??;
        ran
    }

    /// Two visits: the host is unknown on the first and known on the second.
    async fn ssh(&self) -> anyhow::Result<()> {
        let server = servers::ssh::Server::bind(&self.words(&["--listen", LOOPBACK])?).await?;
        let target = format!("demo@{}", server.local_addr());
        // A container may have no /tmp; its working folder is a volume.
        let state = tempfile::tempdir().or_else(|_| tempfile::tempdir_in("."));
        let state =
            state.context("could not make a folder for known_hosts, neither for temporary files nor here")?;
        let known_hosts = state.path().join("known_hosts").display().to_string();
        let client =
            self.words(&["--strict", "accept-new", "--known-hosts", &known_hosts, &target, "whoami"])?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run(stop.clone()));
        let first = clients::ssh::run(&client).await;
        let ran = match first {
            Ok(()) => clients::ssh::run(&client).await,
            failed => failed,
        };
        stop.cancel();
        serving.await.context("the SSH server was cut")??;
        ran
    }

    /// Options that also need the demo keys.
    fn words<A: Args + FromArgMatches>(&self, given: &[&str]) -> anyhow::Result<A> {
        let certs = self.certs.display().to_string();
        words(&[&["--certs", certs.as_str()], given].concat())
    }
}

const LOOPBACK: &str = "127.0.0.1:0";

/// Options as they would be typed.
fn words<A: Args + FromArgMatches>(given: &[&str]) -> anyhow::Result<A> {
    let command = A::augment_args(Command::new("lab").no_binary_name(true));
    let matches = command.try_get_matches_from(given).map_err(|error| anyhow::anyhow!("{error}"))?;
    A::from_arg_matches(&matches).map_err(|error| anyhow::anyhow!("{error}"))
}
