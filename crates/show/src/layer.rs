//! Where `tracing` meets the renderers.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use steps::Event;
use tracing::{Subscriber, field::Visit};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Args, Format, json, lines::Lines};

/// The tracing target and field in which events arrive.
const TARGET: &str = "handshake";
const FIELD: &str = "event";

/// What [`init`] needs to know beyond the command line.
#[derive(Clone, Copy, Debug)]
pub struct Init {
    /// Both ends log to the same place.
    pub both_sides: bool,
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
    let output = Output::new(args, how);
    tracing_subscriber::registry()
        .with(Printer(output.clone()).with_filter(filter_fn(|meta| meta.target() == TARGET)))
        .with(messages)
        .init();
    Guard(output)
}

/// Ends the log when dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the log"]
pub struct Guard(Output);

impl Drop for Guard {
    fn drop(&mut self) {
        let mut render = self.0.lock();
        if let Render::Lines(lines) = &mut *render {
            let text = lines.end();
            render.write(&text);
        }
    }
}

/// Standard output, shared by the layer and the guard.
#[derive(Clone, Debug)]
struct Output(Arc<Mutex<Render>>);

#[derive(Debug)]
enum Render {
    Lines(Box<Lines>),
    Json,
    /// The reader of standard output is gone.
    Closed,
}

impl Output {
    fn new(args: &Args, how: Init) -> Self {
        let render = match args.format {
            Format::Text => Render::Lines(Box::new(Lines::new(args, width(), how.both_sides))),
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

/// Prints each event to standard output.
struct Printer(Output);

impl<S: Subscriber> Layer<S> for Printer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut json = Json(None);
        event.record(&mut json);
        let Json(Some(json)) = json else { return };
        let mut render = self.0.lock();
        let text = match &mut *render {
            Render::Closed => return,
            Render::Json => json::line(&json),
            Render::Lines(lines) => match serde_json::from_str::<Event>(&json) {
                Ok(event) => lines.print(&event),
                Err(error) => {
                    tracing::error!("an event could not be read back: {error}");
                    return;
                }
            },
        };
        render.write(&text);
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
