//! Words that the decoders write into a value: what was due, and what came instead. They stand in the language of the sentence
//! around them, and protocols keep their names.

use std::borrow::Cow;

pub use crate::lang::zh::terms::{has_chinese, in_chinese};
use crate::{
    Lang, Said, Text, common,
    lang::zh::terms::{SERIAL, in_pattern},
    ssh, tcp, tls, ws,
};

/// Words of ours in every language.
pub fn our_words(words: &str) -> Said {
    Said::each(|lang| match lang {
        Lang::En => words.to_owned(),
        Lang::Zh => in_chinese(words).into_owned(),
    })
}

/// The same behind a character of the sentence: in Chinese a name in Latin letters has a blank before it, Chinese has none.
pub fn our_words_behind(words: &str) -> Said {
    let said = our_words(words);
    Said::each(|lang| match (lang, said.in_lang(lang)) {
        (Lang::Zh, words) if words.starts_with(|c: char| c.is_ascii_alphanumeric()) => format!(" {words}"),
        (Lang::En | Lang::Zh, words) => words.to_owned(),
    })
}

/// The same between two characters.
pub fn our_words_between(words: &str) -> Said {
    let Said { en, zh } = our_words_behind(words);
    let blank = if zh.ends_with(|c: char| c.is_ascii_alphanumeric()) { " " } else { "" };
    Said::new(en, format!("{zh}{blank}"))
}

/// A title within a sentence: in Chinese Latin words stand between blanks, Chinese ones do not.
pub(crate) fn title_within(title: Text) -> Said {
    Said::each(|lang| match (lang, title.in_lang(lang)) {
        (Lang::Zh, title) if title.is_ascii() => format!(" {title} "),
        (Lang::En | Lang::Zh, title) => title.to_owned(),
    })
}

/// What the text `words` of the value called `name` says in `lang`: words of ours in that language, anything else as it is.
pub fn in_words<'a>(name: &str, words: &'a str, lang: Lang) -> Cow<'a, str> {
    // OpenSSH's word for a cipher that brings its own authentication.
    if words == "<implicit>" {
        return Cow::Borrowed(text!(words::mac_within_the_cipher()).in_lang(lang));
    }
    // Of a host key it says that none is recorded.
    if name == ssh::field::RECORD.name() && words == "unknown" {
        return Cow::Borrowed(text!(words::no_host_key_is_recorded()).in_lang(lang));
    }
    match lang {
        // A certificate by its name, and by its number where names are not enough.
        Lang::Zh if name == tls::field::CHAIN.name() => {
            in_pattern(words, SERIAL.0, SERIAL.1).map_or(Cow::Borrowed(words), Cow::Owned)
        }
        Lang::Zh if OURS.contains(&name) => in_chinese(words),
        Lang::En | Lang::Zh => Cow::Borrowed(words),
    }
}

/// The values that hold words of ours, not a peer's text and not a name.
const OURS: [&str; 35] = [
    common::DUE.name(),
    common::LOOKS_LIKE.name(),
    common::OPENED_WITH.name(),
    common::RESULT.name(),
    tcp::field::ACCEPT_QUEUE.name(),
    tcp::field::ANSWERED.name(),
    tcp::field::SOCK_DIAG.name(),
    tcp::field::TIMER.name(),
    tcp::field::UNTIL.name(),
    tls::field::BY.name(),
    tls::field::DERIVATION.name(),
    tls::field::HANDSHAKE_KIND.name(),
    tls::field::OVER.name(),
    tls::field::PRE_SHARED_KEY.name(),
    tls::field::PUBLIC_KEY.name(),
    tls::field::REQUEST_UPDATE.name(),
    tls::field::STAGE.name(),
    tls::field::SUBJECT.name(),
    tls::field::SENDER.name(),
    ws::field::LENGTH_FORM.name(),
    ws::field::MEANING.name(),
    ssh::field::ANSWER.name(),
    ssh::field::DECIDED_BY.name(),
    ssh::field::ENCRYPTION_KEY_CLIENT_TO_SERVER.name(),
    ssh::field::ENCRYPTION_KEY_SERVER_TO_CLIENT.name(),
    ssh::field::EXT_INFO_WANTED_BY.name(),
    ssh::field::GUESSED_BY.name(),
    ssh::field::HASHED.name(),
    ssh::field::INITIAL_IV_CLIENT_TO_SERVER.name(),
    ssh::field::INITIAL_IV_SERVER_TO_CLIENT.name(),
    ssh::field::INTEGRITY_KEY_CLIENT_TO_SERVER.name(),
    ssh::field::INTEGRITY_KEY_SERVER_TO_CLIENT.name(),
    ssh::field::RECORD.name(),
    ssh::field::SIGNATURE.name(),
    ssh::field::STREAM.name(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::zh::terms::WORDS;

    #[test]
    fn words_of_ours_are_told_in_chinese_and_a_peers_stay() {
        for (name, words, zh) in [
            ("opened_with", "RSA 2048 bit private key", "RSA 2048 位私钥"),
            ("opened_with", "the client's secret", "客户端的密钥"),
            ("encryption_key_client_to_server", "656996cd (64 bytes)", "656996cd（64 字节）"),
            ("derivation", "HKDF with SHA-384", "HKDF（SHA-384）"),
            ("result", "✓ 8 of 8", "✓ 8 / 8"),
            ("result", "✗ Upgrade", "✗ Upgrade"),
            ("chain", "CN=Demo (serial 1a:2e)", "CN=Demo（序列号 1a:2e）"),
            ("chain", "CN=Demo (serial", "CN=Demo (serial"),
            ("length_form", "7+16 bits", "7+16 位"),
            (
                "over",
                "\"TLS 1.3, server CertificateVerify\" + handshake hash",
                "\"TLS 1.3, server CertificateVerify\" 与握手摘要",
            ),
            ("record", "unknown", "没有记录"),
            ("expected", "a well-formed client_hello", "格式正确的 client_hello"),
            // A peer may say anything.
            ("text", "valid", "valid"),
        ] {
            assert_eq!(in_words(name, words, Lang::Zh), zh);
            assert_eq!(in_words(name, words, Lang::En), words);
        }
        assert_eq!(in_words("mac_algorithm", "<implicit>", Lang::En), "MAC within the cipher");
    }

    #[test]
    fn words_that_are_known_are_not_taken_for_a_part_and_what_is_around_it() {
        for (words, chinese) in WORDS {
            assert_eq!(in_chinese(words), *chinese);
        }
    }

    #[test]
    fn no_words_stand_twice() {
        for (n, (words, _)) in WORDS.iter().enumerate() {
            assert!(WORDS[..n].iter().all(|(known, _)| known != words), "{words}");
        }
    }
}
