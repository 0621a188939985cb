//! Text of a peer must be safe to display. Here is the one list of characters that are not, and what is shown instead.
//!
//! Text of a peer is kept as it came, in events and in errors, and made harmless where it leaves the program: on the
//! way to a terminal, a page, a comment in a capture, a line of JSON (`json.rs`).

use std::{borrow::Cow, fmt::Write as _, panic::PanicHookInfo};

/// The characters that act on a terminal, a page or a reader that displays them, each range with what it does.
pub const HARMFUL: [(char, char, &str); 15] = [
    (
        '\u{0}',
        '\u{1f}',
        "C0: ESC begins commands to a terminal (OSC 52: its clipboard), CR and LF forge lines",
    ),
    ('\u{7f}', '\u{7f}', "DEL"),
    ('\u{80}', '\u{9f}', "C1: CSI and OSC in one character"),
    ('\u{ad}', '\u{ad}', "soft hyphen: unseen inside a name"),
    ('\u{61c}', '\u{61c}', "Arabic letter mark: turns the direction of writing"),
    ('\u{180e}', '\u{180e}', "Mongolian vowel separator: unseen"),
    ('\u{200b}', '\u{200f}', "zero width, joiners, marks of direction"),
    ('\u{2028}', '\u{2029}', "line and paragraph separator: a line break to some"),
    ('\u{202a}', '\u{202e}', "embeddings and overrides: what follows is shown backwards"),
    ('\u{2060}', '\u{206f}', "word joiner, unseen operators, isolates, deprecated format characters"),
    ('\u{feff}', '\u{feff}', "byte order mark: zero width"),
    ('\u{fff9}', '\u{fffb}', "interlinear annotation: hides text"),
    ('\u{1d173}', '\u{1d17a}', "musical format characters: unseen"),
    ('\u{e0000}', '\u{e007f}', "tags: ASCII that nobody sees"),
    ('\u{e0080}', '\u{e00ff}', "reserved beside the tags: default ignorable, unseen"),
];

/// Whether displaying `character` has an effect beyond showing it. A lone surrogate is none of these: it cannot stand
/// in a `char`, and what decodes bytes puts U+FFFD in its place.
pub fn is_harmful(character: char) -> bool {
    match character {
        ' '..='~' => false,
        // Our own Chinese with its punctuation, without a walk through the list.
        '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' => false,
        _ => HARMFUL.iter().any(|(first, last, _)| (*first..=*last).contains(&character)),
    }
}

/// Whether JSON holds `text` as it is: nothing in it is harmful, a quote or a backslash. Where it says no that may still be
/// so: the bytes decide, and without an early end the compiler looks at many of them at once.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let other = |byte| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\';
    if !bytes.iter().fold(false, |any, &byte| any | other(byte)) {
        return true;
    }
    let next = |n| bytes.get(n..).unwrap_or_default();
    let threes = bytes.iter().zip(next(1)).zip(next(2));
    let any =
        threes.fold(false, |any, ((&first, &second), &third)| any | begins_special(first, second, third));
    // The last two bytes begin no three.
    let mut last = (bytes.len().saturating_sub(2)..bytes.len()).map(next);
    !any && !last.any(|last| begins_special(last[0], last.get(1).copied().unwrap_or(0), 0))
}

/// Whether a character that begins with these bytes of UTF-8 may be one that JSON does not hold as it is.
const fn begins_special(first: u8, second: u8, third: u8) -> bool {
    (first < 0x20)
        | (first == b'"')
        | (first == b'\\')
        | (first == 0x7f)
        // U+0080 to U+009F and U+00AD.
        | ((first == 0xc2) & ((second < 0xa0) | (second == 0xad)))
        // All from U+0600 to U+063F, and from U+1000 to U+1FFF.
        | (first == 0xd8)
        | (first == 0xe1)
        // U+200B to U+200F and U+2028 to U+202E; U+2060 to U+206F.
        | ((first == 0xe2) & (second == 0x80) & (((third >= 0x8b) & (third <= 0x8f)) | ((third >= 0xa8) & (third <= 0xae))))
        | ((first == 0xe2) & (second == 0x81) & (third >= 0xa0))
        // U+FEC0 to U+FEFF, and U+FFC0 to U+FFFF.
        | ((first == 0xef) & ((second == 0xbb) | (second == 0xbf)))
        // All beyond U+FFFF.
        | (first >= 0xf0)
}

/// `text` on one line and without effect: every harmful character, a line break too, is written as `\u{1b}`.
pub fn harmless(text: &str) -> Cow<'_, str> {
    escaped(text, is_harmful)
}

/// The same for text whose line breaks are our own. What of it came from a peer must be [`harmless`] already, else it
/// could pretend to be a line of ours.
pub fn harmless_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character != '\n' && is_harmful(character))
}

