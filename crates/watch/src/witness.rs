//! A witness holds what one side knows of one connection and reports each step it sees.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

use steps::{
    Bytes, Carried, Direction, Event, Evidence, Gap, Origin, Past, Protocol, Reason, SCHEMA_VERSION, Side,
    Step, summary,
    sync::{lock, unpoisoned},
    tls,
};
use tracing::{Span, span::Id};
use wire::{Seen, fields};

use crate::{
    Session,
    address::plain,
    allowance::Allowance,
    emit::{emit, wanted},
    journal::MOST_OF_ONE,
    recording::Comments,
};

/// The longest run of bytes that an event carries; a longer one is cut and its length stays in the fields.
const MOST_BYTES: usize = 16 * 1024;

/// How much memory a witness takes for its connection's story.
const MOST_KEPT: usize = 256 * 1024;

/// How much of a connection waits to be asked for where there is no subscriber.
const MOST_UNHEARD: usize = 16 * 1024;

/// After a fatal alert a connection ends: more of them are not the end of it.
const MOST_FATAL_ALERTS: u32 = 4;

/// The client's address and the server's.
type Ends = (SocketAddr, SocketAddr);

/// The moment a connection began, on the steady clock and on the wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    steady: Instant,
    wall: SystemTime,
}

impl Started {
    /// Now.
    pub fn now() -> Self {
        Started { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// At a moment that the kernel stamped: a connection begins before accept() tells of it.
    pub fn at(wall: SystemTime) -> Self {
        let ago = SystemTime::now().duration_since(wall).unwrap_or_default();
        let steady = Instant::now();
        Started { steady: steady.checked_sub(ago).unwrap_or(steady), wall }
    }
}

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
    /// What was seen with no subscriber, and is not read.
    unheard: Mutex<Unheard>,
    has_unheard: AtomicBool,
    /// Who reads that.
    reads_unheard: Mutex<()>,
    /// It is read because somebody asks what was seen.
    asked: AtomicBool,
    state: Mutex<State>,
}

/// What is done with something that was seen once it is read.
type Note = Box<dyn FnOnce(&Witness) + Send>;

/// What was seen with no subscriber.
#[derive(Default)]
struct Unheard {
    notes: Vec<Note>,
    weight: usize,
}

impl std::fmt::Debug for Unheard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unheard").field("weight", &self.weight).finish_non_exhaustive()
    }
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

/// Events as they were emitted, in order and without a gap.
#[derive(Debug, Default)]
struct Kept {
    events: Vec<Arc<Event>>,
    weight: usize,
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
            unheard: Mutex::default(),
            has_unheard: AtomicBool::default(),
            reads_unheard: Mutex::default(),
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

    /// Whether anybody wants to know of this connection now. Who is told nothing from its beginning need not look: a
    /// story that starts in the middle would mislead.
    pub fn is_enabled(&self) -> bool {
        wanted() || self.0.keeps.load(Relaxed) || self.0.session.records()
    }

    /// Notes what was seen, now; `read` recognises it and reports that. `weight` is what it takes of memory. With no
    /// subscriber the note stays with its connection: it must not hold the witness, which is handed to it.
    pub(crate) fn note(&self, weight: usize, read: impl FnOnce(&Witness) + Send + 'static) {
        let journal = self.0.session.journal();
        if journal.is_reader() {
            return read(self);
        }
        if !self.is_enabled() {
            return self.note_unheard(weight, read);
        }
        self.0.session.heard();
        self.read_unheard(true);
        if journal.reads_at_once() {
            return read(self);
        }
        let witness = self.clone();
        let unread = self.0.unread.fetch_add(weight, Relaxed) + weight;
        journal.note(weight, unread > MOST_OF_ONE, move |within| {
            witness.0.unread.fetch_sub(weight, Relaxed);
            match within.and_then(Span::id) {
                None => read(&witness),
                span => {
                    witness.lock().within = span;
                    read(&witness);
                    witness.lock().within = None;
                }
            }
        });
    }

    /// Notes bytes that crossed.
    pub(crate) fn note_bytes(&self, bytes: &[u8], read: impl FnOnce(&Witness, &[u8]) + Send + 'static) {
        let bytes: Box<[u8]> = bytes.into();
        self.note(bytes.len(), move |witness| read(witness, &bytes));
    }

