//! The border at which rustls's errors become ours: what the rules of [`steps::tls::reason`] conclude from has no word of
//! a library in it.

use std::io;

use rustls::{
    CertificateError, ContentType, Error, HandshakeType, InvalidMessage, PeerIncompatible, PeerMisbehaved,
};
use steps::tls::{
    Alert,
    reason::{Certificate, End, Incompatible, Misbehaved, Unreadable},
};
use wire::tls::names;

/// How the connection ended, by an error of the handshake or of the stream after it.
pub(super) fn of(error: &io::Error) -> End {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) => of_rustls(error),
        None => of_transport(error),
    }
}

/// The same where the kernel, and no library of TLS, says so.
pub(super) fn of_transport(error: &io::Error) -> End {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => End::Cut,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected => End::Reset,
        io::ErrorKind::TimedOut => End::TimedOut,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => End::Unreachable,
        _ => End::Ours, // the standard library's list is open
    }
}

fn of_rustls(error: &Error) -> End {
    match error {
        Error::AlertReceived(alert) => End::Alert(Alert::from(u8::from(*alert))),
        Error::InvalidMessage(fault) => End::Unreadable(unreadable(fault)),
        Error::PeerSentOversizedRecord => End::Unreadable(Unreadable::TooLong),
        Error::InappropriateMessage { expect_types, got_type } => End::OutOfPlace {
            expected: expect_types.iter().copied().map(content).collect(),
            got: content(*got_type),
        },
        Error::InappropriateHandshakeMessage { expect_types, got_type } => End::OutOfPlace {
            expected: expect_types.iter().copied().map(message).collect(),
            got: message(*got_type),
        },
        Error::PeerIncompatible(fault) => End::Incompatible(incompatible(fault)),
        Error::PeerMisbehaved(fault) => End::Misbehaved(misbehaved(fault)),
        Error::InvalidCertificate(fault) => End::Certificate(certificate(fault)),
        Error::NoCertificatesPresented => End::NoCertificate,
        Error::DecryptError => End::DoesNotOpen,
        Error::NoApplicationProtocol => End::NoApplicationProtocol,
        _ => End::Ours, // what is left is about our own configuration, and the library's list is open
    }
}

fn content(kind: ContentType) -> &'static str {
    match kind {
        ContentType::ChangeCipherSpec => "ChangeCipherSpec",
        ContentType::Alert => "an alert",
        ContentType::Handshake => "a handshake message",
        ContentType::ApplicationData => "application data",
        _ => "a record of another kind",
    }
}

fn message(kind: HandshakeType) -> &'static str {
    names::handshake_type(kind.into())
}

fn unreadable(fault: &InvalidMessage) -> Unreadable {
    match fault {
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => Unreadable::NoRecord,
        InvalidMessage::MessageTooLarge
        | InvalidMessage::HandshakePayloadTooLarge
        | InvalidMessage::CertificatePayloadTooLarge => Unreadable::TooLong,
        InvalidMessage::InvalidEmptyPayload => Unreadable::Empty,
        _ => Unreadable::Malformed,
    }
}

fn incompatible(fault: &PeerIncompatible) -> Incompatible {
    match fault {
        PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired => Incompatible::Version,
        PeerIncompatible::NoCipherSuitesInCommon => Incompatible::Suite,
        PeerIncompatible::NoKxGroupsInCommon => Incompatible::Group,
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => Incompatible::Signature,
        _ => Incompatible::Other,
    }
}

