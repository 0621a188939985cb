//! What is read from files: recorded logs, judged again, and the reader's own notes.

mod again;
mod own_notes;
mod record;

pub use own_notes::{NotesFile, OwnNotes, notes_bytes};
pub use record::{Log, MOST_TROUBLES, read_log};
