//! `lab link`: the link by itself, between a client and a server of any kind, on this machine or in a container
//! between two others.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use steps::program::LAB;
use tokio_util::sync::CancellationToken;

use super::{LATENCY_MS, Link, Plan, Rule};
use crate::scenario;

/// What `lab link` is told.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Where clients connect to
    #[arg(long, default_value = "127.0.0.1:7100", value_name = "ADDR")]
    listen: SocketAddr,

    /// The server
    #[arg(long, default_value = "127.0.0.1:7000", value_name = "HOST:PORT")]
    to: String,

    /// What is done: `ACT SIDE [KIND [WHICH]]`, once for each rule
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<Rule>,

    /// The rules of a scenario (`lab list`), or of a file of your own
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<String>,

    /// Milliseconds that each segment is on its way [default: as in `lab run` of the scenario, else 0]
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=60_000), value_name = "N")]
    latency_ms: Option<u64>,
}

const EXAMPLES: &str = "\
Rules:
  drop client syn 1                     the client's first SYN is lost
  drop server syn-ack                   every SYN+ACK is lost
  lose=30:7 server                      of 100 segments 30, by the dice of seed 7
  delay-ms=200 client data 2..          all data from the second on comes late
  hold-until=client:rst client syn 1    the SYN waits until a RST was seen
  duplicate client syn · corrupt server data 1 · unreachable client syn
  forge=rst client data 1 · forge=inexact-rst … · forge=stale client syn 1
Kinds: any bare-ack syn syn-ack ack data data-ack pure-ack fin fin-ack last-ack rst";

/// Carries segments until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// Says what is missing.
pub(crate) async fn run(options: &Options, session: &watch::Session) -> anyhow::Result<()> {
    let to = resolve(&options.to, options.listen.is_ipv4()).await?;
    let mut rules = options.rules.clone();
    let mut latency_ms = options.latency_ms;
    if let Some(name) = &options.scenario {
        for scenario in scenario::select(std::slice::from_ref(name))? {
            let its_own = scenario.setup.get("latency_ms").and_then(toml::Value::as_integer);
            latency_ms = latency_ms.or(its_own.map_or(Some(LATENCY_MS), |ms| u64::try_from(ms).ok()));
            for (end, told) in [("client", &scenario.pair.client), ("server", &scenario.pair.server)] {
                if !told.is_empty() {
                    let told = format!("{} is for a {end} that is told {}", scenario.name, told.join(" "));
                    show::say(LAB, told);
                }
            }
            rules.extend(scenario.link);
        }
    }
    let latency = Duration::from_millis(latency_ms.unwrap_or(0));
    let mut link = Link::open(Plan { session: session.clone(), listen: options.listen, to, rules, latency })?;
    show::say(LAB, format!("link listens on {} and leads to {to}", link.outside));
    for rule in &link.plan.rules {
        show::say(LAB, format!("link rule: {rule}"));
    }
    let stop = CancellationToken::new();
    tokio::select! {
        ended = link.carry_on(&stop) => ended.context("the link broke"),
        () = servers::shutdown_signal() => Ok(()),
    }
}

/// The address of the server, of the version of IP that the link listens on.
async fn resolve(to: &str, v4: bool) -> anyhow::Result<SocketAddr> {
    let found: Vec<_> = tokio::net::lookup_host(to)
        .await
        .with_context(|| format!("`{to}` names no server (HOST:PORT)"))?
        .collect();
    match found.iter().find(|address| address.is_ipv4() == v4) {
        Some(address) => Ok(*address),
        None => bail!("{to} has no address of the version of IP that --listen is of"),
    }
}
