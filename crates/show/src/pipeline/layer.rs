//! Where `tracing` meets the renderers.

use std::{
    error::Error,
    io::{self, IsTerminal, Write},
    mem,
    sync::{Arc, Once},
    thread::{self, JoinHandle},
    time::Duration,
};

use claims::Event;
use steps::{Carried, Gap, Lang, Run, say_in};
use tracing::{
    Metadata, Subscriber,
    dispatcher::{self, Dispatch},
    field::Visit,
};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterFn, LevelFilter, filter_fn},
    fmt::MakeWriter,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use super::{
    init::{Also, Init, Kept, Unread},
    queue::{Item, Queue, Room, Whose},
    writer::Writer,
};
use crate::terminal::{Args, OneLine, Paint, ascii, is_plain_terminal};

/// Sends the events of this process to standard output as `args` asks, and the program's own messages to standard error,
/// filtered by `RUST_LOG` (default: `warn`). To be called once, first. Both wait in a queue until [`Guard::begin`]; what is
/// still to be said at the end is printed when the guard is dropped.
///
/// # Errors
///
/// When the reader's notes cannot be read, the folder of the logs cannot be written to, or the process has a subscriber
/// already, beside which [`layer`](crate::layer) stands.
pub fn init(args: &Args, how: Init) -> io::Result<Guard> {
    let (log, guard) = log(args, how)?;
    log.try_init().map_err(|_| {
        let what = "this process has a subscriber already: add the log to it as a layer (`layer`)";
        io::Error::new(io::ErrorKind::AlreadyExists, what)
    })?;
    Ok(guard)
}

/// The same as a [`Dispatch`], for code that is run with this subscriber; the rest of the process keeps its own.
///
/// # Errors
///
/// Those of [`init`], but for the last.
pub fn log(args: &Args, how: Init) -> io::Result<(Dispatch, Guard)> {
    let writer = Writer::new(args, &how)?;
    let queue = Arc::new(Queue::new(Room::USUAL, args.lang()));
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(if how.brief { "error" } else { "warn" }));
    let messages = Messages(Arc::clone(&queue));
    let messages = tracing_subscriber::fmt::layer()
        .with_writer(messages)
        .with_ansi(args.colored())
        .event_format(OneLine(Paint::new(args.colored()), args.lang()))
        .with_filter(filter_fn(|meta| meta.target() != Carried::TARGET))
        // The outer one, which says from which level on nobody asks: libraries have a word for every packet.
        .with_filter(filter);
    let hears = !how.no_subscriber;
    let reporter = Reporter {
        queue: Arc::clone(&queue),
        kept: how.kept,
        unread: how.unread.clone(),
        also: how.also,
        late: Late::EachIsNamed,
    };
    let log = tracing_subscriber::registry().with(reporter.with_filter(events(hears))).with(messages);
    let guard =
        Guard { queue, log: Log::Waits(Box::new(writer)), patience: how.patience, unread: how.unread };
    Ok((log.into(), guard))
}

/// What `writer` writes, as a layer among others; it has begun.
pub(super) fn among<S>(
    writer: Writer,
    lang: Lang,
) -> io::Result<(impl Layer<S> + Send + Sync + 'static, Guard)>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let queue = Arc::new(Queue::new(Room::USUAL, lang));
    let reporter = Reporter {
        queue: Arc::clone(&queue),
        kept: None,
        unread: None,
        also: None,
        late: Late::Once(Once::new()),
    };
    queue.begin();
    let reader = Arc::clone(&queue);
    // What it has to say goes to the subscriber of the process, which is not there yet.
    let thread = thread::Builder::new().name("log".into()).spawn(move || writer.run(&reader))?;
    let guard = Guard { queue, log: Log::Runs(thread), patience: None, unread: None };
    Ok((reporter.with_filter(events(true)), guard))
}

/// A filter that lets our events through if the log `hears` them, and nothing else.
fn events(hears: bool) -> FilterFn<impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static> {
    filter_fn(move |meta| hears && meta.target() == Carried::TARGET).with_max_level_hint(LevelFilter::INFO)
}

