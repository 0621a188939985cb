//! Every byte of a TLS message by name (RFC 5246 §7.4 and §A.4, RFC 8446 §4 and §B.3). What a handshake message has
//! beyond the one of the other version is told by the fields that the decoder read from it.

mod der;
mod extension;

use steps::{
    Fields, Part, common,
    tls::{Step, field},
};

use super::{distinguished::distinguished_in, names};
use crate::layout::walk::{Layout, plain, text};

/// The parts of the message that `step` was read from.
pub(crate) fn layout(step: Step, fields: &Fields, bytes: &[u8]) -> Vec<Part> {
    let encrypted = fields.get(common::ENCRYPTED) == Some(true);
    Layout::of(bytes, |l| match step {
        Step::Alert => alert(l),
        Step::ChangeCipherSpec => l.number(1, "type", |n| format!("change_cipher_spec ({n})")).map(drop),
        Step::ApplicationData => l.field(l.left(), "data", text).map(drop),
        Step::DoesNotOpen => record(l),
        Step::Undecodable => None,
        Step::ClientHello => message(l, |l| client_hello(l)),
        Step::ServerHello => message(l, |l| server_hello(l, extension::In::ServerHello)),
        Step::HelloRetryRequest => message(l, |l| server_hello(l, extension::In::HelloRetryRequest)),
        Step::EncryptedExtensions => message(l, |l| extensions(l, extension::In::Other)),
        // Certificates are encrypted since TLS 1.3, and have since then more around them.
        Step::Certificate | Step::ClientCertificate if encrypted => message(l, certificate_13),
        Step::Certificate | Step::ClientCertificate => message(l, certificate_12),
        Step::CertificateRequest if encrypted => message(l, |l| {
            l.opaque(1, "certificate_request_context", plain)?;
            extensions(l, extension::In::Other)
        }),
        Step::CertificateRequest => message(l, |l| certificate_request_12(l, fields)),
        Step::ServerKeyExchange if fields.get(field::PUBLIC_KEY).is_some() => {
            message(l, |l| server_key_exchange(l, fields))
        }
        Step::CertificateVerify if encrypted => message(l, |l| signed(l, names::signature_scheme)),
        Step::CertificateVerify if fields.get(field::SIGNATURE_SCHEME).is_none() => {
            message(l, |l| l.opaque(2, "signature", plain).map(drop))
        }
        Step::CertificateVerify => message(l, |l| signed(l, names::hash_and_signature)),
        Step::ClientKeyExchange => message(l, |l| client_key_exchange(l, fields)),
        Step::Finished => message(l, |l| l.field(l.left(), "verify_data", plain).map(drop)),
        Step::NewSessionTicket if encrypted => message(l, ticket_13),
        Step::NewSessionTicket => message(l, |l| {
            l.number(4, "ticket_lifetime_hint", |n| format!("{n} s"))?;
            l.opaque(2, "ticket", plain).map(drop)
        }),
        Step::KeyUpdate => message(l, |l| {
            let name = |n| if n == 0 { "update_not_requested" } else { "update_requested" };
            l.number(1, "request_update", |n| format!("{} ({n})", name(n))).map(drop)
        }),
        Step::ServerHelloDone | Step::ServerKeyExchange | Step::OtherMessage => {
            message(l, |l| if l.is_done() { Some(()) } else { l.field(l.left(), "body", plain).map(drop) })
        }
        // These happen inside a side, and no bytes tell of them.
        Step::EphemeralKey
        | Step::ChooseCertificate
        | Step::SessionResumed
        | Step::VerifyCertificate
        | Step::VerifySignature
        | Step::Sign
        | Step::SharedSecret
        | Step::SessionKeys
        | Step::PreMasterSecret
        | Step::ChooseClientCertificate
        | Step::VerifyClientCertificate
        | Step::VerifyClientSignature
        | Step::HandshakeComplete
        | Step::Summary => None,
    })
}

/// A handshake message: type, length, body.
fn message<'a>(l: &mut Layout<'a>, body: impl FnOnce(&mut Layout<'a>) -> Option<()>) -> Option<()> {
    let kind = l.number(1, "msg_type", |n| {
        let name = u8::try_from(n).map_or("unknown", names::handshake_type);
        format!("{name} ({n})")
    })?;
    let length = l.number(3, "length", |n| n.to_string())?;
    let name = u8::try_from(kind).map_or("unknown", names::handshake_type);
    l.block(length, name, String::new(), body)
}

/// A record as it crossed: nothing in it can be read.
fn record(l: &mut Layout<'_>) -> Option<()> {
    l.number(1, "content_type", |n| match n {
        20 => "change_cipher_spec (20)".into(),
        21 => "alert (21)".into(),
        22 => "handshake (22)".into(),
        23 => "application_data (23)".into(),
        other => other.to_string(),
    })?;
    version(l, "legacy_record_version")?;
    l.opaque(2, "encrypted_record", plain).map(drop)
}

fn alert(l: &mut Layout<'_>) -> Option<()> {
    l.number(1, "level", |n| match n {
        1 => "warning (1)".into(),
        2 => "fatal (2)".into(),
        other => other.to_string(),
    })?;
    l.number(1, "description", |n| format!("{} ({n})", u8::try_from(n).map(names::alert).unwrap_or_default()))
        .map(drop)
}

