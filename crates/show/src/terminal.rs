//! What all programs share of a terminal: the options of the command line, colours, columns, the form of messages.

mod args;
mod ascii;
mod errors;
#[cfg(feature = "clap")]
mod help;
#[cfg(feature = "clap")]
mod idle;
mod messages;
mod style;
pub(crate) mod text;

pub use args::{Args, Color, Format, Ladder, LangArg};
pub(crate) use ascii::{ascii, is_plain_terminal};
pub use errors::{causes_in, error_in};
#[cfg(feature = "clap")]
pub use help::{as_called, in_lang, without_chinese};
#[cfg(feature = "clap")]
pub(crate) use help::{complaint, english, help, lang_of};
#[cfg(feature = "clap")]
pub(crate) use idle::refusal;
#[cfg(feature = "clap")]
pub use idle::{Idle, unknown};
pub(crate) use messages::OneLine;
pub(crate) use style::Paint;
pub use text::{columns, pad, wrapped};
