//! The border at which OpenSSL's errors become ours.

use std::io;

use openssl::ssl::{Error, ErrorCode};
use steps::{
    Past, Side,
    tls::{
        Alert, Step, field,
        reason::{Certificate, End, Incompatible, Misbehaved, Unreadable},
    },
};

use crate::tls::{
    checks::{Check, Verdict},
    end::of_transport,
};

/// Reason codes of OpenSSL's `sslerr.h` and `x509_vfy.h`, which the `openssl` crate does not name.
mod code {
    pub(super) const CERTIFICATE_VERIFY_FAILED: i32 = 134;
    pub(super) const DIGEST_CHECK_FAILED: i32 = 149;
    pub(super) const NO_CIPHERS_SPECIFIED: i32 = 183;
    pub(super) const NO_SHARED_CIPHER: i32 = 193;
    pub(super) const VERSIONS: [i32; 4] = [166, 191, 258, 396];
    pub(super) const DECRYPTION_FAILED_OR_BAD_RECORD_MAC: i32 = 281;
    pub(super) const UNEXPECTED_EOF_WHILE_READING: i32 = 294;
    /// Wrong version number, HTTP and HTTPS proxy requests.
    pub(super) const NO_RECORD: [i32; 4] = [155, 156, 267, 292];
    pub(super) const TOO_LONG: [i32; 4] = [146, 150, 152, 198];
    /// Length mismatch, bad extension, bad packet, parse error and the like.
    pub(super) const MALFORMED: [i32; 5] = [110, 115, 159, 160, 227];
    pub(super) const NO_RENEGOTIATION: i32 = 339;
    pub(super) const OUT_OF_PLACE: [i32; 3] = [133, 244, 245];
    /// An alert of the peer's is its number and this.
    pub(super) const ALERT: i32 = 1000;

    pub(super) const CERT_SIGNATURE_FAILURE: u64 = 7;
    pub(super) const CERT_NOT_YET_VALID: u64 = 9;
    pub(super) const CERT_HAS_EXPIRED: u64 = 10;
    pub(super) const SELF_SIGNED: [u64; 2] = [18, 19];
    pub(super) const UNABLE_TO_GET_ISSUER: [u64; 3] = [2, 20, 21];
    pub(super) const CERT_REVOKED: u64 = 23;
    pub(super) const PATH_LENGTH_EXCEEDED: u64 = 25;
    pub(super) const INVALID_PURPOSE: u64 = 26;
    pub(super) const UNHANDLED_CRITICAL_EXTENSION: u64 = 34;
    pub(super) const NAME_CONSTRAINTS: [u64; 2] = [47, 48];
    pub(super) const NAME_MISMATCH: [u64; 2] = [62, 64];
    pub(super) const KEY_TOO_SMALL: [u64; 2] = [66, 67];
    pub(super) const CA_MD_TOO_WEAK: u64 = 68;
    pub(super) const INVALID_CA: u64 = 79;
}

/// An error as tokio has them, so that the handshake's and the stream's read alike.
pub fn into_io(error: Error) -> io::Error {
    if is_end(&error) {
        return io::Error::new(io::ErrorKind::UnexpectedEof, error);
    }
    error.into_io_error().unwrap_or_else(io::Error::other)
}

/// Whether `io` is an error of OpenSSL's.
pub(in crate::tls) fn is_openssl(io: &io::Error) -> bool {
    io.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Error>)
}

fn is_end(error: &Error) -> bool {
    (error.code() == ErrorCode::SYSCALL && error.io_error().is_none() && error.ssl_error().is_none())
        || reason(error) == Some(code::UNEXPECTED_EOF_WHILE_READING)
}

fn reason(error: &Error) -> Option<i32> {
    error.ssl_error()?.errors().first().map(openssl::error::Error::reason_code)
}

