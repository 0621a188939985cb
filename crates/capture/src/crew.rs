//! Which thread follows the connections: one follower in the reader's own thread, or a few in threads of their own. The
//! result is the same, for each connection belongs to one follower, which gets its segments in the order of the
//! capture.

use std::{
    borrow::Cow,
    mem,
    ops::Range,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use wire::tcp::Segment;

use crate::{
    Finished,
    flow::Told,
    follower::{Follower, Order},
    keys::{Keys, Secret},
};

#[derive(Debug)]
pub(crate) enum Crew {
    /// In this thread.
    Alone(Box<Follower>, Vec<Finished>),
    /// In threads.
    Many(Vec<Worker>, Receiver<Vec<Finished>>),
}

#[derive(Debug)]
pub(crate) struct Worker {
    /// What is handed over next.
    next: Batch,
    to: SyncSender<Batch>,
    /// Batches that were followed: their memory is used again.
    back: Receiver<Batch>,
    /// How much of what it was handed is not followed yet.
    behind: Arc<AtomicUsize>,
    thread: JoinHandle<u64>,
}

/// What is handed over at once.
#[derive(Debug, Default)]
struct Batch {
    orders: Vec<Order>,
    /// Of all its segments.
    bytes: Vec<u8>,
}

/// So much is handed over at once: each hand-over costs a wake-up.
const A_BATCH: usize = 256 << 10;

/// So many batches may wait for a follower, which then has enough to do while others are served.
const MOST_WAITING: usize = 8;

impl Crew {
    pub(crate) fn alone(keys: Keys) -> Self {
        Crew::Alone(Box::new(Follower::new(keys)), Vec::new())
    }

    pub(crate) fn many(keys: Keys, threads: usize) -> Self {
        let keys = Arc::new(keys);
        let (done, finished) = mpsc::channel();
        let worker = |_| {
            let (to, batches) = mpsc::sync_channel::<Batch>(MOST_WAITING);
            let (used, back) = mpsc::channel();
            let (mut follower, done) = (Follower::new(Keys::beside(&keys)), done.clone());
            let behind = Arc::new(AtomicUsize::new(0));
            let left = Arc::clone(&behind);
            let thread = thread::spawn(move || {
                for mut batch in batches {
                    let weight = batch.weight();
                    let Batch { orders, bytes } = &mut batch;
                    let ended: Vec<Finished> =
                        orders.drain(..).filter_map(|order| follower.follow(order, bytes)).collect();
                    if !ended.is_empty() && done.send(ended).is_err() {
                        break; // nobody reads any more
                    }
                    bytes.clear();
                    left.fetch_sub(weight, Ordering::Relaxed);
                    let _ = used.send(batch); // at the end nobody wants it
                }
                follower.late_keys()
            });
            Worker { next: Batch::default(), to, back, behind, thread }
        };
        Crew::Many((0..threads).map(worker).collect(), finished)
    }

    /// The follower that has least to do, which gets the next connection. Dealt out in turn, every second connection
    /// would fall to the same one, and connections of two kinds often alternate.
    pub(crate) fn least_behind(&self) -> usize {
        match self {
            Crew::Alone(..) => 0,
            Crew::Many(workers, _) => {
                let behind =
                    |at: &usize| workers[*at].behind.load(Ordering::Relaxed) + workers[*at].next.weight();
                (0..workers.len()).min_by_key(behind).unwrap_or_default()
            }
        }
    }

    /// Hands `order` to that follower.
    pub(crate) fn order(&mut self, follower: usize, order: Order) {
        match self {
            Crew::Alone(alone, finished) => finished.extend(alone.follow(order, &[])),
            Crew::Many(workers, _) => workers[follower].order(order),
        }
    }

    /// Hands a segment of the connection `number` to that follower.
    pub(crate) fn segment(
        &mut self,
        follower: usize,
        (number, at): (u64, i64),
        segment: Segment<Cow<'_, [u8]>>,
        told: Told,
    ) {
        match self {
            Crew::Alone(alone, _) => {
                let mut bytes = Cow::default();
                let segment = segment.map(|own| bytes = own).map(|()| bytes.as_ref());
                alone.segment(number, at, &segment, told);
            }
            Crew::Many(workers, _) => {
                let worker = &mut workers[follower];
                let segment = segment.map(|bytes| worker.next.place(&bytes));
                worker.order(Order::Segment { number, at, segment, told });
            }
        }
    }

    /// Tells all followers of lines of a key log, which came after so many connections.
    pub(crate) fn learn(&mut self, lines: &str, connections: u64) {
        let secrets: Arc<[Secret]> = lines.lines().filter_map(Secret::parse).collect();
        match self {
            Crew::Alone(follower, _) => drop(follower.follow(Order::Keys(secrets, connections), &[])),
            Crew::Many(workers, _) => {
                workers.iter_mut().for_each(|one| one.order(Order::Keys(Arc::clone(&secrets), connections)));
            }
        }
    }

    /// What has ended by now, in no order.
    pub(crate) fn finished(&mut self) -> Vec<Finished> {
        match self {
            Crew::Alone(_, finished) => mem::take(finished),
            Crew::Many(_, finished) => finished.try_iter().flatten().collect(),
        }
    }

    /// All the rest, when no more will be ordered, and how many connections had their key after they were told.
    pub(crate) fn end(self) -> (Vec<Finished>, u64) {
        match self {
            Crew::Alone(follower, finished) => (finished, follower.late_keys()),
            Crew::Many(workers, finished) => {
                let threads: Vec<_> = workers.into_iter().map(Worker::end).collect();
                let all = finished.iter().flatten().collect();
                (all, threads.into_iter().map(join).sum())
            }
        }
    }

    /// The one follower of what is received live.
    pub(crate) fn follower(&mut self) -> Option<&mut Follower> {
        match self {
            Crew::Alone(follower, _) => Some(follower),
            Crew::Many(..) => None,
        }
    }
}

impl Worker {
    fn order(&mut self, order: Order) {
        self.next.orders.push(order);
        if self.next.weight() >= A_BATCH {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let batch = mem::replace(&mut self.next, self.back.try_recv().unwrap_or_default());
        self.behind.fetch_add(batch.weight(), Ordering::Relaxed);
        // A follower that is gone has panicked; that is found out when it is joined.
        let _ = self.to.send(batch);
    }

    fn end(mut self) -> JoinHandle<u64> {
        self.hand_over();
        self.thread
    }
}

impl Batch {
    /// Where these bytes lie from now on.
    fn place(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn weight(&self) -> usize {
        self.orders.len() * size_of::<Order>() + self.bytes.len()
    }
}

fn join(thread: JoinHandle<u64>) -> u64 {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_connections_go_where_no_heavy_one_is() {
        let mut crew = Crew::many(Keys::default(), 2);
        let given: Vec<usize> = (1..=8)
            .map(|number| {
                let follower = crew.least_behind();
                let ends = ("10.0.0.1:40000".parse().unwrap(), "10.0.0.2:443".parse().unwrap());
                crew.order(follower, Order::Begin { number, at: 0, ends, keeps: false });
                // The first is heavy, and so is every second one behind it, but all fit into one batch.
                if let (1, Crew::Many(workers, _)) = (number % 2, &mut crew) {
                    workers[follower].next.place(&[0; A_BATCH / 8]);
                }
                follower
            })
            .collect();
        // Dealt out in turn, all four heavy ones would be the first follower's.
        let heavy: Vec<usize> = given.iter().copied().step_by(2).collect();
        assert_eq!(heavy.iter().filter(|follower| **follower == 0).count(), 2, "{given:?}");
    }
}
