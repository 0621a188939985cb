//! The reader's notes, checked: what recorded runs say of each sentence that was read.

use claims::{Claim, Finding, Heading, Verdict};
use notes::{Grade, Reading, Variant};
use steps::{Evidence, Text, text};

use crate::reading::{NotesFile, OwnNotes};

mod json;
mod text;

pub use json::report_json;
pub use text::{places, report};

/// What one event of a recorded run says of a claim.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was found.
    pub finding: Finding,
    /// The name of the log.
    pub log: String,
    /// The line in that log, from 1.
    pub line: usize,
    /// What ran: `tls rsa`, `tcp`.
    pub run: String,
    /// The variant alone.
    pub variant: Option<String>,
    /// How it is known.
    pub evidence: Evidence,
}

/// What recorded runs make of a sentence.
#[derive(Clone, Debug)]
pub enum Judged<'a> {
    /// A run did what it says; under these variants another did not.
    Proved(&'a Shown, Vec<&'a Shown>),
    /// It is so under a condition.
    Depends(&'a Shown),
    /// A run did otherwise.
    Contradicted(&'a Shown),
    /// The runs so far did otherwise, but what would show it has not run.
    Elsewhere(&'a Shown, &'static str),
    /// No run tells. What would: this command.
    Untested(&'static str),
    /// It was not read far enough for a verdict; what runs showed of the claim.
    About(Option<&'a Shown>),
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    proved: usize,
    contradicted: usize,
    depends: usize,
    untested: usize,
    about: usize,
}

/// A report over some notes.
#[derive(Debug)]
pub struct Report {
    /// What to print.
    pub text: String,
    /// How many sentences a run contradicts.
    pub contradicted: usize,
}

/// What the runs say of a reading.
pub fn judge<'a>(reading: &Reading, shown: &'a [Shown]) -> Judged<'a> {
    let claim = reading.claim;
    let under = reading.under.map(|under| match under {
        Variant::Ecdhe => "ecdhe",
        Variant::Tls13 => "tls13",
    });
    let fits = |shown: &&Shown| {
        shown.finding.id == claim && under.is_none_or(|under| shown.variant.as_deref() == Some(under))
    };
    let all: Vec<&Shown> = shown.iter().filter(fits).collect();
    let newest = |verdict: Verdict| all.iter().rev().copied().find(|shown| weight(shown) == verdict);
    let otherwise = || newest(Verdict::Differs).or_else(|| newest(Verdict::Absent));
    let command = command(claim);
    match reading.grade {
        Grade::About => Judged::About(all.last().copied()),
        Grade::Stated => match (newest(Verdict::AsNoted), newest(Verdict::Depends), otherwise()) {
            (Some(proof), _, _) => {
                let mut others: Vec<&Shown> = Vec::new();
                for shown in &all {
                    let other = matches!(weight(shown), Verdict::Differs | Verdict::Absent);
                    if other && shown.run != proof.run && others.iter().all(|known| known.run != shown.run) {
                        others.push(shown);
                    }
                }
                Judged::Proved(proof, others)
            }
            (None, Some(shown), _) => Judged::Depends(shown),
            (None, None, Some(shown)) => match all_ran(claim, shown_runs(&all)) {
                true => Judged::Contradicted(shown),
                false => Judged::Elsewhere(shown, command),
            },
            (None, None, None) => Judged::Untested(command),
        },
        Grade::Denied => match (newest(Verdict::AsNoted), all.last()) {
            (Some(shown), _) => Judged::Contradicted(shown),
            (None, Some(shown)) => Judged::About(Some(shown)),
            (None, None) => Judged::Untested(command),
        },
    }
}

/// The verdict of a finding on a sentence. That the host key comes at another place than the catalogue's notes say does
/// not make "the server sends its host key" false.
fn weight(shown: &Shown) -> Verdict {
    match (shown.finding.id, shown.finding.verdict) {
        (Claim::S6, Verdict::Differs) => Verdict::Depends,
        (_, verdict) => verdict,
    }
}

/// What would have to be run so that each sentence gets its verdict: commands, each once.
pub fn wanting(notes: &OwnNotes, shown: &[Shown]) -> Vec<&'static str> {
    let mut commands = Vec::new();
    for reading in notes.files.iter().flat_map(in_order) {
        if let Some(command) = judge(reading, shown).command()
            && !commands.contains(&command)
        {
            commands.push(command);
        }
    }
    commands
}

/// The runs behind some findings.
fn shown_runs<'a>(all: &[&'a Shown]) -> Vec<&'a str> {
    all.iter().map(|shown| shown.run.as_str()).collect()
}

/// Whether what could show a claim ran: for TLS the notes' own variant, beyond them that of the run which shows it.
fn all_ran(claim: Claim, runs: Vec<&str>) -> bool {
    let variant = match claim.is_beyond() {
        false => "rsa",
        true => command(claim).split_once("--variant ").map_or("ecdhe", |(_, variant)| variant),
    };
    claim.card().heading != Heading::Tls || runs.iter().any(|run| run.ends_with(variant))
}

/// What to run to see a claim: of two commands the one that shows it as the notes tell it.
fn command(claim: Claim) -> &'static str {
    claim.shown_by().last().copied().unwrap_or("lab")
}

/// The readings of a file from its top to its end.
fn in_order(file: &NotesFile) -> Vec<&Reading> {
    let mut readings: Vec<&Reading> = file.notes.readings.iter().collect();
    readings.sort_by_key(|reading| (reading.lines, reading.claim));
    readings
}

/// The claims of the topics that a file treats which it does not make.
fn missing(file: &NotesFile) -> Vec<Claim> {
    let found = |claim: Claim| file.notes.places(claim).next().is_some();
    let treated = |heading: Heading| {
        Claim::noted().iter().any(|claim| {
            claim.card().heading == heading
                && file.notes.places(*claim).any(|place| place.grade != Grade::About)
        })
    };
    Claim::noted().iter().copied().filter(|claim| treated(claim.card().heading) && !found(*claim)).collect()
}

impl Counts {
    fn add(&mut self, judged: &Judged<'_>) {
        match judged {
            Judged::Proved(..) => self.proved += 1,
            Judged::Depends(_) | Judged::Elsewhere(..) => self.depends += 1,
            Judged::Contradicted(_) => self.contradicted += 1,
            Judged::Untested(_) => self.untested += 1,
            Judged::About(_) => self.about += 1,
        }
    }
}

impl Judged<'_> {
    fn word(&self) -> (&'static str, Text) {
        match self {
            Judged::Proved(..) => ("proved", text!(notes::proved())),
            Judged::Depends(_) => ("depends", text!(notes::depends())),
            Judged::Elsewhere(..) => ("depends", text!(notes::not_in_this_variant())),
            Judged::Contradicted(_) => ("contradicted", text!(notes::contradicted())),
            Judged::Untested(_) => ("not_tested", text!(notes::not_tested())),
            Judged::About(_) => ("about", text!(notes::about())),
        }
    }

    fn shown(&self) -> Option<&Shown> {
        match self {
            Judged::Proved(shown, _)
            | Judged::Depends(shown)
            | Judged::Contradicted(shown)
            | Judged::Elsewhere(shown, _) => Some(shown),
            Judged::About(shown) => *shown,
            Judged::Untested(_) => None,
        }
    }

    fn command(&self) -> Option<&'static str> {
        match self {
            Judged::Untested(command) | Judged::Elsewhere(_, command) => Some(command),
            Judged::Proved(..) | Judged::Depends(_) | Judged::Contradicted(_) | Judged::About(_) => None,
        }
    }
}
