//! The way of an event from `tracing` to a terminal and a file: the layer takes it, the queue holds it, one thread writes
//! it. No handshake waits on it.

mod among;
mod init;
mod layer;
mod queue;
mod recorder;
mod sink;
mod writer;

pub use among::{Options, layer};
pub use init::{Also, Init, Kept, Listener, Unread};
pub(crate) use layer::lang;
pub use layer::{Guard, drain, init, log, print, tell, tell_gap, tell_run};
