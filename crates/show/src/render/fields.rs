//! The fields that a card asks for, as pieces that are never cut: what finds no room on a line stands on the next.

use std::borrow::Cow;

use claims::Event;
use steps::{Lang, Value, harmless, in_words, label, say_in, tcp, text, tls, ws};

use crate::terminal::text::{columns, in_lang, short, whole, wrap_to};

/// A piece of a line, and what stands before it where another piece does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) joint: &'static str,
    pub(crate) text: String,
    /// Whether the line says too little without it.
    pub(crate) essential: bool,
}

impl Piece {
    /// A piece behind a point.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Piece { joint: " · ", text: text.into(), essential: true }
    }
}

/// The fields that the card asks for, most telling first. Text stands for itself; a number or a yes needs its name, but
/// where the step is called like it.
pub(crate) fn pieces(event: &Event, lang: Lang) -> Vec<Piece> {
    let title = event.step.card().title.in_lang(lang);
    let mut pieces = Vec::new();
    let shows = event.step.card().shows;
    for name in shows.all() {
        let Some(value) = event.fields.named(name) else { continue };
        let essential = shows.essential().contains(name);
        match value {
            Value::String(line) if *name == tcp::field::SEGMENT.name() => pieces.extend(segment(line)),
            _ => {
                let piece = piece(name, value, lang);
                let piece = piece.strip_prefix(title).filter(|rest| rest.starts_with(' ')).unwrap_or(&piece);
                if piece != title {
                    pieces.push(Piece { essential, ..Piece::new(piece.trim_start()) });
                }
            }
        }
    }
    pieces
}

fn piece(name: &str, value: &Value, lang: Lang) -> String {
    let label = harmless(&label(name, lang)).into_owned();
    let none = text!(fields::none()).in_lang(lang);
    match value {
        it if in_lang(it, lang).is_some() => said(name, it, lang),
        Value::Bool(true) => label,
        Value::Bool(false) => say_in!(lang, fields::no_value(label)),
        Value::Number(number) => match with_unit(name, number.as_u64(), lang) {
            Some(said) => format!("{label} {said}"),
            None => format!("{label} {number}"),
        },
        Value::Array(list) if list.is_empty() => format!("{label} {none}"),
        Value::String(text) if name == ws::field::PAYLOAD.name() => {
            as_text(text).unwrap_or_else(|| short(value))
        }
        // A number says nothing without its name.
        Value::String(text) if is_number(text) => format!("{label} {text}"),
        Value::String(text) => match in_words(name, text, lang) {
            Cow::Borrowed(same) if same == text.as_str() => short(value),
            words => harmless(&words).into_owned(),
        },
        // A list that is short stands whole.
        Value::Array(_) if columns(&whole(value)) <= SHORT_LIST => said(name, value, lang),
        Value::Array(_) => short(value),
        Value::Null => format!("{label} {none}"),
        Value::Object(_) => format!("{label} {}", short(value)),
    }
}

/// Digits, perhaps with a point among them.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() < 8
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// So wide a list may be that stands whole on a line.
const SHORT_LIST: usize = 32;

/// A payload that is known by its bytes, as the text that it is; none: it is none.
fn as_text(hex: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let seen = |c: char| !c.is_control() && !steps::is_harmful(c);
    (text.chars().count() > 1 && text.chars().all(seen)).then_some(text)
}

/// A time with its unit, `63 µs`, and a lifetime in seconds; none: it is another kind of number.
fn with_unit(name: &str, number: Option<u64>, lang: Lang) -> Option<String> {
    let number = number?;
    let us = if name.ends_with("_us") {
        number
    } else if name.ends_with("_ms") {
        number.checked_mul(1000)?
    } else if name == tls::field::TICKET_LIFETIME.name() {
        number.checked_mul(1_000_000)?
    } else {
        return None;
    };
    Some(duration(us, lang))
}

/// Microseconds in the largest unit in which they are a whole number, or seconds and milliseconds with a point.
pub(crate) fn duration(us: u64, lang: Lang) -> String {
    let s = text!(fields::seconds()).in_lang(lang);
    let ms = text!(fields::milliseconds()).in_lang(lang);
    match us {
        0 => format!("0 {ms}"),
        us if us % 1_000_000 == 0 => format!("{} {s}", us / 1_000_000),
        us if us % 1000 == 0 && us < 10_000_000 => format!("{} {ms}", us / 1000),
        us if us >= 10_000_000 => format!("{:.3} {s}", us as f64 / 1e6),
        us if us >= 1000 => format!("{:.3} {ms}", us as f64 / 1e3),
        us => format!("{us} {}", text!(fields::microseconds()).in_lang(lang)),
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
            Some(_) => pieces.push(Piece { joint: " ", ..Piece::new(word) }),
        }
        label = word.starts_with(|c: char| c.is_ascii_alphabetic());
    }
    // Its flags, its number and what it acknowledges; the window and the options can be asked for.
    let names = |text: &str, word: &str| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    for piece in pieces.iter_mut().skip(1) {
        let number = piece.text.starts_with(|c: char| c.is_ascii_digit());
        piece.essential = number || ["ack", "len"].iter().any(|word| names(&piece.text, word));
    }
    pieces
}

