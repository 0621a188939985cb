//! Who follows the connections: one follower in the reader's own thread, or a few in threads of their own. What comes out
//! is the same: each connection is one follower's alone, and it hears of it in the order of the capture.

use std::{
    mem,
    panic::resume_unwind,
    sync::{
        Arc,
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use crate::{
    Finished,
    follower::{Follower, Order},
    keys::Keys,
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
    orders: Vec<Order>,
    /// How much memory that takes.
    bytes: usize,
    to: SyncSender<Vec<Order>>,
    thread: JoinHandle<()>,
}

/// So much is handed over at once: each hand-over costs a wake-up.
const A_BATCH: usize = 256 << 10;

/// So many batches may wait for a follower, who has then enough to do while others are served.
const MOST_WAITING: usize = 8;

impl Crew {
    pub(crate) fn alone(keys: Keys) -> Self {
        Crew::Alone(Box::new(Follower::new(keys)), Vec::new())
    }

    pub(crate) fn many(keys: Keys, threads: usize) -> Self {
        let keys = Arc::new(keys);
        let (done, finished) = mpsc::channel();
        let worker = |_| {
            let (to, orders) = mpsc::sync_channel::<Vec<Order>>(MOST_WAITING);
            let (mut follower, done) = (Follower::new(Keys::beside(&keys)), done.clone());
            let thread = thread::spawn(move || {
                for batch in orders {
                    let ended: Vec<Finished> =
                        batch.into_iter().filter_map(|order| follower.follow(order)).collect();
                    if !ended.is_empty() && done.send(ended).is_err() {
                        return; // nobody reads any more
                    }
                }
            });
            Worker { orders: Vec::new(), bytes: 0, to, thread }
        };
        Crew::Many((0..threads).map(worker).collect(), finished)
    }

    /// Has the follower of connection `number` do it.
    pub(crate) fn order(&mut self, number: u64, order: Order) {
        match self {
            Crew::Alone(follower, finished) => finished.extend(follower.follow(order)),
            Crew::Many(workers, _) => {
                let mine = usize::try_from(number % workers.len() as u64).unwrap_or_default();
                workers[mine].order(order);
            }
        }
    }

    /// Tells all followers of lines of a key log.
    pub(crate) fn learn(&mut self, lines: &str) {
        let lines: Arc<str> = lines.into();
        match self {
            Crew::Alone(follower, _) => drop(follower.follow(Order::Keys(lines))),
            Crew::Many(workers, _) => {
                workers.iter_mut().for_each(|worker| worker.order(Order::Keys(Arc::clone(&lines))));
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

    /// All the rest, when no more will be ordered.
    pub(crate) fn end(self) -> Vec<Finished> {
        match self {
            Crew::Alone(_, finished) => finished,
            Crew::Many(workers, finished) => {
                let threads: Vec<_> = workers.into_iter().map(Worker::end).collect();
                let all = finished.iter().flatten().collect();
                threads.into_iter().for_each(join);
                all
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
        self.bytes += size_of::<Order>();
        match &order {
            Order::Segment { segment, .. } => self.bytes += segment.bytes.len(),
            Order::Keys(lines) => self.bytes += lines.len(),
            Order::Begin { .. } | Order::End { .. } => {}
        }
        self.orders.push(order);
        if self.bytes >= A_BATCH {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.bytes = 0;
        // A follower that is gone has panicked; that is found out when it is joined.
        let _ = self.to.send(mem::take(&mut self.orders));
    }

    fn end(mut self) -> JoinHandle<()> {
        self.hand_over();
        self.thread
    }
}

fn join(thread: JoinHandle<()>) {
    if let Err(panic) = thread.join() {
        resume_unwind(panic);
    }
}
