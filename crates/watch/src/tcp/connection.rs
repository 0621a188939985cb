//! One connection under watch: its segments where they can be captured, and what the kernel says of its state.
//!
//! The kernel is asked, not the program's memory of what it did; what becomes of its answers is in
//! `connection/states.rs`.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use steps::{
    Evidence, Fields, Side,
    sync::lock,
    tcp::{Errno, Step, field, reason::Refusal},
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use wire::{
    Seen, fields,
    tcp::{Segment, Tracker},
};

use super::{
    Capture, Settings, State, answer::Answer, capture::Shared, established_fields, icmp, info, opened,
    sock_diag,
};
use crate::Witness;

mod states;

use states::Known;

/// A connection of ours. Dropping it ends the watch.
#[derive(Debug)]
pub struct Connection {
    witness: Witness,
    client: SocketAddr,
    server: SocketAddr,
    capture: Option<Arc<Shared>>,
    settings: Settings,
    known: Mutex<Known>,
}

/// How this end of a connection ended.
#[derive(Debug)]
pub enum Ended {
    /// It closed first, and the kernel still waits.
    TimeWait,
    /// The kernel has forgotten it; with the error that broke it, if it was broken.
    Closed(Option<io::Error>),
    /// Not yet: this is the last state that the kernel named.
    Not(Option<State>),
    /// This system's kernel cannot be asked: what the program's own calls said is all that is known.
    NotTold,
}

/// Has the kernel keep the SYN of each connection to `listener`: the one segment that a server without a capture
/// can show.
///
/// # Errors
///
/// When the kernel is older than 4.2.
pub fn keep_syns(listener: &TcpListener) -> io::Result<()> {
    info::save_syn(listener)
}

impl Connection {
    /// Watches the connection between these addresses, which runs under `settings`; segments that were captured before
    /// now are reported first.
    pub fn new(
        witness: &Witness,
        (client, server): (SocketAddr, SocketAddr),
        capture: Option<&Capture>,
        settings: &Settings,
    ) -> Self {
        settings.tell(witness);
        let capture = capture.map(Capture::shared);
        if let Some(capture) = &capture {
            capture.follow((client, server), witness);
        }
        let (witness, settings) = (witness.clone(), settings.clone());
        Connection { witness, client, server, capture, settings, known: Mutex::default() }
    }

    /// Reports what the kernel says of the connection that connect() or accept() just gave. Where no segment was
    /// seen, the opening rests on the SYN that the kernel kept and on its counters.
    pub fn established(&self, stream: &TcpStream) {
        if !self.witness.is_enabled() {
            return;
        }
        let Some((state, info)) = opened(stream) else { return };
        let at = SystemTime::now();
        let mut fields = established_fields(state, &info);
        // The segments up to now decide what the opening rests on.
        let ends = (self.client, self.server);
        let captured =
            self.capture.as_ref().map(|capture| capture.report_until(ends, at)).unwrap_or_default();
        if !captured.syn_ack {
            if !captured.syn {
                self.saved_syn(stream, at);
            }
            fields.put(field::RESTS_ON, "TCP_INFO");
        }
        // Reported here and now, as the state in which the program was given the connection.
        *self.known() = Known { state: Some((state, Instant::now())), reported: true, ..Known::default() };
        self.saw(at, Seen::local(Step::Established, fields));
    }

    /// Reports the state that the kernel names now, if it was not reported yet.
    pub fn look(&self, stream: &TcpStream) -> Option<State> {
        let info = info::tcp_info(stream).ok()?;
        match info.state? {
            // The socket is done with; whether the kernel still waits in TIME_WAIT is not its to know.
            State::Closed => self.ask(),
            state => {
                self.report(state, "TCP_INFO", None);
                Some(state)
            }
        }
    }

    /// The same for a caller that needs no answer: without a subscriber the kernel is not asked.
    pub fn passing(&self, stream: &TcpStream) {
        if self.witness.is_enabled() {
            self.look(stream);
        }
    }

    /// Waits, at most for `patience`, until all that was sent is acknowledged. A FIN that then goes alone is repeated
    /// after 200 ms at the earliest (RFC 8985 §7.2); one behind data already after two round trips.
    pub async fn wait_until_acked(&self, stream: &TcpStream, patience: Duration) {
        let until = Instant::now() + patience;
        while info::tcp_info(stream).is_ok_and(|info| info.unacked > 0) && Instant::now() < until {
            sleep(EVERY).await;
        }
    }

