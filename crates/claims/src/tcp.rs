//! What the steps of TCP can show of the notes, and what they did show.

use steps::tcp::Step;

use crate::{
    Claim,
    Claim::{
        C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, O1, O2, O3, O4, O5, O6, O7, O8, O9, O10, O11, O12, O13, O14,
        O15, S1,
    },
};

mod judge;

pub(crate) use judge::judge;

/// The claims that `step` can show, in the order of the notes; none: it is beyond the notes.
pub(crate) const fn claims(step: Step) -> &'static [Claim] {
    match step {
        Step::Syn => &[O1, O2, O3],
        Step::SynAck => &[O5, O6],
        Step::Ack => &[O8, O9, O10, O12, O13, O14],
        Step::Established => &[O1, O5, O8, O15, S1],
        Step::HalfOpenGone => &[O7],
        Step::Data => &[O8, O10, O12, O13, O14, C3, C5],
        Step::Fin => &[O8, O10, O12, O13, O14, C1, C2, C3, C5, C7, C8],
        Step::FinWait1 => &[C1],
        Step::FinAck => &[C3, C4],
        Step::CloseWait => &[C1, C3],
        Step::FinWait2 => &[C3],
        Step::LastAckState => &[C5],
        Step::LastAck | Step::TimeWait => &[C9],
        Step::Closed => &[C2, C6, C7, C10],
        Step::Timer => &[O2, O6, C2, C6, C7],
        Step::Rst => &[O11],
        Step::Error => &[O4, C2, C7],
        Step::Settings
        | Step::SynSent
        | Step::SynReceived
        | Step::DataAck
        | Step::PureAck
        | Step::Closing
        | Step::Lost
        | Step::Held
        | Step::Repeated
        | Step::Damaged
        | Step::Forged
        | Step::Undecodable
        | Step::Summary => &[],
    }
}