/// Ends the log when dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the log"]
pub struct Guard {
    queue: Arc<Queue>,
    log: Log,
    patience: Option<Duration>,
    unread: Option<Unread>,
}

#[derive(Debug)]
enum Log {
    /// Nothing is written yet.
    Waits(Box<Writer>),
    Runs(JoinHandle<()>),
    Ended,
}

impl Guard {
    /// Starts the thread that writes. To be called when what needs a process of one thread is done: capabilities and
    /// namespaces belong to threads.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn begin(&mut self) -> io::Result<()> {
        self.begin_after(|| {})
    }

    /// Whether `--log-dir` is a folder of another user, for whom root records: to open a file there takes a right.
    pub fn records_for_another(&self) -> bool {
        matches!(&self.log, Log::Waits(writer) if writer.records_for_another())
    }

    /// The same with something that the thread does first: rights belong to threads, and it may give some up.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn begin_after(&mut self, first: impl FnOnce() + Send + 'static) -> io::Result<()> {
        if let Log::Waits(writer) = mem::replace(&mut self.log, Log::Ended) {
            self.queue.begin();
            let queue = Arc::clone(&self.queue);
            // What it has to say goes where the messages of this thread go.
            let here = dispatcher::get_default(Dispatch::clone);
            let write = move || {
                dispatcher::with_default(&here, || {
                    first();
                    writer.run(&queue);
                });
            };
            self.log = Log::Runs(thread::Builder::new().name("log".into()).spawn(write)?);
        }
        Ok(())
    }

    /// Says what is still to be said of the connections so far: one run ends, another may follow.
    pub fn end_of_run(&self) {
        self.read();
        if self.queue.push(Item::EndOfRun).is_ok() {
            self.queue.drain(None);
        }
    }
}

