//! JSON that is safe to display: a character that is [harmful](crate::is_harmful) is written as an escape, `\u009b`. A
//! parser reads the same text from it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::harmless::{is_harmful, is_plain};

/// Writes `value` on one line.
///
/// # Errors
///
/// When `out` cannot be written to, or `value` has no form in JSON.
pub fn write_json<T: Serialize + ?Sized>(out: impl Write, value: &T) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless))
}

/// `value` on one line.
///
/// # Errors
///
/// When `value` has no form in JSON.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    let mut line = Vec::new();
    write_json(&mut line, value)?;
    Ok(String::from_utf8(line).expect("JSON of text is text"))
}

/// As compact as serde_json's own.
struct Harmless;

impl Formatter for Harmless {
    /// Of the characters below U+0020 none comes here: serde_json has escaped them.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain(fragment) {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (at, character) in fragment.char_indices().filter(|(_, character)| is_harmful(*character)) {
            out.write_all(&fragment.as_bytes()[plain..at])?;
            // Beyond U+FFFF by a surrogate pair (RFC 8259 §7).
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harmless::HARMFUL;

    #[test]
    fn what_harms_is_escaped_and_reads_back() {
        let all: String = HARMFUL.iter().flat_map(|(first, last, _)| *first..=*last).collect();
        let text = format!("a{all}握手 \"\\ é{all}");
        let value = serde_json::json!({ &text: [&text, 1, null, { "x": text }] });
        let line = to_json(&value).unwrap();
        assert!(!line.contains(is_harmful), "{line}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        assert!(line.contains(r"\u001b") && line.contains(r"\u009b") && line.contains(r"\udb40\udc41"));
    }

    #[test]
    fn the_rest_is_written_as_serde_json_writes_it() {
        let value = serde_json::json!({ "a": ["b\n\t\"\\", 1.5, true, null], "握手": "é" });
        assert_eq!(to_json(&value).unwrap(), value.to_string());
    }
}
