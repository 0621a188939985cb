//! The fields that a card asks for, as pieces that are never cut: what finds no room on a line stands on the next.

use claims::Event;
use serde_json::Value;
use steps::{Lang, Text, harmless, tcp};

use crate::terminal::text::{columns, in_lang, short, whole, wrap_to};

/// A piece of a line, and what stands before it where another piece does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) joint: &'static str,
    pub(crate) text: String,
}

impl Piece {
    /// A piece behind a point.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Piece { joint: " · ", text: text.into() }
    }
}

/// The fields that the card asks for, most telling first. Text stands for itself; a number or a yes needs its name.
pub(crate) fn pieces(event: &Event, lang: Lang) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for name in event.step.card().shows {
        let Some(value) = event.fields.named(name) else { continue };
        match value {
            Value::String(line) if *name == tcp::field::SEGMENT.name() => pieces.extend(segment(line)),
            _ => pieces.push(Piece::new(piece(name, value, lang))),
        }
    }
    pieces
}

fn piece(name: &str, value: &Value, lang: Lang) -> String {
    let label = name.replace('_', " ");
    let none = Text { en: "none", zh: "无" }.in_lang(lang);
    match value {
        it if in_lang(it, lang).is_some() => said(it, lang),
        Value::Bool(true) => label,
        Value::Bool(false) => match lang {
            Lang::En => format!("not {label}"),
            Lang::Zh => format!("非 {label}"),
        },
        Value::Number(number) => match with_unit(name, number.as_u64(), lang) {
            Some(said) => said,
            None => format!("{label} {number}"),
        },
        Value::Array(list) if list.is_empty() => format!("{label} {none}"),
        Value::String(_) | Value::Array(_) => short(value),
        Value::Null => format!("{label} {none}"),
        Value::Object(_) => format!("{label} {}", short(value)),
    }
}

/// A time with its unit: `rtt 63 µs`, `timer 60 s`.
fn with_unit(name: &str, number: Option<u64>, lang: Lang) -> Option<String> {
    let number = number?;
    let (label, us) = match (name.strip_suffix("_us"), name.strip_suffix("_ms")) {
        (Some(label), _) => (label, number),
        (None, Some(label)) => (label, number.checked_mul(1000)?),
        (None, None) => return None,
    };
    Some(format!("{} {}", label.replace('_', " "), duration(us, lang)))
}

/// Microseconds in the largest unit in which they are a whole number, or seconds and milliseconds with a point.
pub(crate) fn duration(us: u64, lang: Lang) -> String {
    let (s, ms) = match lang {
        Lang::En => ("s", "ms"),
        Lang::Zh => ("秒", "毫秒"),
    };
    match us {
        0 => format!("0 {ms}"),
        us if us % 1_000_000 == 0 => format!("{} {s}", us / 1_000_000),
        us if us % 1000 == 0 && us < 10_000_000 => format!("{} {ms}", us / 1000),
        us if us >= 10_000_000 => format!("{:.3} {s}", us as f64 / 1e6),
        us if us >= 1000 => format!("{:.3} {ms}", us as f64 / 1e3),
        us => format!("{us} {}", Text { en: "µs", zh: "微秒" }.in_lang(lang)),
    }
}

/// A segment's line, in which a word and its number stay together: `[S.]`, `0=1138600985`, `ack 1=3364061152`, `win 65483`.
fn segment(line: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut label = false;
    for word in harmless(line).split(' ') {
        match pieces.last_mut() {
            Some(last) if label && word.starts_with(|c: char| c.is_ascii_digit()) => {
                last.text = format!("{} {word}", last.text);
            }
            None => pieces.push(Piece::new(word)),
            Some(_) => pieces.push(Piece { joint: " ", text: word.to_owned() }),
        }
        label = word.starts_with(|c: char| c.is_ascii_alphabetic());
    }
    pieces
}

/// A value in full, in one language where it is a sentence.
pub(crate) fn said(value: &Value, lang: Lang) -> String {
    in_lang(value, lang).map_or_else(|| whole(value), |said| harmless(said).into_owned())
}

/// As many whole fields as fit `room` columns; of the first at least as much as fits.
pub(crate) fn line_fields(event: &Event, lang: Lang, room: usize) -> String {
    let mut line = String::new();
    for Piece { joint, text } in pieces(event, lang) {
        let longer = if line.is_empty() { text } else { format!("{line}{joint}{text}") };
        if columns(&longer) > room {
            break;
        }
        line = longer;
    }
    line
}

/// Lines of `pieces`: the first of at most `first` columns, the others of at most `room`. No piece is cut; one that is
/// longer than a line is broken between its words, and only a word that is longer than a line is broken itself.
pub(crate) fn fold(pieces: &[Piece], first: usize, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for Piece { joint, text } in pieces {
        let line = lines.last_mut().expect("there is a line");
        let longer = if line.is_empty() { text.clone() } else { format!("{line}{joint}{text}") };
        let limit = if lines.len() == 1 { first } else { room };
        if columns(&longer) <= limit {
            *lines.last_mut().expect("there is a line") = longer;
            continue;
        }
        if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.extend(wrap_to(text, room.max(1)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segments_words_keep_their_numbers() {
        let texts = |line| segment(line).into_iter().map(|piece| piece.text).collect::<Vec<_>>();
        assert_eq!(
            texts("[S.] 0=1138600985 ack 1=3364061152 win 65483 mss 65495 ws 7 sack ts"),
            ["[S.]", "0=1138600985", "ack 1=3364061152", "win 65483", "mss 65495", "ws 7", "sack", "ts"]
        );
    }

    #[test]
    fn what_finds_no_room_stands_whole_on_the_next_line() {
        let pieces = segment("[S.] 0=1138600985 ack 1=3364061152 win 65483");
        assert_eq!(fold(&pieces, 20, 30), ["[S.] 0=1138600985", "ack 1=3364061152 win 65483"]);
        assert_eq!(fold(&pieces, 2, 17), ["", "[S.] 0=1138600985", "ack 1=3364061152", "win 65483"]);
        assert_eq!(fold(&[], 2, 17), [""]);
    }

    #[test]
    fn a_time_has_its_unit() {
        for (us, said) in [
            (63, "63 µs"),
            (60_000_000, "60 s"),
            (200_000, "200 ms"),
            (1_024, "1.024 ms"),
            (12_345_678, "12.346 s"),
            (0, "0 ms"),
        ] {
            assert_eq!(duration(us, Lang::En), said);
        }
        assert_eq!(with_unit("timer_ms", Some(60_000), Lang::Zh).as_deref(), Some("timer 60 秒"));
    }
}
