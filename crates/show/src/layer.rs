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

use crate::{
    Args, Format, Ladder, Notes, beside::Beside, json, ladder, lines::Lines, recorder::Recorder, story,
};

/// The tracing target and field in which events arrive.
const TARGET: &str = "handshake";
const FIELD: &str = "event";

/// Tells the bytes of an event apart.
pub type Layout = fn(&Event) -> Vec<Part>;

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
    pub layout: Option<Layout>,
    /// What is recorded may hold secrets: nobody but its owner may read it.
    pub private: bool,
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
///
/// # Errors
///
/// When the reader's notes cannot be read, or the folder of the logs cannot be written to.
pub fn init(args: &Args, how: Init) -> io::Result<Guard> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let messages = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(args.colored())
        .without_time()
        .with_target(false)
        .with_filter(filter)
        .with_filter(filter_fn(|meta| meta.target() != TARGET));
    let output = Output::new(args, &how)?;
    let recorder = args.log_dir.as_deref().map(|folder| Recorder::create(folder, how.private)).transpose()?;
    let printer = Printer { output: output.clone(), kept: how.kept, recorder };
    tracing_subscriber::registry()
        .with(printer.with_filter(filter_fn(|meta| meta.target() == TARGET)))
        .with(messages)
        .init();
    Ok(Guard(output))
}

/// Ends the log when dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the log"]
pub struct Guard(Output);

impl Guard {
    /// Says what is still to be said of the connections so far: one run ends, another may follow.
    pub fn end_of_run(&self) {
        self.say(|render| match render {
            Render::Lines(lines) => lines.end_of_run(),
            Render::Beside(beside) => beside.end_of_run(),
            Render::Ladder(_) | Render::Json | Render::Silent | Render::Closed => String::new(),
        });
    }

    fn say(&self, what: impl FnOnce(&mut Render) -> String) {
        let mut render = self.0.lock();
        let text = what(&mut render);
        if !text.is_empty() {
            render.write(&text);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.say(|render| match render {
            Render::Lines(lines) => lines.end(),
            Render::Beside(beside) => beside.end(),
            Render::Ladder(rungs) => rungs.end(),
            Render::Json | Render::Silent | Render::Closed => String::new(),
        });
    }
}

/// Standard output, shared by the layer and the guard.
#[derive(Clone, Debug)]
struct Output(Arc<Mutex<Render>>);

#[derive(Debug)]
enum Render {
    Lines(Box<Lines>),
    Beside(Box<Beside>),
    Ladder(Box<Rungs>),
    Json,
    /// Nothing is to be printed.
    Silent,
    /// The reader of standard output is gone.
    Closed,
}

/// Events that wait to be drawn together.
#[derive(Debug)]
struct Rungs {
    form: Ladder,
    notes: Option<Notes>,
    lang: steps::Lang,
    events: Vec<Event>,
    left_out: usize,
}

impl Rungs {
    /// A ladder of more is not read by anybody.
    const MOST: usize = 100_000;

    fn take(&mut self, event: Event) {
        if self.events.len() < Self::MOST {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }

    fn end(&mut self) -> String {
        if self.left_out > 0 {
            tracing::warn!(
                "the ladder shows the first {} events; {} were left out",
                Self::MOST,
                self.left_out
            );
        }
        let stories = story::stories(std::mem::take(&mut self.events));
        ladder::ladder(self.form, &stories, self.notes.as_ref(), self.lang, width())
    }
}

impl Output {
    fn new(args: &Args, how: &Init) -> io::Result<Self> {
        let notes = args.own_notes()?;
        let render = match (args.format, args.ladder) {
            _ if how.silent => Render::Silent,
            (_, Some(form)) => {
                let rungs = Rungs { form, notes, lang: args.lang(), events: Vec::new(), left_out: 0 };
                Render::Ladder(Box::new(rungs))
            }
            (Format::Json, None) => Render::Json,
            (Format::Text, None) if args.is_beside() => {
                Render::Beside(Box::new(Beside::new(args, notes, full_width(), how.both_sides)))
            }
            (Format::Text, None) => {
                let lines = Lines::new(args, width(), how.both_sides);
                Render::Lines(Box::new(lines.with_bytes(how.layout.filter(|_| args.bytes))))
            }
        };
        Ok(Output(Arc::new(Mutex::new(render))))
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

/// The columns of the terminal, at least 80: two columns of text may fill it.
fn full_width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(110, |(width, _)| usize::from(width.0).max(80))
}

/// Prints each event to standard output; keeps and records it where that is asked for.
struct Printer {
    output: Output,
    kept: Option<Kept>,
    recorder: Option<Recorder>,
}

impl<S: Subscriber> Layer<S> for Printer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut json = Json(None);
        event.record(&mut json);
        let Json(Some(json)) = json else { return };
        let mut render = self.output.lock();
        if let Some(recorder) = &self.recorder {
            recorder.write(&json);
        }
        let printed = matches!(&*render, Render::Lines(_) | Render::Beside(_) | Render::Ladder(_));
        let read = printed || self.kept.is_some();
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
            (Render::Beside(beside), Some(event)) => beside.print(event),
            (Render::Ladder(rungs), Some(event)) => {
                rungs.take(event.clone());
                String::new()
            }
            (Render::Lines(_) | Render::Beside(_) | Render::Ladder(_), None) => String::new(),
            (Render::Silent | Render::Closed, _) => String::new(),
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
