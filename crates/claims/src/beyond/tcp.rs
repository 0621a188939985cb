//! What is often noted beside the opening and the close of a TCP connection, and the states in which a kernel names them.

use steps::{
    Event, Past, Side, say,
    tcp::{Step, field},
};

use super::Rule;
use crate::{
    Claim::{self, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12},
    Finding,
};

mod close;
mod open;

/// The rules for `x1` to `x12`, by the step that they read.
pub(super) const fn rules(step: Step) -> &'static [Rule] {
    match step {
        Step::Syn => &[(&[X5], open::options)],
        Step::SynSent => &[(&[X1], syn_sent)],
        Step::SynAck => &[(&[X3], open::takes_a_number)],
        Step::SynReceived => &[(&[X2], syn_received)],
        Step::Data => &[(&[X4], open::third_with_data)],
        Step::DataAck => &[(&[X6], open::adds_up)],
        Step::Rst => &[(&[X7], open::nobody_listens)],
        Step::Fin => &[(&[X8], close::apart)],
        Step::LastAckState => &[(&[X9], last_ack)],
        Step::TimeWait => &[(&[X10], close::lasts), (&[X12], close::who_waits)],
        Step::LastAck => &[(&[X11], close::answers_again)],
        Step::Settings
        | Step::Ack
        | Step::Established
        | Step::HalfOpenGone
        | Step::PureAck
        | Step::FinWait1
        | Step::FinAck
        | Step::CloseWait
        | Step::FinWait2
        | Step::Closing
        | Step::Closed
        | Step::Timer
        | Step::Error
        | Step::Lost
        | Step::Held
        | Step::Repeated
        | Step::Damaged
        | Step::Forged
        | Step::Undecodable
        | Step::Summary => &[],
    }
}

fn syn_sent(event: &Event, _: &Past) -> Option<Finding> {
    state(event, (Side::Client, "SYN_SENT"), X1)
}

fn syn_received(event: &Event, _: &Past) -> Option<Finding> {
    state(event, (Side::Server, "SYN_RECEIVED"), X2)
}

fn last_ack(event: &Event, _: &Past) -> Option<Finding> {
    state(event, (Side::Server, "LAST_ACK"), X9)
}

/// The kernel of `side` names a state.
fn state(event: &Event, (side, wanted): (Side, &str), claim: Claim) -> Option<Finding> {
    let (name, asked) = (event.get(field::STATE)?, event.get(field::ASKED)?);
    (event.side == side && name == wanted)
        .then(|| Finding::as_noted_because(claim, say!(beyond::one_says(asked, name))))
}

/// The sequence number `more` behind `number`: they wrap at 2³².
fn next(number: u64, more: u64) -> u64 {
    number.wrapping_add(more) & 0xffff_ffff
}
