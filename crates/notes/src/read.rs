//! What each sentence says of each claim. A sentence is *read* only when who does what to what was recognised, and
//! whether it is said or denied; whatever is in doubt makes it one that is merely *about* the claim.

use std::collections::BTreeMap;

use claims::Claim;
use steps::Protocol;

use crate::{
    anchors::{anchors, rule},
    foreign::foreign,
    lexicon::Words,
    notes::{Grade, Notes, Reading, Variant},
    page::{Kind, Unit, units},
    rules::{Matched, RULES, Rule},
    sentence::{KNOWN, Mode, Sentence, Token, sentences},
    topics::{ELSEWHERE, Topics, topic_of, topics, topics_of_heading},
};

/// More places than a reader wants to be shown for a claim that no sentence makes.
const MOST_ABOUT: usize = 3;

impl Notes {
    /// Reads Markdown, and what is close enough to it: plain text, reStructuredText.
    pub fn read(text: &str) -> Notes {
        let units = units(text);
        let mut readings = Reader::new(&units).read();
        let anchors = anchors(text);
        let foreign = foreign(&units);
        if foreign.is_some() {
            // Latin words alone make no sentence.
            readings.iter_mut().for_each(|reading| reading.grade = Grade::About);
        }
        let mut notes = Notes { units, readings, anchors, beside: Vec::new(), foreign };
        rule(&mut notes);
        settle(&mut notes.readings);
        notes
    }
}

/// Orders what was found; where a claim was read, what is merely about it is left out.
pub(crate) fn settle(readings: &mut Vec<Reading>) {
    readings.sort_by_key(|reading| {
        (reading.claim, std::cmp::Reverse(reading.grade.min(Grade::Denied)), reading.lines)
    });
    readings.dedup_by(|b, a| (a.claim, a.grade, a.lines) == (b.claim, b.grade, b.lines));
    let mut read: Option<Claim> = None;
    let mut about = (None, 0);
    readings.retain(|reading| match reading.grade {
        Grade::Stated | Grade::Denied => {
            read = Some(reading.claim);
            true
        }
        Grade::About => {
            if about.0 != Some(reading.claim) {
                about = (Some(reading.claim), 0);
            }
            about.1 += 1;
            read != Some(reading.claim) && about.1 <= MOST_ABOUT
        }
    });
}

struct Reader<'a> {
    units: &'a [Unit],
    sentences: Vec<Vec<Sentence>>,
    /// What each unit's heading is about, or what was spoken of last.
    context: Vec<Topics>,
    under: Vec<Option<Variant>>,
}

impl<'a> Reader<'a> {
    fn new(units: &'a [Unit]) -> Self {
        let mut drawn = BTreeMap::new();
        for unit in units.iter().filter(|unit| unit.kind == Kind::Code) {
            let ends = (unit.folded.find("client"), unit.folded.find("server"));
            let ends = match ends {
                (None, None) => (unit.folded.find("客户"), unit.folded.find("服务")),
                named => named,
            };
            if matches!(ends, (Some(client), Some(server)) if client < server) {
                drawn.entry(unit.block).or_insert(unit.line());
            }
        }
        let sentences: Vec<_> = units
            .iter()
            .map(|unit| {
                let drawn = unit.kind == Kind::Code && drawn.contains_key(&unit.block);
                sentences(unit, drawn)
            })
            .collect();
        let mut reader = Reader { units, sentences, context: Vec::new(), under: Vec::new() };
        reader.contexts();
        reader
    }

    fn contexts(&mut self) {
        let mut spoken: Topics = 0;
        let mut heading_before = None;
        for (n, unit) in self.units.iter().enumerate() {
            let all = self.sentences[n].iter().fold(Words::default(), |mut all, sentence| {
                all.add(&sentence.all);
                all
            });
            let own = topics(&all);
            let above = unit.heading.map_or(0, |heading| self.context[heading]);
            let variant_above = unit.heading.and_then(|heading| self.under[heading]);
            if unit.kind == Kind::Heading {
                let elsewhere = all.has(KNOWN.elsewhere) || all.has(KNOWN.udp);
                self.context.push(match (topics_of_heading(&all), elsewhere) {
                    (0, true) => ELSEWHERE,
                    (0, false) => above,
                    (own, _) => own,
                });
                self.under.push(variant(&all).or(variant_above));
                continue;
            }
            if unit.heading != heading_before {
                heading_before = unit.heading;
                spoken = 0;
            }
            if own != 0 {
                spoken = own;
            }
            self.context.push(if above != 0 { above } else { spoken });
            self.under.push(variant_above);
        }
    }

