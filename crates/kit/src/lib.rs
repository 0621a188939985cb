//! What the tests of the suite share: they start the real binaries `server` and `client`, and foreign peers, and read their
//! logs. Compiled once, for tests alone.
#![allow(missing_docs)] // the tests show what each is for

pub mod browser;
pub mod runner;
pub mod sentences;

use std::{path::Path, time::Duration};

use claims::Event;
use steps::{Direction, Evidence};

mod by_name;
mod needs;
mod pair;
mod process;

pub use by_name::ByName;
pub use kit_test::test;
pub use needs::{captures, may_capture, missing, require, require_python, with_capture};
pub use pair::{Server, client, listens_at};
pub use process::{Output, Running, binary, names_a_run};

/// How long a test waits for anything before it fails: generous, because two cores may serve many tests.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with a set of demo keys.
pub fn keys() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().expect("a temporary folder can be made");
    certs::ensure(folder.path()).expect("the demo keys can be made");
    folder
}

/// A path that the tests made, as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// The ids of the steps, in order.
pub fn ids(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.step.id()).collect()
}

/// What crossed the wire in `direction`, in order.
pub fn crossed(events: &[Event], direction: Direction) -> Vec<&Event> {
    let on_wire = |event: &&Event| event.evidence == Evidence::Wire && event.direction == direction;
    events.iter().filter(on_wire).collect()
}

/// The summary of the only connection.
pub fn summary(events: &[Event]) -> &Event {
    let mut summaries = events.iter().filter(|event| event.step.is_summary());
    let summary = summaries.next().expect("each connection ends with a summary");
    assert!(summaries.next().is_none(), "one connection, one summary");
    summary
}
