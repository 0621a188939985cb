//! Words that the decoders write into a value, in Chinese: what was due, and what came instead. In a Chinese sentence they
//! stand in Chinese, and protocols keep their names.

use std::borrow::Cow;

use crate::{
    Lang, Said, common,
    lang::zh::terms::{PATTERNS, WORDS},
    ssh, tcp, tls, ws,
};

/// Words of ours in Chinese; what is not among them is a name or a peer's text and stays as it is.
pub fn in_chinese(words: &str) -> Cow<'_, str> {
    if let Some(message) = words.strip_prefix("a well-formed ") {
        return Cow::Owned(format!("格式正确的 {message}"));
    }
    for (english, chinese) in PATTERNS {
        if let Some((before, after)) = english.split_once('*')
            && let Some(between) = words.strip_prefix(before).and_then(|rest| rest.strip_suffix(after))
            && (before.len() + after.len() > 3)
        {
            // A count of a whole: `2 of 128`.
            let counted = between.split_once(" of ").filter(|(some, all)| number(some) && number(all));
            let between = counted.map_or(between.into(), |(some, all)| format!("{some} / {all}"));
            return Cow::Owned(chinese.replace('*', &between));
        }
    }
    if let Some((key, length)) = words.split_once(" (")
        && let Some(length) = length.strip_suffix(" bytes)")
    {
        return Cow::Owned(format!("{key}（{length} 字节）"));
    }
    if let Some((derivation, hash)) = words.split_once(" with ")
        && ["HKDF", "PRF"].contains(&derivation)
    {
        return Cow::Owned(format!("{derivation}（{hash}）"));
    }
    Cow::Borrowed(known(words).unwrap_or(words))
}

fn number(words: &str) -> bool {
    !words.is_empty() && words.bytes().all(|byte| byte.is_ascii_digit())
}

/// Words of ours in every language.
pub fn our_words(words: &str) -> Said {
    Said::new(words, in_chinese(words))
}

/// The same behind a character of the sentence: in Chinese a name in Latin letters has a blank before it, Chinese has none.
pub(crate) fn our_words_behind(words: &str) -> Said {
    let Said { en, zh } = our_words(words);
    let blank = if zh.starts_with(|c: char| c.is_ascii_alphanumeric()) { " " } else { "" };
    Said::new(en, format!("{blank}{zh}"))
}

/// What the text `words` of the value called `name` says in `lang`: words of ours in that language, anything else as it is.
pub fn in_words<'a>(name: &str, words: &'a str, lang: Lang) -> Cow<'a, str> {
    // OpenSSH's word for a cipher that brings its own authentication.
    if words == "<implicit>" {
        return Cow::Borrowed(match lang {
            Lang::En => "MAC within the cipher",
            Lang::Zh => "MAC 已含在加密算法中",
        });
    }
    match lang {
        // Of a host key it says that none is recorded.
        Lang::Zh if name == ssh::field::RECORD.name() && words == "unknown" => Cow::Borrowed("没有记录"),
        Lang::Zh if OURS.contains(&name) => in_chinese(words),
        Lang::En | Lang::Zh => Cow::Borrowed(words),
    }
}

/// The values that hold words of ours, not a peer's text and not a name.
const OURS: [&str; 33] = [
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
    ws::field::MEANING.name(),
    ssh::field::ANSWER.name(),
    ssh::field::DECIDED_BY.name(),
    ssh::field::ENCRYPTION_KEY_CLIENT_TO_SERVER.name(),
    ssh::field::ENCRYPTION_KEY_SERVER_TO_CLIENT.name(),
    ssh::field::EXT_INFO_WANTED_BY.name(),
    ssh::field::GUESSED_BY.name(),
    ssh::field::INITIAL_IV_CLIENT_TO_SERVER.name(),
    ssh::field::INITIAL_IV_SERVER_TO_CLIENT.name(),
    ssh::field::INTEGRITY_KEY_CLIENT_TO_SERVER.name(),
    ssh::field::INTEGRITY_KEY_SERVER_TO_CLIENT.name(),
    ssh::field::RECORD.name(),
    ssh::field::SIGNATURE.name(),
    ssh::field::STREAM.name(),
];

/// Whether the words are known, so that no English is left in them.
pub fn has_chinese(words: &str) -> bool {
    words.starts_with("a well-formed ") || known(words).is_some()
}

fn known(words: &str) -> Option<&'static str> {
    WORDS.iter().find(|(english, _)| *english == words).map(|(_, chinese)| *chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ours_are_told_in_chinese_and_a_peers_stay() {
        for (name, words, zh) in [
            ("opened_with", "RSA 2048 bit private key", "RSA 2048 位私钥"),
            ("opened_with", "the client's secret", "客户端的密钥"),
            ("encryption_key_client_to_server", "656996cd (64 bytes)", "656996cd（64 字节）"),
            ("derivation", "HKDF with SHA-384", "HKDF（SHA-384）"),
            ("result", "✓ 8 of 8", "✓ 8 of 8"),
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
    fn no_words_stand_twice() {
        for (n, (words, _)) in WORDS.iter().enumerate() {
            assert!(WORDS[..n].iter().all(|(known, _)| known != words), "{words}");
        }
    }
}
