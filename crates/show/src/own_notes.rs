//! The reader's own notes: a Markdown file, found again by heading and block. A block is a paragraph or a list item,
//! counted from 1 under its heading, nested items included. Notes are edited: what no longer stands where it stood is
//! looked for by the words that its sentence cannot do without.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use steps::{Claim, Heading};
use strum::VariantArray;

/// A reader's notes.
#[derive(Clone, Debug)]
pub struct Notes {
    /// What stands under each heading, in order.
    pub sections: Vec<Section>,
}

/// A heading and what stands under it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading's words.
    pub title: String,
    /// The heading of the catalogue that it is, when its words tell.
    pub heading: Option<Heading>,
    /// Its paragraphs and list items.
    pub blocks: Vec<Block>,
}

/// A paragraph or a list item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its place under the heading, from 1.
    pub number: usize,
    /// How deep it stands in lists; 0: a paragraph.
    pub depth: usize,
    /// Its words, without Markdown.
    pub text: String,
}

/// Where a claim stands in the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The section's place among the sections.
    pub section: usize,
    /// The block's place among the section's blocks, from 0.
    pub block: usize,
    /// It stands elsewhere than the catalogue says.
    pub moved: bool,
}

/// How much of a claim's words a block must hold: where the claim is expected, and anywhere else.
const ENOUGH_IN_PLACE: f64 = 0.6;
const ENOUGH_ELSEWHERE: f64 = 0.75;

impl Notes {
    /// Reads Markdown.
    pub fn parse(markdown: &str) -> Self {
        let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_TABLES;
        let mut reader = Reader::default();
        for event in Parser::new_ext(markdown, options) {
            reader.take(event);
        }
        Notes { sections: reader.end() }
    }

    /// Where `claim` stands; none: no block holds its words.
    pub fn place(&self, claim: Claim) -> Option<Place> {
        let card = claim.card();
        let (first, last) = (usize::from(card.blocks.0), usize::from(card.blocks.1));
        let mut best: Option<(f64, Place)> = None;
        for (section, of) in self.sections.iter().enumerate() {
            let here = of.heading == Some(card.heading);
            for (block, text) in of.blocks.iter().enumerate() {
                let expected = here && (first..=last).contains(&text.number);
                let score = score(claim, &text.text);
                let enough = if expected { ENOUGH_IN_PLACE } else { ENOUGH_ELSEWHERE };
                // Where two are as good, what stands where it is expected, then what stands under its heading.
                let rank = score
                    + if expected {
                        0.5
                    } else if here {
                        0.25
                    } else {
                        0.0
                    };
                if score >= enough && best.as_ref().is_none_or(|(known, _)| rank > *known) {
                    best = Some((rank, Place { section, block, moved: !expected }));
                }
            }
        }
        best.map(|(_, place)| place)
    }

    /// The block at a place.
    pub fn block(&self, place: Place) -> &Block {
        &self.sections[place.section].blocks[place.block]
    }

    /// The claims that stand in a block.
    pub fn claims_in(&self, section: usize, block: usize) -> Vec<Claim> {
        let here = |claim: &Claim| {
            self.place(*claim).is_some_and(|place| (place.section, place.block) == (section, block))
        };
        Claim::VARIANTS.iter().copied().filter(here).collect()
    }

    /// The claims that stand nowhere.
    pub fn missing(&self) -> Vec<Claim> {
        Claim::VARIANTS.iter().copied().filter(|claim| self.place(*claim).is_none()).collect()
    }
}

/// The part of a claim's words that `text` holds, from 0 to 1.
fn score(claim: Claim, text: &str) -> f64 {
    let text = text.to_lowercase();
    let terms = claim.terms();
    let held = terms.iter().filter(|term| term.split('|').any(|word| text.contains(word))).count();
    held as f64 / terms.len() as f64
}

