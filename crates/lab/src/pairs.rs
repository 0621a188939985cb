//! Runs a pair: the server on a free loopback port, the client against it, and the meddler between them where a
//! scenario has something for it to do. Both are told what to do in the words of their own command line, so that what
//! the lab does can be typed by hand.

use std::{collections::HashSet, future::Future, net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context;
use claims::Event;
use clap::{Args, Command, FromArgMatches};
use show::Kept;
use steps::{Protocol, Side};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use watch::Session;

use crate::{
    link::{self, Mode},
    meddler,
    scenario::Scenario,
};

mod ssh;
mod tcp;
mod tls;
mod ws;

/// The variant of TLS that is deployed and yet near the notes.
pub(crate) const AS_DEPLOYED: &str = "ecdhe";

/// The variant exactly as the notes tell it.
const RSA: &str = "rsa";

/// The variants of TLS that this program was built with, the notes' own first.
pub(crate) const VARIANTS: &[&str] =
    if watch::tls::static_rsa::IS_BUILT_IN { &[RSA, AS_DEPLOYED, "tls13"] } else { &[AS_DEPLOYED, "tls13"] };

/// Where pairs run.
pub(crate) struct Runner {
    /// What both ends of all pairs share.
    pub(crate) session: Session,
    /// The folder of the demo keys.
    pub(crate) certs: PathBuf,
    /// The events of the run, where the lab looks at them itself.
    pub(crate) kept: Option<Kept>,
    /// Pairs meet on `[::1]` instead of 127.0.0.1.
    pub(crate) ipv6: bool,
}

/// What is asked of a pair.
#[derive(Clone, Debug, Default)]
struct PairOptions {
    client: Vec<String>,
    server: Vec<String>,
    visits: usize,
    faults: Vec<meddler::Fault>,
    link: Vec<link::Rule>,
    blackhole: Option<link::Blackhole>,
    tcp: tcp::Setup,
    next: Option<Vec<String>>,
    ws: ws::Setup,
    ssh: ssh::Setup,
}

impl Runner {
    /// Runs one pair, undisturbed, to its end.
    pub(crate) async fn run(&self, protocol: Protocol, variant: &str) -> anyhow::Result<()> {
        let mut order = PairOptions { visits: 1, ..PairOptions::default() };
        let mut state = None;
        match protocol {
            Protocol::Tcp => {}
            Protocol::Ws => order.ws = ws::Setup { wss: variant == "wss" },
            Protocol::Tls => {
                order.client = strings(&["--variant", variant]);
                if variant == RSA {
                    order.server = order.client.clone(); // it has a port of its own
                }
            }
            // Two visits: the host is unknown on the first and known on the second.
            Protocol::Ssh => {
                let folder = state.insert(state_folder()?);
                let known_hosts = folder.path().join("known_hosts").display().to_string();
                order.client = strings(&["--strict", "accept-new", "--known-hosts", &known_hosts]);
                order.visits = 2;
            }
        }
        let ran = self.pair(protocol, &order).await;
        self.session.read();
        ran
    }

    /// Runs the pair of a scenario with its faults. How the two sides end is in their events; an error here is one of
    /// the lab itself.
    ///
    /// # Errors
    ///
    /// When the pair cannot be set up as the scenario says.
    pub(crate) async fn scenario(&self, scenario: &Scenario, mode: &Mode) -> anyhow::Result<()> {
        let state = state_folder()?;
        let fill = |words: &[String]| -> Vec<String> {
            let (certs, state) = (self.certs.display().to_string(), state.path().display().to_string());
            words.iter().map(|word| word.replace("{certs}", &certs).replace("{state}", &state)).collect()
        };
        let blackhole = scenario.blackhole.clone().filter(|_| *mode == Mode::Blackhole);
        let client = blackhole
            .as_ref()
            .and_then(|blackhole| blackhole.client.as_ref())
            .unwrap_or(&scenario.pair.client);
        let server = blackhole
            .as_ref()
            .and_then(|blackhole| blackhole.server.as_ref())
            .unwrap_or(&scenario.pair.server);
        let order = PairOptions {
            client: fill(client),
            server: fill(server),
            visits: scenario.pair.visits,
            faults: scenario.meddler.clone(),
            link: scenario.link.clone(),
            blackhole,
            tcp: match scenario.pair.protocol {
                Protocol::Tcp => tcp::Setup::read(&scenario.setup)?,
                Protocol::Tls | Protocol::Ws | Protocol::Ssh => tcp::Setup::default(),
            },
            ws: match scenario.pair.protocol {
                Protocol::Ws => ws::Setup::read(&scenario.setup)?,
                Protocol::Tcp | Protocol::Tls | Protocol::Ssh => ws::Setup::default(),
            },
            next: scenario.pair.next.as_deref().map(fill),
            ssh: match scenario.pair.protocol {
                Protocol::Ssh => ssh::Setup::read(&scenario.setup, state.path())?,
                Protocol::Tcp | Protocol::Tls | Protocol::Ws => ssh::Setup::default(),
            },
        };
        match scenario.pair.protocol {
            Protocol::Tcp | Protocol::Ws | Protocol::Ssh => {}
            Protocol::Tls => tls::prepare(&scenario.setup, state.path())
                .with_context(|| format!("{}: `setup`", scenario.name))?,
        }
        let ran = self.pair(scenario.pair.protocol, &order).await;
        self.session.read();
        match ran {
            Err(error) if error.is::<NextNotServed>() => Err(error),
            // A failed handshake is what most scenarios are about: the events tell of it.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn pair(&self, protocol: Protocol, order: &PairOptions) -> anyhow::Result<()> {
        let loopback = if self.ipv6 { "[::1]:0" } else { "127.0.0.1:0" };
        let server = [strings(&["--listen", loopback]), order.server.clone()].concat();
        let (session, stop) = (&self.session, CancellationToken::new());
        // Whatever ends this early ends what was started, too.
        let _stops = stop.clone().drop_guard();
        match protocol {
            Protocol::Tcp => {
                if let Some((_held, here)) = order.tcp.empty_port(loopback.parse()?)? {
                    let target = order.tcp.link(session, &order.link, here, &stop).await?;
                    let ran =
                        clients::tcp::run(&words(&with(&order.client, &target.to_string()))?, session).await;
                    stop.cancel();
                    return ran;
                }
                let server = servers::tcp::Server::bind(&words(&server)?, session).await?;
                let (here, serving) = (server.local_addr(), server.run(stop.clone()));
                let client = async |target: SocketAddr, options: &[String]| {
                    clients::tcp::run(&words(&with(options, &target.to_string()))?, session).await
                };
                meet(session, protocol, order, (here, serving), client, (self.kept.as_ref(), stop)).await
            }
            Protocol::Tls => {
                let server = servers::tls::Server::bind(&self.words(&server)?, session).await?;
                let (here, serving) = (server.local_addr(), server.run(stop.clone()));
                let client = async |target: SocketAddr, options: &[String]| {
                    clients::tls::run(&self.words(&with(options, &target.to_string()))?, session).await
                };
                meet(session, protocol, order, (here, serving), client, (self.kept.as_ref(), stop)).await
            }
            Protocol::Ws => {
                let server = servers::ws::Server::bind(&self.words(&server)?, session).await?;
                let (here, scheme, carried) = order.ws.way(&server)?;
                let serving = server.run(stop.clone());
                let client = async |target: SocketAddr, options: &[String]| {
                    let url = format!("{scheme}://{target}/");
                    clients::ws::run(&self.words(&with(options, &url))?, session).await
                };
                meet(session, carried, order, (here, serving), client, (self.kept.as_ref(), stop)).await
            }
            Protocol::Ssh => {
                let server = servers::ssh::Server::bind(&self.words(&server)?, session).await?;
                let (here, serving) = (server.local_addr(), server.run(stop.clone()));
                let user = order.ssh.user(&self.certs)?;
                let impostor = order.ssh.impostor(session, here, &stop).await?;
                let client = async |target: SocketAddr, options: &[String]| {
                    let target = impostor.as_ref().map_or(target, ssh::Impostor::stands_at);
                    order.ssh.write_known_hosts(target, &self.certs)?;
                    let options = [order.ssh.known_hosts(), options.to_vec()].concat();
                    let options = self.words(&with(&options, &format!("demo@{target}")))?;
                    let ran = clients::ssh::run_for(&options, session, user.clone()).await;
                    if let Some(impostor) = &impostor {
                        impostor.take_over();
                    }
                    ran
                };
                meet(session, protocol, order, (here, serving), client, (self.kept.as_ref(), stop)).await
            }
        }
    }

    /// Options that also need the demo keys.
    fn words<A: Args + FromArgMatches>(&self, given: &[String]) -> anyhow::Result<A> {
        let certs = strings(&["--certs", &self.certs.display().to_string()]);
        words(&[certs, given.to_vec()].concat())
    }
}

/// Lets the client come as often as ordered, to the server or to the meddler in front of it, then stops the server.
async fn meet(
    session: &Session,
    protocol: Protocol,
    order: &PairOptions,
    (here, serving): (SocketAddr, impl Future<Output = anyhow::Result<()>> + Send + 'static),
    client: impl AsyncFn(SocketAddr, &[String]) -> anyhow::Result<()>,
    (kept, stop): (Option<&Kept>, CancellationToken),
) -> anyhow::Result<()> {
    let serving = tokio::spawn(serving);
    let _working = order
        .blackhole
        .clone()
        .zip(kept.cloned())
        .map(|(blackhole, kept)| Aborts(tokio::spawn(blackhole.begin(here, kept)).abort_handle()));
    let target = if order.blackhole.is_some() {
        here
    } else if order.faults.is_empty() {
        order.tcp.link(session, &order.link, here, &stop).await?
    } else {
        let listen = SocketAddr::new(here.ip(), 0);
        let meddler = meddler::start(listen, here, protocol, order.faults.clone(), stop.clone());
        meddler.await.context("the meddler found no free port")?
    };
    let mut ran = Ok(());
    let others = order.tcp.clone().fill_queue(here, kept.cloned());
    let others = Aborts(tokio::spawn(others).abort_handle());
    for _ in 0..order.visits {
        ran = client(target, &order.client).await;
        // A scenario's client comes as often as its file says, whatever became of it the time before.
        if ran.is_err() && kept.is_none() {
            break;
        }
    }
    drop(others);
    if let Some(kept) = kept {
        settled(session, kept).await;
    }
    if let Some(options) = &order.next {
        let so_far = kept.map(|kept| kept.look(<[Event]>::len));
        ran = client(here, options).await.map_err(|error| NextNotServed(format!("{error:#}")).into());
        if let (Some(kept), Some(so_far)) = (kept, so_far) {
            settled(session, kept).await;
            kept.forget_from(so_far);
        }
    }
    stop.cancel();
    serving.await.context("the server was cut")??;
    ran
}

/// The server's side of a broken connection ends in its own time, and its own way is what is to be seen.
async fn settled(session: &Session, kept: &Kept) {
    let done = async {
        loop {
            // What is not read yet may be of a connection that is not known yet.
            session.read();
            if kept.look(server_is_done) {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    drop(timeout(SERVER_PATIENCE, done).await);
}

/// What befell one connection must not befall the next.
#[derive(Debug)]
struct NextNotServed(String);

impl std::error::Error for NextNotServed {}

impl std::fmt::Display for NextNotServed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server did not serve the next client: {}", self.0)
    }
}

/// A task that ends when this is dropped.
struct Aborts(tokio::task::AbortHandle);

impl Drop for Aborts {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether every connection that the server has told of has its summary. The link tells of segments of connections
/// that the server never heard of.
fn server_is_done(events: &[Event]) -> bool {
    let mine = || events.iter().filter(|event| event.side == Side::Server && !event.is_of_a_link());
    let ended: HashSet<_> = mine().filter(|event| event.step.is_summary()).map(|event| &event.conn).collect();
    mine().all(|event| ended.contains(&event.conn))
}

/// Longer than any bound of the servers that a scenario leaves as it is.
const SERVER_PATIENCE: Duration = Duration::from_secs(15);

/// A folder of one run alone. A container may have no /tmp; its working folder is a volume.
fn state_folder() -> anyhow::Result<TempDir> {
    tempfile::tempdir()
        .or_else(|_| tempfile::tempdir_in("."))
        .context("could not make a folder of this run, neither for temporary files nor here")
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// The options, and last the target.
fn with(options: &[String], target: &str) -> Vec<String> {
    [options, &[target.to_owned()]].concat()
}

/// Options as they would be typed.
fn words<A: Args + FromArgMatches>(given: &[String]) -> anyhow::Result<A> {
    let command = A::augment_args(Command::new("lab").no_binary_name(true));
    let matches = command.try_get_matches_from(given).map_err(|error| anyhow::anyhow!("{error}"))?;
    A::from_arg_matches(&matches).map_err(|error| anyhow::anyhow!("{error}"))
}
