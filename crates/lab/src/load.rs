//! `lab load`: many handshakes with one server, and what became of each. Without `--to` the server is one of ours, in a
//! process of its own with JSON logging on, and its log is checked against what the clients know.
//!
//! The clients are the bare libraries, so that the load is made by less than what it is put on.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use show::Format;
use steps::{Protocol, sync::lock};
use tokio::{
    net::{TcpStream, lookup_host},
    sync::watch,
    time::{MissedTickBehavior, interval, sleep_until, timeout},
};

mod check;
mod client;
mod own_server;
mod report;

use client::Client;
use own_server::OwnServer;
use report::Report;

/// What is thrown at whom.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// tcp, tls, ws or ssh
    protocol: Protocol,

    /// How many connections, all in all
    #[arg(long, default_value = "100", value_parser = clap::value_parser!(u32).range(1..=1_000_000), value_name = "N")]
    connections: u32,

    /// How many of them a second
    #[arg(long, default_value = "100", value_parser = clap::value_parser!(u32).range(1..=100_000), value_name = "R")]
    rate: u32,

    /// After so many seconds no more are opened
    #[arg(long, default_value = "10", value_parser = clap::value_parser!(u32).range(1..=3600), value_name = "S")]
    seconds: u32,

    /// Hold all connections open, idle, until the last is there and for so many seconds more
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3600), value_name = "SECONDS")]
    idle: Option<u32>,

    /// A server that runs already [default: one of ours, started for this]
    #[arg(long, value_name = "HOST:PORT")]
    to: Option<String>,

    /// The server's log, kept in this file [default: a temporary file]
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    server_log: Option<PathBuf>,

    /// More options for the server, as one would type them
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true, conflicts_with = "to")]
    server: Vec<String>,
}

/// How long one connection may take for its handshake and for its conversation.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the load and gives the report as text or JSON.
///
/// # Errors
///
/// When the server does not start, or the demo keys are of no use.
pub(crate) async fn run(options: &Options, certs: &Path, output: &show::Args) -> anyhow::Result<String> {
    ::watch::raise_descriptor_limit();
    let client = Arc::new(Client::new(options.protocol, certs)?);
    let (server, target) = match &options.to {
        Some(to) => {
            let mut found = lookup_host(to).await.with_context(|| format!("could not find {to}"))?;
            (None, found.next().with_context(|| format!("{to} has no address"))?)
        }
        None => {
            let server = OwnServer::start(options, certs).await?;
            let target = server.address;
            (Some(server), target)
        }
    };
    let began = Instant::now();
    let tally = throw(options, &client, target, server.as_ref()).await;
    let took = began.elapsed();
    let server = match server {
        Some(server) => Some(server.stop(&tally).await?),
        None => None,
    };
    let report = Report::new(options.protocol, tally, took, server);
    Ok(match (output.format, output.lang()) {
        (Format::Json, _) => format!("{}\n", steps::to_json(&report)?),
        (Format::Text, lang) => report.text(lang),
    })
}

/// What became of the connections.
#[derive(Debug, Default)]
struct Tally {
    attempted: usize,
    /// Of each handshake that was completed.
    latencies: Vec<Duration>,
    /// Handshake and conversation came to the end they should.
    completed: usize,
    failed: BTreeMap<String, usize>,
    most_open: usize,
    /// By the name that the server gives a connection: what its client sent first.
    said: Vec<(String, Vec<u8>)>,
}

/// Opens connections at the rate, and waits until all have ended.
async fn throw(
    options: &Options,
    client: &Arc<Client>,
    target: SocketAddr,
    server: Option<&OwnServer>,
) -> Tally {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let open = Arc::new(AtomicUsize::new(0));
    // All idle connections end at one moment, which is known when the last is open.
    let (end, ends) = watch::channel(None::<tokio::time::Instant>);
    let until = Instant::now() + Duration::from_secs(options.seconds.into());
    let mut ticks = interval(Duration::from_secs(1) / options.rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..options.connections {
        ticks.tick().await;
        if Instant::now() >= until {
            break;
        }
        lock(&tally).attempted += 1;
        let (client, tally, open) = (Arc::clone(client), Arc::clone(&tally), Arc::clone(&open));
        let ends = options.idle.map(|_| ends.clone());
        tasks.spawn(async move {
            let visit = visit(&client, target, (&tally, &open), ends);
            if let Err(error) = visit.await {
                *lock(&tally).failed.entry(error.to_string()).or_default() += 1;
            }
        });
        while tasks.try_join_next().is_some() {}
    }
    if let Some(idle) = options.idle {
        // Those whose handshake is on its way are waited for, and each may take its time.
        let patience = Instant::now() + PATIENCE;
        let all_are_there = || {
            let tally = lock(&tally);
            open.load(Relaxed) + tally.failed.values().sum::<usize>() >= tally.attempted
        };
        while !all_are_there() && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if let Some(server) = server {
            server.look();
        }
        let _ = end.send(Some(tokio::time::Instant::now() + Duration::from_secs(idle.into())));
    }
    while tasks.join_next().await.is_some() {}
    let mut tally = lock(&tally);
    std::mem::take(&mut *tally)
}

/// One connection from its first SYN to its end.
async fn visit(
    client: &Client,
    target: SocketAddr,
    (tally, open): (&Mutex<Tally>, &AtomicUsize),
    ends: Option<watch::Receiver<Option<tokio::time::Instant>>>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let said = Arc::default();
    let handshake = async {
        let stream = TcpStream::connect(target).await.context("connect()")?;
        stream.set_nodelay(true)?;
        let conn = format!("{}>{}", stream.local_addr()?, stream.peer_addr()?);
        let held = client.handshake(client::heard(stream, Arc::clone(&said))).await?;
        anyhow::Ok((conn, held))
    };
    let (conn, held) = timeout(PATIENCE, handshake).await.context("the handshake hung")??;
    let said = std::mem::take(&mut *lock(&said));
    let now = open.fetch_add(1, Relaxed) + 1;
    {
        let mut tally = lock(tally);
        tally.latencies.push(began.elapsed());
        tally.most_open = tally.most_open.max(now);
        tally.said.push((conn, said));
    }
    if let Some(mut ends) = ends {
        let end = ends.wait_for(Option::is_some).await.map(|end| *end);
        if let Ok(Some(end)) = end {
            sleep_until(end).await;
        }
    }
    let ended = timeout(PATIENCE, held.converse()).await;
    open.fetch_sub(1, Relaxed);
    ended.context("the conversation hung")??;
    lock(tally).completed += 1;
    Ok(())
}
