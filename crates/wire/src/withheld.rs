//! What in HTTP is a credential and stays out of the log: header fields by their names, parameters of a URL by theirs,
//! and a URL's user name and password. Where a name leaves it open, the value is withheld: a log is read by more people
//! than a request.

use std::ops::Range;

use steps::harmless::NOT_SHOWN;

/// Header fields that are credentials, and name none.
const FIELDS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

/// Parameters that are credentials, and name none: of OAuth 2 (RFC 6749), of signed URLs, of sessions.
const PARAMETERS: [&str; 12] = [
    "auth",
    "authorization",
    "code",
    "jwt",
    "key",
    "pass",
    "pwd",
    "session",
    "sid",
    "sig",
    "signature",
    "ticket",
];

/// What names a credential wherever it stands in a name: X-Api-Key, X-CSRF-Token, access_token, client_secret.
const WORDS: [&str; 9] =
    ["apikey", "token", "csrf", "xsrf", "secret", "passwd", "password", "credential", "sessionid"];

/// Whether the value of this header field is a credential.
pub(crate) fn is_credential(field: &str) -> bool {
    FIELDS.iter().any(|known| field.eq_ignore_ascii_case(known)) || names_one(field)
}

fn names_one(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let bare: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    WORDS.iter().any(|word| bare.contains(word))
}

/// `text`, a request target or a header's value, without the credentials in the URLs that it holds.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for secret in secrets(text.as_bytes()) {
        // Each begins and ends beside an ASCII character.
        shown.push_str(&text[at..secret.start]);
        shown.push_str(NOT_SHOWN);
        at = secret.end;
    }
    shown.push_str(&text[at..]);
    shown
}

/// Puts `*` in place of each byte of them.
pub(crate) fn star(bytes: &mut [u8]) {
    for secret in secrets(bytes) {
        bytes[secret].fill(b'*');
    }
}

/// Where credentials stand, in order: `://user:password@`, and `?name=value` or `&name=value` of a name that is one's.
fn secrets(text: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let begins = at + 1;
        let secret = match text[at] {
            b'?' | b'&' | b';' | b'#' => parameter(text, begins),
            b'/' if text[..at].ends_with(b":/") => user(text, begins),
            _ => None,
        };
        at = secret.as_ref().map_or(begins, |secret| secret.end);
        found.extend(secret.filter(|secret| !secret.is_empty()));
    }
    found
}

/// The value of the parameter that begins at `start`, if it is a credential.
fn parameter(text: &[u8], start: usize) -> Option<Range<usize>> {
    const MOST_NAME: usize = 64;
    let rest = &text[start..];
    let length = rest.iter().take(MOST_NAME).position(|byte| *byte == b'=')?;
    let name = decoded(&rest[..length]);
    if !(PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known)) || names_one(&name)) {
        return None;
    }
    let value = start + length + 1;
    Some(value..end(text, value, b"&;#"))
}

/// The user name and password of the authority that begins at `start` (RFC 3986 §3.2.1), if there are any.
fn user(text: &[u8], start: usize) -> Option<Range<usize>> {
    let authority = &text[start..end(text, start, b"/?#")];
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    Some(start..start + at)
}

/// The first of `ends` from `start` on, or the end of the word.
fn end(text: &[u8], start: usize, ends: &[u8]) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>,".contains(byte) || ends.contains(byte);
    text[start..].iter().position(is_end).map_or(text.len(), |length| start + length)
}

/// A name without the percent-encoding (RFC 3986 §2.1) that would hide it.
fn decoded(name: &[u8]) -> String {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [first, after @ ..] = rest {
        let coded = after.get(..2).filter(|_| *first == b'%');
        match coded.and_then(|digits| hex::decode(digits).ok()) {
            Some(byte) => {
                plain.extend(byte);
                rest = &after[2..];
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_withheld_and_the_rest_is_shown() {
        for (text, expected) in [
            ("/?access_token=abc&x=1", "/?access_token=(not shown)&x=1"),
            ("/?x=1&api_key=a%20b;token=q#z", "/?x=1&api_key=(not shown);token=(not shown)#z"),
            ("GET /a?Access%5FToken=abc HTTP/1.1", "GET /a?Access%5FToken=(not shown) HTTP/1.1"),
            ("/cb#id_token=abc", "/cb#id_token=(not shown)"),
            ("https://u:p@host/?sig=1", "https://(not shown)@host/?sig=(not shown)"),
            (
                "<https://u@h/?key=1>, </?key=2>",
                "<https://(not shown)@h/?key=(not shown)>, </?key=(not shown)>",
            ),
            ("/chat?name=demo&monkey=1", "/chat?name=demo&monkey=1"),
            ("/?token=", "/?token="),
            ("/?token=握手&y=é", "/?token=(not shown)&y=é"),
            ("https://host/@user", "https://host/@user"),
            ("%?&=;#", "%?&=;#"),
        ] {
            assert_eq!(shown(text), expected);
            let mut bytes = text.as_bytes().to_vec();
            star(&mut bytes);
            assert_eq!(bytes.len(), text.len());
            assert_eq!(bytes != text.as_bytes(), expected != text, "{text}");
        }
    }

    #[test]
    fn a_header_is_a_credential_by_its_name() {
        for credential in [
            "Authorization",
            "cookie",
            "X-Api-Key",
            "X-API-KEY",
            "X-Auth-Token",
            "X-CSRF-Token",
            "X-XSRF-TOKEN",
            "X-Amz-Security-Token",
            "X-Goog-Api-Key",
            "Api-Key",
            "X-Client-Secret",
        ] {
            assert!(is_credential(credential), "{credential}");
        }
        for plain in
            ["Host", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Accept", "Origin", "Cookie-Policy"]
        {
            assert!(!is_credential(plain), "{plain}");
        }
    }
}
