//! How well notes are read: what was found against what a person found (`judged.json`).

use std::{collections::BTreeMap, fmt::Write as _};

use claims::Claim;
use serde::Deserialize;
use strum::VariantArray;

use crate::{Grade, Kind, Notes, Reading};

/// What a person found in a file: claim → lines.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Judged {
    /// The lines that state a claim.
    #[serde(default)]
    pub claims: BTreeMap<String, Vec<usize>>,
    /// The lines that say the opposite.
    #[serde(default)]
    pub contradicted: BTreeMap<String, Vec<usize>>,
    /// The lines that treat it without stating it.
    #[serde(default)]
    pub about: BTreeMap<String, Vec<usize>>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Claims that notes state or deny, by a person's reading: one for each claim and file.
    pub stated: usize,
    /// Those of them that were found on one of their lines.
    pub found: usize,
    /// Claims that were placed, and those of them with a place on a right line.
    pub placed: usize,
    /// Of `placed`.
    pub placed_right: usize,
    /// Single places, and those of them on a right line.
    pub places: usize,
    /// Of `places`.
    pub places_right: usize,
    /// Of `stated`: read on one of their lines, with a verdict.
    pub read: usize,
    /// Verdicts, one for each sentence, and those that are as a person's.
    pub verdicts: usize,
    /// Of `verdicts`.
    pub verdicts_right: usize,
    /// Claims with a verdict, one for each claim and file, and those of them with one that is as a person's and none
    /// that is not.
    pub judged: usize,
    /// Of `judged`.
    pub judged_right: usize,
    /// Verdicts that a sentence is true.
    pub proved: usize,
    /// False sentences, one for each claim and file, and those that were read as false.
    pub false_claims: usize,
    /// Of `false_claims`.
    pub contradicted: usize,
}

impl Figures {
    /// Counts one file more; `wrong` is called with each place and what is wrong with it.
    pub fn count(&mut self, notes: &Notes, judged: &Judged, mut wrong: impl FnMut(&Reading, &str)) {
        let none = Vec::new();
        // The series `x…` only where the reader of the file judged it.
        let judges = [&judged.claims, &judged.contradicted, &judged.about];
        let beyond = judges.iter().any(|map| map.keys().any(|id| id.starts_with('x')));
        for claim in Claim::VARIANTS.iter().filter(|claim| beyond || !claim.is_beyond()) {
            let lines = |map: &BTreeMap<String, Vec<usize>>| map.get(claim.id()).unwrap_or(&none).clone();
            let (said, denied, about) =
                (lines(&judged.claims), lines(&judged.contradicted), lines(&judged.about));
            let on = |reading: &Reading, lines: &[usize]| {
                // An item is named by its first line.
                let item = &notes.units[reading.unit];
                let first = if item.kind == Kind::Item { item.line() } else { reading.lines.0 };
                lines.iter().any(|line| *line == first || (reading.lines.0..=reading.lines.1).contains(line))
            };
            let places: Vec<_> = notes.places(*claim).collect();
            let right = |reading: &Reading| on(reading, &said) || on(reading, &denied) || on(reading, &about);
            let stated = !said.is_empty() || !denied.is_empty();
            self.stated += usize::from(stated);
            self.found += usize::from(stated && places.iter().any(|place| right(place)));
            self.placed += usize::from(!places.is_empty());
            self.placed_right += usize::from(places.iter().any(|place| right(place)));
            self.false_claims += usize::from(!denied.is_empty());
            self.contradicted +=
                usize::from(places.iter().any(|place| place.grade == Grade::Denied && on(place, &denied)));
            let mut read = false;
            let mut misread = false;
            let mut any = false;
            for place in places {
                self.places += 1;
                self.places_right += usize::from(right(place));
                if !right(place) {
                    wrong(place, "stands on no line of this claim");
                }
                let as_judged = match place.grade {
                    Grade::Stated => on(place, &said),
                    Grade::Denied => on(place, &denied),
                    Grade::About => continue,
                };
                self.proved += usize::from(place.grade == Grade::Stated);
                self.verdicts += 1;
                self.verdicts_right += usize::from(as_judged);
                any = true;
                read |= as_judged;
                misread |= !as_judged && right(place);
                if !as_judged {
                    wrong(place, "was read otherwise than a person reads it");
                }
            }
            self.read += usize::from(read && stated);
            self.judged += usize::from(any);
            self.judged_right += usize::from(read && !misread);
        }
    }

    /// Adds the figures of other files.
    pub fn add(&mut self, other: &Figures) {
        for (here, there) in self.each().into_iter().zip((*other).values()) {
            *here += there;
        }
    }

    fn each(&mut self) -> [&mut usize; 14] {
        let Figures {
            stated,
            found,
            placed,
            placed_right,
            places,
            places_right,
            read,
            verdicts,
            verdicts_right,
            judged,
            judged_right,
            proved,
            false_claims,
            contradicted,
        } = self;
        [
            stated,
            found,
            placed,
            placed_right,
            places,
            places_right,
            read,
            verdicts,
            verdicts_right,
            judged,
            judged_right,
            proved,
            false_claims,
            contradicted,
        ]
    }

    fn values(mut self) -> [usize; 14] {
        self.each().map(|value| *value)
    }

    /// The part of the placed claims that stand where they belong.
    pub fn precision(&self) -> f64 {
        part(self.placed_right, self.placed)
    }

    /// The part of all single places that are right.
    pub fn precision_of_places(&self) -> f64 {
        part(self.places_right, self.places)
    }

    /// The part of what is stated that was found.
    pub fn recall(&self) -> f64 {
        part(self.found, self.stated)
    }

    /// The part of what is stated that got a verdict.
    pub fn read_part(&self) -> f64 {
        part(self.read, self.stated)
    }

    /// The part of the verdicts that are right.
    pub fn verdicts_precision(&self) -> f64 {
        part(self.verdicts_right, self.verdicts)
    }

    /// One line of a table.
    pub fn line(&self, name: &str) -> String {
        let mut out = format!("{name:<26}");
        let pairs = [
            (self.placed_right, self.placed),
            (self.places_right, self.places),
            (self.found, self.stated),
            (self.read, self.stated),
            (self.judged_right, self.judged),
            (self.verdicts_right, self.verdicts),
            (self.contradicted, self.false_claims),
        ];
        for (some, all) in pairs {
            let _ = write!(out, " {:>4}/{:<4}{:>5.2}", some, all, part(some, all));
        }
        out
    }

    /// The heads of the columns of [`Figures::line`].
    pub fn heads() -> String {
        let heads = [
            "placed right",
            "places right",
            "stated found",
            "stated read",
            "verdict right",
            "sentence right",
            "false refuted",
        ];
        heads.iter().fold(" ".repeat(26), |line, head| format!("{line} {head:<14}")).trim_end().to_owned()
    }
}

/// A part; of nothing: all.
fn part(some: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { some as f64 / all as f64 }
}
