//! What our programs say to people holds no word of a library's or of the language they are written in. Every program
//! that a test starts is read for it when it ends.

use claims::Event;

/// What betrays a text that was not written for people.
const RAW: [&str; 7] =
    ["docs.rs", "os error", "called `Option", "called `Result", "RUST_BACKTRACE", "Option::", "Result::"];

/// That what was printed, line by line, is free of them: the reasons in a log of events, and what our programs say beside
/// it.
pub fn are_for_people<'a>(lines: impl IntoIterator<Item = &'a String>) {
    for line in lines {
        for sentence in said(line) {
            assert_eq!(raw(&sentence), None, "not for people: {sentence}");
        }
    }
}

/// The sentences of a line.
fn said(line: &str) -> Vec<String> {
    let ours = ["client: ", "server: ", "lab: ", "certs: "].iter().any(|program| line.starts_with(program));
    if ours {
        return vec![line.to_owned()];
    }
    if !line.starts_with("{\"v\":") || !line.contains("\"reason\":") {
        return Vec::new();
    }
    let event = serde_json::from_str::<Event>(line).ok();
    event.and_then(|event| event.failure()).map_or_else(Vec::new, |said| vec![said.en, said.zh])
}

/// What in it is not for people: one of these words, or a name of a type with what it holds: `Other(`, `Context {`.
pub fn raw(sentence: &str) -> Option<String> {
    if let Some(word) = RAW.iter().find(|word| sentence.contains(**word)) {
        return Some((*word).to_owned());
    }
    sentence.match_indices(['(', '{']).find_map(|(at, _)| {
        let before = sentence[..at].strip_suffix(' ').filter(|_| sentence[at..].starts_with('{'));
        let before = before.unwrap_or(&sentence[..at]);
        let name = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        let is_type = name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && name.contains(|letter: char| letter.is_ascii_lowercase());
        is_type.then(|| name.to_owned())
    })
}
