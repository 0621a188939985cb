//! What both sides say of a channel's data.

use russh::ChannelId;
use steps::Fields;
use wire::fields;

/// As much text as a line can bear.
const SHOWN: usize = 120;

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
        "text" => printable(data),
        "channel" => channel.number(),
    };
    (fields, data.to_vec())
}

/// The beginning of `data` as one line of text; control characters would reach the reader's terminal.
pub(super) fn printable(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(&data[..data.len().min(4 * SHOWN)]);
    let line: String = text.trim_end().chars().take(SHOWN).collect();
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
