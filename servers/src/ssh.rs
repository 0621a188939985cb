//! The SSH server: one host key, login by public key and, if told so, by password; a few built-in commands and a
//! small shell. It starts no process.
//!
//! ```sh
//! server ssh                                            # listens on 127.0.0.1:7022
//! server ssh --password-login on                        # `certs --show-password` shows the password
//! client ssh                                            # our client runs `whoami`
//! ssh -p 7022 -i certs/demo/id_ed25519 demo@127.0.0.1 help
//! ```
//!
//! Beside it: the notes' heading "SSH 连接建立过程"; RFC 4253 (transport), RFC 4252 (login), RFC 4254 (channels).
//! The client's file of the same name has the same sections.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use russh::{kex, server::run_stream};
use steps::{
    Ending, Protocol, Reason, Side,
    ssh::reason::{Ended, Facts, Given, reason},
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Session, Started, Witness,
    ssh::{Line, ServerCalls, end},
};

use crate::{Limits, accept_loop, bind};

mod commands;
mod config;
mod handler;
mod keys;
mod options;
mod shell;
mod users;

use config::config;
use handler::Handler;
pub use options::{Options, Switch};
use users::Users;

/// An SSH server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    session: Session,
    config: Arc<russh::server::Config>,
    users: Users,
    limits: Limits,
    kex: Option<kex::Name>,
}

impl Server {
    /// Reads the keys, made on first use, and binds the port.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(options: &Options, session: &Session) -> anyhow::Result<Self> {
        certs::ensure_and_say(&options.certs)?;
        let host_key = keys::host_key(&options.certs)?;
        let users = Users::read(&options.certs, options.password_login)?;
        let config = Arc::new(config(host_key, &users, options));
        let listener = bind(session, options.listen).await?;
        let address = listener.local_addr().context("the listener has lost its address")?;
        Ok(Server {
            listener,
            address,
            shared: Arc::new(Shared {
                session: session.clone(),
                config,
                users,
                limits: options.limits,
                kex: options.kex,
            }),
        })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let (limits, here) = (self.shared.limits, self.address);
        accept_loop(self.listener, limits, stop, move |stream, peer, stop| {
            connection(stream, (peer, here), Arc::clone(&self.shared), stop)
        })
        .await
    }
}

/// One connection, from the accepted socket to the summary.
async fn connection(
    stream: TcpStream,
    (peer, listens): (SocketAddr, SocketAddr),
    shared: Arc<Shared>,
    stop: CancellationToken,
) {
    let started = Started::now();
    let here = stream.local_addr().unwrap_or(listens);
    let witness = Witness::new(&shared.session, Side::Server, Protocol::Ssh, None, (peer, here), started);
    // For the command `steps`.
    witness.keep();
    watch::tcp::established(&witness, &stream);
    let progress =
        Arc::new(Progress { most_refusals: shared.config.max_auth_attempts, ..Progress::default() });
    match serve(stream, &witness, &shared, &progress, stop).await {
        Ok(()) => witness.finish(&Outcome::Complete),
        Err(end) => witness.finish(&Outcome::Failed(Box::new(why(&end, &witness, &shared, &progress)))),
    }
}

/// What ended a connection, and whether it was `--idle-timeout` that ran out.
struct End {
    ended: Ended,
    idle: bool,
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        End { ended, idle: false }
    }
}

