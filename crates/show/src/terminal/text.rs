//! Text in columns: a Chinese character is two wide.

use std::borrow::Cow;

use steps::{Lang, Value, harmless};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns `text` takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// How many columns `text` takes that may be coloured.
pub(crate) fn visible_columns(text: &str) -> usize {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    columns(&plain)
}

/// `text` and as many spaces as it takes to fill `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// `text`, or as much of it as fits `width` columns with an ellipsis.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.into();
    }
    let mut kept = String::new();
    let mut used = 1; // the ellipsis
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide > width {
            break;
        }
        used += wide;
        kept.push(character);
    }
    kept.truncate(kept.trim_end_matches([' ', '·', ',']).len());
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// `text` broken into lines of at most `width` columns, each after `indent` spaces.
pub(crate) fn wrap(text: &str, indent: usize, width: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(20);
    let indent = " ".repeat(indent);
    wrap_to(text, room).into_iter().map(|line| format!("{indent}{line}")).collect()
}

/// A text in lines of at most `width` columns.
pub fn wrapped(text: &str, width: usize) -> String {
    wrap(text, 0, width).join("\n")
}

/// `text` broken into lines of at most `room` columns: between words, and between Chinese characters where no mark
/// of punctuation forbids it. Paths, names with hyphens and Base64 stay whole where a line has room for them.
pub(crate) fn wrap_to(text: &str, room: usize) -> Vec<String> {
    let options = textwrap::Options::new(room)
        .word_separator(textwrap::WordSeparator::Custom(words))
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// How many columns the widest word of `text` takes: in fewer it is broken itself.
pub(crate) fn widest_word(text: &str) -> usize {
    words(text).map(|word| columns(&word)).max().unwrap_or_default()
}

/// What may not be parted: words with the spaces behind them, and Chinese characters with their punctuation.
fn words(line: &str) -> Box<dyn Iterator<Item = textwrap::core::Word<'_>> + '_> {
    const ENDS: &str = "，。、；：？！）》」』”’…%·";
    const BEGINS: &str = "（《「『“‘";
    let wide = |c: char| c.width() == Some(2);
    let mut cuts = vec![];
    let mut before: Option<char> = None;
    for (at, c) in line.char_indices() {
        let apart = match before {
            None => false,
            // A count stays with what it counts: `name +6`.
            Some(' ') => c != ' ' && c != '+',
            // A list of names, as SSH writes it.
            Some(',') => c.is_ascii_alphabetic(),
            Some(last) => c != ' ' && (wide(last) || wide(c)) && !ENDS.contains(c) && !BEGINS.contains(last),
        };
        if apart {
            cuts.push(at);
        }
        before = Some(c);
    }
    cuts.push(line.len());
    let mut from = 0;
    Box::new(cuts.into_iter().map(move |to| {
        let word = textwrap::core::Word::from(&line[from..to]);
        from = to;
        word
    }))
}

/// A value in as few columns as tell it apart: of a hash or a random number the first eight digits, of a list its first
/// entry and its length.
pub(crate) fn short(value: &Value) -> String {
    match value {
        Value::String(text) if is_long_hex(text) => text[..8].to_owned(),
        Value::String(text) => match text.split_at_checked(FINGERPRINT.len() + 8) {
            Some((short, rest)) if rest.len() > 8 && text.starts_with(FINGERPRINT) => {
                harmless(short).into_owned()
            }
            _ => harmless(text).into_owned(),
        },
        Value::Array(list) => match &**list {
            [] => "none".into(),
            [one] => short(one),
            [first, rest @ ..] => format!("{} +{}", short(first), rest.len()),
        },
        other => whole(other),
    }
}

/// The words of a sentence that a field holds in both languages; none: the value is something else.
pub(crate) fn in_lang(value: &Value, lang: Lang) -> Option<&str> {
    let [en, zh] = value.as_said()?;
    Some(match lang {
        Lang::En => en,
        Lang::Zh => zh,
    })
}

/// A value in full.
pub(crate) fn whole(value: &Value) -> String {
    match value {
        Value::String(text) => harmless(text).into_owned(),
        Value::Array(list) => list.iter().map(whole).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| format!("{} {}", harmless(name), whole(value)))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Null => "none".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// How the fingerprint of an SSH key begins, which is Base64.
const FINGERPRINT: &str = "SHA256:";

fn is_long_hex(text: &str) -> bool {
    text.len() > 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counts_two_columns_a_character() {
        assert_eq!(pad("握手", 6), "握手  ");
        assert_eq!(fit("三次握手", 8), "三次握手");
        assert_eq!(fit("三次握手", 7), "三次握…");
        assert_eq!(fit("三次握手", 6), "三次…");
        assert_eq!(fit("abc", 0), "");
        for line in wrap("客户端确认服务端的 SYN，握手由此完成。The handshake is complete.", 4, 30)
        {
            assert!(columns(&line) <= 30, "{line}");
        }
    }

    #[test]
    fn names_paths_and_base64_are_not_broken() {
        let text = "see /etc/ssl/certs/ca-certificates.crt for ecdsa-sha2-nistp256 and a+b/c==";
        let words: Vec<_> = text.split(' ').collect();
        for line in wrap_to(text, 40) {
            assert!(columns(&line) <= 40 && line.split(' ').all(|word| words.contains(&word)), "{line}");
        }
        assert_eq!(wrap_to("（握手）完成。", 8), ["（握手）", "完成。"]);
        assert_eq!(wrap_to("ssh-ed25519,rsa-sha2-512", 15), ["ssh-ed25519,", "rsa-sha2-512"]);
        assert_eq!(wrap_to("one name +6", 9), ["one", "name +6"]);
        assert_eq!(wrap_to("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!((widest_word("one name +6 "), widest_word("（握手）完"), widest_word("")), (7, 4, 0));
    }

    #[test]
    fn colours_take_no_columns() {
        assert_eq!(visible_columns("\u{1b}[36mC ─▶\u{1b}[0m x"), 6);
        assert_eq!(visible_columns("握手"), 4);
    }

    #[test]
    fn a_value_from_the_wire_cannot_move_the_cursor() {
        let value = Value::String("\u{1b}[2Jgone\r\n\u{202e}".into());
        assert_eq!(short(&value), "\\u{1b}[2Jgone\\r\\n\\u{202e}");
        assert_eq!(whole(&value), short(&value));
    }

    #[test]
    fn a_sentence_in_two_languages_is_told_in_one() {
        let said = Value::from(serde_json::json!({"en": "no key", "zh": "没有密钥"}));
        assert_eq!(in_lang(&said, Lang::Zh), Some("没有密钥"));
        assert_eq!(in_lang(&serde_json::json!({"en": 1}).into(), Lang::En), None);
    }

    #[test]
    fn long_values_are_short_on_a_line() {
        assert_eq!(short(&Value::String("00112233445566778899".into())), "00112233");
        assert_eq!(short(&["a", "b", "c"].into()), "a +2");
        assert_eq!(short(&Value::Array([].into())), "none");
    }
}
