//! From the key to the string that the server must return (RFC 6455 §4.2.2, item 5.4).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use steps::{Fields, ws::field};

use crate::fields;

/// The GUID that RFC 6455 §1.3 fixes: unlikely to be used by anything that does not know WebSocket.
pub const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// SHA-1 over the key as it stands in the header and the GUID. SHA-1 guards no secret here: it only has to be
/// known on both sides.
fn digest(key: &str) -> digest::Digest {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{GUID}").as_bytes())
}

/// The string that answers `key`.
pub fn accept(key: &str) -> String {
    STANDARD.encode(digest(key))
}

/// Each stage from the key to the string.
pub fn accept_key(key: &str) -> Fields {
    let digest = digest(key);
    fields! {
        field::SEC_WEBSOCKET_KEY => key,
        field::GUID => GUID,
        field::KEY_AND_GUID => format!("{key}{GUID}"),
        field::SHA1 => hex::encode(digest),
        field::SEC_WEBSOCKET_ACCEPT => STANDARD.encode(digest),
    }
}
