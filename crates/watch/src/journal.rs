//! What was seen and is not read yet. Taps, hooks and kernel watchers only note it, with its moment. To recognise steps
//! in it, judge and report them takes a hundred times as long, and is done on a thread of the session, a batch at a
//! time.
//!
//! There is one journal for all connections of a session, because both ends of a connection may be in it: their steps
//! are reported in the order in which they happened. A task that needs to know what was seen so far reads the journal
//! up to there itself. So does a task that finds it full: nothing is lost, and a connection that floods the journal
//! does the reading.

use std::{
    cell::Cell,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::{
        Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use steps::sync::{lock, unpoisoned};
use tracing::{
    Span,
    dispatcher::{self, Dispatch},
};

/// Recognises what was seen and reports it, within the span of its moment.
type Read = Box<dyn FnOnce(Option<&Span>) + Send>;

/// One thing that was seen, of whatever kind: how it is read, and where that is reported.
struct Record {
    read: Read,
    /// The subscriber of the moment.
    log: Dispatch,
    /// The span of the moment.
    within: Option<Span>,
}

/// The journal of a session.
#[derive(Default)]
pub(crate) struct Journal {
    noted: Mutex<Noted>,
    /// Wakes the thread that reads.
    filled: Condvar,
    /// Who reads. One does at a time: records keep their order.
    reader: Turns,
    /// A thread reads: what is noted may wait for it.
    waits: AtomicBool,
}

/// A lock that is given in the order in which it is asked for. With another lock, a connection that floods the journal,
/// and so reads it again and again, could keep the others waiting.
#[derive(Debug, Default)]
struct Turns {
    numbers: Mutex<Numbers>,
    next: Condvar,
}

#[derive(Debug, Default)]
struct Numbers {
    /// Of the next who asks, and of whose turn it is.
    asks: u64,
    has: u64,
}

/// The lock, while somebody has it.
struct Turn<'a>(&'a Turns);

impl Turns {
    fn take(&self) -> Turn<'_> {
        let mut numbers = lock(&self.numbers);
        let mine = numbers.asks;
        numbers.asks += 1;
        while numbers.has != mine {
            numbers = unpoisoned(self.next.wait(numbers));
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.0.numbers).has += 1;
        self.0.next.notify_all();
    }
}

thread_local! {
    /// The journal that this thread reads: what is seen in the midst of that is read at once, and does not wait for it.
    static READS: Cell<*const Journal> = const { Cell::new(ptr::null()) };
}

#[derive(Default)]
struct Noted {
    records: Vec<Record>,
    weight: usize,
    thread: Thread,
}

/// The thread that reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Thread {
    /// There is none: what is noted is read at once.
    #[default]
    None,
    /// It waits for the first record.
    Idle,
    /// It lets more gather, or reads: it need not be woken.
    Awake,
    /// It reads what is there, and ends.
    Ending,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It holds secrets.
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}

impl Journal {
    /// Whether what is seen now is read at once: nobody else reads, or this is part of the reading of something else.
    pub(crate) fn reads_at_once(&self) -> bool {
        !self.waits.load(Relaxed) || self.is_reader()
    }

    /// Does what is part of the reading of something else.
    pub(crate) fn reading(&self, read: impl FnOnce()) {
        let before = READS.replace(self);
        read();
        READS.set(before);
    }

    /// Notes what was seen. `read` recognises and reports it, within the span of this moment. Where one connection has
    /// `much` in it, it is read.
    pub(crate) fn note(&self, weight: usize, much: bool, read: impl FnOnce(Option<&Span>) + Send + 'static) {
        let within = Some(Span::current()).filter(|span| !span.is_none());
        let log = dispatcher::get_default(Dispatch::clone);
        let record = Record { read: Box::new(read), log, within };
        let weight = weight + size_of::<Record>();
        let mut noted = self.lock();
        noted.weight += weight;
        noted.records.push(record);
        let full = much || noted.weight > ROOM;
        let wake = noted.thread == Thread::Idle;
        if wake {
            noted.thread = Thread::Awake;
        }
        let alone = noted.thread == Thread::None;
        drop(noted);
        if wake {
            self.filled.notify_one();
        }
        // The thread that reads may have ended a moment ago.
        if full || alone {
            self.read_noted();
        }
    }

    /// Reads what was noted so far. While something is read, nothing was noted before it.
    pub(crate) fn read(&self) {
        if !self.reads_at_once() {
            self.read_noted();
        }
    }

    fn read_noted(&self) {
        let _reader = self.reader.take();
        let before = READS.replace(self);
        let records = {
            let mut noted = self.lock();
            noted.weight = 0;
            let room = noted.records.len();
            mem::replace(&mut noted.records, Vec::with_capacity(room.min(USUAL)))
        };
        for Record { read, log, within } in records {
            // One connection's bug must not end the reading of the others; what it was is on standard error.
            drop(catch_unwind(AssertUnwindSafe(|| {
                dispatcher::with_default(&log, || read(within.as_ref()));
            })));
        }
        READS.set(before);
    }

