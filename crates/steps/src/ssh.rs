//! The steps of SSH, in the order in which a connection takes them.

mod cards;
pub mod field;
mod memory;
pub mod reason;

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
    /// A side begins to send under the new keys (RFC 4253 §7.3).
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
    /// A side grants more room on the channel.
    ChannelWindowAdjust,
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
    /// Bytes that cannot be read as SSH; nothing after them is read.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}
