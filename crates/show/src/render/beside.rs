//! The run on the left, the notes on the right, the verdict between them:
//!
//! ```text
//!    1.277   ◀─ S t4≠     ServerHelloDone          wire ≠ │ t4 Server Hello Done says that the
//!    3.493 C ◀─   t2      ServerHello              wire   │ server has sent everything.
//! ```
//!
//! A claim stands beside the first step that shows it, and again when a later step weighs more. Its text runs down
//! beside the steps that follow; the next claim waits until there is room.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use claims::{Claim, Event, Finding, Heading, Verdict};
use notes::Grade;
use steps::{Lang, harmless, say_in, text};
use strum::VariantArray;

use super::{
    Printed, Renderer,
    lines::{Lines, not_shown},
    marks::NARROWEST,
};
use crate::{
    reading::OwnNotes,
    terminal::{
        Args, Paint,
        text::{columns, visible_columns, wrap},
    },
};

/// Between the columns: a space, the verdict, a space, a line, a space.
const BETWEEN: usize = 5;

/// Prints steps with the notes beside them.
#[derive(Debug)]
pub(crate) struct Beside {
    args: Args,
    lines: Lines,
    column: Column,
}

/// The right column: the notes beside whatever stands on the left.
#[derive(Debug)]
pub(crate) struct Column {
    notes: Option<OwnNotes>,
    lang: Lang,
    paint: Paint,
    width: usize,
    left: usize,
    /// What is still to be put on the right.
    right: VecDeque<Note>,
    /// The claims beside the steps so far, with their verdicts.
    shown: BTreeMap<Claim, Verdict>,
    /// The sentences of the notes that were quoted: file and lines.
    quoted: Vec<(String, (usize, usize))>,
    /// What this log is about.
    headings: BTreeSet<usize>,
}

/// A line of the right column.
#[derive(Debug, Default)]
struct Note {
    /// The verdict between the columns, where a claim begins.
    sign: Option<Verdict>,
    /// The verdict that colours the text.
    colour: Option<Verdict>,
    text: String,
}

impl Beside {
    pub(crate) fn new(args: &Args, notes: Option<OwnNotes>, width: usize, both_sides: bool) -> Self {
        let column = Column::new(args, notes, width);
        Beside { args: args.clone(), lines: Lines::new(args, column.left, both_sides), column }
    }

    /// The text for one event.
    fn print(&mut self, event: &Event) -> String {
        if event.step.is_summary() {
            let mut out = self.column.flush();
            self.lines.set_width(self.column.width);
            out.push_str(&self.lines.print(event));
            self.lines.set_width(self.column.left);
            self.column.ended(event);
            return out;
        }
        let printed = self.lines.print(event);
        let mut out = String::new();
        if printed.is_empty() {
            return out;
        }
        let mut begun = false;
        for line in printed.lines() {
            // A new connection begins below all that was said of the one before.
            if line.is_empty() || line.starts_with('─') || line.contains("── ") {
                if !begun {
                    out.push_str(&self.column.flush());
                }
                out.push_str(line);
                out.push('\n');
                continue;
            }
            if !begun {
                begun = true;
                out.push_str(&self.column.begin(&event.claims, ""));
            }
            out.push_str(&self.column.join(line));
        }
        out
    }
}

impl Renderer for Beside {
    fn event(&mut self, event: Event) -> Printed {
        Printed::Text(self.print(&event))
    }

    /// The terminal may have another width by now.
    fn settled(&mut self) -> String {
        self.column.resize(self.args.columns());
        self.lines.set_width(self.column.left);
        String::new()
    }

    fn end_of_run(&mut self) -> String {
        let mut out = self.column.flush();
        self.lines.set_width(self.column.width);
        out.push_str(&self.lines.end_of_run());
        self.lines.set_width(self.column.left);
        out
    }

    fn end(&mut self) -> String {
        let mut out = self.end_of_run();
        out.push_str(&self.column.missing());
        out
    }
}

impl Column {
    pub(crate) fn new(args: &Args, notes: Option<OwnNotes>, width: usize) -> Self {
        let mut column = Column {
            notes,
            lang: args.lang(),
            paint: Paint::new(args.colored()),
            width: 0,
            left: 0,
            right: VecDeque::new(),
            shown: BTreeMap::new(),
            quoted: Vec::new(),
            headings: BTreeSet::new(),
        };
        column.resize(width);
        column
    }

    /// Fills `width` columns from here on, at least 80.
    fn resize(&mut self, width: usize) {
        self.width = width.max(80);
        self.left = (self.width * 3 / 5).clamp(NARROWEST, 110);
    }

    /// The columns that are left for the run.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Puts what `claims` says that is new beside the line that follows. Gives what was still to be put beside lines
    /// before it, with `left` beside it.
    pub(crate) fn begin(&mut self, claims: &[Finding], left: &str) -> String {
        let new: Vec<Finding> =
            claims.iter().filter(|it| self.is_read(it.id) && self.is_news(it)).cloned().collect();
        if new.is_empty() {
            return String::new();
        }
        let out = self.flush_beside(left);
        new.iter().for_each(|finding| self.put(finding));
        out
    }

