//! Connections to a server from their first SYN on. accept() returns only those whose handshake was completed; of
//! another one it is told that its SYN+ACK goes again, and that after a while the kernel drops it.
//!
//! The capture finds new connections by their SYN. Where there is none, sock_diag lists at intervals what is half open;
//! a connection that comes and goes between two lists is not seen.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use steps::{
    Protocol, Said, Side, say,
    sync::lock,
    tcp::{Step, field},
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{Capture, Connection, Settings, State, sock_diag};
use crate::{
    Outcome, Session, Started, Witness,
    address::{Ends, both_plain},
    emit::wanted,
};

/// The connections that a server's accept() has not returned yet. The watch ends when this is dropped.
#[derive(Debug)]
pub struct HalfOpen {
    waiting: Arc<Waiting>,
    warden: JoinHandle<()>,
}

#[derive(Debug)]
struct Waiting {
    session: Session,
    listen: SocketAddr,
    capture: Option<Arc<Capture>>,
    settings: Settings,
    known: Mutex<HashMap<Ends, Newcomer>>,
    /// That there are too many was said.
    crowded: AtomicBool,
}

#[derive(Debug)]
struct Newcomer {
    witness: Witness,
    connection: Connection,
    /// The kernel named a state beyond the handshake: accept() will return it.
    complete: bool,
    /// How many times in a row the kernel said SYN_RECEIVED.
    half_open: u32,
    /// That the kernel has dropped it was reported.
    gone: bool,
    /// How much was noted of it, and since when no more was.
    noted: u64,
    quiet_since: Instant,
}

impl HalfOpen {
    /// Watches for connections to the server that listens on `listen`.
    pub fn watch(
        session: &Session,
        listen: SocketAddr,
        capture: Option<Arc<Capture>>,
        settings: Settings,
    ) -> Self {
        if let Some(capture) = &capture {
            capture.announce(listen);
        }
        let (session, known, crowded) = (session.clone(), Mutex::default(), AtomicBool::new(false));
        let waiting = Arc::new(Waiting { session, listen, capture, settings, known, crowded });
        let warden = tokio::spawn(warden(Arc::clone(&waiting)));
        HalfOpen { waiting, warden }
    }

    /// To be called when accept() has returned a connection: gives the witness, which has what is known so far, and the
    /// watch over its states.
    pub fn accepted(&self, client: SocketAddr, server: SocketAddr) -> (Witness, Connection) {
        let waiting = &self.waiting;
        let mut known = waiting.known();
        if let Some(newcomer) = known.remove(&both_plain((client, server))) {
            return (newcomer.witness, newcomer.connection);
        }
        let began = waiting.capture.as_ref().and_then(|capture| capture.began(client, server));
        waiting.begin((client, server), began)
    }

    /// The server stops: whatever still waits will not be accepted.
    pub fn stop(&self) {
        for (_, newcomer) in self.waiting.known().drain() {
            newcomer.connection.drain();
            newcomer.witness.finish(&Outcome::Failed(say!(tcp::stopped_before_accept()).into()));
        }
    }
}

impl Drop for HalfOpen {
    fn drop(&mut self) {
        self.warden.abort();
    }
}

async fn warden(waiting: Arc<Waiting>) {
    let mut listed = Vec::new();
    loop {
        let idle = waiting.known().is_empty();
        match &waiting.capture {
            Some(capture) if idle => capture.newcomer().await,
            Some(_) => sleep(LOOK).await,
            None if idle => {
                sleep(LIST).await;
                if !wanted() {
                    continue;
                }
                let now = sock_diag::half_open(waiting.listen.port()).unwrap_or_default();
                // Twice in a row: on its way to accept() every connection is half open for a moment.
                let stay = now.iter().filter(|ends| listed.contains(*ends));
                stay.for_each(|&(server, client)| waiting.admit((client, server), None));
                listed = now;
            }
            None => sleep(LOOK).await,
        }
        if let Some(capture) = &waiting.capture {
            let room = MOST.saturating_sub(waiting.known().len());
            if room == 0 && !waiting.crowded.swap(true, Relaxed) {
                tracing::warn!(
                    "{}: more than {MOST} connections wait for accept(); the others are told only once they are accepted",
                    waiting.listen
                );
            }
            let mut known = waiting.known();
            for (ends, at) in capture.newcomers(room) {
                waiting.admit_to(&mut known, ends, Some(at));
            }
        }
        waiting.look();
    }
}