/// The heading of the catalogue whose words a title holds best.
fn heading_of(title: &str) -> Option<Heading> {
    let title = title.to_lowercase();
    let holds = |heading: Heading| {
        title.contains(&heading.words().to_lowercase())
            || heading.terms().iter().all(|term| term.split('|').any(|word| title.contains(word)))
    };
    Heading::VARIANTS.iter().copied().find(|heading| holds(*heading))
}

/// Gathers blocks from Markdown events.
#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    /// The blocks that are open, outermost first: an item may hold further items.
    open: Vec<Block>,
    depth: usize,
    heading: Option<String>,
    ignored: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => self.ignored += 1,
            Event::End(TagEnd::MetadataBlock(_)) => self.ignored -= 1,
            Event::Start(Tag::Heading { .. }) => self.heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                if let Some(title) = self.heading.take() {
                    let heading = heading_of(&title);
                    self.sections.push(Section { title, heading, blocks: Vec::new() });
                }
            }
            Event::Start(Tag::Item) => {
                self.depth += 1;
                self.begin();
            }
            Event::End(TagEnd::Item) => {
                self.depth -= 1;
                self.open.pop();
            }
            // The first paragraph of an item is the item.
            Event::Start(Tag::Paragraph) if self.depth == 0 => self.begin(),
            Event::End(TagEnd::Paragraph) if self.depth == 0 => drop(self.open.pop()),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            _markup => {}
        }
    }

    fn begin(&mut self) {
        if self.sections.is_empty() {
            self.sections.push(Section { title: String::new(), heading: None, blocks: Vec::new() });
        }
        let Some(section) = self.sections.last_mut() else { return };
        let block = Block { number: section.blocks.len() + 1, depth: self.depth, text: String::new() };
        section.blocks.push(block.clone());
        self.open.push(block);
    }

    fn text(&mut self, text: &str) {
        if self.ignored > 0 {
        } else if let Some(title) = &mut self.heading {
            title.push_str(text);
        } else if let (Some(open), Some(section)) = (self.open.last(), self.sections.last_mut()) {
            section.blocks[open.number - 1].text.push_str(text);
        }
    }

    fn end(self) -> Vec<Section> {
        self.sections
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: &str = "\
---
title: mine
---

# TCP 建立连接（三次握手）

客户端发送 SYN 报文。

- 服务端返回 SYN + ACK 报文，确认客户端的 SYN
  - 一个更深的条目

# SSH

The client checks its known_hosts: no record, so the user has to confirm and it is added.
";

    #[test]
    fn blocks_are_paragraphs_and_items_nested_ones_included() {
        let notes = Notes::parse(NOTES);
        let seen: Vec<_> = notes
            .sections
            .iter()
            .flat_map(|section| {
                section.blocks.iter().map(|block| (section.heading, block.number, block.depth))
            })
            .collect();
        let open = Some(Heading::TcpOpen);
        assert_eq!(seen, [(open, 1, 0), (open, 2, 1), (open, 3, 2), (Some(Heading::Ssh), 1, 0)]);
        assert_eq!(notes.sections[0].blocks[2].text, "一个更深的条目");
    }

    #[test]
    fn a_claim_is_found_where_it_stands_or_by_its_words() {
        let notes = Notes::parse(NOTES);
        let at = |claim: Claim| notes.place(claim).map(|place| (place.section, place.block, place.moved));
        assert_eq!(at(Claim::O1), Some((0, 0, false)));
        assert_eq!(at(Claim::O5), Some((0, 1, false)));
        assert_eq!(at(Claim::S7), Some((1, 0, true)));
        assert_eq!(at(Claim::T4), None);
        assert!(notes.missing().contains(&Claim::T4));
    }

    #[test]
    fn any_text_is_notes() {
        for text in ["", "# ", "- - - x", "```\ncode\n```", "1. a\n\n   b\n\n2. c", "> quoted"] {
            let notes = Notes::parse(text);
            assert!(notes.missing().len() <= Claim::VARIANTS.len(), "{text:?}");
        }
    }
}
