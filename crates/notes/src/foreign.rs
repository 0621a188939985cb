//! Languages for which there are no rules: they are said not to be read, and nothing in them gets a verdict.

use steps::{Text, text};

use crate::{Unit, fold::is_chinese};

/// A language, or a group of them, that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Korean.
    Korean,
    /// Japanese.
    Japanese,
    /// Russian and others in Cyrillic letters.
    Cyrillic,
    /// A language in Latin letters that is not English.
    Latin,
}

impl Foreign {
    /// Its name.
    pub const fn title(self) -> Text {
        match self {
            Foreign::Korean => text!(notes::korean()),
            Foreign::Japanese => text!(notes::japanese()),
            Foreign::Cyrillic => text!(notes::cyrillic()),
            Foreign::Latin => text!(notes::latin()),
        }
    }
}

/// The words that English prose cannot do without.
const ENGLISH: [&str; 16] =
    ["the", "a", "an", "is", "are", "to", "and", "of", "in", "it", "with", "by", "its", "for", "on", "from"];

/// Such words of Portuguese, Spanish, French, German and Italian, which English has not.
const OTHERS: [&str; 24] = [
    "o", "os", "um", "uma", "para", "com", "do", "da", "el", "los", "una", "con", "del", "le", "les", "une",
    "est", "pour", "der", "die", "das", "und", "ist", "che",
];

/// Sentences shorter than this are names and numbers.
const PROSE: usize = 6;

/// The language in which most of the notes are written, where it is one that is not read.
pub(crate) fn foreign(units: &[Unit]) -> Option<Foreign> {
    let (mut korean, mut japanese, mut cyrillic, mut chinese) = (0, 0, 0, 0);
    let (mut english, mut other) = (0, 0);
    for unit in units {
        for c in unit.folded.chars() {
            match c {
                '\u{AC00}'..='\u{D7AF}' => korean += 1,
                '\u{3040}'..='\u{30FF}' => japanese += 1,
                '\u{0400}'..='\u{04FF}' => cyrillic += 1,
                c if is_chinese(c) => chinese += 1,
                _latin => {}
            }
        }
        if unit.folded.chars().any(is_chinese) {
            continue;
        }
        let words: Vec<&str> =
            unit.folded.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        if words.len() < PROSE || unit.kind == crate::Kind::Code {
            continue;
        }
        match (
            words.iter().any(|word| ENGLISH.contains(word)),
            words.iter().any(|word| OTHERS.contains(word)),
        ) {
            (true, _) => english += words.len(),
            (false, true) => other += words.len(),
            // A list of names is of no language.
            (false, false) => {}
        }
    }
    let letters = chinese + english * 3;
    // Japanese writes many of its words in Chinese characters.
    if japanese * 4 > letters {
        Some(Foreign::Japanese)
    } else if korean > letters {
        Some(Foreign::Korean)
    } else if cyrillic > letters {
        Some(Foreign::Cyrillic)
    } else if other > english + chinese && other >= 4 * PROSE {
        Some(Foreign::Latin)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grade, Notes};

    #[test]
    fn what_has_no_rules_is_said_not_to_be_read() {
        for (text, language) in [
            ("클라이언트가 서버에 SYN 패킷을 보낸다", Some(Foreign::Korean)),
            ("クライアントは SYN を送信する", Some(Foreign::Japanese)),
            ("Клиент отправляет SYN серверу", Some(Foreign::Cyrillic)),
            (
                "O cliente envia um pacote SYN para o servidor e o servidor responde com SYN e ACK. \
                 Depois disso o cliente confirma o SYN do servidor com um ACK.",
                Some(Foreign::Latin),
            ),
            ("The client sends a SYN to the server and waits for an answer.", None),
            ("客户端发送 SYN，服务端回复 SYN+ACK。", None),
        ] {
            let notes = Notes::read(text);
            assert_eq!(notes.foreign, language, "{text}");
            let verdicts = notes.readings.iter().filter(|reading| reading.grade != Grade::About).count();
            assert_eq!(verdicts == 0, language.is_some(), "{text}");
        }
    }
}
