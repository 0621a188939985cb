//! What the events of a connection show of the notes.
//!
//! A [`Claim`] is a sentence of the notes; [`claims`] says which of them a step can show. A [`Judge`] reads the events
//! of one connection in their order and gives its [`Finding`]s: from the values that were seen, never from a label. The
//! crates that observe a handshake (`wire`, `watch`) know nothing of this; a reader of events asks a judge. Read
//! `claim.rs` beside the notes, then the file of the protocol at hand.
#![cfg_attr(test, allow(clippy::disallowed_methods))] // they read the files that they compare with

mod beyond;
mod claim;
mod comments;
mod event;
mod finding;
mod judge;
mod lang;
mod markdown;
mod shown_by;

mod ssh;
mod tcp;
mod tls;
mod ws;

pub use beyond::{can_show, shown_in};
pub use claim::{Claim, ClaimCard, Heading};
pub use comments::{Comments, comments, lines};
pub use event::Event;
pub use finding::{Finding, Verdict};
pub use judge::Judge;
pub use markdown::markdown;

use steps::Step;

/// The claims that `step` can show, in the order of the notes; none: it is beyond the notes.
pub const fn claims(step: Step) -> &'static [Claim] {
    match step {
        Step::Tcp(step) => tcp::claims(step),
        Step::Tls(step) => tls::claims(step),
        Step::Ws(step) => ws::claims(step),
        Step::Ssh(step) => ssh::claims(step),
    }
}
