//! Prints events: one renderer a file, each a `tracing` layer or fed from recorded JSON.
//!
//! The modules, each of which uses only those before it: [`story`] lays two logs side by side; `reading` reads what was
//! recorded; `terminal` is options, colours and columns; `render` makes text of events; `reports` are pages beside the
//! log; `pipeline` brings events from `tracing` to a file; `say` prints messages beside the log; [`web`] is the page,
//! which `render` asks for where a run is wanted as one file (`--ladder html`).

mod lang;
mod pipeline;
mod reading;
mod render;
mod reports;
mod say;
pub mod story;
mod terminal;
pub mod web;

pub use pipeline::{
    Also, Guard, Init, Kept, Listener, Options, Unread, drain, init, layer, log, print, tell, tell_gap,
};
pub use reading::{
    Log, MOST_TROUBLES, NotesFile, OwnNotes, RunHere, notes_bytes, read_log, read_side, side_path,
    takes_comments,
};
pub use render::{Follows, Layout, Lines, ladder, ladder_text, mermaid, recorded};
pub use reports::{Judged, Report, Shown, judge, notes, places, report, report_json, verdicts, wanting};
#[cfg(feature = "clap")]
pub use say::{matches, parse, parse_without};
pub use say::{progress, say, say_lines, say_said, tame_panics};
pub use terminal::{Args, Color, Format, Ladder, LangArg, causes_in, columns, error_in, pad, wrapped};
#[cfg(feature = "clap")]
pub use terminal::{Idle, as_called, in_lang, unknown, without_chinese};

pub use pipeline::tell_run;
