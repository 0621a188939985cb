//! The byte view: each field of a message at its offset, what stands inside another one deeper.
//!
//! ```text
//!   0000  01                       msg_type: client_hello (1)
//!   0001  00 00 e8                 length: 232
//!   0004                           client_hello: 232 bytes
//!   0004  03 03                      legacy_version: TLS 1.2
//! ```

use steps::{Lang, Part, harmless};

use crate::terminal::text::wrap;

/// Bytes in a row, and rows of one field; what is longer is cut, and its length told.
const ROW: usize = 8;
const ROWS: usize = 4;

/// Where the meanings begin: behind two blanks, the offset, and a row of bytes.
const MEANING: usize = 2 + 4 + 2 + 3 * ROW - 1 + 2;

/// So deep a field is indented at most: eighty columns have to do.
const DEEPEST: usize = 6;

/// The view of `bytes`, of which `parts` tell the meaning, in `width` columns.
pub(crate) fn view(parts: &[Part], bytes: &[u8], lang: Lang, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let told_inside = parts.get(i + 1).is_some_and(|next| next.depth > part.depth);
        let own = bytes.get(part.offset..part.offset + part.length).unwrap_or_default();
        let rows = if told_inside { Vec::new() } else { rows(own) };
        let cut = !told_inside && own.len() > ROW * ROWS;
        let meaning = meaning(part, told_inside || cut, lang);
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
    let mut rows: Vec<_> = bytes.chunks(ROW).take(ROWS).map(row).collect();
    if bytes.len() > ROW * ROWS {
        rows.truncate(ROWS - 1);
        rows.push("…".into());
    }
    rows
}

/// The name of a field and its value; its length where the bytes do not show it.
fn meaning(part: &Part, tell_length: bool, lang: Lang) -> String {
    let name = match (part.name.as_str(), lang) {
        ("", Lang::En) => "not told apart",
        ("", Lang::Zh) => "未细分",
        (name, _) => &harmless(name),
    };
    let length = match lang {
        Lang::En if part.length == 1 => "1 byte".to_owned(),
        Lang::En => format!("{} bytes", part.length),
        Lang::Zh => format!("{} 字节", part.length),
    };
    let value = harmless(&part.value);
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
  0022  …";
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
