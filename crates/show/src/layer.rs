//! Where `tracing` meets the renderers.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
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
    /// Both ends log to the same place: every line names its side.
    pub both_sides: bool,
}

/// Sends events to standard output as `args` asks, and the program's own messages to standard error, filtered
/// by `RUST_LOG` (default: `warn`). To be called once, first.
pub fn init(args: &Args, how: Init) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let messages = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(args.colored())
        .without_time()
        .with_target(false)
        .with_filter(filter)
        .with_filter(filter_fn(|meta| meta.target() != TARGET));
    let printer = Printer { render: Mutex::new(Render::new(args, how)) };
    tracing_subscriber::registry()
        .with(printer.with_filter(filter_fn(|meta| meta.target() == TARGET)))
        .with(messages)
        .init();
}

enum Render {
    Lines(Lines),
    Json,
    /// The reader of standard output is gone.
    Closed,
}

impl Render {
    fn new(args: &Args, how: Init) -> Self {
        match args.format {
            Format::Text => Render::Lines(Lines::new(args, how.both_sides)),
            Format::Json => Render::Json,
        }
    }
}

/// Prints each event to standard output.
struct Printer {
    render: Mutex<Render>,
}

impl<S: Subscriber> Layer<S> for Printer {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut json = Json(None);
        event.record(&mut json);
        let Json(Some(json)) = json else { return };
        let mut render = self.render.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut out = io::stdout().lock();
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            // `server tls | head` is no reason to drop the next client.
            *render = Render::Closed;
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
