//! One JSON object a line: the event, with what it shows of the notes.

use claims::Event;
use steps::{Gap, Lang, Run};

use super::{Printed, Renderer};

/// Prints the events as they are.
#[derive(Debug)]
pub(super) struct Json;

impl Renderer for Json {
    fn event(&mut self, _: Event) -> Printed {
        Printed::Json
    }

    fn is_json(&self) -> bool {
        true
    }
}

/// Writes the line for one event into `line`, in place of what is there.
pub(crate) fn line(event: &Event, line: &mut Vec<u8>) {
    line.clear();
    // An `Event` holds only maps with text keys, numbers and text: writing it cannot fail.
    event.write_json(line).expect("an event is plain data");
    line.push(b'\n');
}

/// The line that stands where events are missing; it is the same in both languages.
pub(crate) fn gap(gap: &Gap, _: Lang) -> String {
    format!("{}\n", steps::to_json(gap).expect("a gap is plain data"))
}

/// The line where the run of a scenario begins, or has ended.
pub(crate) fn run(run: &Run) -> String {
    format!("{}\n", steps::to_json(run).expect("a run is plain data"))
}
