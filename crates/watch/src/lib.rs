//! Watches connections: taps in their streams, hooks on the libraries, and questions to the kernel.
//!
//! A watcher changes nothing it watches: a tap passes every byte on, a hook returns the library's own verdict. Every
//! event leaves through a [`Witness`] and rests on bytes, a call or an answer of the kernel.

// What only one protocol uses stands in modules that all share.
#![cfg_attr(not(all(feature = "ssh", feature = "tls", feature = "ws")), allow(dead_code))]

mod address;
mod allowance;
mod allowances;
mod descriptors;
mod emit;
mod ends;
mod flight;
mod journal;
mod keep;
mod lang;
mod received;
// On another system than Linux a stand-in, which can capture nothing.
#[cfg_attr(not(target_os = "linux"), path = "packet/elsewhere.rs")]
mod packet;
#[doc(hidden)]
pub mod pcapng; // for `fuzz`
mod program;
mod recording;
mod secrets;
mod session;
mod started;
mod tap;
mod witness;

#[cfg(feature = "ssh")]
pub mod ssh;
pub mod tcp;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(feature = "ws")]
pub mod ws;

pub use allowances::Allowances;
pub use descriptors::raise_descriptor_limit;
pub use ends::Ends;
pub use flight::{CaptureFiles, RingSize};
pub use keep::{Keep, Keeping};
pub use packet::{AsyncFd, confine, with_net_raw};
#[cfg(target_os = "linux")]
pub use packet::{Ports, tcp_ports};
pub use program::program_file;
pub use recording::{Commented, Comments};
pub use session::Session;
pub use started::Started;
pub use tap::{Crossing, Tap};
pub use witness::{Outcome, Witness};
