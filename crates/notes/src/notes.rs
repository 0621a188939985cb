//! A reader's notes, as they are read: what stands in them, what it says of the claims, and what the reader settled.

use claims::Claim;

use crate::{foreign::Foreign, page::Unit};

/// How far a sentence was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// It is about the claim: no verdict.
    About,
    /// It was read, and says the opposite.
    Denied,
    /// It was read, and makes the claim.
    Stated,
}

/// A place in the notes and what it says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The claim.
    pub claim: Claim,
    /// How far it was understood.
    pub grade: Grade,
    /// Its unit, by its place among [`Notes::units`].
    pub unit: usize,
    /// The first and last line of the sentence in the file, from 1.
    pub lines: (usize, usize),
    /// It speaks of this variant alone.
    pub under: Option<Variant>,
    /// What the reader says of it in a comment.
    pub settled: Option<Settled>,
    /// Its place in the unit's folded text.
    pub(crate) span: (usize, usize),
}

/// The variant of TLS that a sentence or its heading names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// TLS 1.2 with an ephemeral key exchange.
    Ecdhe,
    /// TLS 1.3.
    Tls13,
}

/// A reader's notes, read.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What stands in the file, in order.
    pub units: Vec<Unit>,
    /// What was understood, by claim, the surest place first.
    pub readings: Vec<Reading>,
    /// The comments by which the reader settled what a sentence says.
    pub anchors: Vec<Anchor>,
    /// What the reader settled in a file beside.
    pub beside: Vec<Beside>,
    /// A language for which there are no rules, where most of the file is written in it.
    pub foreign: Option<Foreign>,
}

impl Notes {
    /// The sentence of a reading, as it is written.
    pub fn quote(&self, reading: &Reading) -> &str {
        self.units[reading.unit].written(reading.span.0, reading.span.1)
    }

    /// The places of a claim, the surest first.
    pub fn places(&self, claim: Claim) -> impl Iterator<Item = &Reading> {
        self.readings.iter().filter(move |reading| reading.claim == claim)
    }
}

/// What the reader says of a claim at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// `<!-- t4 -->`
    Confirmed,
    /// `<!-- t4? -->`
    Proposed,
    /// `<!-- -t4 -->`
    Refused,
}

/// A comment in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The claim.
    pub claim: Claim,
    /// What is said of it.
    pub settled: Settled,
    /// The file's line on which the comment stands, from 1.
    pub line: usize,
    /// Behind a block of code: the line in it, from 1.
    pub code_line: Option<usize>,
}

/// A line of the file beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The claim.
    pub claim: Claim,
    /// What is said of it.
    pub settled: Settled,
    /// The words of the place, as they are written.
    pub words: String,
    /// Its unit, by its place among [`Notes::units`]; none: the words stand there no more.
    pub unit: Option<usize>,
}

impl Beside {
    /// As it stands in the file.
    pub fn text(&self) -> String {
        let id = self.claim.id();
        let word = match self.settled {
            Settled::Confirmed => id.to_owned(),
            Settled::Proposed => format!("{id}?"),
            Settled::Refused => format!("-{id}"),
        };
        format!("{word:<4} {}", self.words)
    }
}
