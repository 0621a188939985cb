//! How well the notes of `corpus` are read, by what a person found in them. What is reached must not be lost again.
#![allow(clippy::disallowed_methods)] // it reads the corpus

use std::{collections::BTreeMap, fs, path::Path};

use asnoted_notes::{
    Notes,
    measure::{Figures, Judged},
};

fn measured(only: impl Fn(&str) -> bool) -> (Figures, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let judged = fs::read_to_string(folder.join("judged.json")).expect("the corpus is in the repository");
    let judged: BTreeMap<String, Judged> = serde_json::from_str(&judged).expect("it is JSON");
    let mut all = Figures::default();
    let mut wrong = Vec::new();
    for (name, judged) in judged.iter().filter(|(name, _)| only(name)) {
        let text = fs::read_to_string(folder.join(name)).expect("each judged file is there");
        all.count(&Notes::read(&text), judged, |reading, what| {
            wrong.push(format!(
                "{name}:{} {} {:?} {what}",
                reading.lines.0,
                reading.claim.id(),
                reading.grade
            ));
        });
    }
    (all, wrong)
}

#[test]
fn the_corpus_is_read_as_well_as_it_was() {
    let (all, wrong) = measured(|_| true);
    let line = format!("{}\n{}\n{}", Figures::heads(), all.line("all"), wrong.join("\n"));
    assert!(all.precision() >= 0.90, "{line}");
    assert!(all.precision_of_places() >= 0.90, "{line}");
    assert!(all.recall() >= 0.95, "{line}");
    assert!(all.read_part() >= 0.85, "{line}");
    assert!(all.verdicts_precision() >= 0.97, "{line}");
}

#[test]
fn nothing_false_is_proved() {
    let (all, wrong) = measured(|name| name.starts_with("false-"));
    assert!(all.proved <= 1, "{} proved: {}", all.proved, wrong.join("\n"));
    assert!(all.contradicted * 10 >= all.false_claims * 9, "{}", all.line("false"));
}

#[test]
fn what_is_about_something_else_gets_no_verdict_and_no_place() {
    let (all, wrong) = measured(|name| name.starts_with("off-"));
    assert_eq!((all.verdicts, all.places), (0, 0), "{}", wrong.join("\n"));
}
