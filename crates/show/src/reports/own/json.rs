//! The report as JSON, one object a sentence and one a file, one a line.

use claims::Claim;
use notes::{Grade, Reading};
use serde_json::{Value, json};
use steps::program::as_called;

use super::{Counts, Judged, Report, Shown, in_order, judge, missing};
use crate::reading::{NotesFile, OwnNotes};

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
        "command": judged.command().map(as_called),
    })
}
