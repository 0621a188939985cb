//! Between the handshakes and the log: who reports never waits. What finds no room is counted, and the count takes its
//! place in the queue. A connection may take as much of the room as is still free: however many flood the log, others
//! find room in it.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use steps::{Because, Event, Gap};

/// What is to be written, in this order.
#[derive(Debug)]
pub(crate) enum Item {
    /// A step, to the log; with its weight.
    Event(Arc<Event>, usize),
    /// Here events are missing.
    Gap(Box<Gap>),
    /// A message of the program itself, to standard error.
    Message(String),
    /// A page, to standard output.
    Page(String),
    /// One run ends, another may follow.
    EndOfRun,
}

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
    /// When nothing has come for so long, the reader may rest.
    quiet: Duration,
    /// By which a connection finds its share, and nobody knows whose is the same.
    hasher: RandomState,
    state: Mutex<State>,
    /// Wakes the reader.
    filled: Condvar,
    /// Wakes those who wait until all is written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Waiting>,
    weight: usize,
    /// What the connections have of both.
    shares: Shares,
    /// Events that found no room since the last that did.
    dropped: Dropped,
    /// Messages that found no room.
    unsaid: u64,
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

/// What connections have in the queue. Two may have one share: they are many, and it need not be exact.
#[derive(Debug)]
struct Shares(Box<[Share; SHARES]>);

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    items: usize,
    weight: usize,
}

const SHARES: usize = 1024;

impl Default for Shares {
    fn default() -> Self {
        Shares(Box::new([Share::default(); SHARES]))
    }
}

/// Events that found no room.
#[derive(Debug, Default)]
struct Dropped {
    events: u64,
    /// The connection whose they are, while they are all of one.
    conn: Option<String>,
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
    pub(crate) fn new(room: Room) -> Self {
        Queue {
            room,
            quiet: QUIET,
            hasher: RandomState::new(),
            state: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
        }
    }

