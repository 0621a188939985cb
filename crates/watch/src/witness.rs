//! A witness holds what one side knows of one connection and reports each step it sees.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use steps::{
    Bytes, Carried, Direction, Event, Evidence, Gap, Origin, Past, Protocol, Reason, SCHEMA_VERSION, Side,
    Step, summary,
    sync::{lock, unpoisoned},
    tls,
};
use tracing::span::Id;
use wire::{Seen, fields};

use crate::{
    Session, Started,
    address::{Ends, plain},
    allowance::Allowance,
    emit::{emit, wanted},
    recording::Comments,
};

mod kept;
mod notes;
#[cfg(test)]
mod tests;

use kept::Kept;
use notes::Deferred;

/// The longest run of bytes that an event carries; a longer one is cut and its length stays in the fields.
const MOST_BYTES: usize = 16 * 1024;

/// After a fatal alert a connection ends: more of them are not the end of it.
const MOST_FATAL_ALERTS: u32 = 4;

/// How a connection ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The handshake completed and the connection ended as agreed.
    Complete,
    /// It ended early, or otherwise than agreed: why, and what to do.
    Failed(Box<Reason>),
}

/// One side's knowledge of one connection. Clones share it.
#[derive(Clone, Debug)]
pub struct Witness(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    session: Session,
    side: Side,
    protocol: Protocol,
    variant: Option<String>,
    ends: Option<Ends>,
    conn: String,
    /// By which a reader knows whose events these are.
    origin: Origin,
    started: Started,
    /// The story is kept from now on, or was.
    keeps: AtomicBool,
    /// How much in the journal is of this connection.
    unread: AtomicUsize,
    /// How many things were noted of it.
    noted: AtomicU64,
    /// What was seen with no subscriber, and is not read.
    deferred: Mutex<Deferred>,
    has_deferred: AtomicBool,
    /// Who reads that.
    reads_deferred: Mutex<()>,
    /// It is read because somebody asks what was seen.
    asked: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The span in which what is read now was seen, where that was another time.
    within: Option<Id>,
    past: Past,
    allowance: Allowance,
    /// How many fatal alerts were told whatever the allowance said.
    fatal_alerts: u32,
    finished: bool,
    /// The stream carries TLS, which hides where in it another protocol's messages end.
    in_tls: bool,
    /// The story so far, where somebody wants to tell it on.
    kept: Option<Kept>,
    /// What is said of the events in a capture.
    comments: Option<Commenting>,
}

/// What comments the packets of the connection.
struct Commenting(Comments);

impl std::fmt::Debug for Commenting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commenting").finish_non_exhaustive()
    }
}

impl Witness {
    /// A witness on `side` of the connection from `client` to `server`, as this side sees the addresses.
    pub fn new(
        session: &Session,
        side: Side,
        protocol: Protocol,
        variant: Option<String>,
        ends: (SocketAddr, SocketAddr),
        started: Started,
    ) -> Self {
        Witness::between(session, side, protocol, variant, Some(ends), started)
    }

    /// The same where the stream need not have addresses.
    pub(crate) fn between(
        session: &Session,
        side: Side,
        protocol: Protocol,
        variant: Option<String>,
        ends: Option<Ends>,
        started: Started,
    ) -> Self {
        let session = session.clone();
        if let Some((recording, ends)) = session.recording().zip(ends) {
            recording.connection(ends);
        }
        if let Some((flight, ends)) = session.flight().zip(ends) {
            flight.opens(ends);
        }
        Witness(Arc::new(Inner {
            session,
            side,
            protocol,
            variant,
            ends,
            conn: ends
                .map_or_else(nameless, |(client, server)| format!("{}>{}", plain(client), plain(server))),
            origin: Origin::default(),
            started,
            keeps: AtomicBool::default(),
            unread: AtomicUsize::default(),
            noted: AtomicU64::default(),
            deferred: Mutex::default(),
            has_deferred: AtomicBool::default(),
            reads_deferred: Mutex::default(),
            asked: AtomicBool::default(),
            state: Mutex::default(),
        }))
    }

