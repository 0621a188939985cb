//! The ladder as text, one row a message, both ends by one clock:
//!
//! ```text
//!           client                                        server
//!    0.741 │── t1  ClientHello · TLS 1.2 · 401e36f6 ────────────▶│    0.802
//!          │                     choose certificate · CN=localhost ●│    0.969
//!    3.493 │◀─ t2  ServerHello · TLS 1.2 · TLS_ECDHE_RSA_… ────────│    1.277
//! ```
//!
//! Nothing is cut: a field that finds no room stands whole on the next line.

use claims::{Event, Finding};
use steps::{Evidence, Lang, Side, harmless, say_in, text};

use super::{card, joined, name, page::Page, remark};
use crate::{
    render::{
        fields::{Piece, fold_to, pieces},
        marks::{evidence_word, mark, painted_marks, side_word},
    },
    story::{Crossed, End, Fate, Part, Row, Story, What},
    terminal::{
        Paint,
        text::{columns, pad, wrap},
    },
};

/// A margin holds a time and a space.
const MARGIN: usize = 10;

/// Between a lifeline and a step's name: the tip of an arrow, and the claims.
const TIP: usize = 2;
const GUTTER: usize = 6;

/// What the line of an arrow needs behind its words.
const TAIL: usize = 3;

/// The ladders of `stories`, `width` columns wide, at least 54.
pub fn text(stories: &[Story], lang: Lang, width: usize) -> String {
    let page = Page::new(lang, Paint::new(false), width, width);
    stories.iter().map(|story| page.story(story)).collect()
}

/// The line of a row that is being drawn: what it shows, and how many columns that takes.
#[derive(Clone, Debug, Default)]
struct Line {
    text: String,
    columns: usize,
}

impl Line {
    fn push(&mut self, text: &str, paint: impl FnOnce(&str) -> String) {
        self.columns += columns(text);
        self.text.push_str(&paint(text));
    }

    fn plain(&mut self, text: &str) {
        self.push(text, str::to_owned);
    }

    fn filled(mut self, room: usize) -> Line {
        let fill = room.saturating_sub(self.columns);
        self.plain(&" ".repeat(fill));
        self
    }
}

impl Page {
    /// The lines of `pieces` of a row, the first one `taken` columns shorter.
    fn folded(&self, pieces: &[Piece], taken: usize) -> Vec<String> {
        let room = self.room() - TIP - GUTTER - 4;
        fold_to(self.most, pieces, self.room().saturating_sub(taken), room)
    }

