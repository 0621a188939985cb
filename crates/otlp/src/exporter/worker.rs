//! The thread that sends: it takes events from the queue, puts connections together, and sends a request until the collector
//! takes it, its attempts twice as far apart each time.

use std::{
    fmt, io, mem,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

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
use steps::{Lang, Said, program::Program};
use tracing::{
    dispatcher::{self, Dispatch},
    subscriber::NoSubscriber,
};

use super::PATIENCE;
use crate::{
    accounts::Accounts,
    config::{Config, Target},
    connection::{Ready, Told},
    metrics::{Dropped, Metrics},
    queue::{Queue, Taken},
    road::Road,
    said::{self, Trouble},
};

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

/// The least that is waited for: a clock that has just passed a moment is no reason to turn in a circle.
const TICK: Duration = Duration::from_millis(10);

/// What the thread works with.
pub(super) struct Worker {
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
    /// A worker that sends what is in `queue` as `config` says; `told` holds for all connections.
    pub(super) fn new(
        queue: Arc<Queue>,
        (config, told): (Config, Told),
        program: Option<Program>,
        lang: Lang,
    ) -> io::Result<Self> {
        Ok(Worker {
            queue,
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
        })
    }

    /// Sends until the queue has come to its end, and then what is left.
    pub(super) fn run(mut self) {
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
