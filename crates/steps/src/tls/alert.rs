//! The alerts (RFC 5246 §7.2, RFC 8446 §6), by the names that IANA registers.

use std::fmt;

/// What an alert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alert {
    /// One that IANA names.
    Named(u8, &'static str),
    /// A number without a name.
    Unnamed(u8),
}

macro_rules! alerts {
    ($($(#[$doc:meta])* $constant:ident = $number:literal $name:literal;)*) => {
        impl Alert {
            $($(#[$doc])* pub const $constant: Alert = Alert::Named($number, $name);)*
        }

        impl From<u8> for Alert {
            fn from(number: u8) -> Alert {
                match number {
                    $($number => Alert::$constant,)*
                    unnamed => Alert::Unnamed(unnamed),
                }
            }
        }

        const ALL: &[Alert] = &[$(Alert::$constant),*];
    };
}

alerts! {
    /// The sender will send no more data.
    CLOSE_NOTIFY = 0 "close_notify";
    /// A message came at the wrong place.
    UNEXPECTED_MESSAGE = 10 "unexpected_message";
    /// A record does not open.
    BAD_RECORD_MAC = 20 "bad_record_mac";
    /// The same, before TLS 1.1.
    DECRYPTION_FAILED = 21 "decryption_failed";
    /// A record is too long.
    RECORD_OVERFLOW = 22 "record_overflow";
    /// Compressed data does not unpack.
    DECOMPRESSION_FAILURE = 30 "decompression_failure";
    /// No agreement.
    HANDSHAKE_FAILURE = 40 "handshake_failure";
    /// SSL 3.0's way to show no certificate.
    NO_CERTIFICATE = 41 "no_certificate";
    /// A certificate is not as it should be.
    BAD_CERTIFICATE = 42 "bad_certificate";
    /// A certificate is of the wrong kind.
    UNSUPPORTED_CERTIFICATE = 43 "unsupported_certificate";
    /// A certificate was revoked.
    CERTIFICATE_REVOKED = 44 "certificate_revoked";
    /// A certificate has expired, or is not valid now.
    CERTIFICATE_EXPIRED = 45 "certificate_expired";
    /// A certificate is not accepted, for another reason.
    CERTIFICATE_UNKNOWN = 46 "certificate_unknown";
    /// A value is out of bounds.
    ILLEGAL_PARAMETER = 47 "illegal_parameter";
    /// The CA is not known or not trusted.
    UNKNOWN_CA = 48 "unknown_ca";
    /// The certificate is valid, and its holder is not allowed in.
    ACCESS_DENIED = 49 "access_denied";
    /// A message could not be decoded.
    DECODE_ERROR = 50 "decode_error";
    /// A signature or a Finished did not verify.
    DECRYPT_ERROR = 51 "decrypt_error";
    /// Export restrictions, reserved since TLS 1.1.
    EXPORT_RESTRICTION = 60 "export_restriction";
    /// No common version.
    PROTOCOL_VERSION = 70 "protocol_version";
    /// What is on offer is too weak.
    INSUFFICIENT_SECURITY = 71 "insufficient_security";
    /// An error of the sender's own, which is not about the peer.
    INTERNAL_ERROR = 80 "internal_error";
    /// A retry with a lower version, at a server that has a higher one (RFC 7507).
    INAPPROPRIATE_FALLBACK = 86 "inappropriate_fallback";
    /// The user of the sender cancelled the handshake.
    USER_CANCELED = 90 "user_canceled";
    /// The sender does not renegotiate.
    NO_RENEGOTIATION = 100 "no_renegotiation";
    /// An extension is missing.
    MISSING_EXTENSION = 109 "missing_extension";
    /// An extension is not allowed there.
    UNSUPPORTED_EXTENSION = 110 "unsupported_extension";
    /// A certificate was not to be had at its URL.
    CERTIFICATE_UNOBTAINABLE = 111 "certificate_unobtainable";
    /// The name that was asked for is not known.
    UNRECOGNIZED_NAME = 112 "unrecognized_name";
    /// An OCSP answer is not as it should be.
    BAD_CERTIFICATE_STATUS_RESPONSE = 113 "bad_certificate_status_response";
    /// A certificate is not the one of the hash.
    BAD_CERTIFICATE_HASH_VALUE = 114 "bad_certificate_hash_value";
    /// The pre-shared key's name is not known.
    UNKNOWN_PSK_IDENTITY = 115 "unknown_psk_identity";
    /// The client needs a certificate.
    CERTIFICATE_REQUIRED = 116 "certificate_required";
    /// No common application protocol.
    NO_APPLICATION_PROTOCOL = 120 "no_application_protocol";
    /// Encrypted ClientHello is a must.
    ECH_REQUIRED = 121 "ech_required";
}

impl Alert {
    /// Its number.
    pub const fn number(self) -> u8 {
        match self {
            Alert::Named(number, _) | Alert::Unnamed(number) => number,
        }
    }

    /// The alert of that name; none: it has none, or it is no alert's.
    pub fn by_name(name: &str) -> Option<Alert> {
        ALL.iter().copied().find(|alert| matches!(alert, Alert::Named(_, known) if *known == name))
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alert::Named(_, name) => f.write_str(name),
            Alert::Unnamed(number) => write!(f, "alert {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name_or_stays_a_number() {
        assert_eq!(Alert::from(48), Alert::UNKNOWN_CA);
        assert_eq!(Alert::by_name("unknown_ca"), Some(Alert::UNKNOWN_CA));
        assert_eq!(Alert::from(7).to_string(), "alert 7");
        assert_eq!(Alert::by_name("alert 7"), None);
    }
}
