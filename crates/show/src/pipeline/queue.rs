//! Between the handshakes and the log: who reports never waits. What finds no room is counted, and the count takes its
//! place in the queue. A connection may take as much of the room as is still free: however many flood the log, others
//! find room in it.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
    mem,
    sync::{
        Condvar, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use steps::{
    Lang, say_in,
    sync::{lock, unpoisoned},
};

mod item;
mod left;
mod shares;

pub(crate) use item::{Item, Whose};
pub(crate) use left::Left;
use shares::{Dropped, SHARES, Share, Shares};

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) items: usize,
    /// So many bytes of memory.
    pub(crate) weight: usize,
}

impl Room {
    /// What a busy server reports within seconds, on a machine that has other things to do.
    pub(crate) const USUAL: Room = Room { items: 1 << 17, weight: 64 << 20 };
}

/// A queue with many writers, none of whom waits, and one reader.
#[derive(Debug)]
pub(crate) struct Queue {
    room: Room,
    /// The language of the log.
    lang: Lang,
    /// When nothing has come for so long, the reader may rest.
    quiet: Duration,
    /// By which a connection finds its share; random, so that no peer can choose to have the share of another one.
    hasher: RandomState,
    state: Mutex<State>,
    /// Wakes the reader.
    filled: Condvar,
    /// Wakes the threads that wait until all is written.
    written: Condvar,
    /// Grows with each item that the reader is done with, also in the midst of what it took at once.
    progress: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Waiting>,
    weight: usize,
    /// What the connections have of both.
    shares: Shares,
    /// Events that found no room since the last that did.
    dropped: Dropped,
    /// Messages that found no room, or came too fast.
    unsaid: u64,
    /// Up to when the messages of libraries are paid for.
    libraries: Option<Instant>,
    /// How many items ever came, and how many of them were taken and written.
    came: u64,
    taken: u64,
    done: u64,
    reader: Reader,
    /// Somebody waits until all is written.
    urgent: usize,
    /// Since when the reader has written without a rest.
    restless: Option<Instant>,
    /// The most that waited meanwhile.
    most: usize,
}

#[derive(Debug)]
struct Waiting {
    item: Item,
    weight: usize,
    /// Whose share it is part of.
    share: Option<usize>,
}

/// What the reader gets.
#[derive(Debug)]
pub(crate) enum Taken {
    /// To be written.
    Items(Vec<Item>),
    /// There is nothing to do.
    Rest,
    /// Nothing more will come.
    End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reader {
    /// It has not begun; what comes waits.
    #[default]
    Absent,
    /// It writes.
    Busy,
    /// It waits for the first item.
    Idle,
    /// It has seen an item and lets more gather, so that one write serves many.
    Gathering,
    /// All that comes will be taken, and then no more.
    Ending,
    /// It is gone: what comes now is handed back.
    Gone,
}

impl Queue {
    pub(crate) fn new(room: Room, lang: Lang) -> Self {
        Queue {
            room,
            lang,
            quiet: QUIET,
            hasher: RandomState::new(),
            state: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
            progress: AtomicU64::new(0),
        }
    }

