//! Between the log and the exporter: who reports never waits. What finds no room is counted, and the count takes its place
//! among the rest.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use claims::Event;
use steps::{
    Gap, Origin,
    sync::{lock, unpoisoned},
};

use crate::ids::Linked;

/// Something to tell the collector of.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// An event that was just seen, whose account it is, and the span of the program's own in which that was.
    Seen(Arc<steps::Event>, Origin, Option<Linked>),
    /// An event that was judged where it was read.
    Judged(Box<Event>),
    /// A connection went beyond what it may log.
    Gap(Box<Gap>),
    /// So many events found no room here.
    Missed(u64),
}

/// What the exporter gets.
#[derive(Debug)]
pub(crate) enum Taken {
    /// To be told.
    Items(Vec<Item>),
    /// Nothing came for as long as it would wait.
    Nothing,
    /// Nothing more will come.
    End,
}

/// A queue with many writers, none of whom waits, and one reader.
#[derive(Debug)]
pub(crate) struct Queue {
    room: Room,
    state: Mutex<State>,
    /// Wakes the reader.
    filled: Condvar,
    /// Wakes a writer that can wait for room, and the thread that waits for the end.
    emptied: Condvar,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) items: usize,
    /// So many bytes of memory.
    pub(crate) weight: usize,
}

impl Room {
    /// What some thousand handshakes report: the collector is slower than a disk, and may be away for a moment.
    pub(crate) const USUAL: Room = Room { items: 1 << 16, weight: 32 << 20 };
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<(Item, usize)>,
    weight: usize,
    /// Found no room since the last that did.
    missed: u64,
    /// The reader waits for the first item.
    idle: bool,
    /// When the end was asked for.
    ending: Option<Instant>,
    /// A writer that can wait has waited for the reader in vain.
    stalled: bool,
    /// The reader is gone.
    gone: bool,
}

/// How many items are taken at once.
const BATCH: usize = 512;

impl Queue {
    pub(crate) fn new(room: Room) -> Self {
        Queue { room, state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new() }
    }

    /// Adds `item`, or counts it where there is no room.
    pub(crate) fn push(&self, item: Item, weight: usize) {
        let mut state = self.lock();
        if state.gone || !state.has_room(self.room, weight) {
            state.missed += 1;
            return;
        }
        if state.missed > 0 {
            let missed = std::mem::take(&mut state.missed);
            state.items.push_back((Item::Missed(missed), 0));
        }
        state.items.push_back((item, weight));
        state.weight += weight;
        let wake = state.idle || state.items.len() == BATCH;
        state.idle = false;
        drop(state);
        if wake {
            self.filled.notify_one();
        }
    }

    /// The same for a writer that reads what is over and can wait: waits for room, but where the reader is gone or has
    /// taken nothing for so long. Then no writer waits until it takes something again.
    pub(crate) fn push_waiting(&self, item: Item, weight: usize, patience: Duration) {
        let state = self.lock();
        if state.stalled {
            drop(state);
        } else {
            let full = |state: &mut State| !state.gone && !state.has_room(self.room, weight);
            let waited = self.emptied.wait_timeout_while(state, patience, full);
            let (mut state, waited) = unpoisoned(waited);
            state.stalled = waited.timed_out();
        }
        self.push(item, weight);
    }

    /// Waits for items, at most so long (`None`: until there is one), lets more gather, and takes some.
    pub(crate) fn take(&self, at_most: Option<Duration>) -> Taken {
        let mut state = self.lock();
        if state.is_empty() && state.ending.is_none() {
            state.idle = true;
            let waits = |state: &mut State| state.idle && state.ending.is_none();
            state = match at_most {
                None => unpoisoned(self.filled.wait_while(state, waits)),
                Some(at_most) => {
                    let waited = self.filled.wait_timeout_while(state, at_most, waits);
                    unpoisoned(waited).0
                }
            };
            state.idle = false;
            let few = |state: &mut State| {
                !state.items.is_empty() && state.items.len() < BATCH && state.ending.is_none()
            };
            let waited = self.filled.wait_timeout_while(state, GATHERING, few);
            state = unpoisoned(waited).0;
        }
        if state.is_empty() {
            return if state.ending.is_some() { Taken::End } else { Taken::Nothing };
        }
        state.stalled = false;
        let some = state.items.len().min(BATCH);
        let mut items = Vec::with_capacity(some + 1);
        for _ in 0..some {
            if let Some((item, weight)) = state.items.pop_front() {
                state.weight -= weight;
                items.push(item);
            }
        }
        if state.items.is_empty() {
            state.items.shrink_to(BATCH);
            if state.missed > 0 {
                items.push(Item::Missed(std::mem::take(&mut state.missed)));
            }
        }
        drop(state);
        self.emptied.notify_all();
        Taken::Items(items)
    }

