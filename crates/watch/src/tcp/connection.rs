//! One connection under watch: its segments where they can be captured, and what the kernel says of its state.
//!
//! The kernel is asked, not the program's memory of what it did: a state is reported when `TCP_INFO` or sock_diag
//! names it, and after the segments that brought it about.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use serde_json::Value;
use steps::{Evidence, Fields, Side, tcp::Step};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, MissedTickBehavior, interval, sleep},
};
use wire::{
    Seen, fields,
    tcp::{Segment, Tracker},
};

use super::{Capture, State, capture::Shared, established_fields, info, opened, sock_diag};
use crate::Witness;

/// A connection of ours. Dropping it ends the watch.
#[derive(Debug)]
pub struct Connection {
    witness: Witness,
    client: SocketAddr,
    server: SocketAddr,
    capture: Option<Arc<Shared>>,
    /// The last state that was reported, so that each is reported once.
    last: Mutex<Option<State>>,
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
    /// Watches the connection between these addresses; segments that were captured before now are reported first.
    pub fn new(
        witness: &Witness,
        (client, server): (SocketAddr, SocketAddr),
        capture: Option<&Capture>,
    ) -> Self {
        let capture = capture.map(Capture::shared);
        if let Some(capture) = &capture {
            capture.follow((client, server), witness);
        }
        Connection { witness: witness.clone(), client, server, capture, last: Mutex::new(None) }
    }

    /// Reports what the kernel says of the connection that connect() or accept() just gave. Where no segment was
    /// seen, the opening rests on the SYN that the kernel kept and on its counters.
    pub fn established(&self, stream: &TcpStream) {
        let Some(info) = opened(stream) else { return };
        let at = SystemTime::now();
        let mut fields = established_fields(&info);
        // The segments up to now decide what the opening rests on.
        if let Some(capture) = &self.capture {
            capture.report_until((self.client, self.server), at);
        }
        if !self.witness.past(|past| past.has(Step::SynAck)) {
            self.saved_syn(stream, at);
            fields.insert("rests_on".into(), "TCP_INFO".into());
        }
        self.saw(at, Seen::local(Step::Established, fields));
    }

    /// Reports the state that the kernel names now, if it was not reported yet.
    pub fn look(&self, stream: &TcpStream) -> Option<State> {
        let info = info::tcp_info(stream).ok()?;
        match info.state? {
            // The socket is done with; whether the kernel still waits in TIME_WAIT is not its to know.
            State::Closed => self.ask(),
            state => {
                self.report(state, fields! { "state" => state.name(), "asked" => "TCP_INFO" });
                Some(state)
            }
        }
    }