/// How the connection ended by an error of OpenSSL's; none when it is another's.
pub(in crate::tls) fn of(side: Side, past: &Past, io: &io::Error) -> Option<End> {
    let error = io.get_ref()?.downcast_ref::<Error>()?;
    if is_end(error) {
        return Some(End::Cut);
    }
    if let Some(io) = error.io_error() {
        return Some(of_transport(io));
    }
    let reason = reason(error)?;
    if let Some(alert) = u8::try_from(reason - code::ALERT).ok().filter(|_| reason > code::ALERT) {
        return Some(End::Alert(Alert::from(alert)));
    }
    // Its stack begins with the cipher's own word, which is no name for it.
    let opens_not = past.first_from(side.peer(), Step::DoesNotOpen).is_some();
    if opens_not || reason == code::DECRYPTION_FAILED_OR_BAD_RECORD_MAC {
        return Some(End::DoesNotOpen);
    }
    if past.first_from(side.peer(), Step::Undecodable).is_some() {
        return Some(End::Unreadable(Unreadable::NoRecord));
    }
    Some(match reason {
        code::CERTIFICATE_VERIFY_FAILED => End::Certificate(refused_certificate(past)),
        code::NO_SHARED_CIPHER | code::NO_CIPHERS_SPECIFIED => End::Incompatible(Incompatible::Suite),
        code::DIGEST_CHECK_FAILED => End::WrongDigest,
        code::NO_RENEGOTIATION => End::Misbehaved(Misbehaved::Renegotiates),
        version if code::VERSIONS.contains(&version) => End::Incompatible(Incompatible::Version),
        foreign if code::NO_RECORD.contains(&foreign) => End::Unreadable(Unreadable::NoRecord),
        long if code::TOO_LONG.contains(&long) => End::Unreadable(Unreadable::TooLong),
        malformed if code::MALFORMED.contains(&malformed) => End::Unreadable(Unreadable::Malformed),
        place if code::OUT_OF_PLACE.contains(&place) => End::Misbehaved(Misbehaved::Other),
        _ => End::Ours,
    })
}

/// Which check an error of the verifier's is about.
pub(super) fn failed_check(verify_result: i32) -> Verdict {
    match u64::try_from(verify_result).unwrap_or_default() {
        0 => Verdict::Valid,
        code::INVALID_PURPOSE => Verdict::Failed(Check::Purpose),
        code::CERT_SIGNATURE_FAILURE => Verdict::Failed(Check::Signature),
        code::CERT_NOT_YET_VALID | code::CERT_HAS_EXPIRED => Verdict::Failed(Check::Validity),
        issuer if code::SELF_SIGNED.contains(&issuer) || code::UNABLE_TO_GET_ISSUER.contains(&issuer) => {
            Verdict::Failed(Check::Issuer)
        }
        name if code::NAME_MISMATCH.contains(&name) => Verdict::Failed(Check::Name),
        _ => Verdict::Refused,
    }
}

/// What the verifier's callback said a moment ago.
fn refused_certificate(past: &Past) -> Certificate {
    let checked = past.first(Step::VerifyCertificate);
    fault(checked.and_then(|checked| checked.get(field::VERIFY_RESULT)).unwrap_or_default())
}

/// What a number of the verifier's stands for.
pub(super) fn fault(verify_result: u64) -> Certificate {
    match verify_result {
        code::CERT_SIGNATURE_FAILURE => Certificate::Signature,
        code::CERT_NOT_YET_VALID => Certificate::NotYetValid,
        code::CERT_HAS_EXPIRED => Certificate::Expired,
        code::CERT_REVOKED => Certificate::Revoked,
        code::PATH_LENGTH_EXCEEDED => Certificate::PathLength,
        code::INVALID_PURPOSE => Certificate::Purpose,
        code::UNHANDLED_CRITICAL_EXTENSION => Certificate::CriticalExtension,
        code::CA_MD_TOO_WEAK => Certificate::SignatureAlgorithm,
        code::INVALID_CA => Certificate::EndEntityAsCa,
        issuer if code::SELF_SIGNED.contains(&issuer) || code::UNABLE_TO_GET_ISSUER.contains(&issuer) => {
            Certificate::UnknownIssuer
        }
        name if code::NAME_MISMATCH.contains(&name) => Certificate::Name,
        name if code::NAME_CONSTRAINTS.contains(&name) => Certificate::NameConstraint,
        short if code::KEY_TOO_SMALL.contains(&short) => Certificate::Signature,
        _ => Certificate::Other,
    }
}