    /// A story from its title to its last row.
    fn story(&self, story: &Story) -> String {
        let mut lines = self.title(story, false);
        lines.extend(self.joined(story));
        lines.extend(card::card(self, story));
        lines.extend(self.heads(story));
        let cause = card::causing_row(story);
        for (n, row) in story.rows.iter().enumerate() {
            lines.extend(self.row(row, row.times(), cause == Some(n)));
        }
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// What ran, behind an empty line.
    pub(crate) fn title(&self, story: &Story, continued: bool) -> Vec<String> {
        let more = if continued { text!(ladder::continued()).in_lang(self.lang) } else { "" };
        let title = format!("── {}{more} ", name(story));
        let rule = "─".repeat(self.width.saturating_sub(columns(&title)));
        vec![String::new(), self.paint.bold(&format!("{title}{rule}"))]
    }

    /// What must be known to trust the order.
    pub(crate) fn joined(&self, story: &Story) -> Vec<String> {
        let lines = joined(story);
        lines
            .iter()
            .flat_map(|line| wrap(line.in_lang(self.lang), 2, self.width))
            .map(|line| self.paint.dim(&line))
            .collect()
    }

    /// The names of the lifelines.
    pub(crate) fn heads(&self, story: &Story) -> Vec<String> {
        let [client, server] = [Side::Client, Side::Server].map(|side| side_word(side).in_lang(self.lang));
        let left = format!("{client} {}", harmless(story.client_address().unwrap_or_default()));
        let right = format!("{server} {}", harmless(story.server_address().unwrap_or_default()));
        let fill = (self.room() + 2).saturating_sub(columns(&left) + columns(&right)).max(1);
        let mut lines = self.legs(story);
        lines.push(format!(
            "{}{}{}{}",
            " ".repeat(MARGIN),
            self.paint.side(Side::Client, left.trim_end()),
            " ".repeat(fill),
            self.paint.side(Side::Server, right.trim_end())
        ));
        lines
    }

    /// Where the two ends see other addresses, something stands between them: its address on either leg.
    fn legs(&self, story: &Story) -> Vec<String> {
        let conn = |end: &Option<End>| {
            let (client, server) = end.as_ref()?.conn.split_once('>')?;
            Some((harmless(client).into_owned(), harmless(server).into_owned()))
        };
        let (Some((client, before)), Some((behind, server))) = (conn(&story.client), conn(&story.server))
        else {
            return Vec::new();
        };
        if (&client, &before) == (&behind, &server) {
            return Vec::new();
        }
        let text = say_in!(self.lang, ladder::between_the_ends(client, before, behind, server));
        wrap(&text, 2, self.width).iter().map(|line| self.paint.dim(line)).collect()
    }

    /// The columns between the lifelines.
    fn room(&self) -> usize {
        self.width - 2 * MARGIN - 2
    }

    /// The lines of a row, whose times are those of the client's end and the server's; `cause`: it is what went wrong.
    pub(crate) fn row(
        &self,
        row: &Row,
        (client, server): (Option<i64>, Option<i64>),
        cause: bool,
    ) -> Vec<String> {
        let body = match &row.what {
            What::Inside(event) if event.observer.is_some() => self.between(row, event),
            What::Inside(event) => self.inside(row, event, cause),
            What::Crossed(crossed) => self.crossed(row, crossed, cause),
        };
        let life = self.paint.dim("│");
        let mut lines = Vec::new();
        for (n, line) in body.into_iter().enumerate() {
            let line = line.filled(self.room()).text;
            let (left, right) = if n == 0 { (time(client), time(server)) } else { (time(None), time(None)) };
            let left = match (cause && n == 0, left.strip_prefix(' ')) {
                (true, Some(rest)) => format!("{}{}", self.paint.alarm("✗"), self.paint.dim(rest)),
                _ => self.paint.dim(&left),
            };
            let right = self.paint.dim(right.trim_end());
            lines.push(format!("{left}{life}{line}{life}{right}").trim_end().to_owned());
        }
        lines
    }

    /// The lifelines where nothing happens.
    pub(crate) fn empty(&self) -> String {
        let life = self.paint.dim("│");
        format!("{}{life}{}{life}", time(None), " ".repeat(self.room()))
    }

    fn title_of(&self, event: &Event) -> String {
        event.step.card().title.in_lang(self.lang).to_owned()
    }

    fn painted_title(&self, title: &str, cause: bool) -> String {
        if cause { self.paint.alarm(title) } else { self.paint.bold(title) }
    }

    /// Something that happened inside one end, at its lifeline.
    fn inside(&self, row: &Row, event: &Event, cause: bool) -> Vec<Line> {
        let room = self.room();
        let findings = row.findings();
        let title = self.title_of(event);
        let dot = match event.evidence {
            Evidence::Wire | Evidence::Callback => "●",
            Evidence::Kernel => "■",
            Evidence::Inferred => "○",
        };
        let dot = |line: &mut Line| line.push(dot, |dot| self.paint.side(event.side, dot));
        let pieces = pieces(event, self.lang);
        match event.side {
            Side::Client => {
                let mut line = Line::default();
                dot(&mut line);
                line.plain(&" ".repeat(TIP - 1));
                self.gutter(&mut line, &findings, " ");
                line.push(&title, |title| self.painted_title(title, cause));
                self.with_fields(line, &pieces)
            }
            Side::Server => {
                // A block at the right: the words, a space, the dot.
                let marks = findings.iter().map(mark).collect::<Vec<_>>().join(" ");
                let mut head = Line::default();
                if !marks.is_empty() {
                    head.push(&marks, |_| painted_marks(&findings, self.paint));
                    head.plain(" ");
                }
                head.push(&title, |title| self.painted_title(title, cause));
                let mut folded = self.folded(&pieces, head.columns + 6).into_iter();
                self.fields(&mut head, folded.next());
                let more: Vec<String> = folded.collect();
                let widest =
                    more.iter().map(|text| columns(text) + 2).chain([head.columns]).max().unwrap_or(0);
                let indent = room.saturating_sub(widest + 2);
                let mut line = Line::default();
                line.plain(&" ".repeat(indent));
                line.columns += head.columns;
                line.text.push_str(&head.text);
                line.plain(&" ".repeat(room.saturating_sub(line.columns + 1)));
                dot(&mut line);
                let more = more.into_iter().map(|text| {
                    let mut line = Line::default();
                    line.plain(&" ".repeat(indent + 2));
                    line.plain(&text);
                    line
                });
                [line].into_iter().chain(more).collect()
            }
        }
    }

    /// Something that neither end did: it follows from what crossed between them.
    fn between(&self, row: &Row, event: &Event) -> Vec<Line> {
        let mut line = Line::default();
        line.plain(&" ".repeat(TIP));
        self.gutter(&mut line, &row.findings(), " ");
        let open = text!(ladder::open()).in_lang(self.lang);
        let close = text!(ladder::close()).in_lang(self.lang);
        let title = format!("{open}{}", self.title_of(event));
        line.push(&title, |title| self.paint.bold(title));
        let mut folded = self.folded(&pieces(event, self.lang), line.columns + 4 + columns(close));
        match folded.last_mut().filter(|last| !last.is_empty()) {
            Some(last) => last.push_str(close),
            None => line.plain(close),
        }
        let mut folded = folded.into_iter();
        self.fields(&mut line, folded.next());
        with_folded(line, folded)
    }

    /// The line with as many fields as it has room for, and the others below it, where the names begin.
    fn with_fields(&self, mut line: Line, pieces: &[Piece]) -> Vec<Line> {
        let mut folded = self.folded(pieces, line.columns + 4).into_iter();
        self.fields(&mut line, folded.next());
        with_folded(line, folded)
    }

    /// The claims, and `fill` where there are none: each step's name begins in the same column.
    fn gutter(&self, line: &mut Line, findings: &[Finding], fill: &str) {
        let marks = findings.iter().map(mark).collect::<Vec<_>>().join(" ");
        if marks.is_empty() {
            line.plain(&fill.repeat(GUTTER - 1));
        } else {
            line.plain(" ");
            line.push(&marks, |_| painted_marks(findings, self.paint));
            line.plain(&" ".repeat((GUTTER - 2).saturating_sub(columns(&marks))));
        }
        line.plain(" ");
    }

    fn fields(&self, line: &mut Line, fields: Option<String>) {
        if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
            line.push(" · ", |point| self.paint.dim(point));
            line.plain(&fields);
        }
    }