    /// Reads on until [`Journal::end`]: the work of the session's thread.
    pub(crate) fn run(&self) {
        loop {
            let mut noted = self.lock();
            while noted.records.is_empty() && noted.thread != Thread::Ending {
                noted.thread = Thread::Idle;
                noted = unpoisoned(self.filled.wait(noted));
            }
            if noted.records.is_empty() {
                noted.thread = Thread::None;
                self.waits.store(false, Relaxed);
                return;
            }
            if noted.thread != Thread::Ending {
                noted.thread = Thread::Awake;
                drop(noted);
                // Nobody sees so short a time, and one wake-up serves all that comes meanwhile.
                thread::sleep(GATHERING);
            } else {
                drop(noted);
            }
            self.read_noted();
        }
    }

    /// A thread will read.
    pub(crate) fn begin(&self) {
        self.lock().thread = Thread::Awake;
        self.waits.store(true, Relaxed);
    }

    /// What was noted is read, and then each thing at once.
    pub(crate) fn end(&self) {
        {
            let mut noted = self.lock();
            if noted.thread != Thread::None {
                noted.thread = Thread::Ending;
            }
        }
        self.filled.notify_one();
        self.read_noted();
    }

    /// Whether this thread reads at the moment.
    pub(crate) fn is_reader(&self) -> bool {
        ptr::eq(READS.get(), self)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        lock(&self.noted)
    }
}

/// How much memory may wait: that of some thirty handshakes.
const ROOM: usize = 1 << 20;

/// How much of it may be one connection's. Four KiB of a hostile peer can take milliseconds to read, and who asks waits
/// for all that came before.
pub(crate) const MOST_OF_ONE: usize = 32 << 10;

/// How many records a batch usually has.
const USUAL: usize = 512;

/// How long a record waits for others to be read with it.
const GATHERING: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, sync::Arc};

    use steps::{Carried, Evidence, Protocol, Side, tcp::Step};
    use tracing::Subscriber;
    use tracing_subscriber::{Layer, Registry, layer::Context, layer::SubscriberExt, registry::LookupSpan};
    use wire::{Seen, fields};

    use super::*;
    use crate::{Session, Started, Witness};

    /// A program's own subscriber: the events that it got, each with the span that it stands in.
    #[derive(Clone, Default)]
    struct Theirs(Arc<Mutex<Vec<Option<&'static str>>>>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Theirs {
        fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
            if event.metadata().target() == Carried::TARGET {
                self.0.lock().unwrap().push(context.event_span(event).map(|span| span.name()));
            }
        }
    }

    #[test]
    fn what_is_read_later_reaches_the_subscriber_of_its_moment_under_the_span_of_its_moment() {
        let (one, two, session) = (Theirs::default(), Theirs::default(), Session::default());
        // Nobody runs: whoever asks reads.
        session.journal().begin();
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let witness =
            Witness::new(&session, Side::Client, Protocol::Tcp, None, (address, address), Started::now());
        let sees = || witness.saw(Evidence::Kernel, Seen::local(Step::Established, fields! {}));
        tracing::subscriber::with_default(Registry::default().with(one.clone()), || {
            sees();
            tracing::info_span!("request").in_scope(sees);
        });
        tracing::subscriber::with_default(Registry::default().with(two.clone()), || {
            // A span that is closed by the time of the reading.
            tracing::info_span!("upload").in_scope(sees);
        });
        sees();
        assert!(one.0.lock().unwrap().is_empty());
        assert_eq!(witness.past(steps::Past::count), 3);
        assert_eq!(*one.0.lock().unwrap(), [None, Some("request")]);
        assert_eq!(*two.0.lock().unwrap(), [Some("upload")]);
    }

    /// A journal, and the numbers that were read of it.
    fn journal() -> (Journal, Arc<Mutex<Vec<u32>>>) {
        let journal = Journal::default();
        journal.begin();
        (journal, Arc::default())
    }

    #[test]
    fn what_is_noted_is_read_in_its_order_and_a_panic_takes_nothing_with_it() {
        let (journal, read) = journal();
        for n in 0..100 {
            let read = Arc::clone(&read);
            journal.note(1, false, move |_| {
                assert_ne!(n, 50, "a test's own panic");
                read.lock().unwrap().push(n);
            });
        }
        assert!(read.lock().unwrap().is_empty());
        journal.read();
        let expected: Vec<_> = (0..100).filter(|n| *n != 50).collect();
        assert_eq!(*read.lock().unwrap(), expected);
    }

    #[test]
    fn who_asks_for_the_lock_has_it_before_who_asks_again() {
        let turns = Arc::new(Turns::default());
        let flood = turns.take();
        let waits = {
            let turns = Arc::clone(&turns);
            thread::spawn(move || drop(turns.take()))
        };
        // It has asked: its number is given.
        while turns.numbers.lock().unwrap().asks < 2 {
            thread::yield_now();
        }
        drop(flood);
        // Asked for again at once, it is given to who waited first.
        let again = turns.take();
        assert_eq!(turns.numbers.lock().unwrap().has, 2);
        drop(again);
        waits.join().unwrap();
    }

    #[test]
    fn whoever_finds_it_full_reads_and_nothing_is_lost() {
        let (journal, read) = journal();
        for n in 0..1000 {
            let read = Arc::clone(&read);
            journal.note(ROOM / 10, n % 7 == 0, move |_| read.lock().unwrap().push(n));
            let behind = journal.lock().records.len();
            assert!(behind <= 10, "{behind}");
        }
        journal.end();
        assert_eq!(*read.lock().unwrap(), (0..1000).collect::<Vec<_>>());
    }
}
