//! Small comments in the file, by which its reader says which claim a sentence makes.
//!
//! ```text
//! <!-- t4 -->     it does
//! <!-- t4? -->    proposed, not yet settled
//! <!-- -t4 -->    it does not
//! ```
//!
//! A comment stands behind its paragraph, item or row. What a block of code shows is named behind the block, with the line
//! in it: `<!-- w1@3 -->`. Comments rule over what was read, and go with the text when it is moved.

use std::{collections::BTreeMap, fmt::Write as _};

use claims::Claim;
use strum::VariantArray;

use crate::{
    notes::{Anchor, Grade, Notes, Settled},
    page::Kind,
};

/// The comments of a text.
pub(crate) fn anchors(text: &str) -> Vec<Anchor> {
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("<!--") {
            let Some((inside, beyond)) = after.split_once("-->") else { break };
            rest = beyond;
            out.extend(inside.split_whitespace().filter_map(|word| anchor(word, n + 1)));
        }
    }
    out
}

pub(crate) fn anchor(word: &str, line: usize) -> Option<Anchor> {
    let (word, settled) = match (word.strip_prefix('-'), word.strip_suffix('?')) {
        (Some(word), _) => (word, Settled::Refused),
        (None, Some(word)) => (word, Settled::Proposed),
        (None, None) => (word, Settled::Confirmed),
    };
    let (id, code_line) = match word.split_once('@') {
        Some((id, at)) => (id, Some(at.parse().ok()?)),
        None => (word, None),
    };
    let claim = Claim::VARIANTS.iter().copied().find(|claim| claim.id() == id)?;
    Some(Anchor { claim, settled, line, code_line })
}

impl Notes {
    /// The text with a comment behind each place of a claim that has none yet. Nothing else in it changes.
    pub fn annotated(&self, text: &str) -> String {
        let mut behind: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for reading in self.readings.iter().filter(|reading| reading.settled.is_none()) {
            let unit = &self.units[reading.unit];
            let known = |anchor: &Anchor| anchor.claim == reading.claim && self.is_of(anchor, reading.unit);
            if self.anchors.iter().any(known) {
                continue;
            }
            let word = match unit.kind {
                Kind::Code => format!(
                    "{}@{}?",
                    reading.claim.id(),
                    reading.lines.0 - self.code_begins(reading.unit) + 1
                ),
                Kind::Heading | Kind::Paragraph | Kind::Item | Kind::Row => {
                    format!("{}?", reading.claim.id())
                }
            };
            let words = behind.entry(self.last_line(reading.unit)).or_default();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let mut out = String::with_capacity(text.len() + 64 * behind.len());
        for (n, line) in text.split_inclusive('\n').enumerate() {
            let Some(words) = behind.get(&(n + 1)) else {
                out.push_str(line);
                continue;
            };
            let body = line.trim_end_matches(['\r', '\n']);
            let end = &line[body.len()..];
            // Behind a block of code the comment has a line of its own: inside the fence it would be code.
            let code = body.trim_start().starts_with("```") || body.trim_start().starts_with("~~~");
            out.push_str(body);
            if code {
                let end = if end.is_empty() { "\n" } else { end };
                out.push_str(end);
                let indent = &body[..body.len() - body.trim_start().len()];
                out.push_str(indent);
            }
            for (i, word) in words.iter().enumerate() {
                let space = if code && i == 0 { "" } else { " " };
                let _ = write!(out, "{space}<!-- {word} -->");
            }
            out.push_str(end);
        }
        out
    }

    /// Whether a comment speaks of the place of a reading.
    pub fn is_settled_by(&self, anchor: &Anchor, reading: &crate::Reading) -> bool {
        anchor.claim == reading.claim && self.is_of(anchor, reading.unit)
    }

    /// The last line of a unit, behind which its comments stand: for code the line that closes the block.
    pub(crate) fn last_line(&self, unit: usize) -> usize {
        self.units[unit].end
    }

    /// The first line of the block of code that a unit is a line of.
    fn code_begins(&self, unit: usize) -> usize {
        self.units[unit].fence + 1
    }

    /// Whether a comment speaks of this unit.
    pub(crate) fn is_of(&self, anchor: &Anchor, unit: usize) -> bool {
        let of = &self.units[unit];
        match (of.kind, anchor.code_line) {
            (Kind::Code, Some(line)) => {
                (of.end..=of.end + 1).contains(&anchor.line) && self.code_begins(unit) + line - 1 == of.line()
            }
            (Kind::Code, None) => false,
            (Kind::Heading | Kind::Paragraph | Kind::Item | Kind::Row, None) => {
                (of.line()..=of.end).contains(&anchor.line)
            }
            (Kind::Heading | Kind::Paragraph | Kind::Item | Kind::Row, Some(_)) => false,
        }
    }
}

/// Lets the comments rule: what is refused goes, what is confirmed counts as stated even where it was not read so.
pub(crate) fn rule(notes: &mut Notes) {
    let anchors = notes.anchors.clone();
    if anchors.is_empty() {
        return;
    }
    // Behind which line a comment speaks of which units.
    let mut by_line: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, unit) in notes.units.iter().enumerate() {
        let lines = match unit.kind {
            Kind::Code => unit.end..=unit.end + 1,
            Kind::Heading | Kind::Paragraph | Kind::Item | Kind::Row => unit.line()..=unit.end,
        };
        lines.for_each(|line| by_line.entry(line).or_default().push(n));
    }
    for anchor in anchors {
        let near = by_line.get(&anchor.line).into_iter().flatten().copied();
        let Some(unit) = near.into_iter().find(|unit| notes.is_of(&anchor, *unit)) else { continue };
        settle_at(notes, anchor.claim, anchor.settled, unit);
    }
}

