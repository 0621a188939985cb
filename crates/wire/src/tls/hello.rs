//! ClientHello, ServerHello and HelloRetryRequest (RFC 5246 §7.4.1, RFC 8446 §4.1), and the extensions in them.

use steps::{Fields, Lone, common, tls::field};

use super::{
    fingerprint, names,
    reader::{MOST_LISTED, Reader, numbers},
};
use crate::fields;

/// A ServerHello with this random is a HelloRetryRequest: the SHA-256 of that word, RFC 8446 §4.1.3.
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What the rest of the handshake needs of a ClientHello.
#[derive(Debug)]
pub(super) struct ClientHello {
    pub(super) random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    pub(super) early_data: bool,
    /// The tickets, sessions or keys that it shows, in order.
    pub(super) shown: Vec<Identity>,
    pub(super) fields: Fields,
}

/// By what a client wants to be known again.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) fingerprint: String,
    /// It names a key that both sides know from elsewhere: those have no age (RFC 8446 §4.2.11).
    pub(super) from_outside: bool,
}

/// What the rest of the handshake needs of a ServerHello.
#[derive(Debug)]
pub(super) struct ServerHello {
    pub(super) random: [u8; 32],
    /// The version that the connection runs.
    pub(super) version: u16,
    /// The name of the suite.
    pub(super) suite: String,
    pub(super) session_id: Vec<u8>,
    pub(super) retry: bool,
    /// Which of the client's pre-shared keys was taken up (TLS 1.3).
    pub(super) psk: Option<u16>,
    /// The master secret covers the hash of the handshake (RFC 7627).
    pub(super) ems: bool,
    /// With a block cipher the MAC covers what is encrypted (RFC 7366).
    pub(super) etm: bool,
    pub(super) fields: Fields,
}

/// Reads a ClientHello's body.
pub(super) fn client_hello(body: &[u8]) -> Option<ClientHello> {
    let mut r = Reader(body);
    let legacy_version = r.u16()?;
    let random: [u8; 32] = r.take(32)?.try_into().ok()?;
    let session_id = r.vec8()?.to_vec();
    let suites = numbers(r.vec16()?);
    r.vec8()?; // compression methods: null alone since CRIME
    let extensions = extensions(&mut r)?;

    let mut read = Fields::new();
    let (mut highest, mut early_data, mut shown) = (legacy_version, false, Vec::new());
    // An extension that does not read as its RFC says is still in the list of names.
    for (number, body) in &extensions {
        match number {
            0 => read.put_some(field::SERVER_NAME, server_name(body)),
            10 => read.put_some(field::SUPPORTED_GROUPS, list16(body, names::group)),
            13 => read.put_some(field::SIGNATURE_ALGORITHMS, list16(body, names::signature_scheme)),
            16 => alpn(&mut read, body),
            42 => early_data = true,
            43 => {
                let offered = numbers(Reader(body).vec8()?);
                highest = offered.iter().copied().filter(|v| !names::is_grease(*v)).max().unwrap_or(highest);
                let offered: Vec<_> = offered.into_iter().map(names::version).collect();
                read.put_some(field::SUPPORTED_VERSIONS, Some(offered));
            }
            51 => read.put_some(field::KEY_SHARE, shares(body)),
            35 if !body.is_empty() => {
                shown = vec![Identity { fingerprint: fingerprint(body), from_outside: false }];
            }
            41 => shown = identities(body).unwrap_or_default(),
            _ => {}
        }
    }
    if !shown.is_empty() {
        read.put(field::IDENTITY_FINGERPRINTS, shown.iter().map(|shown| &shown.fingerprint));
    }
    let mut fields = fields! {
        common::VERSION => names::version(highest),
        field::LEGACY_VERSION => names::version(legacy_version),
        field::RANDOM => hex::encode(random),
        field::SESSION_ID_LENGTH => session_id.len(),
        field::CIPHER_SUITES => suites.into_iter().map(names::cipher_suite).collect::<Vec<_>>(),
        field::EXTENSIONS => extension_names(&extensions),
    };
    fields.append(&mut read);
    // How a client asks for resumption: TLS 1.3's PSK, or TLS 1.2's ticket (empty: only "send me one").
    if shown.iter().any(|shown| !shown.from_outside) {
        fields.put(field::ASKS_TO_RESUME, true);
    }
    Some(ClientHello { random, session_id, early_data, shown, fields })
}

