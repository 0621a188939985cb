//! One end's account of one connection, as a span: the events that belong to it, the flights that are its children, and how
//! it ended.

use std::sync::Weak;

use claims::{Event, Judge};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value as Any},
    logs::v1::{LogRecord, SeverityNumber},
    trace::v1::{
        Span, Status,
        span::{Link, SpanKind},
        status::StatusCode,
    },
};
use steps::{Lang, Observer, Protocol, Side, Step, ssh, summary, tcp, tls, ws};

use crate::{
    attributes::{self, any, float, int, text, truth},
    ids::{self, By, Linked, Seen, TraceId},
};

mod about;
mod flight;

use about::about;
use flight::Flight;

/// What is ready to be sent.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    pub(crate) spans: Vec<Span>,
    pub(crate) logs: Vec<LogRecord>,
    /// About so many bytes.
    pub(crate) weight: usize,
}

/// What all connections have in common.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) lang: Lang,
    /// Bytes and content are told, too.
    pub(crate) content: bool,
    /// The span of the application in whose trace this program was started.
    pub(crate) parent: Option<Linked>,
}

/// How a connection ended, for the metrics.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) protocol: Protocol,
    pub(crate) side: Side,
    /// `complete` or `failed`.
    pub(crate) outcome: String,
    /// The rule that recognised why it failed.
    pub(crate) error: Option<String>,
    /// How many seconds passed from its beginning until the handshake was done, where it was.
    pub(crate) handshake: Option<f64>,
}

/// One end's account of one connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What it is known by: the same when a recorded log is read.
    account: String,
    protocol: Protocol,
    side: Side,
    observer: Option<Observer>,
    of_link: bool,
    began: u64,
    last: u64,
    pub(crate) began_us: i64,
    attributes: Vec<KeyValue>,
    judge: Judge,
    seen: Seen,
    trace: Option<(TraceId, By)>,
    /// Records that wait for the trace id.
    held: Vec<LogRecord>,
    flights: Vec<Flight>,
    events: u64,
    handshake: Option<u64>,
    /// Events are known to be missing.
    missing: bool,
    ended: bool,
    lives: Option<Weak<()>>,
    /// The span of the application in which it began.
    within: Option<Linked>,
}

/// So many flights are spans of their own; of a long conversation the rest are only events.
const MOST_FLIGHTS: usize = 64;

/// So many steps of a flight are named.
const MOST_STEPS: usize = 64;

/// So many records wait for a trace id; a connection that has told more and shown nothing for one is this end's alone.
const MOST_HELD: usize = 256;

impl Connection {
    pub(crate) fn new(first: &steps::Event, lives: Option<Weak<()>>, within: Option<Linked>) -> Self {
        let (began, observer) = (began(first), observer(first));
        Connection {
            account: account(first),
            protocol: first.protocol,
            side: first.side,
            observer: first.observer,
            of_link: first.is_of_a_link(),
            began,
            last: began,
            began_us: first.at.as_microsecond().saturating_sub_unsigned(first.elapsed_us),
            attributes: about(first, observer),
            judge: Judge::default(),
            seen: Seen::default(),
            trace: None,
            held: Vec::new(),
            flights: Vec::new(),
            events: 0,
            handshake: None,
            missing: false,
            ended: false,
            lives,
            within,
        }
    }

    /// Whether nobody can tell more of it.
    pub(crate) fn is_over(&self) -> bool {
        self.lives.as_ref().is_some_and(|lives| lives.strong_count() == 0)
    }

    /// Whether its summary was seen.
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Events may be missing from here on.
    pub(crate) fn missed(&mut self) {
        self.missing = true;
        self.judge.missed();
    }

    /// What `seen` shows, given what came before.
    pub(crate) fn judged(&mut self, seen: &steps::Event) -> Event {
        Event { claims: self.judge.judge(seen), seen: seen.clone() }
    }

    /// Takes an event; a summary ends the span, and gives how the connection ended.
    pub(crate) fn take(&mut self, event: &Event, told: &Told, ready: &mut Ready) -> Option<Outcome> {
        let at = nanos(event);
        self.events += 1;
        self.last = self.last.max(at);
        self.began = self.began.min(at);
        if self.trace.is_none() {
            self.trace = self.seen.take(event);
        }
        for pair in attributes::standard(event) {
            put(&mut self.attributes, pair);
        }
        if self.handshake.is_none() && completes(self.protocol, event.step) {
            self.handshake = Some(at.saturating_sub(self.began));
        }
        let n = self.flight(event, at);
        let record = self.record(event, (at, n), told);
        self.held.push(record);
        if self.trace.is_none() && (self.held.len() >= MOST_HELD || event.step.is_summary()) {
            self.trace = Some(ids::alone(&self.account));
        }
        self.release(ready);
        (event.step.is_summary() && !self.ended).then(|| self.end(Some(event), told, ready))
    }

