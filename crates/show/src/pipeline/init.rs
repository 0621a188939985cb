//! What a program says of its log before it begins, and what it may ask of it.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use claims::Event;
use steps::{Gap, Origin, sync::lock};

use crate::{
    reading::Judges,
    render::{Follows, Layout, What},
};

/// What [`init`](crate::init) needs to know beyond the command line.
#[derive(Clone, Debug, Default)]
pub struct Init {
    /// Both ends log to the same place.
    pub both_sides: bool,
    /// Of both sides, a line at each end instead of a row a message.
    pub lines: bool,
    /// Of both sides, whether the last connection of a run only shows that the server still serves.
    pub follows: Follows,
    /// Where events are kept as well, for a program that looks at its own run.
    pub kept: Option<Kept>,
    /// Nothing is printed: the program says in its own words what came of the run.
    pub silent: bool,
    /// Each of many runs is reported in a line; warnings of their ends are not printed among those lines.
    pub brief: bool,
    /// The log is no subscriber to events: programs then run as they do without one.
    pub no_subscriber: bool,
    /// Tells the bytes of an event apart, for `--bytes`.
    pub layout: Option<Layout>,
    /// What is recorded may hold secrets: only its owner may read it.
    pub private: bool,
    /// Called by the thread that records once its file is open: it may give up the rights that opening the file took.
    pub once_open: Option<fn()>,
    /// How long shutdown waits for a stalled reader of standard output; `None`: for ever.
    pub patience: Option<Duration>,
    /// Called by the thread that writes when it has written and nothing more came for a second, or in between where much
    /// had waited: what it does may take a moment.
    pub rest: Option<fn()>,
    /// How to have reported what was seen and is not reported yet.
    pub unread: Option<Unread>,
    /// A listener that gets every event as well, independently of the log's queue.
    pub also: Option<Also>,
}

impl Init {
    pub(super) fn what(&self) -> What {
        What {
            both_sides: self.both_sides,
            lines: self.lines,
            follows: self.follows.clone(),
            layout: self.layout,
        }
    }
}

/// Reports what was seen and is not reported yet: to be done before somebody waits for the log, and before its end.
#[derive(Clone)]
pub struct Unread(Arc<dyn Fn() + Send + Sync>);

impl Unread {
    /// `read` returns when all that was seen so far is reported.
    pub fn new(read: impl Fn() + Send + Sync + 'static) -> Self {
        Unread(Arc::new(read))
    }

    pub(super) fn read(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unread").finish_non_exhaustive()
    }
}

/// Gets every event that the log gets, at the same moment. Its methods are called in the middle of a handshake and must
/// not block.
pub trait Listener: Send + Sync {
    /// An event that was just seen, its weight, and the account to which it belongs.
    fn event(&self, event: &Arc<steps::Event>, weight: usize, of: &Origin);

    /// An event that was judged where it was read, and its weight.
    fn judged(&self, event: &Event, weight: usize);

    /// Here events are missing, for the log and for every reader.
    fn gap(&self, gap: &Gap);
}

/// A [`Listener`]; clones are the same one.
#[derive(Clone)]
pub struct Also(Arc<dyn Listener>);

impl Also {
    /// Wraps `listener`.
    pub fn new(listener: impl Listener + 'static) -> Self {
        Also(Arc::new(listener))
    }

    pub(super) fn listener(&self) -> &dyn Listener {
        &*self.0
    }
}

impl fmt::Debug for Also {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Also").finish_non_exhaustive()
    }
}

/// The events of this process, judged, in order. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<Events>>);

#[derive(Debug, Default)]
struct Events {
    events: Vec<Event>,
    judges: Judges,
}

impl Kept {
    /// The events since the last call.
    pub fn take(&self) -> Vec<Event> {
        mem::take(&mut self.lock().events)
    }

    /// The events since the last [`Kept::take`], which stay.
    pub fn look<T>(&self, look: impl FnOnce(&[Event]) -> T) -> T {
        look(&self.lock().events)
    }

    /// Forgets all but the first `n`.
    pub fn forget_from(&self, n: usize) {
        self.lock().events.truncate(n);
    }

    /// Judges the event, keeps it, and gives it back.
    pub(super) fn add(&self, seen: &steps::Event, of: &Origin) -> Event {
        let mut kept = self.lock();
        let claims = kept.judges.live(seen, of);
        let event = Event { seen: seen.clone(), claims };
        kept.events.push(event.clone());
        event
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        lock(&self.0)
    }
}
