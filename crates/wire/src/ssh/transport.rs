//! What a message outside the key exchange says, and those of the transport themselves (RFC 4253 §11, RFC 8308).

use steps::{
    Fields,
    ssh::{Step, field},
};

use super::{
    connection,
    login::Login,
    message::Message,
    reader::{Reader, short},
};
use crate::fields;

/// What a message outside the key exchange says.
pub(super) fn read(payload: &[u8], login: &mut Login) -> Message {
    let number = payload.first().copied().unwrap_or_default();
    let read = match number {
        0..=49 => transport(number, payload),
        50..=79 => login.read(payload),
        80..=127 => connection::read(payload),
        128..=255 => None,
    };
    // A message that has not the fields it should have is named all the same.
    read.unwrap_or_else(|| Message::new(Step::OtherMessage, fields! {})).named(number)
}

fn transport(number: u8, payload: &[u8]) -> Option<Message> {
    let mut reader = Reader(payload.get(1..)?);
    let (step, fields) = match number {
        1 => {
            let reason = reader.uint32();
            let description = reader.text().unwrap_or_default();
            let mut fields = Fields::new();
            fields.put_some(field::REASON_CODE, reason);
            fields.put_some(field::WHY, reason.map(reason_name));
            fields.put(field::DESCRIPTION, short(&description));
            (Step::Disconnect, fields)
        }
        2 => (Step::OtherMessage, fields! { field::LENGTH => reader.string()?.len() }),
        3 => (Step::OtherMessage, fields! { field::PACKET_SEQUENCE_NUMBER => reader.uint32()? }),
        4 => {
            let (_always, text) = (reader.boolean()?, reader.text()?);
            (Step::OtherMessage, fields! { field::TEXT => short(&text) })
        }
        5 => (Step::ServiceRequest, fields! { field::SERVICE_NAME => short(&reader.text()?) }),
        6 => (Step::ServiceAccept, fields! { field::SERVICE_NAME => short(&reader.text()?) }),
        7 => {
            let mut fields = Fields::new();
            for _ in 0..reader.uint32()?.min(MOST_EXTENSIONS) {
                let (name, value) = (reader.text()?, reader.text()?);
                let value: String = value.chars().take(MOST_OF_EXTENSION).collect();
                fields.insert(short(&name).into(), value.into());
            }
            (Step::ExtInfo, fields)
        }
        21 => (Step::Newkeys, Fields::new()),
        _ => return None,
    };
    Some(Message::new(step, fields))
}

/// More than anybody sends.
const MOST_EXTENSIONS: u32 = 32;

/// Longer than a list of all signature algorithms that there are: half of one would be another list.
const MOST_OF_EXTENSION: usize = 2000;

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
