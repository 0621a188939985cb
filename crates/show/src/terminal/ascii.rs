//! Plain ASCII, a sign for a sign: for terminals that show no others, and for those that draw the frame's signs two
//! columns wide.

/// `text` in ASCII and Chinese characters; each of our signs becomes one that is as wide, and any other `?`.
pub(crate) fn ascii(text: &str, chinese: bool) -> String {
    use unicode_width::UnicodeWidthChar as _;

    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            plain if plain.is_ascii() => out.push(plain),
            '│' => out.push('|'),
            '─' => out.push('-'),
            '┄' => out.push('.'),
            '▶' | '→' => out.push('>'),
            '◀' | '←' => out.push('<'),
            '●' => out.push('*'),
            '■' => out.push('#'),
            '○' => out.push('o'),
            '✗' => out.push('x'),
            '✓' => out.push('+'),
            '≠' => out.push('!'),
            '·' | '–' | '—' => out.push('-'),
            '…' | '⋯' => out.push('.'),
            '×' => out.push('x'),
            'µ' => out.push('u'),
            '§' => out.push('S'),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            // Chinese where the log is Chinese: they are two columns wide on any terminal that shows them.
            wide if chinese && wide.width() == Some(2) => out.push(wide),
            other => out.push_str(&"?".repeat(other.width().unwrap_or(0))),
        }
    }
    out
}

/// Whether the terminal before us is one for plain ASCII: it says that it is dumb, or the locale is C.
pub(crate) fn is_plain_terminal() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let dumb = set("TERM").is_some_and(|term| term == "dumb");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    dumb || locale.is_some_and(|locale| locale == "C" || locale == "POSIX")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::text::columns;

    #[test]
    fn each_sign_becomes_one_that_is_as_wide() {
        for text in ["│── t4≠ ClientHello · 3 µs ┄┄▶│", "●  ✗ → 握手 ×2", "\u{1b}[36m■\u{1b}[0m é"]
        {
            for chinese in [false, true] {
                let plain = ascii(text, chinese);
                assert_eq!(columns(&plain), columns(text), "{plain}");
                assert!(chinese || plain.is_ascii(), "{plain}");
            }
        }
        assert_eq!(ascii("│◀─ t4≠ x │", false), "|<- t4! x |");
        assert_eq!(ascii("握手 é", true), "握手 ?");
    }
}