    /// The claims that the log did not show, and where to see them.
    pub(crate) fn missing(&self) -> String {
        let of_this_log = |claim: &Claim| self.headings.contains(&(claim.card().heading as usize));
        let missing = |claim: &Claim| of_this_log(claim) && !self.shown.contains_key(claim);
        not_shown(Claim::noted().iter().copied().filter(missing), self.lang)
    }

    /// A connection ended with this summary.
    pub(crate) fn ended(&mut self, event: &Event) {
        for finding in &event.claims {
            let known = self.shown.entry(finding.id).or_insert(finding.verdict);
            *known = (*known).max(finding.verdict);
        }
        let of_protocol = |heading: &&Heading| heading.protocol() == event.protocol;
        self.headings.extend(Heading::VARIANTS.iter().filter(of_protocol).map(|heading| *heading as usize));
    }

    /// Whether a claim has a place beside the run: those beyond the notes only where the reader's notes speak of them.
    fn is_read(&self, claim: Claim) -> bool {
        !claim.is_beyond() || self.notes.as_ref().is_some_and(|notes| notes.place(claim).is_some())
    }

    fn is_news(&self, finding: &Finding) -> bool {
        self.shown.get(&finding.id).is_none_or(|known| finding.verdict > *known)
    }

    /// Puts a claim on the right.
    fn put(&mut self, finding: &Finding) {
        let again = self.shown.insert(finding.id, finding.verdict).is_some();
        let mut text = finding.id.id().to_owned();
        let mut verdict = Some(finding.verdict);
        if !again {
            let (words, sign) = self.words(finding.id, finding.verdict);
            text = format!("{text} {words}");
            verdict = sign;
        }
        let room = self.width - self.left - BETWEEN;
        for (n, line) in wrap(&text, 0, room).into_iter().enumerate() {
            let sign = verdict.filter(|_| n == 0);
            self.right.push_back(Note { sign, colour: None, text: line });
        }
        if let (Verdict::Depends | Verdict::Differs | Verdict::Absent, Some(because)) =
            (finding.verdict, &finding.because)
        {
            let because = format!("→ {}", harmless(because.in_lang(self.lang)));
            for line in wrap(&because, 0, room) {
                self.right.push_back(Note { sign: None, colour: Some(finding.verdict), text: line });
            }
        }
    }

    /// The claim in the words of the reader's notes with their line, else of the catalogue; and the verdict on these
    /// words: none on what was not read, and on what denies the claim the opposite one.
    fn words(&mut self, claim: Claim, verdict: Verdict) -> (String, Option<Verdict>) {
        let says = claim.card().says.in_lang(self.lang);
        let Some(notes) = &self.notes else { return (says.to_owned(), Some(verdict)) };
        let Some((file, reading)) = notes.place(claim) else {
            let words = say_in!(self.lang, beside::not_found(says));
            return (words, None);
        };
        let (grade, sign) = match (reading.grade, verdict) {
            (Grade::Stated, _) => (None, Some(verdict)),
            (Grade::Denied, Verdict::AsNoted) => {
                (Some(text!(beside::says_the_opposite())), Some(Verdict::Differs))
            }
            (Grade::Denied, Verdict::Depends | Verdict::Differs | Verdict::Absent) => {
                (Some(text!(beside::denies_it())), None)
            }
            (Grade::About, _) => (Some(text!(beside::about_it())), None),
        };
        let grade = grade.map_or("", |grade| grade.in_lang(self.lang));
        let place = format!("{}:{}{}", harmless(&file.name), reading.lines.0, grade);
        let at = (file.name.clone(), reading.lines);
        if self.quoted.contains(&at) {
            let above = text!(beside::above()).in_lang(self.lang);
            return (format!("{place}{above}"), sign);
        }
        let words = format!("{place} {}", harmless(file.notes.quote(reading)));
        self.quoted.push(at);
        (words, sign)
    }

    /// A line with the next line of the right column beside it.
    pub(crate) fn join(&mut self, left: &str) -> String {
        let fill = " ".repeat(self.left.saturating_sub(visible_columns(left)));
        let Note { sign, colour, text } = self.right.pop_front().unwrap_or_default();
        let right = match colour {
            Some(verdict) => self.paint.verdict(verdict, &text),
            None => text,
        };
        let sign = match sign {
            // Here the place of "as noted" must not look empty.
            Some(Verdict::AsNoted) => self.paint.verdict(Verdict::AsNoted, "="),
            Some(verdict) => self.paint.verdict(verdict, verdict.mark()),
            None => " ".to_owned(),
        };
        debug_assert_eq!(columns("│"), 1);
        let line = format!("{left}{fill} {sign} │ {right}");
        format!("{}\n", line.trim_end())
    }

    /// The rest of the right column, with nothing beside it.
    pub(crate) fn flush(&mut self) -> String {
        self.flush_beside("")
    }

    /// The same with something beside it.
    pub(crate) fn flush_beside(&mut self, left: &str) -> String {
        let mut out = String::new();
        while !self.right.is_empty() {
            out.push_str(&self.join(left));
        }
        out
    }
}
