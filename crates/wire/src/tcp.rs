//! TCP segments: [`Segment`] reads one out of an IP packet, [`Tracker`] tells which step of its connection it is
//! (RFC 9293 §3.1, §3.5, §3.6).
//!
//! Checksums are never judged: on its way out a packet is captured before the network card fills them in.

mod layout;
mod notation;
mod place;
mod ranges;
mod segment;
mod sent;
mod tracker;

pub(crate) use layout::layout;
pub use segment::{Flags, Options, Segment};
pub use tracker::Tracker;

#[cfg(test)]
mod tests;
