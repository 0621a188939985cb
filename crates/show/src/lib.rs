//! Prints events: one renderer a file, each a `tracing` layer or fed from recorded JSON.

mod args;
mod json;
mod layer;
mod lines;

pub use args::{Args, Color, Format, LangArg};
pub use layer::{Init, init};
pub use lines::Lines;
