//! Message numbers (RFC 4250 §4.1) and the messages of the transport that stand outside the key exchange.

use steps::{
    Fields,
    ssh::{Step, field},
};

use super::{connection, login::Login, reader::Reader};
use crate::fields;

pub(super) const KEXINIT: u8 = 20;

/// Whether the number is one whose meaning depends on the agreed method.
pub(super) fn is_key_exchange(number: u8) -> bool {
    (30..=49).contains(&number)
}

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

/// A message, and how much of its payload may be shown.
pub(super) struct Message {
    pub(super) step: Step,
    pub(super) fields: Fields,
    /// Its name, where the number alone does not say it.
    pub(super) called: Option<&'static str>,
    /// From here on the payload is a password or an answer, which no log may hold.
    pub(super) withheld_from: Option<usize>,
}

impl Message {
    pub(super) fn new(step: Step, fields: Fields) -> Self {
        Message { step, fields, called: None, withheld_from: None }
    }

    /// The same, of whose payload nothing is shown `from` there on.
    pub(super) fn withheld(self, from: usize) -> Self {
        Message { withheld_from: Some(from), ..self }
    }

    /// The same by a name that its number does not have everywhere.
    pub(super) fn called(self, name: &'static str) -> Self {
        Message { called: Some(name), ..self }
    }

    /// Steps that stand for one message alone need not repeat its name.
    fn named(mut self, number: u8) -> Self {
        if self.step == Step::OtherMessage {
            let mut fields = fields! {
                field::MESSAGE => self.called.unwrap_or_else(|| name(number)),
                field::MESSAGE_NUMBER => number,
            };
            fields.append(&mut self.fields);
            self.fields = fields;
        }
        self
    }
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
                fields.insert(short(&name).into(), short(&value).into());
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

/// The first part of a text of the peer's choosing.
pub(super) fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

pub(super) fn name(number: u8) -> &'static str {
    match number {
        1 => "SSH_MSG_DISCONNECT",
        2 => "SSH_MSG_IGNORE",
        3 => "SSH_MSG_UNIMPLEMENTED",
        4 => "SSH_MSG_DEBUG",
        5 => "SSH_MSG_SERVICE_REQUEST",
        6 => "SSH_MSG_SERVICE_ACCEPT",
        7 => "SSH_MSG_EXT_INFO",
        8 => "SSH_MSG_NEWCOMPRESS",
        20 => "SSH_MSG_KEXINIT",
        21 => "SSH_MSG_NEWKEYS",
        // 30 to 49 mean what the agreed method says they mean.
        30..=49 => "a message of the key exchange",
        50 => "SSH_MSG_USERAUTH_REQUEST",
        51 => "SSH_MSG_USERAUTH_FAILURE",
        52 => "SSH_MSG_USERAUTH_SUCCESS",
        53 => "SSH_MSG_USERAUTH_BANNER",
        // 60 to 79 mean what the method says they mean; `login.rs` names those it knows.
        54..=79 => "a message of the user's authentication",
        80 => "SSH_MSG_GLOBAL_REQUEST",
        81 => "SSH_MSG_REQUEST_SUCCESS",
        82 => "SSH_MSG_REQUEST_FAILURE",
        90 => "SSH_MSG_CHANNEL_OPEN",
        91 => "SSH_MSG_CHANNEL_OPEN_CONFIRMATION",
        92 => "SSH_MSG_CHANNEL_OPEN_FAILURE",
        93 => "SSH_MSG_CHANNEL_WINDOW_ADJUST",
        94 => "SSH_MSG_CHANNEL_DATA",
        95 => "SSH_MSG_CHANNEL_EXTENDED_DATA",
        96 => "SSH_MSG_CHANNEL_EOF",
        97 => "SSH_MSG_CHANNEL_CLOSE",
        98 => "SSH_MSG_CHANNEL_REQUEST",
        99 => "SSH_MSG_CHANNEL_SUCCESS",
        100 => "SSH_MSG_CHANNEL_FAILURE",
        83..=127 => "a message of the connection protocol",
        192 => "a ping (OpenSSH's PROTOCOL §1.9)",
        193 => "a pong (OpenSSH's PROTOCOL §1.9)",
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
