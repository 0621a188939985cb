//! What can happen: the steps of the four protocols, and the event that reports one.
//!
//! Nothing here does I/O, and nothing knows of the notes. A [`Step`] is a thing that happens in a protocol, an [`Event`]
//! is one step seen in one connection, [`Past`] is what is remembered of a connection, and a [`Reason`] says why it
//! failed. What an event shows of the notes is said by the crate `claims`.
#![cfg_attr(test, allow(clippy::disallowed_methods))] // they read the files that they compare with

#[macro_use]
mod say;

mod carried;
mod ending;
mod event;
mod field;
mod fields;
mod gap;
pub mod harmless;
mod json;
mod labels;
mod lang;
mod line;
mod name;
mod part;
mod past;
pub mod program;
mod reason;
mod rule;
mod rules;
mod step;
mod text;
mod value;
mod weight;
mod words;

pub mod common;
pub mod ssh;
pub mod summary;
pub mod sync;
pub mod tcp;
pub mod tls;
pub mod ws;

pub use carried::{Carried, Origin};
pub use ending::Ending;
pub use event::{Bytes, Direction, Event, Evidence, Observer, Protocol, SCHEMA_VERSION, Side};
pub use field::{Field, Key, Kind, Lone, Takes};
pub use fields::{Fields, Iter};
pub use gap::{Because, Counts, Gap};
pub use harmless::{harmless, harmless_lines, is_harmful};
pub use json::{to_json, write_json};
pub use labels::{chinese_labels, label};
pub use line::write_text;
pub use name::Name;
pub use part::Part;
pub use past::{Past, Record};
pub use reason::Reason;
pub use rule::Rule;
pub use rules::rules;
pub use say::InLang;
pub use step::{Actor, Card, Shows, Step, UnknownId};
pub use text::{Lang, Said, Text};
pub use value::Value;
pub(crate) use words::title_within;
pub use words::{has_chinese, in_chinese, in_words, our_words, our_words_behind, our_words_between};

mod run;

pub use run::{CameOut, Run, RunEnd};