/// Why the connection failed, from what the log holds.
fn why(end: &End, witness: &Witness, shared: &Shared, progress: &Progress) -> Reason {
    let given = Given {
        methods: shared.config.methods.iter().map(<&'static str>::from).collect(),
        kex: shared.kex.map(|kex| kex.as_ref().to_owned()),
        idle: end.idle,
        most_refusals: progress.out_of_tries(),
        logged_in: progress.logged_in(),
        ..Given::default()
    };
    witness.past(|past| reason(&Facts { side: Side::Server, past, ended: &end.ended, given: &given }))
}

/// Speaks SSH on `stream` until either side has had enough.
async fn serve(
    stream: TcpStream,
    witness: &Witness,
    shared: &Shared,
    progress: &Arc<Progress>,
    stop: CancellationToken,
) -> Result<(), End> {
    // Without it Nagle and the delayed ACK hold small messages back by 40 ms; russh leaves it off.
    drop(stream.set_nodelay(true));
    let (tapped, line) = watch::ssh::tap(stream, witness);
    // Whatever happens, the connection's task in russh must not outlive this one.
    let line = CutAtEnd(line);
    let calls = ServerCalls::new(witness, &line.0);
    let handler = Handler::new(calls, witness.clone(), shared.users.clone(), Arc::clone(progress));
    // The system knows whether it was a FIN or an RST.
    let known = |ended: Ended| match ended {
        Ended::Gone(how) => Ended::Gone(line.0.ending().or(how)),
        other => other,
    };
    let idle = |error: &russh::Error| End {
        ended: if end::is_idle(error) {
            end::silent(shared.limits.idle_timeout)
        } else {
            known(end::ended(error))
        },
        idle: end::is_idle(error),
    };

    let opening = run_stream(Arc::clone(&shared.config), tapped, handler);
    let running = tokio::select! {
        opened = timeout(shared.limits.handshake_timeout, opening) => match opened {
            // russh grants the first line what it grants any silence.
            Ok(opened) => opened.map_err(|error| idle(&error))?,
            Err(_) => return Err(end::silent(shared.limits.handshake_timeout).into()),
        },
        () = stop.cancelled() => return Err(Ended::Stopped.into()),
    };

    let session = running.handle();
    tokio::pin!(running);
    let judge = |ended: Result<(), russh::Error>| match ended {
        Err(error) if end::is_idle(&error) => Err(idle(&error)),
        ended => judge_end(ended, progress).map_err(|ended| known(ended).into()),
    };
    tokio::select! {
        ended = &mut running => judge(ended),
        why = overdue(&line.0, progress, shared.limits) => Err(why.into()),
        () = stop.cancelled() => {
            // A client that has what it came for is leaving already: its goodbye may still be on the way.
            if progress.is_done()
                && let Ok(ended) = timeout(FAREWELL, &mut running).await
            {
                return judge(ended);
            }
            let farewell = "the server is shutting down".into();
            // The session may be gone already; then there is nobody to tell.
            drop(session.disconnect(russh::Disconnect::ByApplication, farewell, "en".into()).await);
            drop(timeout(FAREWELL, &mut running).await);
            Err(Ended::Stopped.into())
        }
    }
}

/// How long a client gets to take note of a farewell.
const FAREWELL: Duration = Duration::from_secs(1);

/// Completes when the client takes too long to begin the key exchange, or to log in.
async fn overdue(line: &Line, progress: &Progress, limits: Limits) -> Ended {
    sleep(limits.handshake_timeout).await;
    if !line.key_exchange_began() {
        return end::silent(limits.handshake_timeout);
    }
    // From here a person may be reading a fingerprint or typing a passphrase: sshd grants 120 s as well.
    let grace = limits.handshake_timeout * LOGIN_GRACE;
    sleep(grace - limits.handshake_timeout).await;
    if !progress.logged_in() {
        return end::silent(grace);
    }
    std::future::pending().await
}

/// How many times the handshake timeout a login may take.
const LOGIN_GRACE: u32 = 12;

/// How far a connection has come, told by its handler.
#[derive(Debug, Default)]
struct Progress {
    logged_in: AtomicBool,
    refusals: AtomicUsize,
    most_refusals: usize,
    served: AtomicBool,
    open_channels: AtomicUsize,
}

impl Progress {
    fn logged_in(&self) -> bool {
        self.logged_in.load(Ordering::Relaxed)
    }

    /// How often the login was refused, if that is as often as it may be.
    fn out_of_tries(&self) -> Option<usize> {
        let refusals = self.refusals.load(Ordering::Relaxed);
        (refusals >= self.most_refusals).then_some(refusals)
    }

    /// Whether something was asked for, and all of it is done.
    fn is_done(&self) -> bool {
        self.served.load(Ordering::Relaxed) && self.open_channels.load(Ordering::Relaxed) == 0
    }
}

/// Cuts the line when dropped.
struct CutAtEnd(Line);

impl Drop for CutAtEnd {
    fn drop(&mut self) {
        self.0.cut();
    }
}

/// How a session that ended is to be judged.
fn judge_end(ended: Result<(), russh::Error>, progress: &Progress) -> Result<(), Ended> {
    match ended {
        _ if progress.logged_in() && progress.is_done() && is_farewell(&ended) => Ok(()),
        Ok(()) if progress.logged_in() => Ok(()),
        Ok(()) => Err(Ended::Gone(None)),
        Err(error) => Err(end::ended(&error)),
    }
}

/// DISCONNECT is customary but not required (RFC 4253 §11.1): an end of the stream will do once all is done.
fn is_farewell(ended: &Result<(), russh::Error>) -> bool {
    match ended {
        Ok(()) => true,
        Err(error) => matches!(end::ended(error), Ended::Gone(None | Some(Ending::Fin | Ending::Reset))),
    }
}