    /// For the reader, who has to try again: waits so long, or until the end is asked for.
    pub(crate) fn pause(&self, pause: Duration) {
        let waits = |state: &mut State| state.ending.is_none();
        drop(self.filled.wait_timeout_while(self.lock(), pause, waits));
    }

    /// Since when the end is asked for.
    pub(crate) fn ending(&self) -> Option<Instant> {
        self.lock().ending
    }

    /// What is in the queue is still taken, and then no more.
    pub(crate) fn end(&self) {
        self.lock().ending.get_or_insert_with(Instant::now);
        self.filled.notify_all();
    }

    /// The reader is gone. Gives how many items it leaves.
    pub(crate) fn leave(&self) -> u64 {
        let mut state = self.lock();
        state.gone = true;
        state.weight = 0;
        let left = state.items.drain(..).map(|(item, _)| match item {
            Item::Missed(missed) => missed,
            Item::Seen(..) | Item::Judged(_) => 1,
            Item::Gap(_) => 0,
        });
        let left = left.sum::<u64>() + std::mem::take(&mut state.missed);
        drop(state);
        self.emptied.notify_all();
        left
    }

    /// Waits until the reader is gone, at most so long, and gives whether it is.
    pub(crate) fn wait_gone(&self, patience: Duration) -> bool {
        let waits = |state: &mut State| !state.gone;
        let waited = self.emptied.wait_timeout_while(self.lock(), patience, waits);
        unpoisoned(waited).0.gone
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.missed == 0
    }

    fn has_room(&self, room: Room, weight: usize) -> bool {
        self.items.is_empty() || (self.items.len() < room.items && self.weight + weight <= room.weight)
    }
}

/// How long an item waits for others to be taken with it: a busy server wakes the exporter less often.
const GATHERING: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(n: u64) -> Item {
        Item::Missed(n)
    }

    fn taken(queue: &Queue) -> Vec<u64> {
        match queue.take(Some(Duration::ZERO)) {
            Taken::Items(items) => items
                .into_iter()
                .map(|item| match item {
                    Item::Missed(n) => n,
                    Item::Seen(..) | Item::Judged(_) | Item::Gap(_) => 0,
                })
                .collect(),
            Taken::Nothing | Taken::End => Vec::new(),
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_in_its_place() {
        let queue = Queue::new(Room { items: 2, weight: 100 });
        for n in [100, 200, 300, 400] {
            queue.push(missed(n), 1);
        }
        assert_eq!(taken(&queue), [100, 200, 2]);
        queue.push(missed(500), 1000); // alone, whatever its weight
        queue.push(missed(600), 1);
        assert_eq!(taken(&queue), [500, 1]);
        assert_eq!(taken(&queue), [0; 0]);
    }

    #[test]
    fn who_has_time_waits_for_a_reader_who_stalls_once() {
        let queue = Queue::new(Room { items: 1, weight: 100 });
        queue.push(missed(100), 1);
        queue.push_waiting(missed(200), 1, Duration::ZERO);
        assert!(queue.lock().stalled);
        queue.push_waiting(missed(300), 1, Duration::MAX); // would never return
        assert_eq!(taken(&queue), [100, 2]);
        queue.push_waiting(missed(400), 1, Duration::MAX);
        assert_eq!(taken(&queue), [400]);
    }

    #[test]
    fn at_the_end_what_is_there_is_taken_and_what_comes_later_is_not() {
        let queue = Queue::new(Room::USUAL);
        queue.push(missed(100), 1);
        queue.end();
        assert_eq!(taken(&queue), [100]);
        assert!(matches!(queue.take(None), Taken::End));
        assert!(!queue.wait_gone(Duration::ZERO));
        queue.push(missed(7), 1);
        assert_eq!(queue.leave(), 7);
        queue.push(missed(1), 1);
        assert_eq!(queue.leave(), 1);
        assert!(queue.wait_gone(Duration::ZERO));
    }
}