impl Waiting {
    fn admit(&self, ends: Ends, at: Option<SystemTime>) {
        self.admit_to(&mut self.known(), ends, at);
    }

    fn admit_to(&self, known: &mut HashMap<Ends, Newcomer>, ends: Ends, at: Option<SystemTime>) {
        if known.len() >= MOST || known.contains_key(&both_plain(ends)) {
            return;
        }
        let (witness, connection) = self.begin(ends, at);
        known.insert(
            both_plain(ends),
            Newcomer {
                witness,
                connection,
                complete: false,
                half_open: 0,
                gone: false,
                noted: 0,
                quiet_since: Instant::now(),
            },
        );
    }

    fn begin(&self, ends: Ends, at: Option<SystemTime>) -> (Witness, Connection) {
        let started = at.map_or_else(Started::now, Started::at);
        let witness = Witness::new(&self.session, Side::Server, Protocol::Tcp, None, ends, started);
        let connection = Connection::new(&witness, ends, self.capture.as_deref(), &self.settings);
        (witness, connection)
    }

    /// Asks the kernel for each, and closes the account of those that are over.
    fn look(&self) {
        self.known().retain(|_, newcomer| match newcomer.look() {
            None => true,
            Some(why) => {
                newcomer.connection.drain();
                newcomer.witness.finish(&Outcome::Failed(why.into()));
                false
            }
        });
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Ends, Newcomer>> {
        // A panic elsewhere must not silence the log.
        lock(&self.known)
    }
}

impl Newcomer {
    /// Why it is over, if it is.
    fn look(&mut self) -> Option<Said> {
        let state = self.connection.ask();
        let noted = self.witness.noted();
        if self.noted != noted {
            (self.noted, self.quiet_since) = (noted, Instant::now());
        }
        match state {
            Some(State::SynReceived) => {
                self.half_open += 1;
                self.gone = false;
                None
            }
            Some(State::Closed) => self.unlisted(),
            // What the kernel does not say is nothing to go by; what is complete waits for accept().
            None | Some(State::SynSent | State::Listen) => None,
            Some(
                State::Established
                | State::FinWait1
                | State::FinWait2
                | State::TimeWait
                | State::CloseWait
                | State::LastAck
                | State::Closing,
            ) => {
                self.complete = true;
                None
            }
        }
    }

    /// The kernel lists no such connection: not yet, or no longer.
    fn unlisted(&mut self) -> Option<Said> {
        let seen = |side: Side, step: Step| self.witness.past(|past| past.first_from(side, step).is_some());
        let acked = self.witness.past(|past| {
            past.records()
                .iter()
                .any(|one| one.from == Some(Side::Client) && one.get(field::ACKS_SYN) == Some(true))
        });
        // The ACK came, and the kernel did not go on saying SYN_RECEIVED: accept() has returned it, or will.
        if !self.gone && (self.complete || (acked && self.half_open < 3)) {
            return (self.quiet_since.elapsed() > COMPLETE).then(|| say!(tcp::never_accepted()));
        }
        let answered = self.half_open > 0 || seen(Side::Server, Step::SynAck);
        if !answered {
            let unanswered = seen(Side::Server, Step::Rst) || self.quiet_since.elapsed() > UNANSWERED;
            return unanswered.then(|| say!(tcp::syn_not_taken()));
        }
        if !self.gone {
            self.connection.half_open_gone();
            self.gone = true;
            self.half_open = 0;
            return None;
        }
        let by_client = seen(Side::Client, Step::Rst);
        let over = seen(Side::Server, Step::Rst) || self.quiet_since.elapsed() > QUIET;
        over.then(
            || {
                if by_client { say!(tcp::reset_by_the_client()) } else { say!(tcp::dropped_half_open()) }
            },
        )
    }
}

/// How many connections are watched that accept() has not returned. A flood of SYNs must cost no more.
const MOST: usize = 64;

/// How often the kernel is asked for each of them.
const LOOK: Duration = Duration::from_millis(10);

/// How often the kernel is asked for a list, where there is no capture.
const LIST: Duration = Duration::from_millis(250);

/// How long a dropped connection is still listened to: its client may not know, and send.
const QUIET: Duration = Duration::from_secs(2);

/// How long a SYN may stay without any answer.
const UNANSWERED: Duration = Duration::from_secs(5);

/// How long accept() may take to return what the kernel has completed and forgotten.
const COMPLETE: Duration = Duration::from_secs(60);