    /// The language of the log.
    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// Adds `item`, or counts it where there is no room. Gives it back when the reader is gone.
    pub(crate) fn push(&self, item: Item) -> Result<(), Item> {
        let weight = item.weight();
        let share = match &item {
            Item::Event(event, ..) => Some(self.share_of(&event.conn)),
            Item::Judged(event, _) => Some(self.share_of(&event.conn)),
            Item::Gap(_) | Item::Message(..) | Item::Page(_) | Item::Run(_) | Item::EndOfRun => None,
        };
        let mut state = self.lock();
        if state.reader == Reader::Gone {
            return Err(item);
        }
        let fits = state.has_room(self.room, weight, share)
            && (!matches!(item, Item::Message(_, Whose::Library)) || state.may_library_speak());
        match item {
            Item::Event(event, ..) if !fits => state.dropped.add(1, Some(&event.conn)),
            Item::Judged(event, _) if !fits => state.dropped.add(1, Some(&event.conn)),
            Item::Gap(gap) if !fits => state.dropped.add(gap.dropped, gap.conn.as_deref()),
            Item::Message(..) if !fits => state.unsaid += 1,
            // Pages, runs and ends come from one who waits for them: there are not many.
            Item::Event(..)
            | Item::Judged(..)
            | Item::Gap(_)
            | Item::Message(..)
            | Item::Page(_)
            | Item::Run(_)
            | Item::EndOfRun => {
                if let Some(gap) = state.dropped.take() {
                    state.admit(Waiting { item: Item::Gap(Box::new(gap)), weight: 0, share: None });
                }
                if matches!(item, Item::Message(..)) && state.unsaid > 0 {
                    let unsaid = mem::take(&mut state.unsaid);
                    let text = say_in!(self.lang, unwritten::messages_left_out(unsaid)) + "\n";
                    state.admit(Waiting { item: Item::Message(text, Whose::Ours), weight: 0, share: None });
                }
                state.admit(Waiting { item, weight, share });
            }
        }
        let wake = match state.reader {
            Reader::Idle => {
                state.reader = Reader::Gathering; // it is woken once
                true
            }
            Reader::Gathering => state.items.len() == BATCH,
            Reader::Absent | Reader::Busy | Reader::Ending | Reader::Gone => false,
        };
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    fn share_of(&self, conn: &str) -> usize {
        // Truncated on purpose: any bits of a hash are as good as others.
        self.hasher.hash_one(conn) as usize % SHARES
    }

    /// Waits for items, and takes some. To be called again when they are written, or the reader has rested.
    pub(crate) fn take(&self) -> Taken {
        let mut state = self.lock();
        state.done = state.taken;
        if state.urgent > 0 {
            self.written.notify_all();
        }
        let mut slept = false;
        while state.is_empty() && state.reader != Reader::Ending {
            state.reader = Reader::Idle;
            slept = true;
            let Some(since) = state.restless else {
                state = unpoisoned(self.filled.wait(state));
                continue;
            };
            let overdue = state.most >= MUCH && since.elapsed() >= RESTLESS;
            let nothing_came = overdue || {
                let idle = |state: &mut State| state.reader == Reader::Idle;
                let waited = self.filled.wait_timeout_while(state, self.quiet, idle);
                let (after, waited) = unpoisoned(waited);
                state = after;
                waited.timed_out()
            };
            if nothing_came {
                state.items.shrink_to(BATCH);
                (state.reader, state.restless, state.most) = (Reader::Busy, None, 0);
                return Taken::Rest;
            }
        }
        if slept && state.reader != Reader::Ending {
            state.reader = Reader::Gathering;
            let few = |state: &mut State| {
                state.reader == Reader::Gathering && state.urgent == 0 && state.items.len() < BATCH
            };
            let waited = self.filled.wait_timeout_while(state, GATHERING, few);
            state = unpoisoned(waited).0;
        }
        if state.reader != Reader::Ending {
            state.reader = Reader::Busy;
        }
        if state.is_empty() {
            return Taken::End;
        }
        Taken::Items(state.some())
    }

    /// The reader is done with one item: it does not hang.
    pub(crate) fn progressed(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until everything that came before is written, and gives whether it is. With `patience` it gives up where
    /// the reader was not done with a single item for so long.
    pub(crate) fn drain(&self, patience: Option<Duration>) -> bool {
        let mut state = self.lock();
        let until = state.came;
        state.urgent += 1;
        self.filled.notify_one();
        while state.done < until && !matches!(state.reader, Reader::Absent | Reader::Gone) {
            let before = self.progress.load(Ordering::Relaxed);
            state = match patience {
                None => unpoisoned(self.written.wait(state)),
                Some(patience) => {
                    let waited = self.written.wait_timeout(state, patience);
                    let (state, timeout) = unpoisoned(waited);
                    if timeout.timed_out() && self.progress.load(Ordering::Relaxed) == before {
                        let mut state = state;
                        state.urgent -= 1;
                        return false;
                    }
                    state
                }
            };
        }
        state.urgent -= 1;
        state.done >= until
    }

    /// The reader is there.
    pub(crate) fn begin(&self) {
        self.lock().reader = Reader::Busy;
    }

    /// What is in the queue is still read, and then no more.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        if state.reader != Reader::Gone {
            state.reader = Reader::Ending;
        }
        drop(state);
        self.filled.notify_one();
    }

