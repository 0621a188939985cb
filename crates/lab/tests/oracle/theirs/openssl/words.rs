//! The forms of openssl's lines, and its names in those of the registries.

use aws_lc_rs::digest::{SHA256, digest};

/// `    ClientHello, Length=234`: a handshake message.
pub(super) fn message(line: &str) -> Option<(&str, usize)> {
    let (name, length) = line.strip_prefix("    ")?.split_once(", Length=")?;
    let is_name = name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
    is_name.then_some((name, length.trim().parse().ok()?))
}

/// `    Level=warning(1), description=close notify(0)`.
pub(super) fn alert(line: &str) -> Option<(String, String)> {
    let (level, description) = line.trim().strip_prefix("Level=")?.split_once(", description=")?;
    let name = |text: &str| text.split_once('(').map(|(name, _)| name.replace(' ', "_"));
    Some((name(level)?, name(description)?))
}

/// `verify_data (len=12): 0A0B…`: a length and the bytes in hexadecimal.
pub(super) fn quantity(line: &str) -> Option<(&str, (usize, String))> {
    let (key, rest) = line.split_once(" (len=")?;
    let (length, bytes) = rest.split_once(')')?;
    Some((key, (length.parse().ok()?, bytes.trim_start_matches(':').trim().to_lowercase())))
}

/// `{0x13, 0x02} TLS_AES_256_GCM_SHA384`, and what it is called; the code where openssl knows no name.
pub(super) fn in_braces(line: &str) -> Option<String> {
    let (code, name) = line.split_once('{')?.1.split_once("} ")?;
    let code: String = code.split(", 0x").map(|byte| byte.trim_start_matches("0x").to_lowercase()).collect();
    Some(if name == "UNKNOWN" { format!("0x{code}") } else { name.to_owned() })
}

/// `0x303 (TLS 1.2)`: what is in the last parentheses.
pub(super) fn in_parentheses(text: &str) -> &str {
    text.rsplit_once('(').map_or(text, |(_, inside)| inside.trim_end_matches(')'))
}

/// `ecdh_x25519 (29)` or `secp256r1 (P-256) (23)`: the registered name; the code where openssl knows no name.
pub(super) fn code(text: &str) -> String {
    let (name, code) = text.rsplit_once(" (").unwrap_or((text, ""));
    let code = code.trim_end_matches(')');
    if name.starts_with("UNKNOWN") {
        let code = code.strip_prefix("0x").map_or_else(|| code.parse(), |hex| u16::from_str_radix(hex, 16));
        return code.map_or_else(|_| text.to_owned(), |code| format!("0x{code:04x}"));
    }
    let name = name.split(" (").next().unwrap_or(name);
    name.strip_prefix("ecdh_").unwrap_or(name).to_owned()
}

/// Where openssl has names of its own for extensions (IANA's TLS ExtensionType Values).
pub(super) fn extension(name: &str) -> String {
    let registered = match name {
        "psk" => "pre_shared_key",
        "renegotiate" => "renegotiation_info",
        "signed_certificate_timestamps" => "signed_certificate_timestamp",
        same => same,
    };
    registered.to_owned()
}

pub(super) fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// `0000 - 00 0c 00 00 09 6c 6f 63-61   .....loca`: the bytes.
pub(super) fn dumped(line: &str) -> Option<Vec<u8>> {
    let (offset, rest) = line.split_once(" - ")?;
    if offset.len() != 4 || usize::from_str_radix(offset, 16).is_err() {
        return None;
    }
    let pairs = rest.as_bytes().chunks(3).take(15).map_while(|three| {
        let pair = three.get(..2).filter(|_| three.get(2).is_none_or(|next| b" -".contains(next)))?;
        u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
    });
    Some(pairs.collect())
}

/// The tickets in a pre_shared_key (RFC 8446 §4.2.11): each with its length in front and an age behind.
pub(super) fn identities(psk: &[u8]) -> Vec<&[u8]> {
    let mut identities = Vec::new();
    let Some((length, rest)) = psk.split_first_chunk().map(|(two, rest)| (u16::from_be_bytes(*two), rest))
    else {
        return identities;
    };
    let mut list = rest.get(..usize::from(length)).unwrap_or_default();
    while let Some((two, rest)) = list.split_first_chunk() {
        let Some((identity, rest)) = rest.split_at_checked(u16::from_be_bytes(*two).into()) else { break };
        identities.push(identity);
        list = rest.get(4..).unwrap_or_default();
    }
    identities
}

/// RFC 8446 §4.1.3: how the random of a server ends that could have done better.
pub(super) fn sentinel(random: &str) -> Option<&'static str> {
    if random.ends_with("444f574e47524401") {
        Some("TLS 1.2")
    } else if random.ends_with("444f574e47524400") {
        Some("TLS 1.1 or older")
    } else {
        None
    }
}

pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap_or_default()
}

/// As our log shortens what it does not show.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(&digest(&SHA256, bytes).as_ref()[..4])
}