    /// Ends the span, by the connection's summary or because no more will come.
    pub(crate) fn end(&mut self, summary: Option<&Event>, told: &Told, ready: &mut Ready) -> Outcome {
        self.ended = true;
        let (trace, by) = *self.trace.get_or_insert_with(|| ids::alone(&self.account));
        self.release(ready);
        let outcome = Outcome {
            protocol: self.protocol,
            side: self.side,
            outcome: summary.and_then(|event| event.get(summary::OUTCOME)).unwrap_or("unknown").to_owned(),
            error: summary.filter(|event| event.failure().is_some()).map(|event| {
                // The registry's word for what has none of its own.
                event.get(summary::RULE).unwrap_or("_OTHER").to_owned()
            }),
            #[allow(clippy::cast_precision_loss)] // nanoseconds of a handshake, to be told in seconds
            handshake: self.handshake.map(|nanos| nanos as f64 / 1e9),
        };
        let id = ids::span(&self.account, 0);
        let flights = std::mem::take(&mut self.flights);
        for (n, flight) in flights.iter().enumerate() {
            ready.weight += 400;
            ready.spans.push(flight.span((trace, id), ids::span(&self.account, n + 1), n + 1));
        }
        let mut attributes = std::mem::take(&mut self.attributes);
        attributes.extend([
            text("asnoted.trace.by", by.id()),
            text("asnoted.outcome", outcome.outcome.as_str()),
            int("asnoted.events", self.events),
        ]);
        attributes.extend(outcome.handshake.map(|seconds| float("asnoted.handshake.duration", seconds)));
        if self.missing {
            attributes.push(truth("asnoted.events.missing", true));
        }
        let mut status = None;
        if let Some(event) = summary {
            if let Some(reason) = event.failure() {
                attributes.extend(outcome.error.as_deref().map(|rule| text("error.type", rule)));
                let of = |key: &str, value: Option<&str>| value.map(|value| text(key, value));
                attributes.extend(of("asnoted.failed_side", event.get(summary::FAILED_SIDE)));
                attributes.extend(of("asnoted.failed_step", event.get(summary::FAILED_STEP)));
                attributes.push(text("asnoted.reason.en", reason.en.as_str()));
                attributes.push(text("asnoted.reason.zh", reason.zh.as_str()));
                let message = reason.in_lang(told.lang).to_owned();
                status = Some(Status { message, code: StatusCode::Error.into() });
            }
            attributes::claims(event, &mut attributes);
        }
        let links = [("traceparent", told.parent), ("current_span", self.within)];
        let link = |(to, linked): (&str, Option<Linked>)| {
            let (trace_id, span_id) = linked?;
            Some(Link {
                trace_id: trace_id.to_vec(),
                span_id: span_id.to_vec(),
                attributes: vec![text("asnoted.link", to)],
                ..Link::default()
            })
        };
        let kind = match (self.observer, self.of_link, self.side) {
            (Some(Observer::Capture), ..) | (None, true, _) => SpanKind::Internal,
            (None, false, Side::Client) => SpanKind::Client,
            (None, false, Side::Server) => SpanKind::Server,
        };
        ready.weight += 1500;
        ready.spans.push(Span {
            trace_id: trace.to_vec(),
            span_id: id.to_vec(),
            name: format!("{} connection", self.protocol.title()),
            kind: kind.into(),
            start_time_unix_nano: self.began,
            end_time_unix_nano: self.last,
            attributes,
            links: links.into_iter().filter_map(link).collect(),
            status,
            ..Span::default()
        });
        outcome
    }

    /// The number of the flight that the event belongs to; 0: to the connection.
    fn flight(&mut self, event: &Event, at: u64) -> usize {
        // Once the span has ended, its children have, too.
        let (Some(from), false) = (event.sender(), self.ended) else { return 0 };
        let protocol = event.step.protocol();
        let goes_on = self.flights.last().is_some_and(|last| last.from == from && last.protocol == protocol);
        if !goes_on {
            if self.flights.len() == MOST_FLIGHTS {
                return 0;
            }
            self.flights.push(Flight { protocol, from, began: at, last: at, steps: Vec::new() });
        }
        let n = self.flights.len();
        if let Some(flight) = self.flights.last_mut() {
            (flight.began, flight.last) = (flight.began.min(at), flight.last.max(at));
            if flight.steps.len() < MOST_STEPS {
                flight.steps.push(event.step.id());
            }
        }
        n
    }

