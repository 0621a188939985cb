//! The reader's own notes for the page: which sentence says what of which claim, and what each verdict would make of it.
//! The page only looks up: the rules are those of the [report](crate::judge).

use claims::{Finding, Verdict};
use notes::{Grade, Kind, Reading};
use serde_json::{Value, json};
use steps::Evidence;

use crate::{
    reading::{NotesFile, OwnNotes},
    reports::{Judged, Shown, judge},
};

/// The runs that a sentence may be judged by: a variant of TLS, or none.
const VARIANTS: [Option<&str>; 4] = [None, Some("rsa"), Some("ecdhe"), Some("tls13")];

const VERDICTS: [Verdict; 4] = [Verdict::AsNoted, Verdict::Depends, Verdict::Differs, Verdict::Absent];

/// All files, unit by unit, with what was read in each.
pub fn own_notes(notes: &OwnNotes) -> Value {
    notes.files.iter().map(file).collect()
}

fn file(file: &NotesFile) -> Value {
    let units: Vec<Value> = (file.notes.units.iter().enumerate())
        .map(|(n, unit)| {
            let readings = file.notes.readings.iter().filter(|reading| reading.unit == n);
            json!({
                "text": unit.text,
                "kind": match unit.kind {
                    Kind::Heading => "heading",
                    Kind::Code => "code",
                    Kind::Paragraph | Kind::Item | Kind::Row => "text",
                },
                "depth": unit.depth,
                "readings": readings.map(|one| reading(file, one)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let foreign = file.notes.foreign.map(::notes::Foreign::title);
    json!({ "name": file.name, "units": units, "not_read": foreign })
}

fn reading(file: &NotesFile, reading: &Reading) -> Value {
    let mut outcomes = serde_json::Map::new();
    for variant in VARIANTS {
        let of_variant: serde_json::Map<String, Value> = VERDICTS
            .iter()
            .map(|verdict| {
                let shown = [shown(reading, *verdict, variant)];
                (super::id(json!(verdict)), json!(word(&judge(reading, &shown))))
            })
            .collect();
        outcomes.insert(variant.unwrap_or("").to_owned(), of_variant.into());
    }
    json!({
        "claim": reading.claim.id(),
        "shown_by": reading.claim.shown_by(),
        "stated": reading.grade != Grade::About,
        "line": reading.lines.0,
        "quote": file.notes.quote(reading),
        "outcomes": outcomes,
    })
}

/// A run that shows `verdict`.
fn shown(reading: &Reading, verdict: Verdict, variant: Option<&str>) -> Shown {
    Shown {
        finding: Finding { id: reading.claim, verdict, because: None },
        log: String::new(),
        line: 0,
        run: variant.unwrap_or_default().to_owned(),
        variant: variant.map(str::to_owned),
        evidence: Evidence::Wire,
    }
}

fn word(judged: &Judged<'_>) -> &'static str {
    match judged {
        Judged::Proved(..) => "proved",
        Judged::Depends(_) => "depends",
        Judged::Contradicted(_) => "contradicted",
        Judged::Elsewhere(..) => "elsewhere",
        Judged::Untested(_) => "untested",
        Judged::About(_) => "about",
    }
}
