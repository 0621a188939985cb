//! The handshake messages that follow the hellos (RFC 5246 §7.4, RFC 8446 §4.3 to §4.6).

use steps::{Fields, common, tls::field};

use super::{
    certificate::certificate_fields,
    fingerprint,
    hello::{extension_names, extensions, list16},
    names,
    reader::Reader,
};
use crate::fields;

/// Certificate: TLS 1.3 puts a context before the list and extensions behind each certificate.
pub(super) fn certificate(body: &[u8], tls13: bool) -> Option<Fields> {
    let mut r = Reader(body);
    if tls13 {
        r.vec8()?;
    }
    let mut list = Reader(r.vec24()?);
    let mut chain = Vec::new();
    while !list.is_empty() {
        chain.push(list.vec24()?);
        if tls13 {
            list.vec16()?;
        }
    }
    Some(certificate_fields(&chain))
}

/// ServerKeyExchange: the ephemeral public key and the signature over it, RFC 8422 §5.4; of finite-field Diffie-Hellman,
/// RFC 5246 §7.4.3.
pub(super) fn server_key_exchange(body: &[u8], suite: &str, before_12: bool) -> Option<Fields> {
    const NAMED_CURVE: u8 = 3;
    let mut r = Reader(body);
    let mut fields = Fields::new();
    if suite.starts_with("TLS_ECDHE_") {
        if r.u8()? != NAMED_CURVE {
            return None;
        }
        fields.put(field::NAMED_CURVE, names::group(r.u16()?));
        fields.put(field::PUBLIC_KEY, hex::encode(r.vec8()?));
    } else if suite.starts_with("TLS_DHE_") && !suite.starts_with("TLS_DHE_PSK_") {
        let (_prime, _generator) = (r.vec16()?, r.vec16()?);
        fields.put(field::PUBLIC_KEY, hex::encode(r.vec16()?));
    } else {
        return Some(fields! { common::LENGTH => body.len() });
    }
    signature(&mut r, names::hash_and_signature, before_12, &mut fields)?;
    Some(fields)
}

/// What is signed with what; before TLS 1.2 the kind of key alone says so (RFC 4346 §7.4.3).
fn signature(
    r: &mut Reader<'_>,
    name: fn(u16) -> String,
    before_12: bool,
    fields: &mut Fields,
) -> Option<()> {
    if !before_12 {
        fields.put(field::SIGNATURE_SCHEME, name(r.u16()?));
    }
    fields.put(common::SIGNATURE_LENGTH, r.vec16()?.len());
    Some(())
}

/// ClientKeyExchange: the encrypted pre-master secret with RSA, else the client's public key.
pub(super) fn client_key_exchange(body: &[u8], suite: &str) -> Option<Fields> {
    let mut r = Reader(body);
    if suite.is_empty() {
        // The server's answer is not known, and with it what this is.
        return Some(fields! { common::LENGTH => body.len() });
    }
    if suite.starts_with("TLS_RSA_") {
        let encrypted = r.vec16()?;
        return Some(fields! {
            field::ENCRYPTED_PRE_MASTER_SECRET_LENGTH => encrypted.len(),
            field::ENCRYPTED_PRE_MASTER_SECRET => hex::encode(encrypted),
        });
    }
    let public_key = if suite.starts_with("TLS_DHE_") { r.vec16()? } else { r.vec8()? };
    Some(
        fields! { field::PUBLIC_KEY_LENGTH => public_key.len(), field::PUBLIC_KEY => hex::encode(public_key) },
    )
}

/// CertificateVerify: a signature over the handshake so far.
pub(super) fn certificate_verify(body: &[u8], tls13: bool, before_12: bool) -> Option<Fields> {
    let name = if tls13 { names::signature_scheme } else { names::hash_and_signature };
    let mut fields = Fields::new();
    signature(&mut Reader(body), name, before_12, &mut fields)?;
    Some(fields)
}

/// CertificateRequest: what the server accepts from a client.
pub(super) fn certificate_request(body: &[u8], tls13: bool, before_12: bool) -> Option<Fields> {
    let mut r = Reader(body);
    let mut fields = Fields::new();
    if tls13 {
        r.vec8()?; // context
        let extensions = extensions(&mut r)?;
        let schemes = extensions.iter().find(|(number, _)| *number == 13);
        if let Some(schemes) = schemes.and_then(|(_, body)| list16(body, names::signature_scheme)) {
            fields.put(field::SIGNATURE_ALGORITHMS, schemes);
        }
        fields.put(field::EXTENSIONS, extension_names(&extensions));
    } else {
        let types: Vec<_> = r.vec8()?.iter().map(|number| names::certificate_type(*number)).collect();
        fields.put(field::CERTIFICATE_TYPES, types);
        if !before_12 {
            fields.put(field::SIGNATURE_ALGORITHMS, list16(r.0, names::hash_and_signature)?);
        }
    }
    Some(fields)
}

/// NewSessionTicket: what the client may show to resume this session.
pub(super) fn new_session_ticket(body: &[u8], tls13: bool) -> Option<Fields> {
    let mut r = Reader(body);
    let lifetime = r.u32()?;
    if tls13 {
        r.u32()?; // ticket_age_add
        r.vec8()?; // ticket_nonce
    }
    let ticket = r.vec16()?;
    Some(fields! {
        field::TICKET_LIFETIME => lifetime,
        field::TICKET_LENGTH => ticket.len(),
        field::TICKET_FINGERPRINT => fingerprint(ticket),
    })
}

/// KeyUpdate.
pub(super) fn key_update(body: &[u8]) -> Option<Fields> {
    let request = match body {
        [0] => "update_not_requested",
        [1] => "update_requested",
        _ => return None,
    };
    Some(fields! { field::REQUEST_UPDATE => request })
}