    fn read(&self) -> Vec<Reading> {
        let mut out = Vec::new();
        for (n, unit) in self.units.iter().enumerate() {
            if unit.kind == Kind::Heading || self.context[n] == ELSEWHERE {
                continue;
            }
            let lent = self.lent(n);
            for sentence in &self.sentences[n] {
                self.sentence(n, sentence, &lent, &mut out);
            }
            self.together(n, &mut out);
        }
        out
    }

    /// The words of what introduces a unit, which its sentences can build on.
    fn lent(&self, unit: usize) -> Sentence {
        let mut lent = Sentence::default();
        let mut lead = self.units[unit].lead;
        let mut chain = Vec::new();
        const DEEPEST: usize = 8;
        while let Some(at) = lead.filter(|_| chain.len() < DEEPEST) {
            let introduces = self.sentences[at].last().is_some_and(|last| last.introduces);
            if self.units[at].kind == Kind::Item || introduces {
                chain.push(at);
            }
            lead = self.units[at].lead;
        }
        for at in chain.into_iter().rev() {
            if let Some(last) = self.sentences[at].last() {
                lent.tokens.extend(last.tokens.iter().map(|token| Token { lent: true, ..*token }));
                lent.all.add(&last.all);
            }
        }
        const MOST: usize = 60;
        if lent.tokens.len() > MOST {
            lent = Sentence::default();
        }
        lent
    }

    fn sentence(&self, n: usize, sentence: &Sentence, lent: &Sentence, out: &mut Vec<Reading>) {
        if sentence.tokens.is_empty() || sentence.all.has(KNOWN.elsewhere) {
            return;
        }
        let mut whole = lent.clone();
        // Clauses of what introduces a sentence are none of its own.
        whole.tokens.iter_mut().for_each(|token| token.clause += 1 << 20);
        if let Some(subject) = lent.tokens.iter().rev().find(|token| is_subject(token)) {
            let named = sentence.tokens.iter().any(is_subject);
            if !named && let Some(first) = sentence.tokens.first() {
                whole.tokens.push(Token { lent: true, clause: first.clause, ..*subject });
            }
        }
        whole.tokens.extend(&sentence.tokens);
        whole.all.add(&sentence.all);
        whole.asks = sentence.asks;
        whole.lines = sentence.lines;
        let own = topics(&sentence.all);
        let context = self.context[n];
        for rule in RULES.iter() {
            let topic = topic_of(rule);
            // A sentence that names a phase of TCP is not about the other, whatever it stands under.
            let phases = own & 3;
            let fits = if rule.below {
                context & topic != 0
            } else if topic & 3 != 0 && phases != 0 {
                phases & topic != 0
            } else {
                (own | context) & topic != 0
            };
            if !fits {
                continue;
            }
            if let Some(grade) = self.grade(n, rule, &whole) {
                out.push(Reading {
                    claim: rule.claim,
                    grade,
                    unit: n,
                    lines: sentence.lines,
                    under: variant(&whole.all).or(self.under[n]),
                    settled: None,
                    span: sentence.span,
                });
            }
        }
    }

    fn grade(&self, n: usize, rule: &Rule, sentence: &Sentence) -> Option<Grade> {
        let (tokens, all) = (&sentence.tokens, &sentence.all);
        let denied = rule.denies.iter().find_map(|pattern| {
            let matched = pattern.find(tokens, all, false)?;
            let clauses: Vec<usize> = matched.iter().map(|at| tokens[*at].clause).collect();
            let near = clauses.iter().zip(clauses.iter().skip(1)).all(|(a, b)| b.abs_diff(*a) <= 2);
            near.then(|| (nots(tokens, &matched), pattern.mentions(KNOWN.not)))
        });
        let read = match denied {
            Some((Nots::None, _)) | Some((Nots::After, true)) => Some(Grade::Denied),
            Some((Nots::Before | Nots::Twice, true)) => Some(Grade::About),
            Some(_) | None => rule.says.iter().find_map(|pattern| {
                let matched = pattern.find(tokens, all, false)?;
                Some(match nots(tokens, &matched) {
                    Nots::None => Grade::Stated,
                    Nots::Before if rule.turns => Grade::Denied,
                    Nots::Before | Nots::After | Nots::Twice => Grade::About,
                })
            }),
        };
        if let Some(grade) = read {
            return Some(if self.doubtful(n, rule, sentence) { Grade::About } else { grade });
        }
        rule.about.iter().any(|pattern| pattern.find(tokens, all, true).is_some()).then_some(Grade::About)
    }