/// Lets the reader's word rule over what was read of a claim at a unit.
pub(crate) fn settle_at(notes: &mut Notes, claim: Claim, settled: Settled, unit: usize) {
    let here = |reading: &crate::Reading| reading.claim == claim && reading.unit == unit;
    match settled {
        Settled::Refused => notes.readings.retain(|reading| !here(reading)),
        Settled::Proposed => {}
        Settled::Confirmed => {
            let mut found = false;
            for reading in notes.readings.iter_mut().filter(|reading| here(reading)) {
                reading.settled = Some(Settled::Confirmed);
                if reading.grade == Grade::About {
                    reading.grade = Grade::Stated;
                }
                found = true;
            }
            if !found {
                let lines = (notes.units[unit].line(), notes.units[unit].line_at(usize::MAX));
                notes.readings.push(crate::Reading {
                    claim,
                    grade: Grade::Stated,
                    unit,
                    lines,
                    under: None,
                    settled: Some(Settled::Confirmed),
                    span: (0, usize::MAX),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: &str = "# TCP\r\n\r\n客户端发送 SYN。\r\n\r\n- 服务端返回 SYN+ACK\r\n- 天气很好\r\n\r\n## WebSocket\r\n\r\n\
        ```http\r\nGET / HTTP/1.1\r\nSec-WebSocket-Key: abc\r\n```\r\nend";

    fn without_comments(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("<!--") {
            out.push_str(before.trim_end_matches(' '));
            rest = after.split_once("-->").map_or("", |(_, after)| after);
        }
        out + rest
    }

    #[test]
    fn nothing_but_comments_is_added_and_a_second_time_nothing_at_all() {
        let annotated = Notes::read(NOTES).annotated(NOTES);
        for line in [
            "客户端发送 SYN。 <!-- o1? -->\r\n",
            "- 服务端返回 SYN+ACK <!-- o5? -->\r\n",
            "```\r\n<!-- w1@2? -->\r\n",
        ] {
            assert!(annotated.contains(line), "{line:?} is not in {annotated}");
        }
        assert_eq!(without_comments(&annotated).replace("```\r\n\r\nend", "```\r\nend"), NOTES);
        assert_eq!(Notes::read(&annotated).annotated(&annotated), annotated);
    }

    #[test]
    fn comments_rule_over_what_is_read() {
        let text = "# TCP\n\n客户端发送 SYN。 <!-- -o1 -->\n\n今天天气很好。 <!-- o8 -->\n\n服务端返回 SYN+ACK <!-- o5? -->\n";
        let notes = Notes::read(text);
        let of = |claim| notes.places(claim).map(|place| (place.grade, place.lines.0)).collect::<Vec<_>>();
        assert_eq!(of(Claim::O1), []);
        assert_eq!(of(Claim::O8), [(Grade::Stated, 5)]);
        assert_eq!(of(Claim::O5), [(Grade::Stated, 7)]);
        assert_eq!(notes.annotated(text), text);
    }

    #[test]
    fn comments_go_with_the_text_when_it_moves() {
        let annotated = Notes::read(NOTES).annotated(NOTES).replace("o1?", "o1").replace("w1@2?", "w1@2");
        let moved = format!("# Before\r\n\r\nmore\r\n\r\n{annotated}");
        let settled = |text: &str| {
            let notes = Notes::read(text);
            let settled = notes.readings.iter().filter(|reading| reading.settled.is_some());
            settled.map(|reading| (reading.claim, reading.lines.0)).collect::<Vec<_>>()
        };
        let shifted: Vec<_> =
            settled(&annotated).into_iter().map(|(claim, line)| (claim, line + 4)).collect();
        assert_eq!(settled(&annotated), [(Claim::O1, 3), (Claim::W1, 12)]);
        assert_eq!(settled(&moved), shifted);
    }
}
