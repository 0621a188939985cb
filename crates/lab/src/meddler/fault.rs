//! What the meddler does, as a scenario says it.

use serde::Deserialize;
use steps::{Side, Step};

/// One thing that is done to what one side says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Whose bytes.
    pub from: Side,
    /// The step that they are.
    pub at: Step,
    /// Which of several of that step, counted from 1 over the connection.
    #[serde(default = "first")]
    pub nth: usize,
    /// What is done.
    pub act: Act,
}

fn first() -> usize {
    1
}

/// What is done to a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// One bit is turned.
    Flip {
        /// The field, by its name in the standard.
        field: Option<String>,
        /// The byte, counted from the field's first, else from the message's first.
        #[serde(default)]
        byte: usize,
        /// The bit, 0 the lowest.
        #[serde(default)]
        bit: u8,
    },
    /// One text is put for another, once.
    Replace {
        /// The text as it crosses.
        find: String,
        /// The text put in its place.
        with: String,
    },
    /// The letter `x` is put behind a text this many times.
    Pad {
        /// The text as it crosses.
        after: String,
        /// How many letters.
        times: usize,
    },
    /// The connection ends, both ways, before this message.
    CutBefore,
    /// The connection ends, both ways, after the message's first bytes.
    CutWithin {
        /// How many bytes still cross.
        bytes: usize,
    },
    /// The connection ends, both ways, after this message.
    CutAfter,
    /// The message does not cross; all others do.
    Drop,
    /// The message crosses in pieces of this many bytes, a moment apart.
    Pieces(usize),
    /// The message does not cross; its sender gets this answer, and the connection ends.
    Answer(String),
    /// These bytes, in hexadecimal, cross before the message.
    Insert(String),
}