    /// Returns when all that was seen so far is read.
    pub(crate) fn read(&self) {
        self.read_unheard(true);
        self.0.session.journal().read();
    }

    /// Notes what was seen with no subscriber: it is read only when the program asks, or there is much of it.
    fn note_unheard(&self, weight: usize, read: impl FnOnce(&Witness) + Send + 'static) {
        let mut unheard = lock(&self.0.unheard);
        unheard.notes.push(Box::new(read));
        unheard.weight += weight + size_of::<Note>();
        let full = unheard.weight > MOST_UNHEARD;
        drop(unheard);
        self.0.has_unheard.store(true, Relaxed);
        if full {
            self.read_unheard(false);
        }
    }

    /// Forgets what was seen with no subscriber: nobody will ask for it.
    pub(crate) fn forget_unheard(&self) {
        if !self.is_enabled() {
            self.0.has_unheard.store(false, Relaxed);
            drop(std::mem::take(&mut *lock(&self.0.unheard)));
        }
    }

    /// Reads what waits unheard. Where nobody `asked`, that is to follow the stream: of what is seen then nothing is
    /// remembered.
    fn read_unheard(&self, asked: bool) {
        let journal = self.0.session.journal();
        if !self.0.has_unheard.load(Relaxed) || journal.is_reader() {
            return;
        }
        // One reads at a time: the notes keep their order.
        let _reader = lock(&self.0.reads_unheard);
        let notes = {
            let mut unheard = lock(&self.0.unheard);
            self.0.has_unheard.store(false, Relaxed);
            std::mem::take(&mut *unheard).notes
        };
        if !asked {
            self.lock().past.missed();
        }
        self.0.asked.store(asked, Relaxed);
        journal.reading(|| notes.into_iter().for_each(|read| read(self)));
        self.0.asked.store(false, Relaxed);
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

    /// Keeps a copy of each event from now on, for a server that tells a peer what it saw of the peer's own
    /// connection. What goes beyond a bound is not kept, nor what comes after it: a story with a gap would mislead.
    pub fn keep(&self) {
        self.0.keeps.store(true, Relaxed);
        self.note(0, |witness| {
            witness.lock().kept.get_or_insert_default();
        });
    }

    /// Keeps no more, and forgets what was kept.
    pub fn forget(&self) {
        self.note(0, |witness| {
            witness.lock().kept = None;
            witness.0.keeps.store(false, Relaxed);
        });
    }

    /// The events kept so far, as they were emitted.
    pub fn kept(&self) -> Vec<Arc<Event>> {
        self.read();
        self.lock().kept.as_ref().map(|kept| kept.events.clone()).unwrap_or_default()
    }

    /// The events kept since the last time, which makes room for as many more.
    pub fn take_kept(&self) -> Vec<Arc<Event>> {
        self.read();
        self.lock().kept.as_mut().map(|kept| std::mem::take(kept).events).unwrap_or_default()
    }

    /// The stream under the connection's other taps carries TLS.
    pub(crate) fn carries_tls(&self) {
        self.note(0, |witness| witness.lock().in_tls = true);
    }

    /// Closes the account of the connection: what it showed, and how it ended. Only the first call counts.
    pub fn finish(&self, outcome: &Outcome) {
        if self.is_enabled() {
            let (elapsed, outcome) = (self.elapsed(), outcome.clone());
            self.note(0, move |witness| witness.close(elapsed, &outcome));
        } else {
            self.lock().finished = true; // nobody is told
        }
    }

    /// How the connection ends is for others to tell: this witness stands between its ends.
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

    /// What has been seen so far.
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
            kept.weight = kept.weight.saturating_add(weight);
            if kept.weight <= MOST_KEPT {
                kept.events.push(event);
            }
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
    static STREAMS: AtomicU64 = AtomicU64::new(1);
    format!("stream-{}", STREAMS.fetch_add(1, Relaxed))
}

/// About how much memory a step takes before it is read.
fn weight(seen: &Seen) -> usize {
    512 + seen.bytes.len()
}

#[cfg(test)]
mod tests {
    use steps::tcp;

    use super::*;

