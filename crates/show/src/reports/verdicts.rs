//! What several runs say of the same claims, a column a variant: first the verdicts at a glance, then a sentence each
//! from what was seen.

use std::collections::BTreeMap;

use claims::{Claim, Event, Verdict};
use steps::{Evidence, Lang, Protocol, Text, harmless, text};

use crate::{
    render::fields::line_fields,
    terminal::text::{columns, pad, wrap},
};

/// How wide a column of verdicts is, and a claim's number.
const COLUMN: usize = 12;
const NUMBER: usize = 5;

/// The verdicts on the claims of `protocol`, one column for each variant that ran, in the order in which they ran.
pub fn verdicts(events: &[Event], protocol: Protocol, lang: Lang, width: usize) -> String {
    let mut variants: Vec<&str> = Vec::new();
    for variant in events.iter().filter_map(|event| event.variant.as_deref()) {
        if !variants.contains(&variant) {
            variants.push(variant);
        }
    }
    let found: Vec<_> = variants.iter().map(|variant| of_variant(events, variant)).collect();
    let claims: Vec<_> =
        Claim::noted().iter().filter(|claim| claim.card().heading.protocol() == protocol).collect();
    let mut lines = Vec::new();

    let mut head = " ".repeat(NUMBER);
    variants.iter().for_each(|variant| head.push_str(&pad(&harmless(variant), COLUMN)));
    lines.push(head.trim_end().to_owned());
    for claim in &claims {
        let mut line = pad(claim.id(), NUMBER);
        for found in &found {
            line.push_str(&pad(found.get(claim).map_or(NOT_SHOWN, Seen::word).in_lang(lang), COLUMN));
        }
        lines.push(line.trim_end().to_owned());
    }

    let label = variants.iter().map(|variant| columns(&harmless(variant))).max().unwrap_or_default() + 2;
    for claim in claims {
        lines.push(String::new());
        let says = wrap(claim.card().says.in_lang(lang), NUMBER, width);
        lines.extend(says.iter().enumerate().map(|(i, line)| match i {
            0 => format!("{}{}", pad(claim.id(), NUMBER), line.trim_start()),
            _ => line.clone(),
        }));
        for (variant, found) in variants.iter().zip(&found) {
            let sentence = match found.get(claim) {
                Some(seen) => {
                    let colon = text!(summary::before_a_sentence());
                    format!("{}{}{}", seen.word().in_lang(lang), colon.in_lang(lang), seen.sentence(lang))
                }
                None => NOT_SHOWN.in_lang(lang).to_owned(),
            };
            let hang = NUMBER + label;
            for (i, line) in wrap(&harmless(&sentence), hang, width).iter().enumerate() {
                lines.push(match i {
                    0 => format!(
                        "{}{}{}",
                        " ".repeat(NUMBER),
                        pad(&harmless(variant), label),
                        line.trim_start()
                    ),
                    _ => line.clone(),
                });
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

const NOT_SHOWN: Text = text!(summary::not_shown_here());

/// What shows a claim best: the event, and its finding.
struct Seen<'a> {
    event: &'a Event,
    verdict: Verdict,
    because: Option<&'a steps::Said>,
}

impl Seen<'_> {
    fn word(&self) -> Text {
        self.verdict.title()
    }

    /// The finding's own sentence; where all is as noted and needs none, the event by its name and values.
    fn sentence(&self, lang: Lang) -> String {
        if let Some(because) = self.because {
            return because.in_lang(lang).to_owned();
        }
        let title = self.event.step.card().title.in_lang(lang);
        match line_fields(self.event, lang, 100) {
            fields if fields.is_empty() => title.to_owned(),
            fields => format!("{title} · {fields}"),
        }
    }

    /// The weightier verdict; of two alike the one of the event itself, which a summary repeats, the one with a
    /// sentence, then the one read from the wire.
    fn weight(&self) -> (Verdict, bool, bool, bool) {
        let itself = !self.event.step.is_summary();
        (self.verdict, itself, self.because.is_some(), self.event.evidence == Evidence::Wire)
    }
}

fn of_variant<'a>(events: &'a [Event], variant: &str) -> BTreeMap<Claim, Seen<'a>> {
    let mut found: BTreeMap<Claim, Seen<'a>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.variant.as_deref() == Some(variant)) {
        for finding in &event.claims {
            let seen = Seen { event, verdict: finding.verdict, because: finding.because.as_ref() };
            match found.get(&finding.id) {
                Some(known) if known.weight() >= seen.weight() => {}
                Some(_) | None => drop(found.insert(finding.id, seen)),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use claims::Finding;
    use steps::{Bytes, Direction, Fields, SCHEMA_VERSION, Said, Side, tls::Step};

    use super::*;

    fn event(variant: &str, step: Step, evidence: Evidence, finding: Finding) -> Event {
        let seen = steps::Event {
            v: SCHEMA_VERSION,
            at: Default::default(),
            elapsed_us: 0,
            side: Side::Client,
            protocol: Protocol::Tls,
            variant: Some(variant.into()),
            observer: None,
            conn: String::new(),
            step: step.into(),
            direction: Direction::Local,
            evidence,
            fields: Fields::new(),
            bytes: Bytes::default(),
        };
        Event { seen, claims: vec![finding] }
    }

    #[test]
    fn each_claim_has_a_verdict_and_a_sentence_in_each_column() {
        let events = [
            event("rsa", Step::ServerHelloDone, Evidence::Wire, Finding::as_noted(Claim::T4)),
            event(
                "tls13",
                Step::Summary,
                Evidence::Inferred,
                Finding::absent(Claim::T4, Said::new("no ServerHelloDone", "没有 ServerHelloDone")),
            ),
            event("rsa", Step::PreMasterSecret, Evidence::Callback, said("made")),
            event("rsa", Step::PreMasterSecret, Evidence::Wire, said("opened")),
        ];
        let page = verdicts(&events, Protocol::Tls, Lang::En, 80);
        for line in [
            "     rsa         tls13",
            "t4   as noted    absent",
            "t7   as noted    not shown",
            "     rsa    as noted: ServerHelloDone",
            "     tls13  absent: no ServerHelloDone",
            "     rsa    as noted: opened",
        ] {
            assert!(page.lines().any(|printed| printed == line), "`{line}` is not in:\n{page}");
        }
        for lang in [Lang::En, Lang::Zh] {
            let page = verdicts(&events, Protocol::Tls, lang, 80);
            assert!(page.lines().all(|line| columns(line) <= 80), "{page}");
        }
    }

    fn said(word: &str) -> Finding {
        Finding::as_noted_because(Claim::T7, Said::same(word))
    }
}