    /// The session that it is part of.
    pub(crate) fn session(&self) -> &Session {
        &self.0.session
    }

    /// The client's address and the server's, as this side sees them, where the stream has any.
    pub(crate) fn ends(&self) -> Option<Ends> {
        self.0.ends
    }

    /// The side it stands on.
    pub fn side(&self) -> Side {
        self.0.side
    }

    /// Whether this connection's events are wanted: by a subscriber, for a capture, or by [`Witness::keep`]. Where they
    /// are not when it begins, it need not be watched later: a log that starts in the middle would mislead.
    pub fn is_enabled(&self) -> bool {
        wanted() || self.0.keeps.load(Relaxed) || self.0.session.records()
    }

    /// How long the connection has run: the time of what is seen now, for [`Witness::saw_after`].
    pub fn elapsed(&self) -> Duration {
        self.0.started.steady.elapsed()
    }

    /// Reports a step that is seen now.
    pub fn saw(&self, evidence: Evidence, seen: Seen) {
        self.saw_after(self.elapsed(), evidence, seen);
    }

    /// Reports a step that the kernel stamped with the wall-clock time `at`.
    pub fn saw_at(&self, at: SystemTime, evidence: Evidence, seen: Seen) {
        // A stamp from before the start is a packet that was sent while the program took note of the time.
        let elapsed = at.duration_since(self.0.started.wall).unwrap_or_default();
        self.saw_after(elapsed, evidence, seen);
    }

    /// Reports a step that was seen `elapsed` after the start.
    pub fn saw_after(&self, elapsed: Duration, evidence: Evidence, seen: Seen) {
        if self.is_enabled() || self.0.asked.load(Relaxed) {
            self.note(weight(&seen), move |witness| witness.tell(elapsed, evidence, seen));
        }
    }

    /// Remembers a step and reports it.
    fn tell(&self, elapsed: Duration, evidence: Evidence, seen: Seen) {
        let mut state = self.lock();
        let end = seen.end.filter(|_| !state.in_tls || seen.step.protocol() == Protocol::Tls);
        let event = self.event(elapsed, evidence, seen);
        state.past.remember(&event);
        let due = state.is_due(&event);
        // Told under the lock: two threads must not swap the order in which the steps were seen.
        state.tell(&self.0, event, elapsed, end, due);
    }

    /// The stream under the connection's other taps carries TLS.
    pub(crate) fn carries_tls(&self) {
        self.note(0, |witness| witness.lock().in_tls = true);
    }

    /// Reports the summary of the connection: what was seen of it, and how it ended. Only the first call counts.
    pub fn finish(&self, outcome: &Outcome) {
        if self.is_enabled() {
            let (elapsed, outcome) = (self.elapsed(), outcome.clone());
            self.note(0, move |witness| witness.close(elapsed, &outcome));
        } else {
            self.lock().finished = true; // there is nobody to report to
        }
    }

    /// A witness that reports no summary: it stands between the two ends, which report how the connection ended.
    pub(crate) fn tells_no_end(self) -> Self {
        self.lock().finished = true;
        self
    }

