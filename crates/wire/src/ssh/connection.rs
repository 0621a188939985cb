//! The messages of the channels (RFC 4254), once they are decrypted.

use steps::{
    Fields,
    ssh::{Step, field},
};

use super::{
    message::Message,
    reader::{Reader, short},
};
use crate::fields;

/// What a message of the connection protocol says; none: its fields are not as they should be.
pub(super) fn read(payload: &[u8]) -> Option<Message> {
    let mut reader = Reader(payload);
    let number = reader.byte()?;
    let (step, fields) = match number {
        80 => {
            let (request, want_reply) = (reader.text()?, reader.boolean()?);
            let fields = fields! { field::REQUEST_NAME => short(&request), field::WANT_REPLY => want_reply };
            (Step::OtherMessage, fields)
        }
        81 | 82 => (Step::OtherMessage, fields! {}),
        90 => {
            let fields = fields! {
                field::CHANNEL_TYPE => short(&reader.text()?),
                field::SENDER_CHANNEL => reader.uint32()?,
                field::INITIAL_WINDOW_SIZE => reader.uint32()?,
                field::MAXIMUM_PACKET_SIZE => reader.uint32()?,
            };
            (Step::ChannelOpen, fields)
        }
        91 => {
            let fields = fields! {
                field::CHANNEL => reader.uint32()?,
                field::SENDER_CHANNEL => reader.uint32()?,
                field::INITIAL_WINDOW_SIZE => reader.uint32()?,
                field::MAXIMUM_PACKET_SIZE => reader.uint32()?,
            };
            (Step::ChannelConfirmed, fields)
        }
        92 => {
            let fields = fields! {
                field::CHANNEL => reader.uint32()?,
                field::REASON_CODE => reader.uint32()?,
                field::DESCRIPTION => short(&reader.text()?),
            };
            (Step::OtherMessage, fields)
        }
        93 => {
            let fields =
                fields! { field::CHANNEL => reader.uint32()?, field::BYTES_TO_ADD => reader.uint32()? };
            (Step::ChannelWindowAdjust, fields)
        }
        94 => {
            let channel = reader.uint32()?;
            (Step::ChannelData, data(channel, None, reader.string()?))
        }
        95 => {
            let (channel, code) = (reader.uint32()?, reader.uint32()?);
            (Step::ChannelData, data(channel, Some(code), reader.string()?))
        }
        96 => (Step::ChannelEof, fields! { field::CHANNEL => reader.uint32()? }),
        97 => (Step::ChannelClose, fields! { field::CHANNEL => reader.uint32()? }),
        98 => return request(reader).map(|(step, fields)| Message::new(step, fields)),
        99 => {
            (Step::ChannelReply, fields! { field::ANSWER => "success", field::CHANNEL => reader.uint32()? })
        }
        100 => {
            (Step::ChannelReply, fields! { field::ANSWER => "failure", field::CHANNEL => reader.uint32()? })
        }
        _ => return None,
    };
    Some(Message::new(step, fields))
}

/// RFC 4254 §6: what is asked for on a channel, and how a command ended.
fn request(mut reader: Reader<'_>) -> Option<(Step, Fields)> {
    let (channel, kind, want_reply) = (reader.uint32()?, reader.text()?, reader.boolean()?);
    if kind == "exit-status" {
        return Some((
            Step::ExitStatus,
            fields! { field::EXIT_STATUS => reader.uint32()?, field::CHANNEL => channel },
        ));
    }
    if kind == "exec" {
        let command = beginning(reader.string()?);
        return Some((
            Step::Exec,
            fields! { field::COMMAND => command, field::CHANNEL => channel, field::WANT_REPLY => want_reply },
        ));
    }
    let detail = match kind.as_str() {
        // The value of a variable may be nobody's business.
        "env" | "subsystem" => beginning(reader.string()?),
        "exit-signal" => beginning(reader.string()?),
        "pty-req" => {
            let (term, columns, rows) = (reader.text()?, reader.uint32()?, reader.uint32()?);
            format!("{}, {columns} x {rows}", short(&term))
        }
        "window-change" => format!("{} x {}", reader.uint32()?, reader.uint32()?),
        _ => String::new(),
    };
    let fields = fields! {
        field::REQUEST_TYPE => short(&kind),
        field::DETAIL => detail,
        field::CHANNEL => channel,
        field::WANT_REPLY => want_reply,
    };
    Some((Step::ChannelRequest, fields))
}

fn data(channel: u32, code: Option<u32>, data: &[u8]) -> Fields {
    let stream = match code {
        None => "data".to_owned(),
        Some(1) => "stderr".to_owned(),
        Some(code) => format!("extended data {code}"),
    };
    fields! {
        field::STREAM => stream,
        field::LENGTH => data.len(),
        field::TEXT => beginning(data),
        field::CHANNEL => channel,
    }
}

/// As much text as a line can bear.
const SHOWN: usize = 120;

/// The beginning of `data`, as text.
pub fn beginning(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(&data[..data.len().min(4 * SHOWN)]);
    text.trim_end().chars().take(SHOWN).collect()
}