    /// Runs `what` and meanwhile reports each state that the kernel passes through.
    pub async fn looking_on<T>(&self, what: impl Future<Output = T>) -> T {
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

    /// The last state that was reported.
    pub fn state(&self) -> Option<State> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, at most for `patience`, until the kernel is done with a connection whose socket the program has closed:
    /// what became of it is then told by sock_diag alone.
    pub async fn ended_alone(&self, patience: Duration) -> Ended {
        let last_look = Instant::now() + patience;
        loop {
            match self.ask() {
                Some(State::Closed) => {
                    self.closed(None);
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
        let last_look = Instant::now() + patience;
        loop {
            match self.look(stream) {
                Some(State::Closed) => {
                    // Nothing reads from the socket any more, so its error is taken from nobody.
                    let error = stream.take_error().ok().flatten();
                    self.closed(error.as_ref());
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
        let mut fields = fields! { "call" => call };
        if let Some(name) = error.raw_os_error().and_then(errno_name) {
            fields.insert("errno".into(), name.into());
        }
        fields.insert("message".into(), error.to_string().into());
        self.saw(SystemTime::now(), Seen::local(Step::Error, fields));
    }

    /// Reports the segments that were captured so far.
    pub fn drain(&self) {
        if let Some(capture) = &self.capture {
            capture.drain();
        }
    }

    /// Asks sock_diag, which also knows TIME_WAIT and connections without a socket.
    fn ask(&self) -> Option<State> {
        let (local, peer) = match self.witness.side() {
            Side::Client => (self.client, self.server),
            Side::Server => (self.server, self.client),
        };
        let answer = sock_diag::connection(local, peer).ok()?;
        let mut fields = fields! { "state" => answer.state.name(), "asked" => "sock_diag" };
        if let Some(timer) = answer.timer {
            fields.insert("timer_ms".into(), u64::try_from(timer.as_millis()).unwrap_or(u64::MAX).into());
        }
        self.report(answer.state, fields);
        Some(answer.state)
    }

    /// TCP_INFO said CLOSED and sock_diag knows no such connection.
    fn closed(&self, error: Option<&io::Error>) {
        let mut fields = fields! { "state" => State::Closed.name(), "asked" => "TCP_INFO", "sock_diag" => "no such connection" };
        if let Some(error) = error {
            let name = error.raw_os_error().and_then(errno_name);
            fields.insert("error".into(), name.map_or_else(|| error.to_string(), Into::into).into());
        }
        self.saw(SystemTime::now(), Seen::local(Step::Closed, fields));
    }

    fn report(&self, state: State, fields: Fields) {
        let step = match state {
            State::FinWait1 => Step::FinWait1,
            State::FinWait2 => Step::FinWait2,
            State::CloseWait => Step::CloseWait,
            State::TimeWait => Step::TimeWait,
            // Whether it was closed or broken is said by the socket's error, see `ended`.
            State::Closed => return,
            // LAST_ACK and CLOSING last microseconds between neighbours: whoever sees them was lucky, and a run
            // must not depend on luck. The others are before the story of a close.
            State::LastAck
            | State::Closing
            | State::Established
            | State::SynSent
            | State::SynReceived
            | State::Listen => return,
        };
        let at = SystemTime::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.replace(state) != Some(state) {
            self.saw(at, Seen::local(step, fields));
        }
    }

    fn saw(&self, at: SystemTime, seen: Seen) {
        match &self.capture {
            Some(capture) => capture.saw_at((self.client, self.server), at, Evidence::Kernel, seen),
            None => self.witness.saw_at(at, Evidence::Kernel, seen),
        }
    }

    /// The SYN that the server's kernel kept, as [`keep_syns`] asked.
    fn saved_syn(&self, stream: &TcpStream, at: SystemTime) {
        if self.witness.side() == Side::Client || self.witness.past(|past| past.has(Step::Syn)) {
            return;
        }
        let Some(syn) = info::saved_syn(stream).ok().and_then(|packet| Segment::parse(&packet)) else {
            return;
        };
        if let Some(mut seen) = Tracker::default().segment(Side::Client, &syn, "TCP_SAVED_SYN") {
            seen.fields.insert("rests_on".into(), Value::from("TCP_SAVED_SYN"));
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

/// The name of an error number that a connection can end with.
fn errno_name(number: i32) -> Option<&'static str> {
    Some(match number {
        libc::ECONNREFUSED => "ECONNREFUSED",
        libc::ECONNRESET => "ECONNRESET",
        libc::ECONNABORTED => "ECONNABORTED",
        libc::ETIMEDOUT => "ETIMEDOUT",
        libc::EPIPE => "EPIPE",
        libc::ENOTCONN => "ENOTCONN",
        libc::EHOSTUNREACH => "EHOSTUNREACH",
        libc::ENETUNREACH => "ENETUNREACH",
        libc::ENETDOWN => "ENETDOWN",
        libc::EADDRNOTAVAIL => "EADDRNOTAVAIL",
        libc::EACCES => "EACCES",
        libc::EPERM => "EPERM",
        _unnamed => return None,
    })
}

/// How often the kernel is asked while states change. One question costs a few microseconds.
const EVERY: Duration = Duration::from_millis(2);