    /// Runs `what` and meanwhile reports each state that the kernel passes through.
    pub async fn poll_states_while<T>(&self, what: impl Future<Output = T>) -> T {
        if !self.witness.is_enabled() {
            return what.await;
        }
        let mut what = std::pin::pin!(what);
        let mut looks = interval(EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = looks.tick() => drop(self.ask()),
                done = &mut what => return done,
            }
        }
    }

    /// The last state before the end that the kernel named.
    pub fn state(&self) -> Option<State> {
        self.known().state.map(|(state, _)| state)
    }

    /// Waits, at most for `patience`, until the kernel is done with a connection whose socket the program has closed:
    /// what became of it is then told by sock_diag alone.
    pub async fn ended_alone(&self, patience: Duration) -> Ended {
        if !sock_diag::IS_THERE {
            return Ended::NotTold;
        }
        let last_look = Instant::now() + patience;
        loop {
            match self.ask() {
                Some(State::Closed) => {
                    self.closed("sock_diag", None);
                    return Ended::Closed(None);
                }
                Some(State::TimeWait) => return Ended::TimeWait,
                state if Instant::now() >= last_look => return Ended::Not(state),
                _not_yet => sleep(EVERY).await,
            }
        }
    }

    /// Waits, at most for `patience`, until the kernel says that this end is done.
    pub async fn ended(&self, stream: &TcpStream, patience: Duration) -> Ended {
        if !sock_diag::IS_THERE {
            return Ended::NotTold;
        }
        let last_look = Instant::now() + patience;
        loop {
            match self.look(stream) {
                Some(State::Closed) => {
                    // Nothing reads from the socket any more, so its error is taken from nobody.
                    let error = stream.take_error().ok().flatten();
                    self.closed("TCP_INFO", error.as_ref());
                    return Ended::Closed(error);
                }
                Some(State::TimeWait) => return Ended::TimeWait,
                state if Instant::now() >= last_look => return Ended::Not(state),
                _not_yet => sleep(EVERY).await,
            }
        }
    }

    /// Reports that a system call of this connection failed.
    pub fn failed(&self, call: &str, error: &io::Error) {
        self.saw(SystemTime::now(), Seen::local(Step::Error, error_fields(call, error)));
    }

    /// Reports that connect() failed, and by which ICMP message, if there was one.
    pub fn not_connected(&self, error: &io::Error, how: &Refusal) {
        let mut fields = error_fields("connect()", error);
        if let Refusal::Icmp(kind, from) = how {
            fields.put(field::ICMP, kind.name());
            fields.put(field::ICMP_FROM, from.to_string());
        }
        self.saw(SystemTime::now(), Seen::local(Step::Error, fields));
    }

    /// Reports the segments that were captured so far.
    pub fn drain(&self) {
        if let Some(capture) = &self.capture {
            capture.drain();
        }
    }

    /// Asks sock_diag, which also knows TIME_WAIT and connections without a socket.
    pub(super) fn ask(&self) -> Option<State> {
        let answer = self.answer().ok()?;
        self.report(answer.state, "sock_diag", Some(&answer));
        Some(answer.state)
    }

    fn answer(&self) -> io::Result<Answer> {
        let (local, peer) = match self.witness.side() {
            Side::Client => (self.client, self.server),
            Side::Server => (self.server, self.client),
        };
        sock_diag::connection(local, peer)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic elsewhere must not silence the log.
        lock(&self.known)
    }

    fn saw(&self, at: SystemTime, seen: Seen) {
        match &self.capture {
            Some(capture) => capture.saw_at((self.client, self.server), at, Evidence::Kernel, seen),
            None => self.witness.saw_at(at, Evidence::Kernel, seen),
        }
    }

    /// The SYN that the server's kernel kept, as [`keep_syns`] asked.
    fn saved_syn(&self, stream: &TcpStream, at: SystemTime) {
        if self.witness.side() == Side::Client {
            return;
        }
        let Some(syn) = info::saved_syn(stream).ok().and_then(|packet| Segment::parse(&packet)) else {
            return;
        };
        if let Some(mut seen) = Tracker::default().segment(Side::Client, &syn, "TCP_SAVED_SYN") {
            seen.fields.put(field::RESTS_ON, "TCP_SAVED_SYN");
            self.saw(at, seen);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(capture) = &self.capture {
            capture.unfollow((self.client, self.server));
        }
    }
}

fn error_fields(call: &str, error: &io::Error) -> Fields {
    let mut fields = fields! { field::CALL => call };
    fields.put_some(field::ERRNO, icmp::numbered(error).and_then(Errno::name));
    // The system's words, without the number that the standard library adds.
    let words = error.to_string();
    fields.put(field::MESSAGE, words.split(" (os error").next().unwrap_or_default());
    fields
}

/// How often the kernel is asked while states change. One question costs a few microseconds.
const EVERY: Duration = Duration::from_millis(2);
