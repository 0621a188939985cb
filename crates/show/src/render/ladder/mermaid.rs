//! The ladder as a Mermaid `sequenceDiagram` (<https://mermaid.js.org/syntax/sequenceDiagram.html>), to be pasted into
//! Markdown. What Mermaid would take for a word of its own is escaped.

use steps::{Lang, Side, harmless};

use super::{joined, label, marks, name, remark};
use crate::{
    reading::OwnNotes,
    render::marks::side_word,
    story::{Crossed, Part, Row, Story, What},
    terminal::text::fit,
};

/// One diagram a story, each in a fence of its own when there are several.
pub fn mermaid(stories: &[Story], notes: Option<&OwnNotes>, lang: Lang) -> String {
    let diagrams: Vec<_> = stories.iter().map(|story| diagram(story, notes, lang)).collect();
    match diagrams.as_slice() {
        [one] => one.clone(),
        many => many.iter().map(|one| format!("```mermaid\n{one}```\n\n")).collect(),
    }
}

fn diagram(story: &Story, notes: Option<&OwnNotes>, lang: Lang) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let [client, server] = [Side::Client, Side::Server].map(|side| side_word(side).in_lang(lang));
    let at_client = story.client_address().map(|address| format!(" {address}")).unwrap_or_default();
    let at_server = story.server_address().map(|address| format!(" {address}")).unwrap_or_default();
    out.push_str(&format!("    participant C as {}\n", escape(&format!("{client}{at_client}"))));
    out.push_str(&format!("    participant S as {}\n", escape(&format!("{server}{at_server}"))));
    let joined = joined(story).into_iter().map(|said| said.in_lang(lang).to_owned());
    let about = [name(story)].into_iter().chain(joined).collect::<Vec<_>>().join(" · ");
    out.push_str(&format!("    Note over C,S: {}\n", escape(&about)));
    let mut quoted = Vec::new();
    for row in &story.rows {
        // One message is one arrow, where it was sent.
        if matches!(&row.what, What::Crossed(crossed) if crossed.part == Part::Arrives && crossed.sent.is_some())
        {
            continue;
        }
        out.push_str(&format!("    {}\n", line(row, lang)));
        // The reader's own sentence below the first step that shows it.
        for finding in row.findings() {
            let own = notes.and_then(|notes| notes.place(finding.id));
            if let Some((file, reading)) = own
                && !quoted.contains(&finding.id)
            {
                quoted.push(finding.id);
                let quote = fit(file.notes.quote(reading), 60);
                let says = format!("{} {}:{} {quote}", finding.id.id(), file.name, reading.lines.0);
                out.push_str(&format!("    Note over C,S: {}\n", escape(&says)));
            }
        }
    }
    out
}

fn line(row: &Row, lang: Lang) -> String {
    let words = |event| {
        let marks = marks(&row.findings());
        let marks = if marks.is_empty() { marks } else { format!("{marks} ") };
        format!("{marks}{}", label(event, lang, 60))
    };
    match &row.what {
        What::Inside(event) => {
            let at = letter(event.side);
            format!("Note over {at}: {}", escape(&words(event)))
        }
        What::Crossed(crossed) => {
            let (from, to) = (letter(crossed.from), letter(crossed.from.peer()));
            let remark =
                remark(crossed).map(|remark| format!(" ({})", remark.in_lang(lang))).unwrap_or_default();
            format!(
                "{from}{}{to}: {}",
                arrow(crossed),
                escape(&format!("{}{remark}", words(crossed.event())))
            )
        }
    }
}

/// Solid for what crossed, a cross for what was not seen to arrive.
fn arrow(crossed: &Crossed) -> &'static str {
    match crossed.part {
        _ if crossed.is_lost() => "-x",
        Part::Whole | Part::Leaves | Part::Arrives => "->>",
    }
}

fn letter(side: Side) -> char {
    match side {
        Side::Client => 'C',
        Side::Server => 'S',
    }
}

/// Text that Mermaid prints as it is: harmless first, for it would show the character of a code; then entity codes for the characters that end a statement or begin markup, and for
/// the first letter of its own words.
fn escape(text: &str) -> String {
    const WORDS: [&str; 17] = [
        "end",
        "loop",
        "alt",
        "else",
        "opt",
        "par",
        "and",
        "critical",
        "option",
        "break",
        "rect",
        "box",
        "note",
        "activate",
        "deactivate",
        "autonumber",
        "create",
    ];
    let mut out = String::with_capacity(text.len() + 16);
    for (i, word) in harmless(text).split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        let own = WORDS.contains(&bare.as_str());
        let mut first = true;
        for character in word.chars() {
            let code = match character {
                '#' | ';' | '<' | '>' | '{' | '}' | '%' | '&' | '"' | '`' | '\\' | '$' => true,
                letter if own && first && letter.is_ascii_alphabetic() => {
                    first = false;
                    true
                }
                _other => false,
            };
            if code {
                out.push_str(&format!("#{};", u32::from(character)));
            } else {
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_would_read_itself_is_escaped() {
        for (text, escaped) in [
            ("channel end of data", "channel #101;nd of data"),
            ("a; b # c", "a#59; b #35; c"),
            ("GET /?a=1&b=<x>", "GET /?a=1#38;b=#60;x#62;"),
            ("the end.", "the #101;nd."),
            ("weekend", "weekend"),
            // Mathematics, elsewhere in Mermaid.
            ("$$x$$", "#36;#36;x#36;#36;"),
            ("line\nbreak\u{202e}", "line#92;nbreak#92;u#123;202e#125;"),
            ("客户端", "客户端"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
