//! Stands in the stream and listens to the libraries and the kernel.
//!
//! A watcher changes nothing it watches: taps pass every byte through, hooks hand the library's own verdict on
//! untouched. Every event leaves through [`Witness`] with the bytes, the call or the kernel's answer in hand.

// What only one protocol uses stands in rooms that all share.
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