    fn close(&self, elapsed: Duration, outcome: &Outcome) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.finished, true) {
            return;
        }
        let mut fields = match outcome {
            Outcome::Complete => fields! { summary::OUTCOME => "complete" },
            Outcome::Failed(why) => {
                let mut fields = fields! { summary::OUTCOME => "failed" };
                fields.append(&mut why.fields());
                fields
            }
        };
        fields.put(summary::STEPS, state.past.count());
        let seen = Seen::local(Step::summary(self.0.protocol), fields);
        let event = self.event(elapsed, Evidence::Inferred, seen);
        state.tell(&self.0, event, elapsed, None, true);
    }

    /// Calls `look` with what has been seen so far, after reading all that was noted of it.
    pub fn past<T>(&self, look: impl FnOnce(&Past) -> T) -> T {
        self.read();
        look(&self.lock().past)
    }

    pub(crate) fn event(&self, elapsed: Duration, evidence: Evidence, seen: Seen) -> Event {
        let Seen { step, from, mut fields, mut bytes, end: _ } = seen;
        bytes.truncate(MOST_BYTES);
        fields.share(); // they are remembered longer than the event
        let at = self.0.started.wall + elapsed;
        Event {
            v: SCHEMA_VERSION,
            at: at.try_into().unwrap_or(jiff::Timestamp::UNIX_EPOCH),
            elapsed_us: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
            side: self.0.side,
            protocol: self.0.protocol,
            variant: self.0.variant.clone(),
            observer: None,
            conn: self.0.conn.clone(),
            step,
            direction: match from {
                None => Direction::Local,
                Some(side) if side == self.0.side => Direction::Sent,
                Some(_) => Direction::Received,
            },
            evidence,
            fields,
            bytes: Bytes(bytes),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not silence the log: what is remembered is still true.
        lock(&self.0.state)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let mut state = std::mem::take(unpoisoned(self.state.get_mut()));
        state.tell_gap(self);
        if !state.finished && state.past.count() > 0 {
            let (conn, side) = (&self.conn, self.side.id());
            tracing::warn!(%conn, side, "dropped without finish(): the log does not say how this connection ended");
        }
        let Some(ends) = self.ends else { return };
        if let Some(recording) = self.session.recording() {
            recording.closed(ends);
        }
        if let Some(flight) = self.session.flight() {
            flight.closes(ends);
        }
    }
}

impl State {
    /// Whether the event that was remembered last is told whatever its connection has logged: the first of each kind and
    /// how it ends. All else that may come at last is the first of its kind; an alert need not be.
    fn is_due(&mut self, event: &Event) -> bool {
        let fatal =
            event.step == Step::Tls(tls::Step::Alert) && event.get(tls::field::LEVEL) == Some("fatal");
        self.fatal_alerts += u32::from(fatal);
        self.past.is_news() || (fatal && self.fatal_alerts <= MOST_FATAL_ALERTS)
    }

    /// Reports an event, or counts it where its connection has logged too much; keeps it where that was asked for.
    fn tell(&mut self, of: &Inner, event: Event, elapsed: Duration, end: Option<u64>, due: bool) {
        let weight = event.weight();
        let event = Arc::new(event);
        let recording = of.session.recording().zip(of.ends);
        let said = recording.map(|(recording, _)| {
            let comments = &mut self.comments.get_or_insert_with(|| Commenting(recording.comments())).0;
            comments(&event)
        });
        if self.allowance.admits(elapsed, weight, event.step, due) {
            self.tell_gap(of);
            if let Some(((recording, ends), said)) = recording.zip(said) {
                recording.step(ends, &event, &said, end);
            }
            let carried = Carried::Event(Arc::clone(&event), weight, of.origin.clone());
            emit(&carried, self.within.as_ref());
        }
        if let Some(kept) = &mut self.kept {
            kept.push(event, weight);
        }
    }

    /// Reports what was not told, if there is any, before what comes next.
    fn tell_gap(&mut self, of: &Inner) {
        if let Some(beyond) = self.allowance.take_beyond() {
            let gap = Gap::beyond_limit(&of.conn, of.side, beyond);
            if let Some((recording, ends)) = of.session.recording().zip(of.ends) {
                recording.gap(ends, &gap);
            }
            emit(&Carried::Gap(gap), self.within.as_ref());
        }
    }
}

/// What a connection without addresses is called, so that two of them are told apart.
fn nameless() -> String {
    // The process's, not the session's: one log may have the connections of several sessions.
    static STREAMS: AtomicU64 = AtomicU64::new(1);
    format!("stream-{}", STREAMS.fetch_add(1, Relaxed))
}

/// About how much memory a step takes before it is read.
fn weight(seen: &Seen) -> usize {
    512 + seen.bytes.len()
}