fn misbehaved(fault: &PeerMisbehaved) -> Misbehaved {
    match fault {
        PeerMisbehaved::TooManyRenegotiationRequests => Misbehaved::Renegotiates,
        PeerMisbehaved::SelectedUnofferedApplicationProtocol
        | PeerMisbehaved::OfferedEmptyApplicationProtocol => Misbehaved::ApplicationProtocol,
        PeerMisbehaved::ServerNameMustContainOneHostName
        | PeerMisbehaved::DuplicateServerNameTypes
        | PeerMisbehaved::ServerNameDifferedOnRetry => Misbehaved::ServerName,
        PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported => Misbehaved::Downgrade,
        PeerMisbehaved::SelectedUnofferedCipherSuite
        | PeerMisbehaved::SelectedUnusableCipherSuiteForVersion
        | PeerMisbehaved::SelectedUnofferedCompression
        | PeerMisbehaved::SelectedUnofferedKxGroup
        | PeerMisbehaved::SelectedTls12UsingTls13VersionExtension
        | PeerMisbehaved::SelectedUnofferedCertCompression
        | PeerMisbehaved::WrongGroupForKeyShare
        | PeerMisbehaved::MissingKeyShare
        | PeerMisbehaved::InvalidKeyShare
        | PeerMisbehaved::OfferedDuplicateKeyShares => Misbehaved::NotOffered,
        PeerMisbehaved::CipherSuiteDifferedOnRetry
        | PeerMisbehaved::HandshakeHashVariedAfterRetry
        | PeerMisbehaved::SelectedDifferentCipherSuiteAfterRetry
        | PeerMisbehaved::RefusedToFollowHelloRetryRequest
        | PeerMisbehaved::DuplicateHelloRetryRequestExtensions
        | PeerMisbehaved::IllegalHelloRetryRequestWithEmptyCookie
        | PeerMisbehaved::IllegalHelloRetryRequestWithNoChanges
        | PeerMisbehaved::IllegalHelloRetryRequestWithOfferedGroup
        | PeerMisbehaved::IllegalHelloRetryRequestWithUnofferedCipherSuite
        | PeerMisbehaved::IllegalHelloRetryRequestWithUnofferedNamedGroup
        | PeerMisbehaved::IllegalHelloRetryRequestWithUnsupportedVersion
        | PeerMisbehaved::IllegalHelloRetryRequestWithWrongSessionId => Misbehaved::Retry,
        PeerMisbehaved::BadCertChainExtensions
        | PeerMisbehaved::DisallowedEncryptedExtension
        | PeerMisbehaved::DuplicateClientHelloExtensions
        | PeerMisbehaved::DuplicateEncryptedExtensions
        | PeerMisbehaved::DuplicateNewSessionTicketExtensions
        | PeerMisbehaved::DuplicateServerHelloExtensions
        | PeerMisbehaved::UnexpectedCleartextExtension
        | PeerMisbehaved::UnsolicitedCertExtension
        | PeerMisbehaved::UnsolicitedEncryptedExtension
        | PeerMisbehaved::UnsolicitedSctList
        | PeerMisbehaved::UnsolicitedServerHelloExtension
        | PeerMisbehaved::UnsolicitedEchExtension => Misbehaved::Extension,
        PeerMisbehaved::SignedKxWithWrongAlgorithm
        | PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme => Misbehaved::Scheme,
        PeerMisbehaved::EarlyDataAttemptedInSecondClientHello
        | PeerMisbehaved::EarlyDataExtensionWithoutResumption
        | PeerMisbehaved::EarlyDataOfferedWithVariedCipherSuite
        | PeerMisbehaved::OfferedEarlyDataWithOldProtocolVersion
        | PeerMisbehaved::IncorrectBinder
        | PeerMisbehaved::InvalidMaxEarlyDataSize
        | PeerMisbehaved::MissingBinderInPskExtension
        | PeerMisbehaved::MissingPskExtensionInSecondClientHello
        | PeerMisbehaved::MissingPskModesExtension
        | PeerMisbehaved::PskExtensionMustBeLast
        | PeerMisbehaved::PskExtensionWithMismatchedIdsAndBinders
        | PeerMisbehaved::ResumptionAttemptedWithVariedEms
        | PeerMisbehaved::ResumptionOfferedWithVariedCipherSuite
        | PeerMisbehaved::ResumptionOfferedWithVariedEms
        | PeerMisbehaved::ResumptionOfferedWithIncompatibleCipherSuite
        | PeerMisbehaved::SelectedInvalidPsk
        | PeerMisbehaved::SelectedUnofferedPsk
        | PeerMisbehaved::TooMuchEarlyDataReceived => Misbehaved::Resumption,
        PeerMisbehaved::TooManyEmptyFragments
        | PeerMisbehaved::TooManyKeyUpdateRequests
        | PeerMisbehaved::TooManyWarningAlertsReceived
        | PeerMisbehaved::IllegalMiddleboxChangeCipherSpec => Misbehaved::TooMany,
        PeerMisbehaved::KeyEpochWithPendingFragment
        | PeerMisbehaved::MessageInterleavedWithHandshakeMessage
        | PeerMisbehaved::RejectedEarlyDataInterleavedWithHandshakeMessage => Misbehaved::Interleaved,
        _ => Misbehaved::Other,
    }
}

/// What the verifier found; webpki has more names than rustls, which hands them on within.
pub(super) fn certificate(fault: &CertificateError) -> Certificate {
    match fault {
        CertificateError::BadEncoding => Certificate::Encoding,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Certificate::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Certificate::NotYetValid
        }
        CertificateError::Revoked => Certificate::Revoked,
        CertificateError::UnhandledCriticalExtension => Certificate::CriticalExtension,
        CertificateError::UnknownIssuer => Certificate::UnknownIssuer,
        CertificateError::BadSignature => Certificate::Signature,
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            Certificate::SignatureAlgorithm
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Certificate::Name
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Certificate::Purpose
        }
        CertificateError::Other(other) => {
            other.0.downcast_ref::<webpki::Error>().map_or(Certificate::Other, of_webpki)
        }
        _ => Certificate::Other,
    }
}

fn of_webpki(fault: &webpki::Error) -> Certificate {
    match fault {
        webpki::Error::CaUsedAsEndEntity => Certificate::CaAsEndEntity,
        webpki::Error::EndEntityUsedAsCa => Certificate::EndEntityAsCa,
        webpki::Error::UnsupportedCertVersion => Certificate::Version,
        webpki::Error::UnsupportedCriticalExtension => Certificate::CriticalExtension,
        webpki::Error::NameConstraintViolation => Certificate::NameConstraint,
        webpki::Error::PathLenConstraintViolated
        | webpki::Error::MaximumPathBuildCallsExceeded
        | webpki::Error::MaximumPathDepthExceeded
        | webpki::Error::MaximumSignatureChecksExceeded => Certificate::PathLength,
        webpki::Error::SignatureAlgorithmMismatch => Certificate::SignatureAlgorithm,
        webpki::Error::ExtensionValueInvalid
        | webpki::Error::MalformedExtensions
        | webpki::Error::InvalidSerialNumber
        | webpki::Error::EmptyEkuExtension => Certificate::Encoding,
        _ => Certificate::Other,
    }
}