    /// To be called when the reader leaves. Gives how many events and messages stay unwritten.
    pub(crate) fn leave(&self) -> Left {
        let mut state = self.lock();
        state.reader = Reader::Gone;
        let dropped = mem::take(&mut state.dropped);
        let mut left = Left { events: dropped.events, messages: mem::take(&mut state.unsaid) };
        for Waiting { item, .. } in state.items.drain(..) {
            match item {
                Item::Event(..) | Item::Judged(..) => left.events += 1,
                Item::Gap(gap) => left.events += gap.dropped,
                Item::Message(..) => left.messages += 1,
                Item::Page(_) | Item::Run(_) | Item::EndOfRun => {}
            }
        }
        drop(state);
        self.written.notify_all();
        left
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.dropped.events == 0
    }

    /// Whether one more finds room: in the queue, and in its connection's share, which is as large as what is free. So
    /// one connection alone has half of the room at most, two have two thirds, and there is always some for another.
    fn has_room(&self, room: Room, weight: usize, share: Option<usize>) -> bool {
        if self.items.is_empty() {
            return true;
        }
        let free = Share {
            items: room.items.saturating_sub(self.items.len()),
            weight: room.weight.saturating_sub(self.weight),
        };
        let has = share.map_or(Share::default(), |share| self.shares.0[share]);
        free.items > has.items && free.weight >= has.weight.saturating_add(weight)
    }

    /// Whether a library may say one more thing: a hundred at once, ten a second in the long run.
    fn may_library_speak(&mut self) -> bool {
        const EACH: Duration = Duration::from_millis(100);
        const AT_ONCE: Duration = Duration::from_secs(10);
        let now = Instant::now();
        let paid = self.libraries.map_or(now, |paid| paid.max(now)) + EACH;
        let may = paid - now <= AT_ONCE;
        if may {
            self.libraries = Some(paid);
        }
        may
    }

    fn admit(&mut self, waiting: Waiting) {
        self.weight += waiting.weight;
        self.most = self.most.max(self.weight);
        if let Some(share) = waiting.share {
            let share = &mut self.shares.0[share];
            (share.items, share.weight) = (share.items + 1, share.weight + waiting.weight);
        }
        self.items.push_back(waiting);
        self.came += 1;
    }

    /// Takes what is written at once.
    fn some(&mut self) -> Vec<Item> {
        let some = self.items.len().min(BATCH);
        let mut items = Vec::with_capacity(some + 1);
        for Waiting { item, weight, share } in self.items.drain(..some) {
            self.weight -= weight;
            if let Some(share) = share {
                let share = &mut self.shares.0[share];
                (share.items, share.weight) = (share.items - 1, share.weight - weight);
            }
            items.push(item);
        }
        self.taken += items.len() as u64;
        if self.items.is_empty() {
            // The first place that there is for it.
            items.extend(self.dropped.take().map(Box::new).map(Item::Gap));
        }
        self.restless.get_or_insert_with(Instant::now);
        items
    }
}

/// How many items are written at once.
const BATCH: usize = 512;

/// How long an item waits for others to be written with it: nobody sees it, and a busy server is woken less often.
const GATHERING: Duration = Duration::from_millis(2);

/// A second: what came last has let go of its memory, too.
const QUIET: Duration = Duration::from_secs(1);

/// Of a server that is never quiet it may rest after so long, in a moment without work, where as much as [`MUCH`] has
/// waited: else what a flood took would stay as long as others come and go.
const RESTLESS: Duration = Duration::from_secs(2);

const MUCH: usize = 4 << 20;

#[cfg(test)]
mod tests;