impl Guard {
    fn read(&self) {
        if let Some(unread) = &self.unread {
            unread.read();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.read();
        self.queue.end();
        match mem::replace(&mut self.log, Log::Ended) {
            Log::Waits(writer) => writer.run(&self.queue),
            Log::Runs(thread) if self.patience.is_none() || self.queue.drain(self.patience) => {
                drop(thread.join());
            }
            Log::Runs(_) => {
                let left = self.queue.leave();
                eprintln!("{}", say_in!(self.queue.lang(), unwritten::stalled(left.events)));
            }
            Log::Ended => {}
        }
    }
}

/// Waits until everything that was seen so far is written: what is said next on the terminal comes after it.
pub fn drain() {
    if let Some(queue) = queue() {
        queue.drain(None);
    }
}

/// The language of the log to which events of this thread go; English where there is none.
pub(crate) fn lang() -> Lang {
    dispatcher::get_default(|log| {
        log.downcast_ref().map_or(Lang::En, |reporter: &Reporter| reporter.queue.lang())
    })
}

/// The listener beside the log to which events of this thread go.
fn also() -> Option<Also> {
    dispatcher::get_default(|log| log.downcast_ref().and_then(|reporter: &Reporter| reporter.also.clone()))
}

/// The queue of the log to which events of this thread go, with all that was seen so far.
fn queue() -> Option<Arc<Queue>> {
    let log = dispatcher::get_default(|log| {
        let reporter: &Reporter = log.downcast_ref()?;
        Some((Arc::clone(&reporter.queue), reporter.unread.clone()))
    });
    let (queue, unread) = log?;
    if let Some(unread) = unread {
        unread.read();
    }
    Some(queue)
}

/// Prints a page to standard output, after everything reported so far; that its reader is gone is no error.
pub fn print(page: &str) {
    let queued = queue().is_some_and(|queue| queue.push(Item::Page(page.to_owned())).is_ok());
    if queued {
        drain();
    } else {
        let plain = is_plain_terminal() && io::stdout().is_terminal();
        let page = if plain { ascii(page, true) } else { page.to_owned() };
        let mut out = io::stdout().lock();
        let _ = out.write_all(page.as_bytes()).and_then(|()| out.flush());
    }
}

/// Logs an event that was judged where it was read, as what a capture tells is.
pub fn tell(event: Event) {
    let weight = event.weight();
    if let Some(also) = also() {
        also.listener().judged(&event, weight);
    }
    if let Some(queue) = queue() {
        drop(queue.push(Item::Judged(Box::new(event), weight)));
    }
}

/// Logs that events are missing here.
pub fn tell_gap(gap: Gap) {
    if let Some(also) = also() {
        also.listener().gap(&gap);
    }
    if let Some(queue) = queue() {
        drop(queue.push(Item::Gap(Box::new(gap))));
    }
}

/// Logs that the run of a scenario begins here, or has ended.
pub fn tell_run(run: Run) {
    if let Some(queue) = queue() {
        drop(queue.push(Item::Run(Box::new(run))));
    }
}

/// Hands each event to the thread that writes, and never waits: this is called in the middle of a handshake.
struct Reporter {
    queue: Arc<Queue>,
    kept: Option<Kept>,
    unread: Option<Unread>,
    also: Option<Also>,
    late: Late,
}

/// What is said of events that come after the end of the log.
enum Late {
    /// They are named: it is a mistake of ours.
    EachIsNamed,
    /// The guard was dropped early; to say so once will do.
    Once(Once),
}

impl<S: Subscriber> Layer<S> for Reporter {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut found = Found(None);
        event.record(&mut found);
        let item = match found.0 {
            Some(Carried::Event(event, weight, of)) => {
                if let Some(also) = &self.also {
                    also.listener().event(&event, weight, &of);
                }
                match &self.kept {
                    // It is judged once, and the log says the same of it.
                    Some(kept) => Item::Judged(Box::new(kept.add(&event, &of)), weight),
                    None => Item::Event(event, weight, of),
                }
            }
            Some(Carried::Gap(gap)) => {
                if let Some(also) = &self.also {
                    also.listener().gap(&gap);
                }
                Item::Gap(Box::new(gap))
            }
            None => return,
        };
        let late = |event: &steps::Event| match &self.late {
            Late::EachIsNamed => {
                let (step, conn) = (event.step.id(), &event.conn);
                eprintln!("{}", say_in!(self.queue.lang(), unwritten::after_the_end(step, conn)));
            }
            Late::Once(once) => once.call_once(|| {
                eprintln!("{}", say_in!(self.queue.lang(), unwritten::guard_dropped()));
            }),
        };
        match self.queue.push(item) {
            Err(Item::Event(event, ..)) => late(&event),
            Err(Item::Judged(event, _)) => late(&event.seen),
            Ok(())
            | Err(Item::Gap(_) | Item::Message(..) | Item::Page(_) | Item::Run(_) | Item::EndOfRun) => {}
        }
    }
}

/// What the field of a tracing event carries.
struct Found(Option<Carried>);

impl Visit for Found {
    fn record_error(&mut self, field: &tracing::field::Field, value: &(dyn Error + 'static)) {
        if field.name() == Carried::FIELD {
            self.0 = value.downcast_ref().cloned();
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

/// Takes messages, each in one piece; they keep their place among the events.
#[derive(Clone)]
struct Messages(Arc<Queue>);

impl<'a> MakeWriter<'a> for Messages {
    type Writer = Message;

    fn make_writer(&'a self) -> Message {
        Message { queue: Arc::clone(&self.0), whose: Whose::Ours }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Message {
        /// What the libraries say through the crate `log`; we say nothing through it.
        const BRIDGED: &str = "log";
        let whose = if meta.target() == BRIDGED { Whose::Library } else { Whose::Ours };
        Message { whose, ..self.make_writer() }
    }
}

/// Takes one message.
struct Message {
    queue: Arc<Queue>,
    whose: Whose,
}

impl Write for Message {
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(message).into_owned();
        match self.queue.push(Item::Message(text, self.whose)) {
            Ok(()) => Ok(message.len()),
            Err(_) => io::stderr().write(message),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
