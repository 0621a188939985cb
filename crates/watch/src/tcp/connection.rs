//! One connection under watch: its segments where they can be captured, and what the kernel says of its state.
//!
//! The kernel is asked, not the program's memory of what it did: a state is reported when `TCP_INFO` or sock_diag
//! names it, and after the segments that brought it about.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use steps::{
    Evidence, Fields, Side,
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
    Capture, Settings, State,
    capture::Shared,
    established_fields, info, opened,
    sock_diag::{self, Answer, What},
};
use crate::{Witness, sync::lock};

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

/// What the kernel has said so far, so that each change is reported once.
#[derive(Debug, Default)]
struct Known {
    /// The state that it named last, and since when.
    state: Option<(State, Instant)>,
    /// Whether that state was reported.
    reported: bool,
    /// How many times its timer had sent something again.
    retransmits: u8,
    /// How many of its FINs had been captured that were sent again.
    retransmitted_fins: u64,
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
        if let Some(capture) = &self.capture {
            capture.report_until((self.client, self.server), at);
        }
        if !self.witness.past(|past| past.has(Step::SynAck)) {
            self.saved_syn(stream, at);
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

    /// Reports that nothing more will happen by itself: the state, how long it has lasted, and what the kernel's timer
    /// is, if there is one.
    pub fn waits(&self) {
        let Ok(answer) = self.answer() else { return };
        let Some((state, since)) = self.known().state.filter(|(state, _)| *state == answer.state) else {
            return;
        };
        let mut fields = timer_fields(state, &answer);
        fields.put(field::WAS_MS, ms(since.elapsed()));
        self.saw(SystemTime::now(), Seen::local(Step::Timer, fields));
    }

    /// Waits, at most for `patience`, until the kernel is done with a connection whose socket the program has closed:
    /// what became of it is then told by sock_diag alone.
    pub async fn ended_alone(&self, patience: Duration) -> Ended {
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

    /// The kernel has forgotten the connection.
    fn closed(&self, asked: &str, error: Option<&io::Error>) {
        let mut fields = fields! { field::STATE => State::Closed.name() };
        self.was(&mut fields, State::Closed);
        fields.put(field::ASKED, asked);
        fields.put(field::SOCK_DIAG, "no such connection");
        if let Some(error) = error {
            fields.put_some(field::ERROR, error.raw_os_error().map(|number| Errno::from(number).to_string()));
        }
        self.saw(SystemTime::now(), Seen::local(Step::Closed, fields));
    }

    /// The kernel has forgotten a connection that accept() never returned.
    pub(super) fn half_open_gone(&self) {
        let mut fields = fields! { field::STATE => State::Closed.name() };
        self.was(&mut fields, State::Closed);
        fields.put(field::RETRANSMITS, self.known().retransmits);
        fields.put_some(field::TCP_SYNCNT, self.settings.get(field::TCP_SYNCNT));
        fields.put(field::ASKED, "sock_diag");
        self.saw(SystemTime::now(), Seen::local(Step::HalfOpenGone, fields));
        *self.known() = Known::default();
    }

    /// The state before `state`, as the kernel named it last, and how long it was seen to last.
    fn was(&self, fields: &mut Fields, state: State) {
        let known = self.known();
        if let Some((was, since)) = known.state.filter(|(was, _)| *was != state) {
            fields.put(field::WAS, was.name());
            fields.put(field::WAS_MS, ms(since.elapsed()));
            fields.put(field::CHANGE, format!("{} → {}", was.name(), state.name()));
        } else {
            fields.put(field::CHANGE, state.name());
        }
    }

    /// What the kernel says now: a state that was not reported yet, or a timer that has run out meanwhile.
    fn report(&self, state: State, asked: &str, answer: Option<&Answer>) {
        let (step, after) = match state {
            // Undisturbed, these last microseconds, and whoever sees them was lucky: a run must not depend on luck.
            State::SynSent => (Step::SynSent, LASTS),
            State::SynReceived => (Step::SynReceived, LASTS),
            State::LastAck => (Step::LastAckState, LASTS),
            State::Closing => (Step::Closing, LASTS),
            State::FinWait1 => (Step::FinWait1, Duration::ZERO),
            State::FinWait2 => (Step::FinWait2, Duration::ZERO),
            State::CloseWait => (Step::CloseWait, Duration::ZERO),
            State::TimeWait => (Step::TimeWait, Duration::ZERO),
            // Opening has a step of its own; how a connection was closed or broken is said by the socket's error.
            State::Established => return self.passed(state, answer),
            State::Closed | State::Listen => return,
        };
        let at = SystemTime::now();
        let mut fields = fields! { field::STATE => state.name() };
        {
            let known = self.known();
            match known.state {
                Some((known_state, _)) if known_state == state && known.reported => {
                    drop(known);
                    return self.timer(state, answer);
                }
                Some((known_state, since)) if known_state == state && since.elapsed() < after => return,
                Some((known_state, _)) if known_state == state => {}
                _ if !after.is_zero() => {
                    drop(known);
                    return self.passed(state, answer);
                }
                _ => {}
            }
        }
        let before = self.known().state;
        if before.is_some_and(|(same, _)| same == state) {
            // Its first sight was not reported; what had come before it is no longer known.
            fields.put(field::CHANGE, state.name());
        } else {
            self.was(&mut fields, state);
        }
        fields.put(field::ASKED, asked);
        if let Some(answer) = answer {
            fields.extend(timer_fields(state, answer));
        }
        if state == State::SynReceived
            && let Some((waiting, may)) = sock_diag::accept_queue(self.server)
        {
            fields.put(field::ACCEPT_QUEUE, format!("accept queue {waiting} of {may}"));
        }
        let mut known = self.known();
        let since = before.filter(|(same, _)| *same == state).map_or_else(Instant::now, |(_, since)| since);
        known.state = Some((state, since));
        known.reported = true;
        known.retransmits = answer.map_or(0, |answer| answer.retransmits);
        drop(known);
        self.saw(at, Seen::local(step, fields));
    }

    /// A state that is not reported, or not yet.
    fn passed(&self, state: State, answer: Option<&Answer>) {
        let mut known = self.known();
        match known.state {
            Some((same, _)) if same == state => {
                drop(known);
                self.timer(state, answer);
            }
            _ => {
                known.state = Some((state, Instant::now()));
                known.reported = false;
                known.retransmits = 0;
            }
        }
    }

    /// Reports that a timer has run out: the kernel counts one repeat more, or a segment went again that the kernel
    /// does not count. Of a FIN, the last that a side sends, that is a tail loss probe (RFC 8985 §7).
    fn timer(&self, state: State, answer: Option<&Answer>) {
        let Some(answer) = answer else { return };
        let running = answer.timer.is_some_and(|timer| timer.what == What::Retransmission);
        let captured = self.witness.past(|past| past.tcp().retransmitted_fins());
        let mut known = self.known();
        let probe = answer.retransmits == 0 && known.retransmits == 0 && captured > known.retransmitted_fins;
        let again = answer.retransmits > known.retransmits;
        known.retransmitted_fins = captured;
        known.retransmits = answer.retransmits;
        drop(known);
        if running && (again || probe) {
            let mut fields = timer_fields(state, answer);
            if !again {
                fields.put(field::TAIL_LOSS_PROBE, true);
            }
            fields.put(field::ASKED, "sock_diag");
            self.saw(SystemTime::now(), Seen::local(Step::Timer, fields));
        }
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
        if self.witness.side() == Side::Client || self.witness.past(|past| past.has(Step::Syn)) {
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
    fields.put_some(field::ERRNO, error.raw_os_error().map(Errno::from).and_then(Errno::name));
    // The system's words, without the number that the standard library adds.
    let words = error.to_string();
    fields.put(field::MESSAGE, words.split(" (os error").next().unwrap_or_default());
    fields
}

/// What sock_diag says of the timer.
fn timer_fields(state: State, answer: &Answer) -> Fields {
    let mut fields = fields! { field::STATE => state.name() };
    match answer.timer {
        Some(timer) => {
            fields.put(field::TIMER, timer.what.name());
            fields.put(field::TIMER_MS, ms(timer.expires));
        }
        None => fields.put(field::TIMER, "no timer"),
    }
    if answer.retransmits > 0 || matches!(answer.timer, Some(timer) if timer.what == What::Retransmission) {
        fields.put(field::RETRANSMITS, answer.retransmits);
    }
    fields
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How long a state must have lasted to be reported that on an undisturbed path lasts microseconds.
const LASTS: Duration = Duration::from_millis(5);

/// How often the kernel is asked while states change. One question costs a few microseconds.
const EVERY: Duration = Duration::from_millis(2);