    fn record(&self, event: &Event, (at, flight): (u64, usize), told: &Told) -> LogRecord {
        let mut attributes = vec![
            text("asnoted.step", event.step.id()),
            text("asnoted.side", event.side.id()),
            text("asnoted.protocol", event.protocol.id()),
            text("asnoted.conn", event.conn.as_str()),
            text("asnoted.direction", event.direction.id()),
            text("asnoted.evidence", event.evidence.id()),
            int("asnoted.elapsed_us", event.elapsed_us),
        ];
        attributes.extend(event.variant.as_deref().map(|variant| text("asnoted.variant", variant)));
        attributes.extend(event.observer.map(|Observer::Capture| text("asnoted.observer", "capture")));
        attributes::fields(event, told.content, &mut attributes);
        attributes::claims(event, &mut attributes);
        let failure = event.failure();
        attributes.extend(
            failure
                .is_some()
                .then(|| event.get(summary::RULE))
                .flatten()
                .map(|rule| text("error.type", rule)),
        );
        let (severity, word) = match failure {
            Some(_) => (SeverityNumber::Error, "ERROR"),
            None => (SeverityNumber::Info, "INFO"),
        };
        let body = match &failure {
            Some(reason) => reason.in_lang(told.lang),
            None => event.step.card().title.in_lang(told.lang),
        };
        LogRecord {
            time_unix_nano: at,
            observed_time_unix_nano: at,
            severity_number: severity.into(),
            severity_text: word.into(),
            body: Some(any(Any::StringValue(body.to_owned()))),
            attributes,
            span_id: ids::span(&self.account, flight).to_vec(),
            event_name: format!("asnoted.{}", event.step.id()),
            ..LogRecord::default()
        }
    }

    /// Lets records go whose trace is known.
    fn release(&mut self, ready: &mut Ready) {
        let Some((trace, _)) = self.trace else { return };
        for mut record in self.held.drain(..) {
            record.trace_id = trace.to_vec();
            ready.weight += 200 + record.attributes.len() * 80;
            ready.logs.push(record);
        }
    }
}

/// The trace to which one end's account of one connection belongs, whose `events` these are, from the first on; none: they
/// do not tell yet.
pub(crate) fn trace<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<TraceId> {
    let (mut seen, mut first) = (Seen::default(), None);
    for (n, event) in events.into_iter().enumerate() {
        let first = first.get_or_insert(event);
        if let Some((trace, _)) = seen.take(event) {
            return Some(trace);
        }
        if n + 1 >= MOST_HELD || event.step.is_summary() {
            return Some(ids::alone(&account(first)).0);
        }
    }
    None
}

/// What an account is known by: the same when a recorded log is read.
fn account(first: &steps::Event) -> String {
    format!("{} {} {} {}", first.conn, first.side.id(), observer(first), began(first))
}

fn observer(event: &steps::Event) -> &'static str {
    match event.observer {
        Some(Observer::Capture) => "capture",
        None if event.is_of_a_link() => "link",
        None => "end",
    }
}

/// When its connection began, in nanoseconds since 1970.
fn began(event: &steps::Event) -> u64 {
    nanos(event).saturating_sub(event.elapsed_us.saturating_mul(1000))
}

/// Whether `step` is where the handshake of a connection is done: for SSH, when the user is in.
fn completes(protocol: Protocol, step: Step) -> bool {
    step == match protocol {
        Protocol::Tcp => Step::Tcp(tcp::Step::Established),
        Protocol::Tls => Step::Tls(tls::Step::HandshakeComplete),
        Protocol::Ws => Step::Ws(ws::Step::Established),
        Protocol::Ssh => Step::Ssh(ssh::Step::AuthSuccess),
    }
}

/// The last word on a key counts.
fn put(attributes: &mut Vec<KeyValue>, pair: KeyValue) {
    match attributes.iter_mut().find(|known| known.key == pair.key) {
        Some(known) => *known = pair,
        None => attributes.push(pair),
    }
}

/// When it was seen, in nanoseconds since 1970.
fn nanos(event: &steps::Event) -> u64 {
    u64::try_from(event.at.as_nanosecond()).unwrap_or(0)
}
