//! The exporter: the end of the queue that events are put into, and of the thread that sends them (`worker.rs`). While a
//! collector does not answer the queue fills, and what finds no room is counted; nobody waits for it.

use std::{
    io, mem,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use claims::Event;
use steps::{Gap, Lang, Origin, program::Program};
use tracing::{
    dispatcher::{self, Dispatch},
    subscriber::NoSubscriber,
};

use crate::{
    Options,
    config::Config,
    connection::Told,
    ids::Linked,
    queue::{Item, Queue, Room},
    said,
};

mod worker;

use worker::Worker;

/// Sends events to a collector until it is dropped; then what is left, as far as that takes no longer than
/// five seconds.
#[derive(Debug)]
#[must_use = "dropping it ends the sending"]
pub struct Exporter(Option<On>);

#[derive(Debug)]
struct On {
    queue: Arc<Queue>,
    state: State,
    lang: Lang,
}

#[derive(Debug)]
enum State {
    /// Nothing is sent yet.
    Waits(Box<Worker>),
    Runs(JoinHandle<()>),
    Ended,
}

/// How long the end of a program waits for its collector.
const PATIENCE: Duration = Duration::from_secs(5);

impl Exporter {
    /// The exporter that `options` and the environment ask for, in the name of `program`: none where they ask for none.
    /// What comes waits in the queue until [`Exporter::begin_after`].
    ///
    /// # Errors
    ///
    /// When what they say cannot be understood.
    pub fn new(options: &Options, program: Program, lang: Lang) -> io::Result<Self> {
        Self::of(options, Some(program), lang)
    }

    /// The same in the name of a program that is not ours.
    pub(crate) fn of_a_program(options: &Options, lang: Lang) -> io::Result<Self> {
        Self::of(options, None, lang)
    }

    fn of(options: &Options, program: Option<Program>, lang: Lang) -> io::Result<Self> {
        let service = match program {
            Some(program) => format!("asnoted-{}", program.short_name()),
            None => unknown_service(),
        };
        match Config::read(options, &service, &|name| std::env::var(name).ok())? {
            Some(config) => Self::with(config, program, lang),
            None => Ok(Exporter(None)),
        }
    }

    pub(crate) fn with(config: Config, program: Option<Program>, lang: Lang) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(Room::USUAL));
        let told = Told { lang, content: config.content, parent: config.parent };
        let worker = Worker::new(Arc::clone(&queue), (config, told), program, lang)?;
        Ok(Exporter(Some(On { queue, state: State::Waits(Box::new(worker)), lang })))
    }

    /// Whether events are sent.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The listener that puts events into the exporter's queue; `None`: nothing is sent.
    pub fn also(&self) -> Option<show::Also> {
        Some(show::Also::new(self.tells()?))
    }

    pub(crate) fn tells(&self) -> Option<Tells> {
        let on = self.0.as_ref()?;
        Some(Tells(Arc::clone(&on.queue)))
    }

    /// Starts the thread that sends, and calls `first` in it: capabilities belong to threads, and `first` may give them
    /// up.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn begin_after(&mut self, first: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let Some(on) = &mut self.0 else { return Ok(()) };
        if let State::Waits(worker) = mem::replace(&mut on.state, State::Ended) {
            // What it has to say goes where the messages of this thread go.
            let here = dispatcher::get_default(Dispatch::clone);
            let run = move || {
                first();
                give_way();
                if here.is::<NoSubscriber>() {
                    worker.run();
                } else {
                    dispatcher::with_default(&here, || worker.run());
                }
            };
            on.state = State::Runs(thread::Builder::new().name("otlp".into()).spawn(run)?);
        }
        Ok(())
    }

    /// Takes an event that was recorded or captured before: waits for room, as long as the collector takes anything at
    /// all.
    pub fn tell(&self, event: &Event) {
        const STALLED: Duration = Duration::from_secs(10);
        if let Some(on) = &self.0 {
            let weight = event.weight();
            on.queue.push_waiting(Item::Judged(Box::new(event.clone())), weight, STALLED);
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let Some(on) = &mut self.0 else { return };
        on.queue.end();
        match mem::replace(&mut on.state, State::Ended) {
            // It has begun nothing: then there is nothing to tell of.
            State::Waits(_) | State::Ended => {}
            State::Runs(thread) => {
                // A little longer than the thread itself waits for an answer.
                if on.queue.wait_gone(PATIENCE + Duration::from_secs(1)) {
                    drop(thread.join());
                } else {
                    let left = on.queue.leave();
                    tracing::error!("{}", said::lost(0, left).in_lang(on.lang));
                }
            }
        }
    }
}

/// Puts what the log tells of into the queue.
pub(crate) struct Tells(Arc<Queue>);

impl Tells {
    /// An event that was just seen, within a span of the program's own.
    pub(crate) fn seen(&self, event: &Arc<steps::Event>, weight: usize, of: &Origin, within: Option<Linked>) {
        self.0.push(Item::Seen(Arc::clone(event), of.clone(), within), weight);
    }
}

impl show::Listener for Tells {
    fn event(&self, event: &Arc<steps::Event>, weight: usize, of: &Origin) {
        self.seen(event, weight, of, None);
    }

    fn judged(&self, event: &Event, weight: usize) {
        self.0.push(Item::Judged(Box::new(event.clone())), weight);
    }

    fn gap(&self, gap: &Gap) {
        self.0.push(Item::Gap(Box::new(gap.clone())), size_of::<Gap>());
    }
}

/// Lets all else go first where there are fewer cores than work: what waits for this thread waits in a queue of its own, and
/// neither a handshake nor the log does. Linux has a priority for each thread; elsewhere it would be the whole program's.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _at_the_same_priority_it_sends_too = rustix::process::nice(LAST);
}

/// So much later, of 19, than the rest of the program.
#[cfg(target_os = "linux")]
const LAST: i32 = 10;

/// As the specification names a service that has no name.
fn unknown_service() -> String {
    let file = std::env::current_exe().ok();
    let name = file.as_ref().and_then(|file| file.file_name()).map(|name| name.to_string_lossy());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}
