//! The reader's notes, checked: each sentence that was read, with what recorded runs say of it, as a compiler would
//! report it; and the same as JSON, one object a line.

use std::fmt::Write as _;

use notes::{Grade, Reading, Variant};
use serde_json::{Value, json};
use steps::{Claim, Evidence, Finding, Heading, Lang, Text, Verdict, harmless};
use strum::VariantArray;

use crate::{
    NotesFile, OwnNotes,
    lines::spans,
    style::Paint,
    text::{fit, wrap},
};

/// What one event of a recorded run says of a claim.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was found.
    pub finding: Finding,
    /// The log, and the line in it, from 1.
    pub log: String,
    /// See `log`.
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

/// Whether what could show a claim ran: for TLS the notes' own variant.
fn all_ran(claim: Claim, runs: Vec<&str>) -> bool {
    claim.card().heading != Heading::Tls || runs.iter().any(|run| run.ends_with("rsa"))
}

/// What to run to see a claim: of two commands the one that shows it as the notes tell it.
fn command(claim: Claim) -> &'static str {
    claim.shown_by().last().copied().unwrap_or("lab")
}

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

/// The same for programs: one object a sentence and one a file, one a line.
pub fn report_json(notes: &OwnNotes, shown: &[Shown]) -> Report {
    let mut text = String::new();
    let mut contradicted = 0;
    for file in &notes.files {
        let mut counts = Counts::default();
        for reading in in_order(file) {
            let judged = judge(reading, shown);
            counts.add(&judged);
            push_json(&mut text, &entry_json(file, reading, &judged));
        }
        contradicted += counts.contradicted;
        let missing: Vec<&str> = missing(file).into_iter().map(Claim::id).collect();
        let summary = json!({
            "file": file.name,
            "summary": {
                "proved": counts.proved,
                "contradicted": counts.contradicted,
                "depends": counts.depends,
                "not_tested": counts.untested,
                "about": counts.about,
            },
            "not_in_notes": missing,
            "not_read": file.notes.foreign.map(|foreign| foreign.title().en),
        });
        push_json(&mut text, &summary);
    }
    Report { text, contradicted }
}

fn push_json(text: &mut String, value: &Value) {
    text.push_str(&steps::to_json(value).expect("it is a value"));
    text.push('\n');
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
        Claim::VARIANTS.iter().any(|claim| {
            claim.card().heading == heading
                && file.notes.places(*claim).any(|place| place.grade != Grade::About)
        })
    };
    Claim::VARIANTS.iter().copied().filter(|claim| treated(claim.card().heading) && !found(*claim)).collect()
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
            Judged::Proved(..) => ("proved", Text { en: "proved", zh: "已证实" }),
            Judged::Depends(_) => ("depends", Text { en: "depends", zh: "视情况" }),
            Judged::Elsewhere(..) => ("depends", Text { en: "not in this variant", zh: "此变体中不同" }),
            Judged::Contradicted(_) => ("contradicted", Text { en: "contradicted", zh: "与实际不符" }),
            Judged::Untested(_) => ("not_tested", Text { en: "not tested", zh: "尚未验证" }),
            Judged::About(_) => ("about", Text { en: "about", zh: "谈及" }),
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

fn entry_json(file: &NotesFile, reading: &Reading, judged: &Judged<'_>) -> Value {
    let run = judged.shown().map(
        |shown| json!({ "run": shown.run, "log": shown.log, "line": shown.line, "evidence": shown.evidence }),
    );
    let others: Vec<&str> = match judged {
        Judged::Proved(_, others) => others.iter().map(|shown| shown.run.as_str()).collect(),
        Judged::Depends(_)
        | Judged::Contradicted(_)
        | Judged::Elsewhere(..)
        | Judged::Untested(_)
        | Judged::About(_) => Vec::new(),
    };
    json!({
        "file": file.name,
        "line": reading.lines.0,
        "last_line": reading.lines.1,
        "claim": reading.claim.id(),
        "says": match reading.grade {
            Grade::Stated => "stated",
            Grade::Denied => "denied",
            Grade::About => "about",
        },
        "verdict": judged.word().0,
        "quote": file.notes.quote(reading),
        "because": judged.shown().and_then(|shown| shown.finding.because.as_ref()),
        "seen": run,
        "differs_in": others,
        "command": judged.command(),
    })
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
            let none = self.say(
                "nothing in it speaks of TCP, TLS, WebSocket or SSH handshakes as far as it was understood",
                "没有读到关于 TCP、TLS、WebSocket 或 SSH 握手的内容",
            );
            self.lines(out, &format!("{name}: {none}"), 0);
        } else {
            let line = match self.lang {
                Lang::En => format!(
                    "{name}: {proved} proved, {contradicted} contradicted, {depends} on a condition, {untested} not tested; \
                     {about} only about a claim"
                ),
                Lang::Zh => format!(
                    "{name}：已证实 {proved}，与实际不符 {contradicted}，视情况 {depends}，尚未验证 {untested}；另有 {about} 处只是谈及"
                ),
            };
            self.lines(out, &line, 0);
        }
        if let Some(encoding) = file.encoding {
            let read = self.say("read as", "编码：");
            self.lines(out, &format!("{read} {encoding}"), 2);
        }
        if let Some(foreign) = file.notes.foreign {
            let line = match self.lang {
                Lang::En => {
                    format!("{}: there are no rules for this language, it was not read", foreign.title().en)
                }
                Lang::Zh => format!("{}：没有这种语言的规则，未作判读", foreign.title().zh),
            };
            self.lines(out, &line, 2);
        }
        let missing = missing(file);
        if !missing.is_empty() {
            let ids = spans(|claim| missing.contains(&claim));
            let line = match self.lang {
                Lang::En => format!(
                    "of the topics it treats, not found in it: {ids} (`lab notes ID` has the sentence)"
                ),
                Lang::Zh => format!("所涉主题中没有找到：{ids}（`lab notes 编号` 可查看原句）"),
            };
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
            let colon = self.say("the claim it denies: ", "它所否认的论断：");
            self.lines(out, &format!("{colon}{says}"), 4);
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
                    let otherwise = self.say("otherwise in", "不同于此：");
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
            let run = self.say("to see it: ", "运行以下命令可验证：");
            self.lines(out, &format!("{run}{command} --log-dir DIR"), 4);
        }
    }

    fn seen(&self, out: &mut String, shown: &Shown) {
        let seen = self.say("seen in", "见于");
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

    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        Text { en, zh }.in_lang(self.lang)
    }
}

/// Where a claim stands in the reader's notes, for the catalogue's page of it.
pub fn places(notes: &OwnNotes, claim: Claim, lang: Lang, width: usize) -> String {
    let mut out = String::new();
    for file in &notes.files {
        for reading in file.notes.places(claim) {
            let grade = match reading.grade {
                Grade::Stated => Text { en: "states it", zh: "陈述了它" },
                Grade::Denied => Text { en: "says the opposite", zh: "说的相反" },
                Grade::About => Text { en: "is about it", zh: "谈及它" },
            };
            let _ = writeln!(out, "  {}:{}: {}", harmless(&file.name), reading.lines.0, grade.in_lang(lang));
            let quote = fit(&harmless(file.notes.quote(reading)), width.saturating_sub(4));
            let _ = writeln!(out, "    {quote}");
        }
    }
    if out.is_empty() {
        let none = Text { en: "  not found in your notes", zh: "  你的笔记中没有找到" };
        let _ = writeln!(out, "{}", none.in_lang(lang));
    }
    out
}
