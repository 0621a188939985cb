//! Pages beside the log: the catalogue, the verdicts of several runs, the reader's own notes against them.

mod catalogue;
mod own;
mod verdicts;

pub use catalogue::notes;
pub use own::{Judged, Report, Shown, judge, places, report, report_json, wanting};
pub use verdicts::verdicts;
