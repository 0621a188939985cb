//! Notes that are no Markdown take no comments. What their reader settles stands in a file beside them, `FILE.rst.asnoted`:
//!
//! ```text
//! t4   Server Hello Done says that the server has said all.      it does
//! t4?  …                                                         proposed, not yet settled
//! -t4  …                                                         it does not
//! ```
//!
//! A line is found by its words, so it goes with the text when that is moved; the notes themselves are not touched.

use std::collections::HashMap;

use crate::{
    anchors::{anchor, settle_at},
    fold::fold,
    notes::{Beside, Grade, Notes, Reading, Settled},
    page::Kind,
    read::settle,
};

/// As many characters of a place tell it from the others.
const MOST: usize = 160;

impl Notes {
    /// Reads notes with what stands beside them.
    pub fn read_beside(text: &str, beside: &str) -> Notes {
        let mut notes = Notes::read(text);
        let mut places: HashMap<String, usize> = HashMap::new();
        for (n, unit) in notes.units.iter().enumerate().filter(|(_, unit)| unit.kind != Kind::Heading) {
            places.entry(key(&unit.text)).or_insert(n);
        }
        let lines = beside.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        notes.beside = lines
            .filter_map(|line| {
                let (word, words) = line.split_once(char::is_whitespace)?;
                let anchor = anchor(word, 0)?;
                let (words, unit) = (words.trim().to_owned(), places.get(&key(words)).copied());
                Some(Beside { claim: anchor.claim, settled: anchor.settled, words, unit })
            })
            .collect();
        for line in notes.beside.clone() {
            if let Some(unit) = line.unit {
                settle_at(&mut notes, line.claim, line.settled, unit);
            }
        }
        settle(&mut notes.readings);
        notes
    }

    /// The file beside: what stood in it, and a proposal for each place of a claim that is not in it yet.
    pub fn beside_text(&self) -> String {
        let mut lines = self.beside.clone();
        let mut readings: Vec<_> = self.readings.iter().filter(|reading| reading.settled.is_none()).collect();
        readings.sort_by_key(|reading| (reading.lines, reading.claim));
        for reading in readings {
            let known = |line: &Beside| line.claim == reading.claim && line.unit == Some(reading.unit);
            if !lines.iter().any(known) {
                let words = first_words(&self.units[reading.unit].text);
                let (claim, unit) = (reading.claim, Some(reading.unit));
                lines.push(Beside { claim, settled: Settled::Proposed, words, unit });
            }
        }
        lines.iter().map(|line| format!("{}\n", line.text())).collect()
    }

    /// Whether a reading is the one that a line settles.
    pub fn reading_of(&self, line: &Beside) -> Option<&Reading> {
        let of_it = |reading: &&Reading| Some(reading.unit) == line.unit;
        let mut of_claim = self.places(line.claim).filter(of_it);
        of_claim.next().filter(|reading| reading.grade != Grade::About || line.unit.is_some())
    }
}

/// The beginning of a place, on one line.
fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MOST).collect()
}

/// By what a place is found again.
fn key(text: &str) -> String {
    fold(&first_words(text)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use claims::Claim;

    use super::*;

    const NOTES: &str = "TCP\n===\n\n客户端发送 SYN。\n\n* 服务端返回 SYN+ACK\n* 今天天气很好\n";

    fn of(notes: &Notes, claim: Claim) -> Vec<(Grade, usize)> {
        notes.places(claim).map(|place| (place.grade, place.lines.0)).collect()
    }

    #[test]
    fn each_place_is_proposed_once_and_what_is_settled_stays() {
        let proposed = Notes::read_beside(NOTES, "").beside_text();
        assert_eq!(proposed, "o1?  客户端发送 SYN。\no5?  服务端返回 SYN+ACK\n");
        let settled = proposed.replace("o1? ", "-o1 ") + "o8   今天天气很好\n";
        let notes = Notes::read_beside(NOTES, &settled);
        assert_eq!(notes.beside_text(), settled);
        assert_eq!(of(&notes, Claim::O1), []);
        assert_eq!(of(&notes, Claim::O8), [(Grade::Stated, 7)]);
    }

    #[test]
    fn a_line_goes_with_its_words_and_says_when_they_are_gone() {
        let beside = "o8   今天天气很好\no5?  服务端返回 SYN+ACK\n";
        let moved = format!("Before\n======\n\nmore\n\n{NOTES}");
        let notes = Notes::read_beside(&moved, beside);
        assert_eq!(of(&notes, Claim::O8), [(Grade::Stated, 12)]);
        let changed = NOTES.replace("天气", "风");
        let notes = Notes::read_beside(&changed, beside);
        let gone: Vec<_> = notes.beside.iter().filter(|line| line.unit.is_none()).collect();
        assert_eq!((gone.len(), gone[0].claim), (1, Claim::O8));
    }
}