    /// Something that crossed.
    fn crossed(&self, row: &Row, crossed: &Crossed, cause: bool) -> Vec<Line> {
        let room = self.room();
        let event = crossed.event();
        let findings = row.findings();
        let lost = crossed.is_lost() && crossed.part == Part::Whole;
        let (tip, fill, end) = match (crossed.from, crossed.part) {
            (Side::Client, Part::Whole) if lost => ("──", "─", "✗"),
            (Side::Server, Part::Whole) if lost => (" ✗", "─", "─"),
            (Side::Client, Part::Whole) => ("──", "─", "▶"),
            (Side::Server, Part::Whole) => ("◀─", "─", "─"),
            // It is on its way while the other end is busy with something else.
            (Side::Client, Part::Leaves) => ("──", "┄", "┄"),
            (Side::Client, Part::Arrives) => ("┄┄", "─", "▶"),
            (Side::Server, Part::Leaves) => ("┄┄", "─", "─"),
            (Side::Server, Part::Arrives) => ("◀─", "┄", "┄"),
        };
        let arrow = |text: &str| self.paint.side(crossed.from, text);
        let mut line = Line::default();
        line.push(tip, arrow);
        if findings.is_empty() {
            let lead = if tip == "┄┄" { "┄" } else { "─" };
            line.push(&lead.repeat(GUTTER - 1), arrow);
            line.plain(" ");
        } else {
            self.gutter(&mut line, &findings, "");
        }
        line.push(&self.title_of(event), |title| self.painted_title(title, cause));
        if let Some(remark) = remark(crossed) {
            let remark = say_in!(self.lang, ladder::remark(remark));
            line.push(&remark, |remark| self.paint.amber(remark));
        }
        // What left is told where it left.
        let again = crossed.part == Part::Arrives && crossed.fate != Fate::Changed && crossed.sent.is_some();
        let mut pieces = if again { Vec::new() } else { pieces(event, self.lang) };
        if event.evidence != Evidence::Wire {
            let word = evidence_word(event.evidence).in_lang(self.lang);
            let word = say_in!(self.lang, ladder::evidence(word));
            pieces.push(Piece { joint: " ", ..Piece::new(word) });
        }
        let short = if lost && crossed.from == Side::Client { room / 8 } else { 0 };
        let mut folded = self.folded(&pieces, line.columns + 3 + TAIL + short + 1).into_iter();
        self.fields(&mut line, folded.next());
        line.plain(" ");
        let left = room.saturating_sub(line.columns + columns(end) + short);
        line.push(&format!("{}{end}", fill.repeat(left)), arrow);
        with_folded(line, folded)
    }
}

/// A line, and below it the fields that had no room, where the names begin.
fn with_folded(line: Line, folded: impl Iterator<Item = String>) -> Vec<Line> {
    let more = folded.map(|text| {
        let mut line = Line::default();
        line.plain(&" ".repeat(TIP + GUTTER + 2));
        line.plain(&text);
        line
    });
    [line].into_iter().chain(more).collect()
}

/// What the signs mean, in a line.
pub(crate) fn legend(lang: Lang) -> &'static str {
    text!(ladder::legend()).in_lang(lang)
}

/// A time at the left, or as many columns.
fn time(at_us: Option<i64>) -> String {
    match at_us {
        Some(us) => pad(&format!("{:>9.3} ", us as f64 / 1000.0), MARGIN),
        None => " ".repeat(MARGIN),
    }
}