/// A value in full, in one language where it is a sentence or words of ours.
pub(crate) fn said(name: &str, value: &Value, lang: Lang) -> String {
    match (in_lang(value, lang), value) {
        (Some(said), _) => harmless(said).into_owned(),
        (None, Value::String(text)) => harmless(&in_words(name, text, lang)).into_owned(),
        (None, Value::Array(list)) => {
            list.iter().map(|one| said(name, one, lang)).collect::<Vec<_>>().join(", ")
        }
        (None, Value::Number(number)) => {
            with_unit(name, number.as_u64(), lang).unwrap_or_else(|| number.to_string())
        }
        (None, Value::Bool(true)) => text!(fields::yes()).in_lang(lang).into(),
        (None, Value::Bool(false)) => text!(fields::no()).in_lang(lang).into(),
        (None, Value::Null) => text!(fields::none()).in_lang(lang).into(),
        (None, Value::Object(_)) => whole(value),
    }
}

/// As many whole fields as fit `room` columns.
pub(crate) fn line_fields(event: &Event, lang: Lang, room: usize) -> String {
    line_pieces(event, lang, room).concat()
}

/// The same apart, each behind the first with what joins it to the one before.
pub(crate) fn line_pieces(event: &Event, lang: Lang, room: usize) -> Vec<String> {
    let joined = |(n, piece): (usize, Piece)| {
        if n == 0 { piece.text } else { format!("{}{}", piece.joint, piece.text) }
    };
    let mut left = room;
    let fits = |piece: &String| {
        let rest = left.checked_sub(columns(piece));
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    pieces(event, lang).into_iter().enumerate().map(joined).take_while(fits).collect()
}

/// The same in at most `most` lines, but for what is essential: the others fall away, the least telling first.
pub(crate) fn fold_to(most: usize, pieces: &[Piece], first: usize, room: usize) -> Vec<String> {
    let mut pieces = pieces.to_vec();
    // Half a word says nothing.
    let is_broken = |piece: &Piece| piece.text.split(' ').any(|word| columns(word) > room);
    loop {
        let lines = fold(&pieces, first, room);
        let dispensable = pieces.iter().rposition(|piece| !piece.essential || is_broken(piece));
        match dispensable {
            Some(at) if lines.len() > most => drop(pieces.remove(at)),
            Some(_) | None => return lines,
        }
    }
}

/// Lines of `pieces`: the first of at most `first` columns, the others of at most `room`. No piece is cut; one that is
/// longer than a line is broken between its words, and only a word that is longer than a line is broken itself.
pub(crate) fn fold(pieces: &[Piece], first: usize, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for Piece { joint, text, .. } in pieces {
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
    fn what_is_essential_stays_where_there_is_no_room() {
        let pieces = segment("[S.] 0=1138600985 ack 1=3364061152 win 65483 mss 65495 ws 7 sack ts");
        let all = ["[S.] 0=1138600985", "ack 1=3364061152", "win 65483 mss 65495", "ws 7 sack ts"];
        assert_eq!(fold_to(9, &pieces, 20, 20), all);
        assert_eq!(fold_to(3, &pieces, 20, 20), all[..3]);
        assert_eq!(fold_to(1, &pieces, 20, 20), all[..2]);
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
        assert_eq!(piece("timer_ms", &60_000.into(), Lang::Zh), "定时器 60 秒");
        assert_eq!(piece("rtt_us", &63.into(), Lang::En), "rtt 63 µs");
    }

    #[test]
    fn a_value_is_told_in_its_own_words() {
        for (name, value, en, zh) in [
            ("mask", Value::Bool(false), "mask: no", "掩码：否"),
            ("accepted", Value::Bool(true), "accepted", "已接受"),
            ("payload", "7374696c6c".into(), "still", "still"),
            ("payload", "0001027f80ff".into(), "0001027f80ff", "0001027f80ff"),
            ("options", ["timestamps", "sack"].into(), "timestamps, sack", "timestamps, sack"),
        ] {
            assert_eq!(piece(name, &value, Lang::En), en);
            assert_eq!(piece(name, &value, Lang::Zh), zh);
        }
    }
}
