//! What both sides say of a channel's data.

use russh::ChannelId;
use steps::{Fields, ssh::field};
use wire::{fields, ssh::beginning};

/// The fields and the bytes of a piece of data.
pub(super) fn data_fields(channel: ChannelId, code: Option<u32>, data: &[u8]) -> (Fields, Vec<u8>) {
    let stream = match code {
        None => "data".to_owned(),
        Some(1) => "stderr".to_owned(),
        Some(code) => format!("extended data {code}"),
    };
    let fields = fields! {
        field::STREAM => stream,
        field::LENGTH => data.len(),
        field::TEXT => beginning(data),
        field::CHANNEL => channel.number(),
    };
    (fields, data.to_vec())
}
