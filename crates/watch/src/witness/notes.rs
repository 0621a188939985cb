//! What was seen is noted, and read later: by the session's thread, or, where there is no subscriber, once somebody asks.

use std::sync::atomic::Ordering::Relaxed;

use steps::sync::lock;
use tracing::Span;

use super::Witness;
use crate::journal::MOST_OF_ONE;

/// How much of a connection waits to be asked for where there is no subscriber.
const MOST_DEFERRED: usize = 16 * 1024;

/// What is done with something that was seen once it is read.
pub(super) type Note = Box<dyn FnOnce(&Witness) + Send>;

/// What was seen with no subscriber.
#[derive(Default)]
pub(super) struct Deferred {
    notes: Vec<Note>,
    weight: usize,
}

impl std::fmt::Debug for Deferred {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deferred").field("weight", &self.weight).finish_non_exhaustive()
    }
}

impl Witness {
    /// Notes what was seen, now; `read` recognises it and reports that. `weight` is what it takes of memory. With no
    /// subscriber the note stays with its connection: it must not hold the witness, which is handed to it.
    pub(crate) fn note(&self, weight: usize, read: impl FnOnce(&Witness) + Send + 'static) {
        let journal = self.0.session.journal();
        if journal.is_reader() {
            return read(self);
        }
        self.0.noted.fetch_add(1, Relaxed);
        if !self.is_enabled() {
            return self.defer(weight, read);
        }
        self.0.session.has_subscriber();
        self.read_deferred(true);
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

    /// How many things were noted so far. It grows with each segment and each state, and to know it nothing is read.
    pub(crate) fn noted(&self) -> u64 {
        self.0.noted.load(Relaxed)
    }

    /// Returns when all that was seen so far is read.
    pub(crate) fn read(&self) {
        self.read_deferred(true);
        self.0.session.journal().read();
    }

    /// Notes what was seen with no subscriber: it is read only when the program asks, or there is much of it.
    fn defer(&self, weight: usize, read: impl FnOnce(&Witness) + Send + 'static) {
        let mut deferred = lock(&self.0.deferred);
        deferred.notes.push(Box::new(read));
        deferred.weight += weight + size_of::<Note>();
        let full = deferred.weight > MOST_DEFERRED;
        drop(deferred);
        self.0.has_deferred.store(true, Relaxed);
        if full {
            self.read_deferred(false);
        }
    }

    /// Forgets what was seen with no subscriber: nobody will ask for it.
    pub(crate) fn forget_deferred(&self) {
        if !self.is_enabled() {
            self.0.has_deferred.store(false, Relaxed);
            drop(std::mem::take(&mut *lock(&self.0.deferred)));
        }
    }

    /// Reads what was deferred. Where nobody `asked`, that is to follow the stream: of what is seen then nothing is
    /// remembered.
    fn read_deferred(&self, asked: bool) {
        let journal = self.0.session.journal();
        if !self.0.has_deferred.load(Relaxed) || journal.is_reader() {
            return;
        }
        // One reads at a time: the notes keep their order.
        let _reader = lock(&self.0.reads_deferred);
        let notes = {
            let mut deferred = lock(&self.0.deferred);
            self.0.has_deferred.store(false, Relaxed);
            std::mem::take(&mut *deferred).notes
        };
        if !asked {
            self.lock().past.missed();
        }
        self.0.asked.store(asked, Relaxed);
        journal.reading(|| notes.into_iter().for_each(|read| read(self)));
        self.0.asked.store(false, Relaxed);
    }
}
