//! Message numbers (RFC 4250 §4.1) and the messages of the transport that stand outside the key exchange.

use steps::{Fields, ssh::Step};

use super::reader::Reader;
use crate::fields;

pub(super) const KEXINIT: u8 = 20;

/// Whether the number is one whose meaning depends on the agreed method.
pub(super) fn is_key_exchange(number: u8) -> bool {
    (30..=49).contains(&number)
}

/// What a message outside the key exchange says.
pub(super) fn read(payload: &[u8]) -> (Step, Fields) {
    let mut reader = Reader(payload);
    let number = reader.byte().unwrap_or_default();
    let name = name(number);
    match number {
        1 => {
            let reason = reader.uint32();
            let description = reader.text().unwrap_or_default();
            let fields = fields! {
                "reason_code" => reason,
                "reason" => reason.map(reason_name),
                "description" => short(&description),
            };
            (Step::Disconnect, fields)
        }
        21 => (Step::Newkeys, Fields::new()),
        _ => (Step::OtherMessage, fields! { "message" => name, "message_number" => number }),
    }
}

/// The first part of a text of the peer's choosing.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn name(number: u8) -> &'static str {
    match number {
        2 => "SSH_MSG_IGNORE",
        3 => "SSH_MSG_UNIMPLEMENTED",
        4 => "SSH_MSG_DEBUG",
        5 => "SSH_MSG_SERVICE_REQUEST",
        6 => "SSH_MSG_SERVICE_ACCEPT",
        7 => "SSH_MSG_EXT_INFO",
        8 => "SSH_MSG_NEWCOMPRESS",
        50..=79 => "a message of the user's authentication",
        80..=127 => "a message of the connection protocol",
        _ => "unassigned",
    }
}

/// RFC 4250 §4.2.2.
fn reason_name(code: u32) -> &'static str {
    match code {
        1 => "SSH_DISCONNECT_HOST_NOT_ALLOWED_TO_CONNECT",
        2 => "SSH_DISCONNECT_PROTOCOL_ERROR",
        3 => "SSH_DISCONNECT_KEY_EXCHANGE_FAILED",
        5 => "SSH_DISCONNECT_MAC_ERROR",
        6 => "SSH_DISCONNECT_COMPRESSION_ERROR",
        7 => "SSH_DISCONNECT_SERVICE_NOT_AVAILABLE",
        8 => "SSH_DISCONNECT_PROTOCOL_VERSION_NOT_SUPPORTED",
        9 => "SSH_DISCONNECT_HOST_KEY_NOT_VERIFIABLE",
        10 => "SSH_DISCONNECT_CONNECTION_LOST",
        11 => "SSH_DISCONNECT_BY_APPLICATION",
        12 => "SSH_DISCONNECT_TOO_MANY_CONNECTIONS",
        13 => "SSH_DISCONNECT_AUTH_CANCELLED_BY_USER",
        14 => "SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE",
        15 => "SSH_DISCONNECT_ILLEGAL_USER_NAME",
        _ => "unassigned",
    }
}
