//! What the steps of SSH can show of the notes, and what they did show.

use steps::ssh::Step;

use crate::{
    Claim,
    Claim::{S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13},
};

mod judge;

pub(crate) use judge::{at_end, judge, over_tcp};

/// The claims that `step` can show, in the order of the notes; none: it is beyond the notes.
pub(crate) const fn claims(step: Step) -> &'static [Claim] {
    match step {
        Step::Identification => &[S2],
        Step::Negotiated => &[S3],
        Step::KeyExchangeInit | Step::SessionKey => &[S4],
        Step::KeyExchangeReply | Step::ExchangeHash => &[S4, S6],
        Step::Encrypted | Step::DerivedKeys | Step::ServiceRequest => &[S5],
        Step::HostKeyCheck => &[S7, S8, S9],
        Step::PublickeyQuery => &[S10, S13],
        Step::PublickeyOk => &[S10],
        Step::SignedRequest | Step::PublickeySignature => &[S11],
        Step::AuthPassword | Step::InteractiveAnswer | Step::AuthFailure => &[S13],
        Step::AuthSuccess => &[S12, S13],
        Step::LineBefore
        | Step::Kexinit
        | Step::NothingInCommon
        | Step::GroupRequest
        | Step::Group
        | Step::Newkeys
        | Step::Unopened
        | Step::ExtInfo
        | Step::ServiceAccept
        | Step::AuthNone
        | Step::AuthMethods
        | Step::InteractiveQuestion
        | Step::ChannelOpen
        | Step::ChannelConfirmed
        | Step::ChannelRequest
        | Step::Exec
        | Step::ChannelReply
        | Step::ChannelWindowAdjust
        | Step::ChannelData
        | Step::ExitStatus
        | Step::ChannelEof
        | Step::ChannelClose
        | Step::OtherMessage
        | Step::Disconnect
        | Step::WrongTag
        | Step::Undecodable
        | Step::Summary => &[],
    }
}