/// Reads a ServerHello's body; a HelloRetryRequest has the same form.
pub(super) fn server_hello(body: &[u8]) -> Option<ServerHello> {
    let mut r = Reader(body);
    let legacy_version = r.u16()?;
    let random: [u8; 32] = r.take(32)?.try_into().ok()?;
    let session_id = r.vec8()?.to_vec();
    let suite = names::cipher_suite(r.u16()?);
    r.u8()?; // compression method
    let extensions = extensions(&mut r)?;
    let retry = random == HELLO_RETRY_REQUEST;

    let mut read = Fields::new();
    let (mut version, mut psk) = (legacy_version, None);
    let has = |wanted: u16| extensions.iter().any(|(number, _)| *number == wanted);
    let (etm, ems) = (has(22), has(23));
    for (number, body) in &extensions {
        match number {
            16 => alpn(&mut read, body),
            41 => psk = Reader(body).u16(),
            43 => version = Reader(body).u16()?,
            44 => read.put(field::COOKIE_LENGTH, body.len().saturating_sub(2)),
            51 => read.put(field::KEY_SHARE, Lone(names::group(Reader(body).u16()?))),
            _ => {}
        }
    }
    let mut fields = fields! {
        common::VERSION => names::version(version),
        field::LEGACY_VERSION => names::version(legacy_version),
        field::RANDOM => hex::encode(random),
        field::SESSION_ID_LENGTH => session_id.len(),
        field::CIPHER_SUITE => suite.as_str(),
        field::EXTENSIONS => extension_names(&extensions),
    };
    fields.append(&mut read);
    // A server that could have done better says so in its random, RFC 8446 §4.1.3.
    match &random[24..] {
        b"DOWNGRD\x01" => fields.put(field::DOWNGRADE_SENTINEL, "TLS 1.2"),
        b"DOWNGRD\x00" => fields.put(field::DOWNGRADE_SENTINEL, "TLS 1.1 or older"),
        _ => {}
    }
    Some(ServerHello { random, version, suite, session_id, retry, psk, ems, etm, fields })
}

/// Reads EncryptedExtensions.
pub(super) fn encrypted_extensions(body: &[u8]) -> Option<Fields> {
    let extensions = extensions(&mut Reader(body))?;
    let mut fields = fields! { field::EXTENSIONS => extension_names(&extensions) };
    for (number, body) in extensions {
        if number == 16 {
            alpn(&mut fields, body);
        }
    }
    Some(fields)
}

/// The extensions at `r`; none at all is fine, as before TLS 1.2.
pub(super) fn extensions<'a>(r: &mut Reader<'a>) -> Option<Vec<(u16, &'a [u8])>> {
    let mut extensions = Vec::new();
    if r.is_empty() {
        return Some(extensions);
    }
    let mut list = Reader(r.vec16()?);
    while !list.is_empty() {
        extensions.push((list.u16()?, list.vec16()?));
    }
    Some(extensions)
}

/// The names of `extensions`, in order.
pub(super) fn extension_names(extensions: &[(u16, &[u8])]) -> Vec<String> {
    extensions.iter().take(MOST_LISTED).map(|(number, _)| names::extension(*number)).collect()
}

/// A list of two-byte numbers by name.
pub(super) fn list16(body: &[u8], name: fn(u16) -> String) -> Option<Vec<String>> {
    Some(numbers(Reader(body).vec16()?).into_iter().map(name).collect())
}

fn server_name(body: &[u8]) -> Option<String> {
    let mut list = Reader(Reader(body).vec16()?);
    let kind = list.u8()?;
    let name = list.vec16()?;
    (kind == 0).then(|| text(name))
}

fn alpn(fields: &mut Fields, body: &[u8]) {
    match protocols(body).as_deref() {
        None => {}
        Some([only]) => fields.put(field::ALPN, Lone(only)),
        Some(protocols) => fields.put(field::ALPN, protocols),
    }
}

fn protocols(body: &[u8]) -> Option<Vec<String>> {
    let mut list = Reader(Reader(body).vec16()?);
    let mut protocols = Vec::new();
    while !list.is_empty() && protocols.len() < MOST_LISTED {
        protocols.push(text(list.vec8()?));
    }
    Some(protocols)
}

fn shares(body: &[u8]) -> Option<Vec<String>> {
    let mut list = Reader(Reader(body).vec16()?);
    let mut groups = Vec::new();
    while !list.is_empty() && groups.len() < MOST_LISTED {
        groups.push(names::group(list.u16()?));
        list.vec16()?;
    }
    Some(groups)
}

/// The tickets that a TLS 1.3 client shows, by fingerprint (RFC 8446 §4.2.11).
fn identities(body: &[u8]) -> Option<Vec<Identity>> {
    let mut list = Reader(Reader(body).vec16()?);
    let mut identities = Vec::new();
    while !list.is_empty() && identities.len() < MOST_LISTED {
        let (identity, obfuscated_ticket_age) = (list.vec16()?, list.u32()?);
        let from_outside = obfuscated_ticket_age == 0;
        identities.push(Identity { fingerprint: fingerprint(identity), from_outside });
    }
    Some(identities)
}

/// Text of a peer, as it came.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