fn escaped(text: &str, harms: impl Fn(char) -> bool + Copy) -> Cow<'_, str> {
    if !text.contains(harms) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if harms(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// More of a line is read by nobody: a peer that sends a megabyte of reasons has said enough with its beginning.
const MOST: usize = 4000;

/// What a program says of itself on one line of standard error: harmless, of bounded length, and without the password
/// of a URL.
pub fn one_line(text: &str) -> String {
    let text = without_password(text);
    let safe = harmless(&text);
    match safe.char_indices().nth(MOST) {
        None => safe.into_owned(),
        Some((end, _)) => {
            let left = safe[end..].chars().count();
            format!("{}… ({left} more characters)", &safe[..end])
        }
    }
}

/// What stands where something is withheld.
pub const NOT_SHOWN: &str = "(not shown)";

/// `text` without the user names and passwords of the URLs in it: `ws://user:password@host/` is shown as
/// `ws://(not shown)@host/` (RFC 3986 §3.2.1).
pub fn without_password(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME_END) {
        let (before, after) = rest.split_at(at + SCHEME_END.len());
        shown.push_str(before);
        let ends = |c: char| c.is_whitespace() || "/?#\"'`<>|".contains(c);
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        rest = match authority.rfind('@') {
            Some(at) => {
                shown.push_str(NOT_SHOWN);
                &after[at..]
            }
            None => after,
        };
    }
    if shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// The same for one URL that a user typed, whose password may hold what RFC 3986 wants encoded: up to the last `@`.
pub fn without_typed_password(url: &str) -> String {
    match (url.find(SCHEME_END), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}{NOT_SHOWN}{}", &url[..scheme + SCHEME_END.len()], &url[at..])
        }
        _ => url.to_owned(),
    }
}

const SCHEME_END: &str = "://";

/// The line for a panic: where, and the message, which may quote a peer.
pub fn of_panic(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let message = payload.downcast_ref::<&str>().copied().or(owned).unwrap_or("no message");
    let mut line = String::from("panic");
    if let Some(place) = panic.location() {
        let _ = write!(line, " at {place}");
    }
    one_line(&format!("{line}: {message} (a mistake in this program; please report it)"))
}

/// Without the number that the standard library puts behind the system's words: ` (os error 2)` says nothing to people.
pub fn without_os_error(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => plain.push_str(rest),
            _ => {
                plain.push_str(" (os error ");
                plain.push_str(part);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_holds_what_it_must() {
        assert!(HARMFUL.windows(2).all(|pair| pair[0].1 < pair[1].0));
        let (mut listed, mut controls) = (0, 0);
        for character in '\0'..=char::MAX {
            let in_list = HARMFUL.iter().any(|(first, last, _)| (*first..=*last).contains(&character));
            assert_eq!(is_harmful(character), in_list, "{character:?}");
            listed += usize::from(in_list);
            controls += usize::from(character.is_control());
            assert!(in_list || !character.is_control(), "{character:?}");
        }
        assert!(listed > controls);
        for shown in "aZ~ ·│─▶≠握手，…“”\u{fffd}é".chars() {
            assert!(!is_harmful(shown), "{shown:?}");
        }
    }

    #[test]
    fn what_is_plain_needs_no_escape_and_our_own_words_are() {
        let mut text = String::new();
        for character in '\0'..=char::MAX {
            let needs_escape = is_harmful(character) || matches!(character, '"' | '\\');
            for (before, after) in [("", ""), ("握", ""), ("ab", "手a")] {
                text.clear();
                text.extend([before, character.encode_utf8(&mut [0; 4]), after]);
                assert!(!(needs_escape && is_plain(&text)), "{character:?} in {text:?}");
            }
        }
        assert!(is_plain("aZ~ ·│─▶≠握手，（…）“”é→"));
    }

    #[test]
    fn what_harms_is_named_and_the_rest_stays() {
        assert!(matches!(harmless("ClientHello · 握手"), Cow::Borrowed(_)));
        assert_eq!(harmless("\u{1b}]52;c;eA==\u{7}\r\n\u{202e}"), r"\u{1b}]52;c;eA==\u{7}\r\n\u{202e}");
        assert_eq!(harmless_lines("ours\n\ttheirs\u{9b}"), "ours\n\\ttheirs\\u{9b}");
        assert_eq!(harmless("a\u{e0041}b\u{feff}"), r"a\u{e0041}b\u{feff}");
    }

    #[test]
    fn a_line_ends() {
        let line = one_line(&"\u{1b}".repeat(1_000_000));
        assert!(line.chars().count() < MOST + 40 && line.ends_with(" more characters)"), "{line}");
        assert_eq!(one_line("short"), "short");
    }

    #[test]
    fn a_password_is_not_repeated() {
        for (text, shown) in [
            ("ws://u:p@a/", "ws://(not shown)@a/"),
            ("`ws://u:p@a:1/x` and wss://b/@c", "`ws://(not shown)@a:1/x` and wss://b/@c"),
            ("a ws://u:p@r@a/ b", "a ws://(not shown)@a/ b"),
            ("ws://a/ http://u:p@b", "ws://a/ http://(not shown)@b"),
            ("demo@127.0.0.1:7022", "demo@127.0.0.1:7022"),
            ("nothing://", "nothing://"),
            ("", ""),
        ] {
            assert_eq!(without_password(text), shown);
        }
        assert_eq!(without_typed_password("ws://u:p/?# @x@a:1/"), "ws://(not shown)@a:1/");
        assert_eq!(without_typed_password("me@host"), "me@host");
    }

    #[test]
    fn the_systems_words_stand_without_their_number() {
        for (text, plain) in [
            (
                "could not read it: No such file or directory (os error 2) (--ca)",
                "could not read it: No such file or directory (--ca)",
            ),
            ("a (os error 13): b (os error 21)", "a: b"),
            ("(os error 2)", "(os error 2)"),
            ("a (os error x)", "a (os error x)"),
        ] {
            assert_eq!(without_os_error(text), plain);
        }
    }
}
