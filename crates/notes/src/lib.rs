//! Reads the reader's own notes, in Chinese and English: which claim a sentence makes, which it denies, and which it is
//! only about. No I/O, no clock; the time is linear in the length of the notes.
//!
//! A file is laid out in units ([`Unit`]), a unit in sentences, a sentence in the words of `data/words.toml`; the rules of
//! `data/*.toml` say what makes or denies a claim. Precision comes first: a doubt lowers the grade.

mod anchors;
mod decode;
mod fold;
mod foreign;
mod lang;
mod lexicon;
mod notes;
mod page;
mod read;
mod rules;
mod sentence;
mod side;
mod topics;

pub mod measure;

pub use decode::{Decoded, NotText};
pub use foreign::Foreign;
pub use notes::{Anchor, Beside, Grade, Notes, Reading, Settled, Variant};
pub use page::{Kind, Unit};