    /// Adds `item`, or counts it where there is no room. Gives it back when nobody reads any more.
    pub(crate) fn push(&self, item: Item) -> Result<(), Item> {
        let weight = item.weight();
        let share = match &item {
            Item::Event(event, _) => Some(self.share_of(&event.conn)),
            Item::Gap(_) | Item::Message(_) | Item::Page(_) | Item::EndOfRun => None,
        };
        let mut state = self.lock();
        if state.reader == Reader::Gone {
            return Err(item);
        }
        let fits = state.has_room(self.room, weight, share);
        match item {
            Item::Event(event, _) if !fits => state.dropped.add(1, Some(&event.conn)),
            Item::Gap(gap) if !fits => state.dropped.add(gap.dropped, gap.conn.as_deref()),
            Item::Message(_) if !fits => state.unsaid += 1,
            // Pages and ends come from one who waits for them: there are not many.
            Item::Event(..) | Item::Gap(_) | Item::Message(_) | Item::Page(_) | Item::EndOfRun => {
                if let Some(gap) = state.dropped.take() {
                    state.admit(Waiting { item: Item::Gap(Box::new(gap)), weight: 0, share: None });
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
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let overdue = state.most >= MUCH && since.elapsed() >= RESTLESS;
            let nothing_came = overdue || {
                let idle = |state: &mut State| state.reader == Reader::Idle;
                let waited = self.filled.wait_timeout_while(state, self.quiet, idle);
                let (after, waited) = waited.unwrap_or_else(PoisonError::into_inner);
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
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.reader != Reader::Ending {
            state.reader = Reader::Busy;
        }
        if state.is_empty() {
            return Taken::End;
        }
        Taken::Items(state.some())
    }

    /// Waits until everything that came before is written, and gives whether it is. With `patience` it gives up where
    /// nothing at all was written for so long.
    pub(crate) fn drain(&self, patience: Option<Duration>) -> bool {
        let mut state = self.lock();
        let until = state.came;
        state.urgent += 1;
        self.filled.notify_one();
        while state.done < until && !matches!(state.reader, Reader::Absent | Reader::Gone) {
            let before = state.done;
            state = match patience {
                None => self.written.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let waited = self.written.wait_timeout(state, patience);
                    let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() && state.done == before {
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

    /// Nobody reads any more. Gives how many events and messages stay unwritten.
    pub(crate) fn leave(&self) -> Left {
        let mut state = self.lock();
        state.reader = Reader::Gone;
        let dropped = mem::take(&mut state.dropped);
        let mut left = Left { events: dropped.events, messages: mem::take(&mut state.unsaid) };
        for Waiting { item, .. } in state.items.drain(..) {
            match item {
                Item::Event(..) => left.events += 1,
                Item::Gap(gap) => left.events += gap.dropped,
                Item::Message(_) => left.messages += 1,
                Item::Page(_) | Item::EndOfRun => {}
            }
        }
        drop(state);
        self.written.notify_all();
        left
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was still in the queue when its reader left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) events: u64,
    pub(crate) messages: u64,
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

impl Dropped {
    fn add(&mut self, events: u64, conn: Option<&str>) {
        if self.events == 0 {
            self.conn = conn.map(str::to_owned);
        } else if self.conn.as_deref() != conn {
            self.conn = None;
        }
        self.events += events;
    }

    fn take(&mut self) -> Option<Gap> {
        let Dropped { events, conn } = mem::take(self);
        (events > 0).then(|| Gap::new(events, Because::QueueFull).of(conn))
    }
}

impl Item {
    fn weight(&self) -> usize {
        match self {
            Item::Event(_, weight) => *weight + size_of::<Waiting>(),
            Item::Message(text) | Item::Page(text) => text.len(),
            Item::Gap(_) | Item::EndOfRun => 0,
        }
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
mod tests {
    use std::thread;

    use super::*;

    fn queue(items: usize) -> Queue {
        Queue { quiet: Duration::from_millis(1), ..Queue::new(Room { items, weight: 100_000 }) }
    }

    fn event_of(conn: &str, bytes: usize) -> Item {
        const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{}}"#;
        let mut event: Event = serde_json::from_str(JSON).unwrap();
        event.bytes.0 = vec![0; bytes];
        event.conn = conn.into();
        // Weighed by hand: a test reckons with it.
        Item::Event(Arc::new(event), bytes)
    }

    fn event(bytes: usize) -> Item {
        event_of("127.0.0.1:1>127.0.0.1:2", bytes)
    }

    /// Connections of which no two have one share.
    fn strangers(queue: &Queue, n: usize) -> Vec<String> {
        let mut shares = std::collections::HashSet::new();
        let all = (0..).map(|port| format!("127.0.0.1:{port}>127.0.0.1:2"));
        all.filter(|conn| shares.insert(queue.share_of(conn))).take(n).collect()
    }

    /// What is taken, in short: how many bytes an event has, and `-n` for so many that were dropped.
    fn taken(queue: &Queue) -> Vec<i64> {
        let short = |item| match item {
            Item::Event(event, _) => event.bytes.0.len() as i64,
            Item::Gap(gap) => -(gap.dropped as i64),
            Item::Message(_) | Item::Page(_) | Item::EndOfRun => 0,
        };
        match queue.take() {
            Taken::Items(items) => items.into_iter().map(short).collect(),
            Taken::Rest | Taken::End => Vec::new(),
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_at_its_place() {
        let queue = queue(3);
        queue.begin();
        let strangers = strangers(&queue, 10);
        let push = |n: usize| queue.push(event_of(&strangers[n], n)).unwrap();
        (1..=5).for_each(push);
        assert_eq!(taken(&queue), [1, 2, 3, -2]);
        (6..=9).for_each(push);
        // A page always finds room, and comes after what was dropped before it.
        queue.push(Item::Page(String::new())).unwrap();
        assert_eq!(taken(&queue), [6, 7, 8, -1, 0]);
        queue.end();
        assert!(matches!(queue.take(), Taken::End));
    }

    #[test]
    fn heavy_events_fill_it_too_and_one_alone_finds_room_whatever_its_weight() {
        let queue = queue(100);
        queue.begin();
        let strangers = strangers(&queue, 4);
        let push = |(conn, bytes): (&String, usize)| queue.push(event_of(conn, bytes)).unwrap();
        strangers.iter().zip([200_000, 1]).for_each(push);
        assert_eq!(taken(&queue), [200_000, -1]);
        strangers.iter().zip([40_000, 1, 60_000, 2]).for_each(push);
        assert_eq!(taken(&queue), [40_000, 1, -1, 2]);
    }

    #[test]
    fn who_floods_takes_no_room_from_others() {
        let queue = queue(120);
        queue.begin();
        let strangers = strangers(&queue, 4);
        let push = |conn: &String, bytes| queue.push(event_of(conn, bytes)).unwrap();
        // One flood has half of the room, two have two thirds, and so on.
        for (floods, room) in [(1, 60), (2, 80), (3, 90)] {
            for _ in 0..1000 {
                strangers[..floods].iter().for_each(|conn| push(conn, 1));
            }
            (0..10).for_each(|_| push(&strangers[3], 2));
            let Taken::Items(items) = queue.take() else { panic!("there are items") };
            let of = |conn: &String| {
                items
                    .iter()
                    .filter(|item| matches!(item, Item::Event(event, _) if event.conn == *conn))
                    .count()
            };
            assert!(
                strangers[..floods].iter().all(|conn| of(conn).abs_diff(room / floods) <= 1),
                "{items:?}"
            );
            assert_eq!(of(&strangers[3]), 10);
            let gaps: Vec<_> = items
                .iter()
                .filter_map(|item| if let Item::Gap(gap) = item { Some(gap) } else { None })
                .collect();
            let dropped: u64 = gaps.iter().map(|gap| gap.dropped).sum();
            assert_eq!(dropped as usize, floods * 1000 - strangers[..floods].iter().map(of).sum::<usize>());
            // Whose they are is said where it was one alone.
            let whose = (floods == 1).then(|| strangers[0].clone());
            assert_eq!(gaps[0].conn, whose);
        }
    }

    #[test]
    fn the_reader_rests_when_nothing_comes_and_once_for_all_that_came() {
        let queue = queue(10);
        queue.begin();
        queue.push(event(1)).unwrap();
        assert_eq!(taken(&queue), [1]);
        assert!(matches!(queue.take(), Taken::Rest));
        thread::scope(|scope| {
            let reader = scope.spawn(|| taken(&queue));
            queue.push(event(2)).unwrap();
            assert_eq!(reader.join().unwrap(), [2], "no second rest");
        });
    }

    #[test]
    fn who_waits_is_let_go_when_all_is_written_or_when_nothing_moves() {
        let queue = queue(10);
        queue.push(event(1)).unwrap();
        assert!(!queue.drain(None), "nobody reads yet");
        queue.begin();
        assert!(!queue.drain(Some(Duration::from_millis(1))), "the reader is stuck");
        thread::scope(|scope| {
            scope.spawn(|| while !matches!(queue.take(), Taken::End) {});
            assert!(queue.drain(None));
            queue.end();
        });
        queue.push(event(1)).unwrap();
        assert_eq!(queue.leave(), Left { events: 1, messages: 0 });
        assert!(queue.push(event(1)).is_err(), "nobody reads any more");
        assert!(!queue.drain(None));
    }

    #[test]
    fn nothing_is_lost_between_many_writers_and_a_reader() {
        let queue = Queue::new(Room { items: 64, weight: usize::MAX });
        queue.begin();
        let (writers, each) = (4, 20_000_i64);
        let mut seen = (0, 0);
        thread::scope(|scope| {
            let working: Vec<_> = (0..writers)
                .map(|_| scope.spawn(|| (0..each).for_each(|_| queue.push(event(1)).unwrap())))
                .collect();
            let reader = scope.spawn(|| {
                let mut seen = (0, 0);
                loop {
                    match queue.take() {
                        Taken::Items(items) => {
                            for item in items {
                                match item {
                                    Item::Event(..) => seen.0 += 1,
                                    Item::Gap(gap) => seen.1 += gap.dropped as i64,
                                    Item::Message(_) | Item::Page(_) | Item::EndOfRun => {}
                                }
                            }
                        }
                        Taken::Rest => {}
                        Taken::End => return seen,
                    }
                }
            });
            working.into_iter().for_each(|writer| writer.join().unwrap());
            queue.end();
            seen = reader.join().unwrap();
        });
        assert_eq!(seen.0 + seen.1, writers * each);
        assert!(seen.0 > 0);
    }
}
