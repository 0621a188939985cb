//! A message by its number and name (RFC 4250 §4.1), and how much of it may be shown.

use steps::{
    Fields,
    ssh::{Step, field},
};

use crate::fields;

pub(super) const KEXINIT: u8 = 20;

/// Whether the number is one whose meaning depends on the agreed method.
pub(super) fn is_key_exchange(number: u8) -> bool {
    (30..=49).contains(&number)
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
    pub(super) fn named(mut self, number: u8) -> Self {
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

/// What a message is called, by its number.
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
