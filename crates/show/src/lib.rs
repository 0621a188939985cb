//! Prints events: one renderer a file, each a `tracing` layer or fed from recorded JSON.

mod again;
mod args;
mod beside;
mod bytes;
mod fields;
mod json;
mod ladder;
mod layer;
mod lines;
mod messages;
mod notes;
mod own_notes;
mod queue;
mod record;
mod recorder;
mod report;
mod say;
mod sink;
pub mod story;
mod style;
mod text;
mod verdicts;
pub mod web;
mod writer;

pub use args::{Args, Color, Format, LangArg};
pub use ladder::{Ladder, html, ladder, live::Follows, live::recorded, mermaid, text as ladder_text};
pub use layer::{Guard, Init, Kept, Layout, Unread, drain, init, log, print};
pub use lines::Lines;
pub use notes::notes;
pub use own_notes::{NotesFile, OwnNotes, notes_bytes};
pub use record::{Log, MOST_TROUBLES, read_log};
pub use report::{Judged, Report, Shown, judge, places, report, report_json, wanting};
pub use say::{parse, progress, say, say_lines, tame_panics};
pub use text::wrapped;
pub use verdicts::verdicts;
