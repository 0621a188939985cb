//! What can happen: the claims of the notes, the steps of the four protocols and the event that reports one.
//!
//! Nothing here does I/O. A [`Claim`] is a sentence of the notes, a [`Step`] is a thing that happens in a
//! protocol, an [`Event`] is one step seen in one connection, and [`Past::judge`] says what an event shows of
//! the claims. Read `claim.rs` beside the notes, then the file of the protocol at hand.

mod carried;
mod claim;
mod ending;
mod event;
mod field;
mod fields;
mod gap;
pub mod harmless;
mod json;
mod judge;
mod markdown;
mod part;
mod reason;
mod rule;
mod shown_by;
mod step;
mod terms;
mod text;
mod weight;

pub mod common;
pub mod ssh;
pub mod summary;
pub mod tcp;
pub mod tls;
pub mod ws;

pub use carried::Carried;
pub use claim::{Claim, ClaimCard, Heading};
pub use ending::Ending;
pub use event::{Bytes, Direction, Event, Evidence, Observer, Protocol, SCHEMA_VERSION, Side};
pub use field::{Field, Key, Kind, Lone, Takes};
pub use fields::{Fields, Iter, Name};
pub use gap::{Because, Counts, Gap};
pub use harmless::{harmless, harmless_lines, is_harmful};
pub use json::{to_json, write_json};
pub use judge::{Finding, Past, Record, Verdict};
pub use markdown::markdown;
pub use part::Part;
pub use reason::Reason;
pub use rule::{Rule, rules};
pub use step::{Actor, Card, Step, UnknownId};
pub use text::{Lang, Said, Text};
