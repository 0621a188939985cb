//! Between the handshakes and the log: who reports never waits. What finds no room is counted, and the count takes its
//! place in the queue.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use steps::Event;

/// What is to be written, in this order.
#[derive(Debug)]
pub(crate) enum Item {
    /// A step, to the log.
    Event(Arc<Event>),
    /// So many events found no room here.
    Dropped(u64),
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
    /// About as many bytes of JSON.
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
    state: Mutex<State>,
    /// Wakes the reader.
    filled: Condvar,
    /// Wakes those who wait until all is written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// With the weight of each.
    items: VecDeque<(usize, Item)>,
    weight: usize,
    /// Events that found no room since the last that did.
    dropped: u64,
    /// Messages that found no room.
    unsaid: u64,
    /// How many items ever came, and how many of them were taken and written.
    came: u64,
    taken: u64,
    done: u64,
    reader: Reader,
    /// Somebody waits until all is written.
    urgent: usize,
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
        Queue { room, state: Mutex::default(), filled: Condvar::new(), written: Condvar::new() }
    }

    /// Adds `item`, or counts it where there is no room. Gives it back when nobody reads any more.
    pub(crate) fn push(&self, item: Item) -> Result<(), Item> {
        let weight = item.weight();
        let mut state = self.lock();
        if state.reader == Reader::Gone {
            return Err(item);
        }
        let fits = state.items.len() < self.room.items
            && (state.items.is_empty() || state.weight + weight <= self.room.weight);
        match item {
            Item::Event(_) if !fits => state.dropped += 1,
            Item::Message(_) if !fits => state.unsaid += 1,
            // Pages and ends come from one who waits for them: there are not many.
            Item::Event(_) | Item::Dropped(_) | Item::Message(_) | Item::Page(_) | Item::EndOfRun => {
                state.admit_drops();
                state.admit(item, weight);
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

    /// Waits for items, and takes some. To be called again when they are written; none at the end.
    pub(crate) fn take(&self) -> Option<Vec<Item>> {
        let mut state = self.lock();
        state.done = state.taken;
        if state.urgent > 0 {
            self.written.notify_all();
        }
        let mut slept = false;
        while state.is_empty() && state.reader != Reader::Ending {
            state.reader = Reader::Idle;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            slept = true;
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
            return None;
        }
        let some = state.items.len().min(BATCH);
        let (weights, mut items): (Vec<usize>, Vec<Item>) = state.items.drain(..some).unzip();
        state.weight -= weights.iter().sum::<usize>();
        state.taken += items.len() as u64;
        if state.items.is_empty() && state.dropped > 0 {
            // The first place that there is for it.
            items.push(Item::Dropped(mem::take(&mut state.dropped)));
        }
        Some(items)
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
        let mut left = Left { events: mem::take(&mut state.dropped), messages: mem::take(&mut state.unsaid) };
        for (_, item) in state.items.drain(..) {
            match item {
                Item::Event(_) => left.events += 1,
                Item::Dropped(n) => left.events += n,
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
        self.items.is_empty() && self.dropped == 0
    }

    fn admit(&mut self, item: Item, weight: usize) {
        self.items.push_back((weight, item));
        self.weight += weight;
        self.came += 1;
    }

    fn admit_drops(&mut self) {
        if self.dropped > 0 {
            let dropped = mem::take(&mut self.dropped);
            self.admit(Item::Dropped(dropped), 0);
        }
    }
}

impl Item {
    fn weight(&self) -> usize {
        match self {
            Item::Event(event) => event.weight(),
            Item::Message(text) | Item::Page(text) => text.len(),
            Item::Dropped(_) | Item::EndOfRun => 0,
        }
    }
}

/// How many items are written at once.
const BATCH: usize = 512;

/// How long an item waits for others to be written with it: nobody sees it, and a busy server is woken less often.
const GATHERING: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn queue(items: usize) -> Queue {
        Queue::new(Room { items, weight: 1000 })
    }

    fn event(bytes: usize) -> Item {
        const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{}}"#;
        let mut event: Event = serde_json::from_str(JSON).unwrap();
        event.bytes.0 = vec![0; bytes];
        Item::Event(Arc::new(event))
    }

    /// What is taken, in short: how many bytes an event has, and `-n` for so many that were dropped.
    fn taken(queue: &Queue) -> Vec<i64> {
        let short = |item| match item {
            Item::Event(event) => event.bytes.0.len() as i64,
            Item::Dropped(n) => -(n as i64),
            Item::Message(_) | Item::Page(_) | Item::EndOfRun => 0,
        };
        queue.take().into_iter().flatten().map(short).collect()
    }

    #[test]
    fn what_finds_no_room_is_counted_at_its_place() {
        let queue = queue(3);
        queue.begin();
        (1..=5).for_each(|n| queue.push(event(n)).unwrap());
        assert_eq!(taken(&queue), [1, 2, 3, -2]);
        (6..=9).for_each(|n| queue.push(event(n)).unwrap());
        // A page always finds room, and comes after what was dropped before it.
        queue.push(Item::Page(String::new())).unwrap();
        assert_eq!(taken(&queue), [6, 7, 8, -1, 0]);
        queue.end();
        assert_eq!(queue.take().map(|_| ()), None);
    }

    #[test]
    fn heavy_events_fill_it_too_and_one_alone_finds_room_whatever_its_weight() {
        let queue = queue(100);
        queue.begin();
        [2000, 1].into_iter().for_each(|bytes| queue.push(event(bytes)).unwrap());
        assert_eq!(taken(&queue), [2000, -1]);
        [1, 1, 200, 1].into_iter().for_each(|bytes| queue.push(event(bytes)).unwrap());
        assert_eq!(taken(&queue), [1, 1, -1, 1]);
    }

    #[test]
    fn who_waits_is_let_go_when_all_is_written_or_when_nothing_moves() {
        let queue = queue(10);
        queue.push(event(1)).unwrap();
        assert!(!queue.drain(None), "nobody reads yet");
        queue.begin();
        assert!(!queue.drain(Some(Duration::from_millis(1))), "the reader is stuck");
        thread::scope(|scope| {
            scope.spawn(|| while queue.take().is_some() {});
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
                while let Some(items) = queue.take() {
                    for item in items {
                        match item {
                            Item::Event(_) => seen.0 += 1,
                            Item::Dropped(n) => seen.1 += n as i64,
                            Item::Message(_) | Item::Page(_) | Item::EndOfRun => {}
                        }
                    }
                }
                seen
            });
            working.into_iter().for_each(|writer| writer.join().unwrap());
            queue.end();
            seen = reader.join().unwrap();
        });
        assert_eq!(seen.0 + seen.1, writers * each);
        assert!(seen.0 > 0);
    }
}
