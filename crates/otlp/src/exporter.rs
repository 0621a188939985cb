//! The exporter: one thread that takes events from the queue, puts connections together and sends what is ready. While a
//! collector does not answer it tries again, the queue fills, and what finds no room is counted; nobody waits for it.

use std::{
    fmt, io, mem,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use claims::Event;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
        metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
        trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    },
    common::v1::InstrumentationScope,
    logs::v1::{ResourceLogs, ScopeLogs},
    metrics::v1::{ResourceMetrics, ScopeMetrics},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans},
};
use prost::Message;
use steps::{Gap, Lang, Origin, Said, program::Program};
use tracing::{
    dispatcher::{self, Dispatch},
    subscriber::NoSubscriber,
};

use crate::{
    Options,
    accounts::Accounts,
    config::{Config, Target},
    connection::{Ready, Told},
    ids::Linked,
    metrics::{Dropped, Metrics},
    queue::{Item, Queue, Room, Taken},
    road::Road,
    said::{self, Trouble},
};

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

/// How long an event waits for others to be sent with it.
const DELAY: Duration = Duration::from_secs(1);

/// So many records, or about so many bytes, are a request of their own.
const MOST_RECORDS: usize = 2048;
const MOST_BYTES: usize = 2 << 20;

/// Between two tries, and twice as long each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// So long the same request is tried: perhaps it is this one that the collector cannot bear.
const MOST_TRIES: Duration = Duration::from_secs(300);

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
        let worker = Worker {
            queue: Arc::clone(&queue),
            road: Road::new(&config)?,
            config,
            accounts: Accounts::new(told),
            metrics: Metrics::new(now()),
            ready: Ready::default(),
            oldest: None,
            metrics_at: Instant::now(),
            complained: false,
            program,
            lang,
        };
        Ok(Exporter(Some(On { queue, state: State::Waits(Box::new(worker)), lang })))
    }

    /// Whether events are sent.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Who is to be told of events.
    pub fn also(&self) -> Option<show::Also> {
        Some(show::Also::new(self.tells()?))
    }

    pub(crate) fn tells(&self) -> Option<Tells> {
        let on = self.0.as_ref()?;
        Some(Tells(Arc::clone(&on.queue)))
    }

    /// Starts the thread that sends, and does `first` in it: rights belong to threads, and it is to give them up.
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

    /// Takes an event of what is over: waits for room, as long as the collector takes anything at all.
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

/// What the thread works with.
struct Worker {
    queue: Arc<Queue>,
    road: Road,
    config: Config,
    accounts: Accounts,
    metrics: Metrics,
    ready: Ready,
    /// Since when something is ready.
    oldest: Option<Instant>,
    /// When the metrics were sent.
    metrics_at: Instant,
    /// The one line was said.
    complained: bool,
    /// None: the program is not ours, and has a subscriber to which its messages go.
    program: Option<Program>,
    lang: Lang,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}

impl Worker {
    fn run(mut self) {
        loop {
            let due = self.oldest.map(|oldest| DELAY.saturating_sub(oldest.elapsed()));
            let metrics_due = self.config.interval.saturating_sub(self.metrics_at.elapsed());
            match self.queue.take(Some(due.unwrap_or(metrics_due).min(metrics_due).max(TICK))) {
                Taken::Items(items) => {
                    for item in items {
                        self.accounts.take(item, &mut self.metrics, &mut self.ready);
                        if self.is_full() {
                            self.send();
                        }
                    }
                }
                Taken::Nothing => self.accounts.sweep(&mut self.metrics, &mut self.ready),
                Taken::End => break,
            }
            if self.ready.spans.is_empty() && self.ready.logs.is_empty() {
                self.oldest = None;
            } else if self.oldest.get_or_insert_with(Instant::now).elapsed() >= DELAY {
                self.send();
            }
            if self.metrics_at.elapsed() >= self.config.interval {
                self.send_metrics();
            }
        }
        self.accounts.end(&mut self.metrics, &mut self.ready);
        self.send();
        self.send_metrics();
        self.say_what_was_lost();
        self.queue.leave();
    }

    fn is_full(&self) -> bool {
        self.ready.logs.len() + self.ready.spans.len() >= MOST_RECORDS || self.ready.weight >= MOST_BYTES
    }

