//! A segment in one line: `[S.] 0=1138600985 ack 1=3364061152 win 65483 mss 65495 ws 7 sack ts`.
//!
//! Flags as tcpdump writes them, numbers relative to the initial ones; where a segment opens or ends a direction, or
//! acknowledges that, the number in the header stands behind the relative one. `1:7` are the bytes 1 to 6.

use steps::{
    Fields,
    tcp::{Step, field},
};

use super::{Segment, place::Place};

/// The line for `segment`, whose scaled window is in `fields`.
pub(super) fn notation(segment: &Segment, place: &Place, step: Step, fields: &Fields) -> String {
    let flags = segment.flags;
    let whole = !matches!(step, Step::Data | Step::DataAck | Step::PureAck);
    let number = |relative: Option<i64>, absolute: u32| match relative {
        Some(relative) if whole => format!("{relative}={absolute}"),
        Some(relative) => relative.to_string(),
        None => absolute.to_string(),
    };
    let letters = [
        (flags.syn, 'S'),
        (flags.fin, 'F'),
        (flags.rst, 'R'),
        (flags.psh, 'P'),
        (flags.ack, '.'),
        (flags.urg, 'U'),
        (flags.ece, 'E'),
        (flags.cwr, 'W'),
    ];
    let letters: String = letters.iter().filter(|(set, _)| *set).map(|(_, letter)| *letter).collect();
    let mut line = format!("[{letters}] ");
    match place.range {
        Some((start, _)) if segment.payload_length > 0 => {
            let end = start + i64::from(segment.payload_length);
            line += &number(Some(start), segment.seq).replacen('=', &format!(":{end}="), 1);
            if !whole {
                line += &format!(":{end}");
            }
        }
        range => line += &number(range.map(|(start, _)| start), segment.seq),
    }
    if flags.ack {
        line += &format!(" ack {}", number(place.ack, segment.ack));
    }
    if segment.payload_length > 0 {
        line += &format!(" len {}", segment.payload_length);
    }
    if !flags.rst
        && let Some(window) = fields.get(field::WINDOW)
    {
        line += &format!(" win {window}");
    }
    let options = &segment.options;
    if let Some(mss) = options.mss {
        line += &format!(" mss {mss}");
    }
    if let Some(shift) = options.window_scale {
        line += &format!(" ws {shift}");
    }
    if flags.syn {
        line += if options.sack_permitted { " sack" } else { "" };
        line += if options.timestamps.is_some() { " ts" } else { "" };
    }
    if let Some(blocks) = fields.get(field::SACK).and_then(|blocks| blocks.as_array()) {
        for block in blocks {
            line += &format!(" sack {}:{}", block[0], block[1]);
        }
    }
    line
}
