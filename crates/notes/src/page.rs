//! Notes as they are laid out: which pieces of text stand in them, on which lines, under which headings, and below
//! which sentence that a list begins with. The words themselves are read elsewhere.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::fold::fold_with_places;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// A list item, without what is nested in it.
    Item,
    /// A row of a table.
    Row,
    /// A line of code, or of a drawing.
    Code,
}

/// A piece of text that is read on its own: a paragraph, an item, a row, a line of code.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: Kind,
    /// Its words, without Markdown, as they are written.
    pub text: String,
    /// Its words in one spelling.
    pub(crate) folded: String,
    /// Where in `folded` each line of the file begins, in order.
    pub(crate) lines: Vec<(usize, usize)>,
    /// Where pieces of `folded` come from in `text`: what lies between two entries is shifted alike.
    places: Vec<(usize, usize)>,
    /// The last of its own lines; for a line of code the one that closes the block.
    pub(crate) end: usize,
    /// For a line of code: the line of the fence that opens the block; 0: it has none.
    pub(crate) fence: usize,
    /// The heading that it stands under, by its place among the units.
    pub heading: Option<usize>,
    /// The item or paragraph that introduces it, by its place among the units.
    pub(crate) lead: Option<usize>,
    /// How deep a heading is, or an item.
    pub depth: usize,
    /// The block of code it is a line of; 0: none.
    pub(crate) block: usize,
}

impl Unit {
    /// The file's line, from 1, on which it begins.
    pub fn line(&self) -> usize {
        self.lines.first().map_or(1, |(_, line)| *line)
    }

    /// The words at a place in `folded`, as they are written.
    pub(crate) fn written(&self, begin: usize, end: usize) -> &str {
        let place = |at: usize| {
            let after = self.places.partition_point(|(folded, _)| *folded <= at);
            let (folded, text) = self.places.get(after.saturating_sub(1)).copied().unwrap_or_default();
            let near = (text + at.saturating_sub(folded)).min(self.text.len());
            (0..=near).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default()
        };
        let end = if end >= self.folded.len() { self.text.len() } else { place(end) };
        self.text.get(place(begin)..end).unwrap_or_default().trim()
    }

    /// The line on which a place in `folded` stands.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        let after = self.lines.partition_point(|(begin, _)| *begin <= offset);
        self.lines.get(after.saturating_sub(1)).map_or(1, |(_, line)| *line)
    }
}

/// The units of a Markdown text, in order.
pub(crate) fn units(markdown: &str) -> Vec<Unit> {
    let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES;
    let mut begins = vec![0];
    begins.extend(markdown.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
    let mut reader = Reader { begins, ..Reader::default() };
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        reader.take(event, range);
    }
    reader.units.retain_mut(|unit| {
        unit.folded.truncate(unit.folded.trim_end().len());
        true
    });
    reader.units
}

#[derive(Default)]
struct Reader {
    /// Where each line of the file begins.
    begins: Vec<usize>,
    units: Vec<Unit>,
    /// The unit that text goes to, and the items around it, outermost first.
    open: Option<usize>,
    items: Vec<usize>,
    /// The headings above, outermost first.
    headings: Vec<usize>,
    /// The last paragraph or heading at the top, which may introduce a list.
    last: Option<usize>,
    /// Metadata and alternative texts are not read.
    ignored: usize,
    code: bool,
    fence: usize,
    blocks: usize,
}

