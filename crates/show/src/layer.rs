//! Where `tracing` meets the renderers.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use steps::{Event, Part};
use tracing::{Subscriber, field::Visit};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Args, Format, json, lines::Lines};

/// The tracing target and field in which events arrive.
const TARGET: &str = "handshake";
const FIELD: &str = "event";

/// What [`init`] needs to know beyond the command line.
#[derive(Clone, Debug, Default)]
pub struct Init {
    /// Both ends log to the same place.
    pub both_sides: bool,
    /// Where events are kept as well, for a program that looks at its own run.
    pub kept: Option<Kept>,
    /// Nothing is printed: the program says in its own words what came of the run.
    pub silent: bool,
    /// Tells the bytes of an event apart, for `--bytes`.
    pub layout: Option<fn(&Event) -> Vec<Part>>,
}

/// The events of this process, in order. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<Vec<Event>>>);

impl Kept {
    /// The events since the last call.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The events since the last [`Kept::take`], which stay.
    pub fn look<T>(&self, look: impl FnOnce(&[Event]) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets all but the first `n`.
    pub fn forget_from(&self, n: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).truncate(n);
    }

    fn add(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}

/// Sends events to standard output as `args` asks, and the program's own messages to standard error, filtered
/// by `RUST_LOG` (default: `warn`). To be called once, first; what is still to be said at the end is printed
/// when the guard is dropped.
pub fn init(args: &Args, how: Init) -> Guard {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let messages = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(args.colored())
        .without_time()
        .with_target(false)
        .with_filter(filter)
        .with_filter(filter_fn(|meta| meta.target() != TARGET));
    let output = Output::new(args, &how);
    let printer = Printer { output: output.clone(), kept: how.kept };
    tracing_subscriber::registry()
        .with(printer.with_filter(filter_fn(|meta| meta.target() == TARGET)))
        .with(messages)
        .init();
    Guard(output)
}

/// Ends the log when dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the log"]
pub struct Guard(Output);

impl Guard {
    /// Says what is still to be said of the connections so far: one run ends, another may follow.
    pub fn end_of_run(&self) {
        self.say(Lines::end_of_run);
    }

    fn say(&self, what: impl FnOnce(&mut Lines) -> String) {
        let mut render = self.0.lock();
        if let Render::Lines(lines) = &mut *render {
            let text = what(lines);
            render.write(&text);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.say(Lines::end);
    }
}

/// Standard output, shared by the layer and the guard.
#[derive(Clone, Debug)]
struct Output(Arc<Mutex<Render>>);

#[derive(Debug)]
enum Render {
    Lines(Box<Lines>),
    Json,
    /// Nothing is to be printed.
    Silent,
    /// The reader of standard output is gone.
    Closed,
}

impl Output {
    fn new(args: &Args, how: &Init) -> Self {
        let render = match args.format {
            _ if how.silent => Render::Silent,
            Format::Text => Render::Lines(Box::new(Lines::new(args, width(), how))),
            Format::Json => Render::Json,
        };
        Output(Arc::new(Mutex::new(render)))
    }

    fn lock(&self) -> MutexGuard<'_, Render> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Render {
    fn write(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            // `server tls | head` is no reason to drop the next client.
            *self = Render::Closed;
        }
    }
}

/// Prints a page to standard output; a reader who is gone is no error.
pub fn print(page: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(page.as_bytes()).and_then(|()| out.flush());
}

/// The columns of the terminal, at most 120 (a longer line is hard to read); 80 when there is no terminal.
pub fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(80, |(width, _)| usize::from(width.0).clamp(80, 120))
}

/// Prints each event to standard output, and keeps it where that is asked for.
struct Printer {
    output: Output,
    kept: Option<Kept>,
}

impl<S: Subscriber> Layer<S> for Printer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut json = Json(None);
        event.record(&mut json);
        let Json(Some(json)) = json else { return };
        let mut render = self.output.lock();
        let read = matches!(&*render, Render::Lines(_)) || self.kept.is_some();
        let event = match read.then(|| serde_json::from_str::<Event>(&json)).transpose() {
            Ok(event) => event,
            Err(error) => {
                tracing::error!("an event could not be read back: {error}");
                return;
            }
        };
        let text = match (&mut *render, &event) {
            (Render::Json, _) => json::line(&json),
            (Render::Lines(lines), Some(event)) => lines.print(event),
            (Render::Lines(_), None) | (Render::Silent | Render::Closed, _) => String::new(),
        };
        if !text.is_empty() {
            render.write(&text);
        }
        if let (Some(kept), Some(event)) = (&self.kept, event) {
            kept.add(event);
        }
    }
}

struct Json(Option<String>);

impl Visit for Json {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == FIELD {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}
