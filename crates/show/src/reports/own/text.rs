//! The report as a compiler would print it.

use std::fmt::Write as _;

use claims::{Claim, Verdict};
use notes::{Grade, Reading};
use steps::{
    Lang, harmless,
    program::{LAB, as_called},
    say_in, text,
};

use super::{Counts, Judged, Report, Shown, in_order, judge, missing};
use crate::{
    reading::{NotesFile, OwnNotes},
    render::spans,
    terminal::{
        Paint,
        text::{fit, wrap},
    },
};

/// Reports on `notes` by what `shown` says, `width` columns wide.
pub fn report(notes: &OwnNotes, shown: &[Shown], lang: Lang, width: usize, colored: bool) -> Report {
    let page = Page { lang, width: width.max(60), paint: Paint::new(colored) };
    let mut text = String::new();
    let mut contradicted = 0;
    for file in &notes.files {
        contradicted += page.file(&mut text, file, shown);
    }
    Report { text, contradicted }
}

struct Page {
    lang: Lang,
    width: usize,
    paint: Paint,
}

impl Page {
    /// Adds a file, and says how many of its sentences are contradicted.
    fn file(&self, out: &mut String, file: &NotesFile, shown: &[Shown]) -> usize {
        let readings = in_order(file);
        let judged: Vec<_> = readings.iter().map(|reading| judge(reading, shown)).collect();
        let mut counts = Counts::default();
        judged.iter().for_each(|judged| counts.add(judged));
        self.summary(out, file, &counts);
        for (reading, judged) in readings.into_iter().zip(&judged) {
            self.entry(out, file, reading, judged);
        }
        counts.contradicted
    }

    fn summary(&self, out: &mut String, file: &NotesFile, counts: &Counts) {
        let Counts { proved, contradicted, depends, untested, about } = *counts;
        let name = harmless(&file.name);
        if proved + contradicted + depends + untested + about == 0 {
            let none = text!(notes::nothing_is_understood()).in_lang(self.lang);
            self.lines(out, &format!("{name}: {none}"), 0);
        } else {
            let line =
                say_in!(self.lang, notes::counts(name, proved, contradicted, depends, untested, about));
            self.lines(out, &line, 0);
        }
        if let Some(encoding) = file.encoding {
            let read = say_in!(self.lang, notes::read_as(encoding));
            self.lines(out, &read, 2);
        }
        if let Some(foreign) = file.notes.foreign {
            let line = say_in!(self.lang, notes::no_rules(foreign.title()));
            self.lines(out, &line, 2);
        }
        let gone = file.notes.beside.iter().filter(|line| line.unit.is_none()).count();
        if gone > 0 {
            let line = say_in!(self.lang, notes::words_are_gone(gone));
            self.lines(out, &line, 2);
        }
        let missing = missing(file);
        if !missing.is_empty() {
            let ids = spans(|claim| missing.contains(&claim));
            let line = say_in!(self.lang, notes::not_found_in_it(ids, LAB));
            self.lines(out, &line, 2);
        }
    }

    fn entry(&self, out: &mut String, file: &NotesFile, reading: &Reading, judged: &Judged<'_>) {
        let (_, word) = judged.word();
        let word = word.in_lang(self.lang);
        let id = reading.claim.id();
        let head = format!("{}:{}:", harmless(&file.name), reading.lines.0);
        let painted = match judged {
            Judged::Proved(..) => self.paint.verdict(Verdict::AsNoted, word),
            Judged::Depends(_) | Judged::Elsewhere(..) => self.paint.verdict(Verdict::Depends, word),
            Judged::Contradicted(_) => self.paint.verdict(Verdict::Differs, word),
            Judged::Untested(_) | Judged::About(_) => word.to_owned(),
        };
        let quote = fit(&harmless(file.notes.quote(reading)), self.width.saturating_sub(4));
        let _ = writeln!(out, "{head} {painted} {id}");
        if let Judged::About(_) = judged {
            let _ = writeln!(out, "    {quote}");
            return;
        }
        let _ = writeln!(out, "    {quote}");
        let says = reading.claim.card().says.in_lang(self.lang);
        if reading.grade == Grade::Denied {
            let denies = say_in!(self.lang, notes::claim_it_denies(says));
            self.lines(out, &denies, 4);
        }
        match judged {
            Judged::Proved(shown, others) => {
                if let Some(because) = &shown.finding.because {
                    self.lines(out, &format!("→ {}", harmless(because.in_lang(self.lang))), 4);
                }
                self.seen(out, shown);
                for other in others {
                    let because =
                        other.finding.because.as_ref().map(|said| harmless(said.in_lang(self.lang)));
                    let otherwise = text!(notes::otherwise_in()).in_lang(self.lang);
                    let line =
                        format!("{otherwise} {}: {}", harmless(&other.run), because.unwrap_or_default());
                    self.lines(out, &line, 4);
                }
            }
            Judged::Depends(shown) | Judged::Contradicted(shown) | Judged::Elsewhere(shown, _) => {
                if let Some(because) = &shown.finding.because {
                    self.lines(out, &format!("→ {}", harmless(because.in_lang(self.lang))), 4);
                }
                self.seen(out, shown);
            }
            Judged::Untested(_) | Judged::About(_) => {}
        }
        if let Some(command) = judged.command() {
            let run = text!(notes::to_see_it()).in_lang(self.lang);
            self.lines(out, &format!("{run}{} --log-dir DIR", as_called(command)), 4);
        }
    }

    fn seen(&self, out: &mut String, shown: &Shown) {
        let seen = text!(notes::seen_in()).in_lang(self.lang);
        self.lines(
            out,
            &format!("{seen} {} · {}:{}", harmless(&shown.run), harmless(&shown.log), shown.line),
            4,
        );
    }

    fn lines(&self, out: &mut String, text: &str, indent: usize) {
        for line in wrap(text, indent, self.width) {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// Where a claim stands in the reader's notes, for the catalogue's page of it.
pub fn places(notes: &OwnNotes, claim: Claim, lang: Lang, width: usize) -> String {
    let mut out = String::new();
    for file in &notes.files {
        for reading in file.notes.places(claim) {
            let grade = match reading.grade {
                Grade::Stated => text!(notes::states_it()),
                Grade::Denied => text!(notes::says_the_opposite()),
                Grade::About => text!(notes::is_about_it()),
            };
            let _ = writeln!(out, "  {}:{}: {}", harmless(&file.name), reading.lines.0, grade.in_lang(lang));
            let quote = fit(&harmless(file.notes.quote(reading)), width.saturating_sub(4));
            let _ = writeln!(out, "    {quote}");
        }
    }
    if out.is_empty() {
        let none = text!(notes::not_found());
        let _ = writeln!(out, "{}", none.in_lang(lang));
    }
    out
}
