//! What the steps of WebSocket can show of the notes, and what they did show.

use steps::ws::Step;

use crate::{
    Claim,
    Claim::{W1, W2, W3, W4, W5, W6},
};

mod judge;

pub(crate) use judge::judge;

/// The claims that `step` can show, in the order of the notes; none: it is beyond the notes.
pub(crate) const fn claims(step: Step) -> &'static [Claim] {
    match step {
        Step::UpgradeRequest => &[W1],
        Step::SwitchingProtocols => &[W2, W3],
        Step::AcceptCheck => &[W4],
        Step::Established => &[W6],
        Step::Text | Step::Binary | Step::Continuation | Step::Ping | Step::Pong | Step::Close => &[W5],
        Step::Refused => &[W2],
        Step::RequestChecked
        | Step::AcceptKey
        | Step::AnswerChecked
        | Step::PlainRequest
        | Step::PlainResponse
        | Step::Body
        | Step::Undecodable
        | Step::Summary => &[],
    }
}
