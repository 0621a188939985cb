//! The byte view: each field of a message at its offset, what stands inside another one deeper.
//!
//! ```text
//!   0000  01                       msg_type: client_hello (1)
//!   0001  00 00 e8                 length: 232
//!   0004                           client_hello: 232 bytes
//!   0004  03 03                      legacy_version: TLS 1.2
//! ```

use steps::{Event, Lang, Part, harmless, say_in, text, tls};

use crate::terminal::text::wrap;

/// Tells the bytes of an event apart.
pub type Layout = fn(&Event) -> Vec<Part>;

/// Bytes in a row. Of a field that is longer every byte is shown, and its length told.
const ROW: usize = 8;

/// Where the meanings begin: behind two blanks, the offset, and a row of bytes.
const MEANING: usize = 2 + 4 + 2 + 3 * ROW - 1 + 2;

/// So deep a field is indented at most: eighty columns have to do.
const DEEPEST: usize = 6;

/// The record around a message of TLS: its header, and the beginning of what crossed in place of the message below.
pub(crate) fn record(event: &Event, lang: Lang) -> Vec<String> {
    let hex = |field| event.get(field).unwrap_or_default();
    let spaced = |hex: &str| {
        let pairs = hex.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.collect::<Vec<_>>().join(" ")
    };
    let header = hex(tls::field::RECORD_HEADER);
    if header.len() != 10 {
        return Vec::new();
    }
    let number = |digits: &str| u32::from_str_radix(digits, 16).unwrap_or_default();
    let kind = match number(&header[..2]) {
        20 => "change_cipher_spec (20)".to_owned(),
        21 => "alert (21)".to_owned(),
        22 => "handshake (22)".to_owned(),
        23 => "application_data (23)".to_owned(),
        other => other.to_string(),
    };
    let length = number(&header[6..]);
    let (header, version, length) = (spaced(header), &header[2..6], bytes(length as usize, lang));
    let mut lines = vec![say_in!(lang, bytes::record(header, kind, version, length))];
    let ciphertext = hex(tls::field::CIPHERTEXT);
    for (n, row) in ciphertext.as_bytes().chunks(2 * ROW).enumerate() {
        let says = match n {
            0 => text!(bytes::so_it_begins()).in_lang(lang),
            _ => "",
        };
        let line = format!("          {:<23}  {says}", spaced(&String::from_utf8_lossy(row)));
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The view of `bytes`, of which `parts` tell the meaning, in `width` columns.
pub(crate) fn view(parts: &[Part], bytes: &[u8], lang: Lang, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let told_inside = parts.get(i + 1).is_some_and(|next| next.depth > part.depth);
        let own = bytes.get(part.offset..part.offset + part.length).unwrap_or_default();
        let rows = if told_inside { Vec::new() } else { rows(own) };
        let long = !told_inside && own.len() > 4 * ROW;
        let meaning = meaning(part, told_inside || long, lang);
        let words = wrap(&meaning, MEANING + 2 * part.depth.min(DEEPEST), width);
        for n in 0..rows.len().max(words.len()) {
            let offset = if n == 0 || n < rows.len() {
                format!("{:04x}", part.offset + n * ROW)
            } else {
                "    ".into()
            };
            let row = rows.get(n).map_or("", String::as_str);
            // The words carry their own indentation.
            let words = words.get(n).map_or("", |line| line.get(MEANING..).unwrap_or_default());
            let line = format!("  {offset}  {row:<hex$}  {words}", hex = 3 * ROW - 1);
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

fn rows(bytes: &[u8]) -> Vec<String> {
    let row = |chunk: &[u8]| chunk.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    bytes.chunks(ROW).map(row).collect()
}

/// `1 byte`, `2 bytes`.
fn bytes(length: usize, lang: Lang) -> String {
    match length {
        1 => text!(bytes::one_byte()).in_lang(lang).to_owned(),
        length => say_in!(lang, bytes::bytes(length)),
    }
}

/// The name of a field and its value; its length where the bytes do not show it.
fn meaning(part: &Part, tell_length: bool, lang: Lang) -> String {
    let name = part.name_in(lang);
    let name = match &*name {
        "" => text!(bytes::not_told_apart()).in_lang(lang),
        name => &harmless(name),
    };
    let length = bytes(part.length, lang);
    let value = part.value_in(lang);
    let value = harmless(&value);
    match (value.is_empty(), tell_length || part.length == 0) {
        (true, true) => format!("{name}: {length}"),
        (true, false) => name.to_owned(),
        (false, true) => format!("{name}: {value}, {length}"),
        (false, false) => format!("{name}: {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(offset: usize, length: usize, depth: usize, name: &str, value: &str) -> Part {
        Part { offset, length, depth, name: name.into(), value: value.into() }
    }

    #[test]
    fn a_field_stands_at_its_offset_and_one_inside_another_stands_deeper() {
        let bytes: Vec<u8> = (0..60).collect();
        let parts = [
            part(0, 1, 0, "msg_type", "client_hello (1)"),
            part(1, 59, 0, "client_hello", ""),
            part(1, 9, 1, "random", ""),
            part(10, 50, 1, "", ""),
        ];
        let seen = view(&parts, &bytes, Lang::En, 80).join("\n");
        let expected = "  0000  00                       msg_type: client_hello (1)
  0001                           client_hello: 59 bytes
  0001  01 02 03 04 05 06 07 08    random
  0009  09
  000a  0a 0b 0c 0d 0e 0f 10 11    not told apart: 50 bytes
  0012  12 13 14 15 16 17 18 19
  001a  1a 1b 1c 1d 1e 1f 20 21
  0022  22 23 24 25 26 27 28 29
  002a  2a 2b 2c 2d 2e 2f 30 31
  0032  32 33 34 35 36 37 38 39
  003a  3a 3b";
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_view_keeps_to_its_columns_in_both_languages() {
        let deep = part(0, 3, 9, "supported_signature_algorithms length", &"证书".repeat(30));
        for lang in [Lang::En, Lang::Zh] {
            for line in view(std::slice::from_ref(&deep), &[1, 2, 3], lang, 80) {
                assert!(crate::terminal::text::columns(&line) <= 80, "{line}");
            }
        }
    }
}