fn client_hello(l: &mut Layout<'_>) -> Option<()> {
    version(l, "legacy_version")?;
    l.field(32, "random", plain)?;
    l.opaque(1, "legacy_session_id", plain)?;
    l.list(2, "cipher_suites", (2, "cipher_suite"), |n| named(n, names::cipher_suite))?;
    l.list(1, "legacy_compression_methods", (1, "compression_method"), compression)?;
    if l.is_done() { Some(()) } else { extensions(l, extension::In::ClientHello) }
}

fn server_hello(l: &mut Layout<'_>, place: extension::In) -> Option<()> {
    version(l, "legacy_version")?;
    l.field(32, "random", plain)?;
    l.opaque(1, "legacy_session_id_echo", plain)?;
    l.number(2, "cipher_suite", |n| named(n, names::cipher_suite))?;
    l.number(1, "legacy_compression_method", compression)?;
    if l.is_done() { Some(()) } else { extensions(l, place) }
}

fn extensions(l: &mut Layout<'_>, place: extension::In) -> Option<()> {
    l.vector(2, "extensions", |l| {
        while !l.is_done() {
            extension::layout(l, place)?;
        }
        Some(())
    })
}

fn certificate_12(l: &mut Layout<'_>) -> Option<()> {
    l.vector(3, "certificate_list", |l| {
        while !l.is_done() {
            certificate(l, "ASN.1Cert")?;
        }
        Some(())
    })
}

fn certificate_13(l: &mut Layout<'_>) -> Option<()> {
    l.opaque(1, "certificate_request_context", plain)?;
    l.vector(3, "certificate_list", |l| {
        while !l.is_done() {
            certificate(l, "cert_data")?;
            extensions(l, extension::In::Other)?;
        }
        Some(())
    })
}

/// A certificate, to its last byte.
fn certificate(l: &mut Layout<'_>, name: &str) -> Option<()> {
    let length = l.number(3, &format!("{name} length"), |n| n.to_string())?;
    let whose = subject(l.peek(length.min(l.left()))?);
    l.block(length, name, whose, der::certificate)
}

/// Whose certificate it is.
fn subject(der: &[u8]) -> String {
    super::certificate_fields(&[der]).get(field::SUBJECT).unwrap_or_default().to_owned()
}

fn certificate_request_12(l: &mut Layout<'_>, fields: &Fields) -> Option<()> {
    l.list(1, "certificate_types", (1, "certificate_type"), |n| {
        format!("{} ({n})", u8::try_from(n).map(names::certificate_type).unwrap_or_default())
    })?;
    // Before TLS 1.2 there is no such list.
    if fields.get(field::SIGNATURE_ALGORITHMS).is_some() {
        l.list(2, "supported_signature_algorithms", (2, "algorithm"), |n| {
            named(n, names::hash_and_signature)
        })?;
    }
    l.vector(2, "certificate_authorities", |l| {
        while !l.is_done() {
            l.opaque(2, "DistinguishedName", |der| distinguished_in(der).unwrap_or_default())?;
        }
        Some(())
    })
}

fn server_key_exchange(l: &mut Layout<'_>, fields: &Fields) -> Option<()> {
    if fields.get(field::NAMED_CURVE).is_some() {
        l.number(1, "curve_type", |n| if n == 3 { "named_curve (3)".into() } else { n.to_string() })?;
        l.number(2, "namedcurve", |n| named(n, names::group))?;
        l.opaque(1, "public", plain)?;
    } else {
        fields.get(field::PUBLIC_KEY)?;
        for name in ["dh_p", "dh_g", "dh_Ys"] {
            l.opaque(2, name, plain)?;
        }
    }
    if fields.get(field::SIGNATURE_SCHEME).is_none() {
        return l.opaque(2, "signature", plain).map(drop);
    }
    signed(l, names::hash_and_signature)
}

fn client_key_exchange(l: &mut Layout<'_>, fields: &Fields) -> Option<()> {
    if fields.get(field::ENCRYPTED_PRE_MASTER_SECRET).is_some() {
        return l.opaque(2, "EncryptedPreMasterSecret", plain).map(drop);
    }
    // An elliptic curve's point has one byte of length, a number modulo a prime has two.
    let public = fields.get(field::PUBLIC_KEY_LENGTH);
    match public.and_then(|length| usize::try_from(length).ok()) {
        Some(length) if l.left() == 1 + length => l.opaque(1, "ecdh_Yc", plain).map(drop),
        Some(_) => l.opaque(2, "dh_Yc", plain).map(drop),
        None => None,
    }
}

fn signed(l: &mut Layout<'_>, scheme: fn(u16) -> String) -> Option<()> {
    l.number(2, "algorithm", |n| named(n, scheme))?;
    l.opaque(2, "signature", plain).map(drop)
}

fn ticket_13(l: &mut Layout<'_>) -> Option<()> {
    l.number(4, "ticket_lifetime", |n| format!("{n} s"))?;
    l.field(4, "ticket_age_add", plain)?;
    l.opaque(1, "ticket_nonce", plain)?;
    l.opaque(2, "ticket", plain)?;
    extensions(l, extension::In::NewSessionTicket)
}

fn version(l: &mut Layout<'_>, name: &str) -> Option<()> {
    l.number(2, name, |n| named(n, names::version)).map(drop)
}

/// A two-byte number by its registered name.
fn named(number: usize, name: fn(u16) -> String) -> String {
    u16::try_from(number).map(name).unwrap_or_default()
}

fn compression(number: usize) -> String {
    if number == 0 { "null (0)".into() } else { number.to_string() }
}