    fn witness() -> Witness {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        Witness::new(
            &Session::default(),
            Side::Server,
            Protocol::Tcp,
            None,
            (address, address),
            Started::now(),
        )
    }

    fn see(witness: &Witness, bytes: usize) {
        let seen = Seen { bytes: vec![0; bytes], ..Seen::local(tcp::Step::Data, fields! {}) };
        witness.saw(Evidence::Wire, seen);
    }

    #[test]
    fn a_witness_keeps_its_story_only_where_asked() {
        let witness = witness();
        see(&witness, 0);
        assert!(witness.kept().is_empty());
        witness.keep();
        see(&witness, 1);
        see(&witness, 2);
        let lengths =
            |events: Vec<Arc<Event>>| events.iter().map(|event| event.bytes.0.len()).collect::<Vec<_>>();
        assert_eq!(lengths(witness.kept()), [1, 2]);
        assert_eq!(lengths(witness.take_kept()), [1, 2]);
        witness.finish(&Outcome::Complete);
        assert!(witness.kept()[0].step.is_summary());
        witness.forget();
        see(&witness, 3);
        assert!(witness.kept().is_empty());
    }

    #[test]
    fn a_story_that_grows_too_long_is_kept_from_its_beginning_without_a_gap() {
        let witness = witness();
        witness.keep();
        for _ in 0..20 {
            see(&witness, MOST_BYTES);
        }
        let kept = witness.kept().len();
        assert!((5..20).contains(&kept), "{kept}");
        see(&witness, 0);
        assert_eq!(witness.kept().len(), kept);
    }

    /// What reaches `tracing`, in short: the id of each step, and of a gap how much is missing.
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl tracing::Subscriber for Heard {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }

        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            event.record(&mut self.clone());
        }

        fn enter(&self, _: &tracing::span::Id) {}

        fn exit(&self, _: &tracing::span::Id) {}
    }

    impl tracing::field::Visit for Heard {
        fn record_error(&mut self, _: &tracing::field::Field, error: &(dyn std::error::Error + 'static)) {
            let short = match error.downcast_ref::<Carried>().expect("nothing else travels there") {
                Carried::Event(event, ..) => event.step.id().into(),
                Carried::Gap(gap) => format!("-{}", gap.dropped),
            };
            self.0.lock().unwrap().push(short);
        }

        fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
    }

    #[test]
    fn whatever_a_connection_has_logged_its_turns_and_its_end_are_told() {
        let heard = Heard::default();
        tracing::subscriber::with_default(heard.clone(), || {
            let witness = witness();
            let sees = |seen: Seen| witness.saw_after(Duration::ZERO, Evidence::Wire, seen);
            let alert = |level: &str| {
                let fields = fields! { tls::field::LEVEL => level };
                Seen::new(tls::Step::Alert, Side::Client, fields, [])
            };
            sees(alert("warning"));
            (0..5000).for_each(|_| sees(Seen::local(tcp::Step::Data, fields! {})));
            sees(alert("warning")); // no longer new
            (0..10).for_each(|_| sees(alert("fatal")));
            sees(Seen::local(tcp::Step::Fin, fields! {}));
            sees(Seen::local(tcp::Step::Fin, fields! {}));
            witness.finish(&Outcome::Complete);
            assert_eq!(witness.past(Past::count), 5014);
            sees(Seen::local(tcp::Step::Data, fields! {}));
        });
        let mut heard = heard.0.lock().unwrap().clone();
        heard.dedup();
        let data = heard.iter().filter(|step| *step == "tcp.data").count();
        assert_eq!(data, 1, "in one piece");
        let missing: u64 = heard.iter().filter_map(|step| step.strip_prefix('-')?.parse::<u64>().ok()).sum();
        let expected = ["tls.alert", "tcp.data", "-", "tls.alert", "-", "tcp.fin", "-", "tcp.summary", "-1"];
        assert_eq!(heard.len(), expected.len(), "{heard:?}");
        assert!(heard.iter().zip(expected).all(|(is, begins)| is.starts_with(begins)), "{heard:?}");
        // 6 of the fatal alerts, a warning, a FIN, what came after the end, and most of the data.
        assert!((1009..4000).contains(&missing), "{missing}");
    }
}
