//! What there is to say about each step of SSH. The cards stand in one file per RFC: the transport (RFC 4253), the user's
//! authentication (RFC 4252), the channels (RFC 4254); what the encryption hides from others in a fourth.

use super::Step;
use crate::{Card, summary};

mod authentication;
mod connection;
mod encryption;
mod transport;

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::LineBefore => transport::LINE_BEFORE,
            Step::Identification => transport::IDENTIFICATION,
            Step::Kexinit => transport::KEXINIT,
            Step::Negotiated => transport::NEGOTIATED,
            Step::NothingInCommon => transport::NOTHING_IN_COMMON,
            Step::GroupRequest => transport::GROUP_REQUEST,
            Step::Group => transport::GROUP,
            Step::KeyExchangeInit => transport::KEY_EXCHANGE_INIT,
            Step::KeyExchangeReply => transport::KEY_EXCHANGE_REPLY,
            Step::Newkeys => transport::NEWKEYS,
            Step::Encrypted => encryption::ENCRYPTED,
            Step::HostKeyCheck => transport::HOST_KEY_CHECK,
            Step::SessionKey => encryption::SESSION_KEY,
            Step::ExchangeHash => encryption::EXCHANGE_HASH,
            Step::DerivedKeys => encryption::DERIVED_KEYS,
            Step::Unopened => encryption::UNOPENED,
            Step::ExtInfo => encryption::EXT_INFO,
            Step::ServiceRequest => encryption::SERVICE_REQUEST,
            Step::ServiceAccept => encryption::SERVICE_ACCEPT,
            Step::AuthNone => authentication::NONE,
            Step::AuthMethods => authentication::METHODS,
            Step::PublickeyQuery => authentication::PUBLICKEY_QUERY,
            Step::PublickeyOk => authentication::PUBLICKEY_OK,
            Step::SignedRequest => authentication::SIGNED_REQUEST,
            Step::PublickeySignature => authentication::PUBLICKEY_SIGNATURE,
            Step::AuthPassword => authentication::PASSWORD,
            Step::InteractiveQuestion => authentication::INTERACTIVE_QUESTION,
            Step::InteractiveAnswer => authentication::INTERACTIVE_ANSWER,
            Step::AuthFailure => authentication::FAILURE,
            Step::AuthSuccess => authentication::SUCCESS,
            Step::ChannelOpen => connection::OPEN,
            Step::ChannelConfirmed => connection::CONFIRMED,
            Step::ChannelRequest => connection::REQUEST,
            Step::Exec => connection::EXEC,
            Step::ChannelReply => connection::REPLY,
            Step::ChannelWindowAdjust => connection::WINDOW_ADJUST,
            Step::ChannelData => connection::DATA,
            Step::ExitStatus => connection::EXIT_STATUS,
            Step::ChannelEof => connection::EOF,
            Step::ChannelClose => connection::CLOSE,
            Step::OtherMessage => transport::OTHER_MESSAGE,
            Step::Disconnect => transport::DISCONNECT,
            Step::WrongTag => encryption::WRONG_TAG,
            Step::Undecodable => transport::UNDECODABLE,
            Step::Summary => summary::card("ssh.summary"),
        }
    }
}
