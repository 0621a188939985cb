//! What is read: recorded logs, judged again, and the reader's own notes; and where events are judged.

mod judges;
mod own_notes;
mod record;

pub(crate) use judges::Judges;
pub use own_notes::{NotesFile, OwnNotes, notes_bytes, read_side, side_path, takes_comments};
pub use record::{Log, MOST_TROUBLES, RunHere, read_log};
