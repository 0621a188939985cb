//! The steps of TLS, 1.2 and 1.3, in the order in which a handshake takes them. What they
//! show of the notes is in the crate `claims`.

mod alert;
mod cards;
pub mod field;
mod memory;
pub mod reason;

pub use alert::Alert;
pub use memory::{Alerted, Memory};

/// A step of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// A key pair for this connection alone.
    EphemeralKey,
    /// The client's offer.
    ClientHello,
    /// The server asks for another ClientHello (TLS 1.3).
    HelloRetryRequest,
    /// The server's library asks which certificate to send.
    ChooseCertificate,
    /// The server's choice.
    ServerHello,
    /// The session of an earlier connection is resumed.
    SessionResumed,
    /// What the server answers to extensions, encrypted (TLS 1.3).
    EncryptedExtensions,
    /// The server asks the client for a certificate.
    CertificateRequest,
    /// The server's certificate.
    Certificate,
    /// The server's ephemeral public key, signed (TLS 1.2).
    ServerKeyExchange,
    /// A signature over the handshake (TLS 1.3; in TLS 1.2 by a client with a certificate).
    CertificateVerify,
    /// The server's part of the hello messages is complete (TLS 1.2, RFC 5246 §7.4.5).
    ServerHelloDone,
    /// The client's library checks the certificate.
    VerifyCertificate,
    /// The client's library checks the server's signature with the certificate's key.
    VerifySignature,
    /// The private key signs.
    Sign,
    /// The secret that both sides computed and nobody sent.
    SharedSecret,
    /// The keys of the session.
    SessionKeys,
    /// The client's library asks which certificate to show, if any.
    ChooseClientCertificate,
    /// The client's certificate, or an empty list.
    ClientCertificate,
    /// The server's library checks the client's certificate.
    VerifyClientCertificate,
    /// The server's library checks the client's signature with that certificate's key.
    VerifyClientSignature,
    /// The secret that the client makes and the server's private key opens (static RSA).
    PreMasterSecret,
    /// The client's part of the key exchange (TLS 1.2).
    ClientKeyExchange,
    /// The sender encrypts from here on (RFC 5246 §7.1); in TLS 1.3 it changes nothing and is sent for middleboxes
    /// only.
    ChangeCipherSpec,
    /// The digest of the handshake.
    Finished,
    /// A ticket by which the client can resume this session later.
    NewSessionTicket,
    /// The library says that the handshake is complete.
    HandshakeComplete,
    /// Data under the session's keys.
    ApplicationData,
    /// New keys for one direction (TLS 1.3).
    KeyUpdate,
    /// An orderly end or an error (RFC 5246 §7.2, RFC 8446 §6).
    Alert,
    /// A handshake message without a step of its own.
    OtherMessage,
    /// An encrypted record that the session's key does not open.
    DoesNotOpen,
    /// Bytes that cannot be read as TLS; nothing after them in that direction is read.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}