    /// Whether a sentence that fits may yet be no statement: a question, a supposition, hearsay, a drawing, another variant.
    fn doubtful(&self, n: usize, rule: &Rule, sentence: &Sentence) -> bool {
        let supposes = sentence.all.has(KNOWN.suppose) && !rule.argues;
        let under = variant(&sentence.all).or(self.under[n]);
        // What is said beyond the notes is held against the runs of that variant.
        let variant = match under.filter(|_| !rule.claim.is_beyond()) {
            Some(Variant::Tls13) => rule.protocol == Protocol::Tls,
            Some(Variant::Ecdhe) => {
                matches!(rule.claim, Claim::T4 | Claim::T6 | Claim::T7 | Claim::T8 | Claim::T9)
            }
            None => false,
        };
        sentence.asks
            || supposes
            || variant
            || sentence.all.meets(&KNOWN.doubts)
            || self.units[n].kind == Kind::Code
            || (sentence.all.has(KNOWN.udp) && rule.claim != Claim::S1)
    }

    /// A sentence that introduces items, together with them: what it says is said by all of them.
    fn together(&self, n: usize, out: &mut Vec<Reading>) {
        let Some(last) = self.sentences[n].last() else { return };
        if !last.colon {
            return;
        }
        let mut whole = last.clone();
        let mut parts = 0;
        // Where the words of each part begin, and its line.
        let mut lines = Vec::new();
        for (at, unit) in self.units.iter().enumerate().skip(n + 1) {
            let Some(lead) = unit.lead.filter(|lead| *lead >= n) else { break };
            if lead != n {
                continue;
            }
            for sentence in &self.sentences[at] {
                lines.push((whole.tokens.len(), sentence.lines.1));
                whole.tokens.extend(
                    sentence
                        .tokens
                        .iter()
                        .map(|token| Token { clause: token.clause + ((at - n) << 10), ..*token }),
                );
                whole.all.add(&sentence.all);
                parts += 1;
            }
            if whole.tokens.len() > 120 {
                return;
            }
        }
        if parts == 0 || whole.all.meets(&KNOWN.doubts) || whole.all.has(KNOWN.elsewhere) {
            return;
        }
        let own = topics(&whole.all);
        for rule in RULES.iter().filter(|rule| (own | self.context[n]) & topic_of(rule) != 0) {
            let known = out.iter().rev().take(200).any(|reading| {
                reading.claim == rule.claim && reading.unit == n && reading.grade != Grade::About
            });
            if known {
                continue;
            }
            let stated = rule.says.iter().find_map(|pattern| {
                let matched = pattern.find(&whole.tokens, &whole.all, false)?;
                let told = matched.iter().any(|at| *at < last.tokens.len());
                (told && nots(&whole.tokens, &matched) == Nots::None).then_some(matched)
            });
            if let Some(matched) = stated
                && !self.doubtful(n, rule, &whole)
            {
                let end = matched.last().and_then(|at| lines.iter().rev().find(|(begin, _)| begin <= at));
                out.push(Reading {
                    claim: rule.claim,
                    grade: Grade::Stated,
                    unit: n,
                    lines: (last.lines.0, end.map_or(last.lines.1, |(_, line)| *line)),
                    under: variant(&whole.all).or(self.under[n]),
                    settled: None,
                    span: last.span,
                });
            }
        }
    }
}

fn is_subject(token: &Token) -> bool {
    token.words.meets(&KNOWN.roles) && token.mode == Mode::Subject
}

fn variant(words: &Words) -> Option<Variant> {
    if words.has(KNOWN.tls13) {
        Some(Variant::Tls13)
    } else if words.has(KNOWN.ecdhe) {
        Some(Variant::Ecdhe)
    } else {
        None
    }
}

/// The "not"s in the clauses of what was matched, those aside that are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nots {
    None,
    /// One before the last word that was matched in its clause: it turns the sentence round.
    Before,
    /// One behind: what it turns round is not known.
    After,
    /// Two in one clause.
    Twice,
}

fn nots(tokens: &[Token], matched: &Matched) -> Nots {
    let mut out = Nots::None;
    let mut clauses: Vec<usize> = matched
        .iter()
        .filter(|at| !tokens[**at].words.meets(&KNOWN.roles))
        .map(|at| tokens[*at].clause)
        .collect();
    clauses.dedup();
    for clause in clauses {
        let last = matched.iter().rev().find(|at| tokens[**at].clause == clause).copied().unwrap_or_default();
        let mut before = 0;
        let mut after = 0;
        for (at, token) in tokens.iter().enumerate() {
            if token.clause == clause && token.words.has(KNOWN.not) && !matched.contains(&at) {
                // "not … computed": what it turns round is the next act, which must be one that was matched.
                let governs = (at + 1..tokens.len())
                    .find(|next| tokens[*next].words.meets(&KNOWN.acts) || matched.contains(next))
                    .is_some_and(|next| matched.contains(&next));
                if at < last && governs { before += 1 } else { after += 1 }
            }
        }
        match (before, after) {
            (0, 0) => {}
            (1, 0) => out = if out == Nots::None || out == Nots::Before { Nots::Before } else { out },
            (0, _) => out = Nots::After,
            (_, _) => return Nots::Twice,
        }
    }
    out
}
