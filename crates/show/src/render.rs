//! What is printed of events. A renderer is a file here and a line in [`renderer`].

use std::{fmt, io};

use claims::Event;
use steps::{Gap, Lang};

use crate::terminal::{Args, Format, Ladder};

mod at_end;
mod beside;
pub(crate) mod bytes;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod ladder;
mod lines;
mod live;
pub(crate) mod marks;

pub use at_end::ladder;
pub use bytes::Layout;
pub use ladder::{mermaid, text as ladder_text};
pub use lines::Lines;
pub use live::{Follows, recorded};
pub(crate) use marks::spans;

/// Turns events into text.
pub(crate) trait Renderer: fmt::Debug + Send + Sync {
    /// Takes an event, and gives what is printed of it now.
    fn event(&mut self, event: Event) -> Printed;

    /// What has waited for other events, and is printed now.
    fn settled(&mut self) -> String {
        String::new()
    }

    /// What is still to be said when the connections so far have ended and others may follow.
    fn end_of_run(&mut self) -> String {
        String::new()
    }

    /// What is still to be said when the log ends.
    fn end(&mut self) -> String {
        String::new()
    }

    /// Whether a line is to stand where events are missing.
    fn tells_gaps(&self) -> bool {
        true
    }

    /// Whether it is read by programs: each event is an object of JSON, and a gap, too.
    fn is_json(&self) -> bool {
        false
    }
}

/// What is printed of an event.
#[derive(Debug)]
pub(crate) enum Printed {
    /// These lines; none is none.
    Text(String),
    /// Its own JSON, which is recorded as well.
    Json,
    /// Nothing yet: it waits for others.
    Later,
}

/// What a renderer is to know beyond the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct What {
    /// Both ends log to the same place.
    pub(crate) both_sides: bool,
    /// Of both sides, a line at each end instead of a row a message.
    pub(crate) lines: bool,
    /// Of both sides, whether the last connection of a run only shows that the server still serves.
    pub(crate) follows: Follows,
    /// Tells the bytes of an event apart.
    pub(crate) layout: Option<Layout>,
}

/// The renderer that `args` asks for.
///
/// # Errors
///
/// When the reader's notes cannot be read.
pub(crate) fn renderer(args: &Args, what: &What) -> io::Result<Box<dyn Renderer>> {
    let notes = args.own_notes()?;
    let layout = what.layout.filter(|_| args.bytes);
    Ok(match (args.format, args.ladder) {
        (Format::Text, None | Some(Ladder::Text)) if what.both_sides => {
            Box::new(live::Live::new(args, notes, !what.lines, layout, what.follows.clone()))
        }
        (_, Some(form)) => Box::new(at_end::AtEnd::new(args, form, notes, what.layout)),
        (Format::Json, None) => Box::new(json::Json),
        (Format::Text, None) if args.is_beside() => {
            Box::new(beside::Beside::new(args, notes, args.columns(), what.both_sides))
        }
        (Format::Text, None) => {
            Box::new(Lines::new(args, args.columns(), what.both_sides).with_bytes(layout))
        }
    })
}

/// The line that stands among lines of text where events are missing.
pub(crate) fn gap_in_text(gap: &Gap, lang: Lang) -> String {
    format!("  ⋯ {}\n", gap.said().in_lang(lang))
}
