//! Prints events: one renderer a file, each a `tracing` layer or fed from recorded JSON.

mod args;
mod bytes;
mod json;
mod layer;
mod lines;
mod notes;
mod style;
mod text;

pub use args::{Args, Color, Format, LangArg};
pub use layer::{Guard, Init, Kept, init, print, width};
pub use lines::Lines;
pub use notes::notes;
