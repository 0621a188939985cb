//! A field of a message at its place in the bytes: what a byte view prints.

use std::borrow::Cow;

use crate::{
    Lang,
    lang::zh::terms::{OF_BYTES, in_pattern},
};

/// A run of bytes with a meaning. A part whose bytes are told in parts of their own is followed by them, one level
/// deeper; those without, read in order, cover every byte exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it begins.
    pub offset: usize,
    /// How many bytes it has.
    pub length: usize,
    /// How many parts it stands inside.
    pub depth: usize,
    /// The field's name in the RFC; empty for bytes that could not be read.
    pub name: String,
    /// What the bytes mean; empty where they speak for themselves.
    pub value: String,
}

impl Part {
    /// Those of `parts` that have no parts of their own.
    pub fn leaves(parts: &[Part]) -> impl Iterator<Item = &Part> {
        let next = parts.iter().skip(1).map(Some).chain([None]);
        let told_by_next =
            |(part, next): &(&Part, Option<&Part>)| next.is_some_and(|next| next.depth > part.depth);
        parts.iter().zip(next).filter(move |pair| !told_by_next(pair)).map(|(part, _)| part)
    }

    /// The name, in which only a vector's "length" is a word of ours.
    pub fn name_in(&self, lang: Lang) -> Cow<'_, str> {
        match self.name.strip_suffix(" length") {
            // "Payload length" is the name of RFC 6455.
            Some(vector) if !vector.ends_with("payload") => {
                Cow::Owned(say_in!(lang, words::length_of(vector)))
            }
            Some(_) | None => Cow::Borrowed(&self.name),
        }
    }

    /// What the bytes mean. A peer's text and a registered name stand as they are.
    pub fn value_in(&self, lang: Lang) -> Cow<'_, str> {
        let ours = OF_BYTES.iter().filter(|(name, ..)| *name == self.name);
        let chinese = || ours.filter_map(|(_, en, zh)| in_pattern(&self.value, en, zh)).next();
        match lang {
            Lang::En => Cow::Borrowed(&self.value),
            Lang::Zh => chinese().map_or(Cow::Borrowed(&self.value), Cow::Owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_words_are_told_in_chinese_and_a_peers_stay() {
        for (name, value, name_zh, value_zh) in [
            (
                "data_offset, reserved",
                "5 words of 4 bytes, 0000",
                "data_offset, reserved",
                "5 个 4 字节的字，0000",
            ),
            ("shift_count", "7: windows are multiplied by 128", "shift_count", "7：窗口乘以 128"),
            ("ticket_lifetime", "7200 s", "ticket_lifetime", "7200 秒"),
            ("control_bits", "none", "control_bits", "无"),
            ("cipher_suites length", "6", "cipher_suites 长度", "6"),
            ("MASK, payload length", "1, 5", "MASK, payload length", "1, 5"),
            ("data", "none", "data", "none"),
        ] {
            let part = Part { offset: 0, length: 1, depth: 0, name: name.into(), value: value.into() };
            assert_eq!((part.name_in(Lang::Zh), part.value_in(Lang::Zh)), (name_zh.into(), value_zh.into()));
            assert_eq!((part.name_in(Lang::En), part.value_in(Lang::En)), (name.into(), value.into()));
        }
    }
}
