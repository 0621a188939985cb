//! What is said when a connection has ended: how each side fared and what it showed of the notes; and of all together.

use std::collections::BTreeMap;

use claims::{Claim, Event, Finding, Verdict};
use steps::{Lang, Text, harmless, program::as_called, say_in, summary, text};

use super::{Lines, push};
use crate::{
    render::marks::{side_word, spans},
    terminal::text::{columns, pad, wrap},
};

/// How wide the verdicts of a summary are.
const LABEL: usize = 12;

impl Lines {
    pub(super) fn summary(&mut self, out: &mut String, events: &[&Event]) {
        let Some(first) = events.first() else { return };
        self.header(out, first);
        for event in events {
            self.open.retain(|conn| *conn != event.conn);
        }
        self.outcome(out, events, true);
    }

    /// How the ends of one connection fared and what they showed; with `why` also why they failed.
    pub(crate) fn outcome(&mut self, out: &mut String, events: &[&Event], why: bool) {
        let mut findings: BTreeMap<Claim, Finding> = BTreeMap::new();
        for finding in events.iter().flat_map(|event| event.noted()) {
            let known = findings.entry(finding.id).or_insert_with(|| finding.clone());
            if finding.verdict > known.verdict {
                *known = finding.clone();
            }
        }
        self.connections += 1;
        self.protocols.extend(events.iter().map(|event| event.protocol));
        for finding in findings.values() {
            let known = self.shown.entry(finding.id).or_insert(finding.verdict);
            *known = (*known).max(finding.verdict);
        }

        out.push('\n');
        for event in events {
            let name = name(event).in_lang(self.lang);
            let steps = event.get(summary::STEPS).map_or_else(|| "?".to_owned(), |steps| steps.to_string());
            let steps = steps_in(&steps, self.lang);
            let Some(outcome) = event.get(summary::OUTCOME) else { continue };
            let ended = if outcome == "complete" {
                say_in!(self.lang, summary::complete(name, steps))
            } else if outcome == summary::INCOMPLETE {
                let seen = event.get(summary::REASON).filter(|_| why);
                let seen = seen.map(|seen| harmless(seen.in_lang(self.lang)).into_owned());
                let text = match seen {
                    Some(seen) => say_in!(self.lang, summary::incomplete_because(name, steps, seen)),
                    None => say_in!(self.lang, summary::incomplete(name, steps)),
                };
                for line in wrap(&text, 2, self.width) {
                    push(out, &line);
                }
                continue;
            } else {
                if !why {
                    let text = say_in!(self.lang, summary::failed(name, steps));
                    push(out, &format!("  {}", self.paint.alarm(&text)));
                    continue;
                }
                let why = event.get(summary::REASON);
                let why = harmless(why.as_ref().map_or("?", |why| why.in_lang(self.lang)));
                let text = say_in!(self.lang, summary::failed_because(name, steps, why));
                for line in wrap(&text, 2, self.width) {
                    push(out, &self.paint.alarm(&line));
                }
                continue;
            };
            push(out, &format!("  {}", self.paint.side(event.side, &ended)));
        }
        let shown = findings.values().filter(|finding| finding.verdict != Verdict::Absent).count();
        let count = say_in!(self.lang, summary::claims_shown(shown));
        push(out, &format!("  {count}"));
        for verdict in [Verdict::AsNoted, Verdict::Depends, Verdict::Differs, Verdict::Absent] {
            let of_it: Vec<_> = findings.values().filter(|finding| finding.verdict == verdict).collect();
            if of_it.is_empty() {
                continue;
            }
            let label = pad(verdict.title().in_lang(self.lang), LABEL);
            if verdict == Verdict::AsNoted {
                let ids: Vec<_> = of_it.iter().map(|finding| finding.id.id()).collect();
                self.entry(out, verdict, &label, &ids.join(" "));
                continue;
            }
            for (i, finding) in of_it.iter().enumerate() {
                let because = finding.because.as_ref().map_or("", |because| because.in_lang(self.lang));
                let label = if i == 0 { label.clone() } else { " ".repeat(LABEL) };
                self.entry(out, verdict, &label, &format!("{:<4}{}", finding.id.id(), harmless(because)));
            }
        }
    }

    /// `label text`, the text wrapped beside the label.
    fn entry(&self, out: &mut String, verdict: Verdict, label: &str, text: &str) {
        let hang = 2 + columns(label) + if verdict == Verdict::AsNoted { 0 } else { 4 };
        for (i, line) in wrap(text, 0, self.width - hang).iter().enumerate() {
            if i == 0 {
                push(out, &format!("  {}{line}", self.paint.verdict(verdict, label)));
            } else {
                push(out, &format!("{}{line}", " ".repeat(hang)));
            }
        }
    }

    /// Of all connections together: what they showed of the notes on their protocols, and what shows the rest.
    pub(crate) fn tally(&self, out: &mut String) {
        let mine = |claim: &Claim| self.protocols.contains(&claim.card().heading.protocol());
        let of = Claim::noted().iter().filter(|claim| mine(claim)).count();
        let shown = self.shown.keys().filter(|claim| mine(claim)).count();
        let names: Vec<_> = self.protocols.iter().map(|protocol| protocol.title()).collect();
        let names = names.join(text!(summary::between_protocols()).in_lang(self.lang));
        let text = say_in!(self.lang, summary::all_connections(shown, of, names, self.connections));
        out.push('\n');
        for line in wrap(&text, 0, self.width) {
            push(out, &line);
        }
        let missing = Claim::noted().iter().filter(|claim| mine(claim) && !self.shown.contains_key(claim));
        out.push_str(&not_shown(missing.copied(), self.lang));
    }
}

/// The claims that were not shown, each with the command that shows it.
pub(crate) fn not_shown(claims: impl Iterator<Item = Claim>, lang: Lang) -> String {
    let mut by_run: Vec<(&str, Vec<Claim>)> = Vec::new();
    for claim in claims {
        let run = claim.shown_by().first().copied().unwrap_or("");
        match by_run.iter_mut().find(|(known, _)| *known == run) {
            Some((_, claims)) => claims.push(claim),
            None => by_run.push((run, vec![claim])),
        }
    }
    if by_run.is_empty() {
        return String::new();
    }
    let mut out = String::from(text!(summary::not_shown()).in_lang(lang));
    for (run, claims) in by_run {
        let ids = spans(|claim| claims.contains(&claim));
        out.push_str(&format!("  {}  {}\n", pad(&ids, 16), as_called(run)));
    }
    out
}

fn steps_in(count: &str, lang: Lang) -> String {
    match count {
        "1" => text!(summary::one_step()).in_lang(lang).to_owned(),
        count => say_in!(lang, summary::steps(count)),
    }
}

/// Of whom a summary tells: a third party between the two ends tells of both.
fn name(event: &Event) -> Text {
    match event.side {
        _ if event.observer.is_some() => text!(summary::connection()),
        side => side_word(side),
    }
}
