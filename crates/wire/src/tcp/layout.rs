//! Every byte of a TCP segment by name (RFC 9293 §3.1 and §3.2, RFC 7323, RFC 2018).

use steps::Part;

use crate::layout::walk::{Layout, plain, text};

/// The parts of the segment that `bytes` are, from its source port to its last byte of data.
pub(crate) fn layout(bytes: &[u8]) -> Vec<Part> {
    Layout::of(bytes, |l| {
        l.number(2, "source_port", |n| n.to_string())?;
        l.number(2, "destination_port", |n| n.to_string())?;
        l.number(4, "sequence_number", |n| n.to_string())?;
        l.number(4, "acknowledgment_number", |n| n.to_string())?;
        let offset = l.number(1, "data_offset, reserved", |n| {
            format!("{} words of 4 bytes, {:04b}", n >> 4, n & 0x0f)
        })? >> 4;
        l.number(1, "control_bits", control_bits)?;
        l.number(2, "window", |n| n.to_string())?;
        l.field(2, "checksum", plain)?;
        l.number(2, "urgent_pointer", |n| n.to_string())?;
        // A header that is shorter than its fixed part has no options.
        let options = (4 * offset).checked_sub(20)?;
        if options > 0 {
            l.block(options, "options", String::new(), |l| {
                while !l.is_done() {
                    option(l)?;
                }
                Some(())
            })?;
        }
        if !l.is_done() {
            l.field(l.left(), "data", text)?;
        }
        Some(())
    })
}

fn control_bits(bits: usize) -> String {
    const NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
    let set = NAMES.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, name)| *name);
    let set: Vec<_> = set.collect();
    if set.is_empty() { "none".into() } else { set.join(" ") }
}

fn option(l: &mut Layout<'_>) -> Option<()> {
    let kind = *l.peek(1)?.first()?;
    let name = match kind {
        0 => return l.field(1, "end_of_options", plain).map(drop),
        1 => return l.field(1, "no_operation", plain).map(drop),
        2 => "maximum_segment_size",
        3 => "window_scale",
        4 => "sack_permitted",
        5 => "sack",
        8 => "timestamps",
        34 => "fast_open_cookie",
        _ => "option",
    };
    let length = usize::from(*l.peek(2)?.get(1)?);
    // The length counts kind and length.
    let value = length.checked_sub(2)?;
    l.block(length, name, String::new(), |l| {
        l.number(1, "kind", |n| n.to_string())?;
        l.number(1, "length", |n| n.to_string())?;
        match (kind, value) {
            (_, 0) => Some(()),
            (2, 2) => l.number(2, "mss", |n| n.to_string()).map(drop),
            (3, 1) => l
                .number(1, "shift_count", |n| {
                    format!("{n}: windows are multiplied by {}", 1_u64 << n.min(14))
                })
                .map(drop),
            (5, _) => {
                while !l.is_done() {
                    l.number(4, "left_edge", |n| n.to_string())?;
                    l.number(4, "right_edge", |n| n.to_string())?;
                }
                Some(())
            }
            (8, 8) => {
                l.number(4, "TSval", |n| n.to_string())?;
                l.number(4, "TSecr", |n| n.to_string()).map(drop)
            }
            _ => l.field(l.left(), "value", plain).map(drop),
        }
    })
}
