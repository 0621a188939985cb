//! What both sides say of a channel's data.

use russh::ChannelId;
use steps::Fields;
use wire::{fields, ssh::beginning};

/// The fields and the bytes of a piece of data.
pub(super) fn data_fields(channel: ChannelId, code: Option<u32>, data: &[u8]) -> (Fields, Vec<u8>) {
    let stream = match code {
        None => "data".to_owned(),
        Some(1) => "stderr".to_owned(),
        Some(code) => format!("extended data {code}"),
    };
    let fields = fields! {
        "stream" => stream,
        "length" => data.len(),
        "text" => beginning(data),
        "channel" => channel.number(),
    };
    (fields, data.to_vec())
}
