//! OpenSSL's errors in our words.

use std::io;

use openssl::ssl::{Error, ErrorCode};
use rustls::{AlertDescription, CertificateError};
use steps::{Past, Said, Side, tls::Step};

use crate::tls::{
    checks::{Check, Verdict},
    fault::{after, certificate, does_not_open, incompatible_version, not_tls, refused, vanished, who},
};

/// Reason codes of OpenSSL's `sslerr.h` and `x509_vfy.h`, which the `openssl` crate does not name.
mod code {
    pub(super) const CERTIFICATE_VERIFY_FAILED: i32 = 134;
    pub(super) const DIGEST_CHECK_FAILED: i32 = 149;
    pub(super) const NO_SHARED_CIPHER: i32 = 193;
    pub(super) const UNSUPPORTED_PROTOCOL: i32 = 258;
    pub(super) const DECRYPTION_FAILED_OR_BAD_RECORD_MAC: i32 = 281;
    pub(super) const UNEXPECTED_EOF_WHILE_READING: i32 = 294;
    pub(super) const VERSION_TOO_LOW: i32 = 396;
    /// An alert of the peer's is its number and this.
    pub(super) const ALERT: i32 = 1000;

    pub(super) const CERT_SIGNATURE_FAILURE: u64 = 7;
    pub(super) const CERT_NOT_YET_VALID: u64 = 9;
    pub(super) const CERT_HAS_EXPIRED: u64 = 10;
    pub(super) const SELF_SIGNED: [u64; 2] = [18, 19];
    pub(super) const UNABLE_TO_GET_ISSUER: [u64; 3] = [2, 20, 21];
    pub(super) const NAME_MISMATCH: [u64; 2] = [62, 64];
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

/// Whether `io` is OpenSSL's word for a peer that closed TCP without close_notify.
pub(in crate::tls) fn is_cut(io: &io::Error) -> bool {
    io.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).is_some_and(is_end)
}

fn is_end(error: &Error) -> bool {
    (error.code() == ErrorCode::SYSCALL && error.io_error().is_none() && error.ssl_error().is_none())
        || reason(error) == Some(code::UNEXPECTED_EOF_WHILE_READING)
}

fn reason(error: &Error) -> Option<i32> {
    error.ssl_error()?.errors().first().map(openssl::error::Error::reason_code)
}

/// The sentence for an error of OpenSSL's; none when it is another's.
pub(in crate::tls) fn explain(side: Side, past: &Past, io: &io::Error) -> Option<Said> {
    let error = io.get_ref()?.downcast_ref::<Error>()?;
    if is_end(error) {
        return Some(vanished(side, past, &io::ErrorKind::UnexpectedEof.into()));
    }
    let reason = reason(error)?;
    if let Some(alert) = u8::try_from(reason - code::ALERT).ok().filter(|_| reason > code::ALERT) {
        return Some(refused(side, AlertDescription::from(alert), past));
    }
    // Its stack begins with the cipher's own word, which is no name for it.
    let opens_not = past.first_from(side.peer(), Step::DoesNotOpen).is_some();
    if opens_not || reason == code::DECRYPTION_FAILED_OR_BAD_RECORD_MAC {
        return Some(does_not_open(side, past));
    }
    if past.first_from(side.peer(), Step::Undecodable).is_some() {
        return Some(not_tls(side, past, io));
    }
    let peer = who(side.peer());
    Some(match reason {
        code::CERTIFICATE_VERIFY_FAILED => refused_certificate(past),
        code::NO_SHARED_CIPHER => Said::new(
            "no cipher suite in common with the client: it has to offer TLS_RSA_WITH_AES_128_GCM_SHA256 \
             (`client tls --variant rsa`)",
            "与客户端没有共同的密码套件：它需要提供 TLS_RSA_WITH_AES_128_GCM_SHA256（`client tls --variant rsa`）",
        ),
        code::UNSUPPORTED_PROTOCOL | code::VERSION_TOO_LOW => incompatible_version(side, past),
        code::DIGEST_CHECK_FAILED => Said::new(
            format!(
                "the {}'s Finished opens, but its digest is not that of the handshake we saw: something on the way \
                 changed a message (compare the hellos in both logs)",
                peer.en
            ),
            format!(
                "{}的 Finished 能解开，但其中的摘要与我们看到的握手不符：途中有消息被改动（对照两边日志里的 Hello）",
                peer.zh
            ),
        ),
        _ => {
            let words = error.ssl_error().and_then(|stack| stack.errors().first()?.reason()).unwrap_or("?");
            let place = after(side, past);
            Said::new(format!("TLS failed {}: {words}", place.en), format!("TLS {}失败：{words}", place.zh))
        }
    })
}

/// Which check an error of the verifier's is about.
pub(super) fn failed_check(verify_result: i32) -> Verdict {
    const INVALID_PURPOSE: u64 = 26;
    match u64::try_from(verify_result).unwrap_or_default() {
        0 => Verdict::Valid,
        INVALID_PURPOSE => Verdict::Failed(Check::Purpose),
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
fn refused_certificate(past: &Past) -> Said {
    let checked = past.first(Step::VerifyCertificate);
    let fault = match checked.and_then(|checked| checked.number("verify_result")).unwrap_or_default() {
        code::CERT_SIGNATURE_FAILURE => CertificateError::BadSignature,
        code::CERT_NOT_YET_VALID => CertificateError::NotValidYet,
        code::CERT_HAS_EXPIRED => CertificateError::Expired,
        issuer if code::SELF_SIGNED.contains(&issuer) || code::UNABLE_TO_GET_ISSUER.contains(&issuer) => {
            CertificateError::UnknownIssuer
        }
        name if code::NAME_MISMATCH.contains(&name) => CertificateError::NotValidForName,
        _ => CertificateError::ApplicationVerificationFailure,
    };
    certificate::refused(Side::Client, &fault, past)
}