    /// Sends what is ready: logs first, for a viewer finds by a span what belongs to it.
    fn send(&mut self) {
        let Ready { spans, logs, .. } = mem::take(&mut self.ready);
        self.oldest = None;
        let (resource, scope) = (Some(self.resource()), Some(scope()));
        if let (false, Some(target)) = (logs.is_empty(), self.config.logs.clone()) {
            let n = logs.len() as u64;
            let scope_logs =
                vec![ScopeLogs { scope: scope.clone(), log_records: logs, ..ScopeLogs::default() }];
            let all = ResourceLogs { resource: resource.clone(), scope_logs, ..ResourceLogs::default() };
            let request = ExportLogsServiceRequest { resource_logs: vec![all] };
            let rejected = match self.deliver::<ExportLogsServiceResponse>(&target, &request) {
                Some(answer) => answer.partial_success.map_or(0, |partial| partial.rejected_log_records),
                None => i64::try_from(n).unwrap_or(i64::MAX),
            };
            if let Ok(rejected @ 1..) = u64::try_from(rejected) {
                self.metrics.dropped(Dropped::NotExported, rejected.min(n));
            }
        }
        if let (false, Some(target)) = (spans.is_empty(), self.config.traces.clone()) {
            let scope_spans = vec![ScopeSpans { scope, spans, ..ScopeSpans::default() }];
            let all = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
            let request = ExportTraceServiceRequest { resource_spans: vec![all] };
            // A span is no event: its events are counted where they are lost.
            let _ = self.deliver::<ExportTraceServiceResponse>(&target, &request);
        }
    }

    /// Sends the counts as they stand. They are tried once: the next ones tell all that these do.
    fn send_metrics(&mut self) {
        self.metrics_at = Instant::now();
        let metrics = self.metrics.told(now());
        let Some(target) = self.config.metrics.clone() else { return };
        if metrics.is_empty() {
            return;
        }
        let scope_metrics = vec![ScopeMetrics { scope: Some(scope()), metrics, ..ScopeMetrics::default() }];
        let all =
            ResourceMetrics { resource: Some(self.resource()), scope_metrics, ..ResourceMetrics::default() };
        let request = ExportMetricsServiceRequest { resource_metrics: vec![all] };
        let Some(at_most) = self.left() else { return };
        if let Err(trouble) = self.road.post::<ExportMetricsServiceResponse>(&target, &request, at_most) {
            self.complain(&target, &trouble);
        }
    }

    /// Sends a request until it is taken; `None`: it is lost.
    fn deliver<R: Message + Default>(&mut self, target: &Target, request: &impl Message) -> Option<R> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let at_most = self.left()?;
            match self.road.post::<R>(target, request, at_most) {
                Ok(answer) => return Some(answer),
                Err(trouble) => {
                    self.complain(target, &trouble);
                    if !trouble.passes() || began.elapsed() >= MOST_TRIES {
                        return None;
                    }
                }
            }
            match self.queue.ending() {
                None => self.queue.pause(pause),
                // A last try or two, and the program has to end.
                Some(_) => thread::sleep(FIRST_PAUSE.min(self.left()?)),
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// How long a request may take; none: the end is waited for, and has waited long enough.
    fn left(&self) -> Option<Duration> {
        match self.queue.ending() {
            None => Some(Duration::MAX),
            Some(since) => Some(PATIENCE.saturating_sub(since.elapsed())).filter(|left| !left.is_zero()),
        }
    }

    fn complain(&mut self, target: &Target, trouble: &Trouble) {
        if !mem::replace(&mut self.complained, true) {
            self.say(&said::first(&target.url, trouble));
        }
    }

    fn say_what_was_lost(&self) {
        let (mut no_room, mut not_taken) = (0, 0);
        for (because, n) in self.metrics.all_dropped() {
            match because {
                Dropped::QueueFull | Dropped::TooManyConnections => no_room += n,
                Dropped::NotExported => not_taken += n,
                Dropped::ConnectionLimit => {} // the log tells of those
            }
        }
        if no_room + not_taken > 0 {
            self.say(&said::lost(no_room, not_taken));
        }
    }

    /// A message among those of the log, which waits for nobody; where there is no log, on standard error.
    fn say(&self, what: &Said) {
        let what = what.in_lang(self.lang);
        match self.program {
            Some(program) if dispatcher::get_default(Dispatch::is::<NoSubscriber>) => {
                show::say(program, what);
            }
            Some(_) | None => tracing::warn!("{what}"),
        }
    }

    fn resource(&self) -> Resource {
        Resource { attributes: self.config.resource.clone(), ..Resource::default() }
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

/// The least that is waited for: a clock that has just passed a moment is no reason to turn in a circle.
const TICK: Duration = Duration::from_millis(10);

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "asnoted".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..InstrumentationScope::default()
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}
