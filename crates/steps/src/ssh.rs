//! The steps of SSH, in the order in which a connection takes them. The cards stand in one file per RFC: the
//! transport (RFC 4253), the user's authentication (RFC 4252), the channels (RFC 4254).

use crate::{Actor, Card, Text, field::shown, summary};

mod authentication;
mod connection;
mod encryption;
pub mod field;
mod memory;
pub mod reason;
mod transport;

pub use memory::{Attempt, Memory};

/// A step of SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// A line that the server sends before its identification.
    LineBefore,
    /// A side says which protocol and software it speaks.
    Identification,
    /// A side lists its algorithms.
    Kexinit,
    /// What both lists lead to.
    Negotiated,
    /// The lists have nothing in common where they must.
    NothingInCommon,
    /// The client asks for a Diffie-Hellman group of a size.
    GroupRequest,
    /// The server names the group.
    Group,
    /// The client's public value.
    KeyExchangeInit,
    /// The server's host key, public value and signature.
    KeyExchangeReply,
    /// A side turns to the new keys.
    Newkeys,
    /// The first bytes under the new keys.
    Encrypted,
    /// The client decides whether it trusts the host key.
    HostKeyCheck,
    /// The client holds the shared secret.
    SessionKey,
    /// The exchange hash, recomputed from what crossed, and the host key's signature over it, checked by us.
    ExchangeHash,
    /// The six keys, by their fingerprints.
    DerivedKeys,
    /// The packets under the keys are not opened here.
    Unopened,
    /// A side tells the extensions that it knows.
    ExtInfo,
    /// The client asks for the service that logs users in.
    ServiceRequest,
    /// The server grants it.
    ServiceAccept,
    /// The client asks for access without proof.
    AuthNone,
    /// The server lists the methods it would take.
    AuthMethods,
    /// The client names its public key.
    PublickeyQuery,
    /// The server would take that key.
    PublickeyOk,
    /// What is signed, as the signer is handed it.
    SignedRequest,
    /// The proof: a signature.
    PublickeySignature,
    /// The client offers a password.
    AuthPassword,
    /// The server asks the user something.
    InteractiveQuestion,
    /// The user's answers.
    InteractiveAnswer,
    /// The server refuses.
    AuthFailure,
    /// The server grants access.
    AuthSuccess,
    /// The client asks for a channel.
    ChannelOpen,
    /// The server opened it.
    ChannelConfirmed,
    /// The client asks for something on the channel.
    ChannelRequest,
    /// The client asks for a command.
    Exec,
    /// The server grants or refuses a request.
    ChannelReply,
    /// Data.
    ChannelData,
    /// How the command ended.
    ExitStatus,
    /// A side will send no more data on the channel.
    ChannelEof,
    /// A side closed the channel.
    ChannelClose,
    /// A message without a step of its own.
    OtherMessage,
    /// A side ends the connection and says why.
    Disconnect,
    /// A packet does not open under the session's key.
    WrongTag,
    /// The decoder lost the thread.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}

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
            Step::ChannelData => connection::DATA,
            Step::ExitStatus => connection::EXIT_STATUS,
            Step::ChannelEof => connection::EOF,
            Step::ChannelClose => connection::CLOSE,
            Step::OtherMessage => transport::OTHER_MESSAGE,
            Step::Disconnect => transport::DISCONNECT,
            Step::WrongTag => encryption::WRONG_TAG,
            Step::Undecodable => transport::UNDECODABLE,
            Step::Summary => SUMMARY,
        }
    }
}

const SUMMARY: Card = Card {
    id: "ssh.summary",
    actor: Actor::Both,
    rfc: "",
    title: Text { en: "summary", zh: "小结" },
    text: Text {
        en: "What this connection showed of the notes, and how it ended.",
        zh: "这条连接印证了笔记中的哪些内容，以及它如何结束。",
    },
    client: "",
    server: "",
    shows: shown![summary::OUTCOME, summary::REASON],
};