impl Reader {
    fn line(&self, offset: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= offset)
    }

    fn take(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        match event {
            Event::Start(Tag::MetadataBlock(_) | Tag::Image { .. }) => self.ignored += 1,
            Event::End(TagEnd::MetadataBlock(_) | TagEnd::Image) => self.ignored -= 1,
            Event::Start(Tag::Heading { level, .. }) => {
                let depth = level as usize;
                self.headings.retain(|heading| self.units[*heading].depth < depth);
                self.begin(Kind::Heading, depth);
            }
            Event::End(TagEnd::Heading(_)) => {
                self.headings.extend(self.open.take());
                self.last = None;
            }
            Event::Start(Tag::Item) => {
                self.begin(Kind::Item, self.items.len() + 1);
                self.items.extend(self.open);
            }
            Event::End(TagEnd::Item) => {
                self.items.pop();
                self.open = None;
            }
            Event::Start(Tag::Paragraph) => {
                // The first paragraph of an item is the item.
                let item = self.items.last().is_some_and(|item| self.units[*item].folded.is_empty());
                if item {
                    self.open = self.items.last().copied();
                } else {
                    self.begin(Kind::Paragraph, self.items.len());
                }
            }
            Event::End(TagEnd::Paragraph) => {
                if self.items.is_empty() {
                    self.last = self.open;
                }
                self.open = None;
            }
            Event::Start(Tag::TableRow | Tag::TableHead) => self.begin(Kind::Row, 0),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => self.open = None,
            Event::End(TagEnd::TableCell) => self.text(" | ", range.start),
            Event::Start(Tag::CodeBlock(kind)) => {
                self.code = true;
                self.blocks += 1;
                let fenced = matches!(kind, pulldown_cmark::CodeBlockKind::Fenced(_));
                self.fence = if fenced { self.line(range.start) } else { 0 };
            }
            Event::End(TagEnd::CodeBlock) => {
                self.code = false;
                self.open = None;
                let (end, block) = (self.line(range.end.max(1) - 1), self.blocks);
                self.units
                    .iter_mut()
                    .rev()
                    .take_while(|unit| unit.block == block)
                    .for_each(|unit| unit.end = end);
            }
            Event::Text(text) if self.code => {
                let mut at = range.start;
                for line in text.split_inclusive('\n') {
                    if !line.trim().is_empty() {
                        self.begin(Kind::Code, 0);
                        self.text(line.trim_end(), at);
                    }
                    at += line.len();
                }
            }
            Event::Html(html) if self.ignored == 0 => {
                let mut at = range.start;
                for line in html.split_inclusive('\n') {
                    let words = without_tags(line);
                    if !words.trim().is_empty() {
                        self.begin(Kind::Paragraph, 0);
                        self.text(&words, at);
                        self.open = None;
                    }
                    at += line.len();
                }
            }
            Event::Text(text) | Event::Code(text) => self.text(&text, range.start),
            Event::SoftBreak | Event::HardBreak => self.text(" ", range.end),
            _markup => {}
        }
    }

    fn begin(&mut self, kind: Kind, depth: usize) {
        let lead = match kind {
            Kind::Item | Kind::Paragraph if !self.items.is_empty() => self.items.last().copied(),
            Kind::Item => self.last,
            Kind::Heading | Kind::Paragraph | Kind::Row | Kind::Code => None,
        };
        let block = if kind == Kind::Code { self.blocks } else { 0 };
        self.open = Some(self.units.len());
        self.units.push(Unit {
            kind,
            text: String::new(),
            folded: String::new(),
            lines: Vec::new(),
            places: Vec::new(),
            end: 0,
            fence: if kind == Kind::Code { self.fence } else { 0 },
            heading: self.headings.last().copied(),
            lead,
            depth,
            block,
        });
    }

    fn text(&mut self, text: &str, at: usize) {
        if self.ignored > 0 {
            return;
        }
        // Text after a nested list still belongs to its item.
        let Some(open) = self.open.or(self.items.last().copied()) else { return };
        let line = self.line(at);
        let unit = &mut self.units[open];
        if unit.lines.last().is_none_or(|(_, last)| *last != line) {
            unit.lines.push((unit.folded.len(), line));
        }
        unit.end = line;
        let (to, from) = (unit.folded.len(), unit.text.len());
        let mut shift = None;
        let folded = fold_with_places(text, |folded, place| {
            let now = (from + place) as isize - (to + folded) as isize;
            if shift != Some(now) {
                shift = Some(now);
                unit.places.push((to + folded, from + place));
            }
        });
        unit.folded.push_str(&folded);
        unit.text.push_str(text);
    }
}

/// A line of HTML without what stands between angle brackets.
fn without_tags(line: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in line.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _tag => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_knows_its_line_its_heading_and_what_introduces_it() {
        let units = units(
            "---\ntitle: SYN\n---\n# TCP\n\nIt goes\nlike this:\n\n- one\n  - two\n\n| a | b |\n|---|---|\n| c | d |\n\n\
             ```\nx\n\ny\n```\n![SYN](a.png)\n<b>tag</b>\n",
        );
        let seen: Vec<_> = units
            .iter()
            .filter(|unit| !unit.folded.is_empty())
            .map(|unit| (unit.kind, unit.line(), unit.text.trim(), unit.lead))
            .collect();
        assert_eq!(
            seen,
            [
                (Kind::Heading, 4, "TCP", None),
                (Kind::Paragraph, 6, "It goes like this:", None),
                (Kind::Item, 9, "one", Some(1)),
                (Kind::Item, 10, "two", Some(2)),
                (Kind::Row, 12, "a | b |", None),
                (Kind::Row, 14, "c | d |", None),
                (Kind::Code, 17, "x", None),
                (Kind::Code, 19, "y", None),
                (Kind::Paragraph, 22, "tag", None),
            ]
        );
        assert_eq!(units[1].line_at(9), 7);
        assert!(units.iter().skip(1).all(|unit| unit.heading == Some(0)));
    }
}
