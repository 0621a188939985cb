//! The four servers, each one file that is read beside the client's file of the same name. What they share is
//! here: binding, the accept loop with its limits, and the clean shutdown.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use futures_util::FutureExt;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watch::Session;

use connections::Connections;

mod connections;
mod lang;

pub mod program;
pub mod ssh;
pub mod tcp;
pub mod tls;
pub mod ws;

/// What a server puts up with.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Seconds a handshake may take
    #[arg(long, default_value = "10", value_parser = seconds, value_name = "SECONDS")]
    pub handshake_timeout: Duration,

    /// Seconds a connection may be silent
    #[arg(long, default_value = "60", value_parser = seconds, value_name = "SECONDS")]
    pub idle_timeout: Duration,

    /// Connections served at once; more wait in the kernel's queue
    #[arg(long, default_value = "1024", value_parser = connections, value_name = "N")]
    pub max_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            handshake_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            max_connections: 1024,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("a number of seconds above 0, at most 86400".into()),
    }
}

fn connections(text: &str) -> Result<usize, String> {
    // None would be a server that serves nobody; more than a million is more than there are file descriptors.
    match text.parse() {
        Ok(n @ 1..=1_000_000) => Ok(n),
        _ => Err("a number from 1 to 1000000".into()),
    }
}

/// Listens on `address`, for connections of `session`.
///
/// # Errors
///
/// Says which address could not be bound, why, and what to do.
pub async fn bind(session: &Session, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "address in use (is another server running there? `--listen` takes another address)"
                    .to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "not permitted (ports below 1024 belong to root; `--listen` takes another address)".to_owned()
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address (`--listen` takes another one)".to_owned()
            }
            _ => format!("the kernel says {} (`--listen` takes another address)", watch::tcp::errno(&error)),
        };
        anyhow::anyhow!("could not bind {address}: {why}")
    })?;
    session.listens(listener.local_addr().context("the listener has lost its address")?);
    Ok(listener)
}

/// Accepts connections until `stop`, at most [`Limits::max_connections`] at once, then waits for those that run.
/// `handle` gets each connection with its peer's address, in a task of its own.
///
/// # Errors
///
/// When the listener is broken; what befalls a single connection ends only that connection.
pub async fn accept_loop<H, F>(
    listener: TcpListener,
    limits: Limits,
    stop: CancellationToken,
    handle: H,
) -> anyhow::Result<()>
where
    H: Fn(TcpStream, SocketAddr, CancellationToken) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let here = listener.local_addr().context("the listener has lost its address")?;
    let places = Arc::new(Semaphore::new(limits.max_connections));
    let running = TaskTracker::new();
    let connections = Arc::new(Connections::new(running.clone()));
    let (mut crowded, mut starved) = (false, 0_u64);
    loop {
        let place = match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                // Said again only after there was room for a while: a full server would else say little else.
                crowded &= places.available_permits() <= limits.max_connections / 10;
                place
            }
            Err(_) => {
                if !std::mem::replace(&mut crowded, true) {
                    tracing::warn!("{here}: {} connections at once, more must wait", limits.max_connections);
                }
                tokio::select! {
                    () = stop.cancelled() => break,
                    place = Arc::clone(&places).acquire_owned() => place.context("the semaphore is never closed")?,
                }
            }
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if starved > 0 {
                    tracing::warn!("{here}: connections are accepted again, after {starved} attempts");
                    starved = 0;
                }
                let connection = handle(stream, peer, stop.clone());
                let left = Arc::clone(&connections);
                // An async block would hold the connection twice: as it came, and as it is awaited.
                running.spawn(connection.map(move |()| {
                    drop(place);
                    left.shrinks();
                }));
                connections.grown();
            }
            Err(error) => {
                // Out of file descriptors, or the peer left the queue: the next accept may succeed.
                if starved == 0 {
                    tracing::warn!(
                        "{here}: a connection could not be accepted: {error}; it waits in the kernel's queue"
                    );
                }
                starved += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    running.close();
    if timeout(SHUTDOWN, running.wait()).await.is_err() {
        tracing::warn!("{here}: {} connections were cut at shutdown", running.len());
    }
    Ok(())
}

/// How long running connections get to end by themselves.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// Completes at Ctrl-C or SIGTERM.
#[cfg(unix)]
pub async fn shutdown_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// Completes at Ctrl-C.
#[cfg(not(unix))]
pub async fn shutdown_signal() {
    drop(tokio::signal::ctrl_c().await);
}
