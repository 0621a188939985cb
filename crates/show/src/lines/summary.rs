//! What is said when a connection has ended: how each side fared and what it showed of the notes; and of all together.

use std::collections::BTreeMap;

use steps::{Claim, Event, Finding, Lang, Side, Text, Verdict, harmless, summary};
use strum::VariantArray;

use super::{Lines, push};
use crate::text::{columns, pad, wrap};

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
        for finding in events.iter().flat_map(|event| &event.claims) {
            let known = findings.entry(finding.id).or_insert_with(|| finding.clone());
            if finding.verdict > known.verdict {
                *known = finding.clone();
            }
        }
        self.connections += 1;
        for finding in findings.values() {
            let known = self.shown.entry(finding.id).or_insert(finding.verdict);
            *known = (*known).max(finding.verdict);
        }

        out.push('\n');
        for event in events {
            let name = name(event).in_lang(self.lang);
            let steps = event.get(summary::STEPS).map_or_else(|| "?".to_owned(), |steps| steps.to_string());
            let say = |en: String, zh: String| match self.lang {
                Lang::En => en,
                Lang::Zh => zh,
            };
            let Some(outcome) = event.get(summary::OUTCOME) else { continue };
            let ended = if outcome == "complete" {
                say(
                    format!("{name} complete, {}", steps_in(&steps, self.lang)),
                    format!("{name}：完成，{}", steps_in(&steps, self.lang)),
                )
            } else {
                if !why {
                    let text = say(
                        format!("{name} failed after {}", steps_in(&steps, self.lang)),
                        format!("{name}：{}后失败", steps_in(&steps, self.lang)),
                    );
                    push(out, &format!("  {}", self.paint.alarm(&text)));
                    continue;
                }
                let why = event.get(summary::REASON);
                let why = harmless(why.as_ref().map_or("?", |why| why.in_lang(self.lang)));
                let text = say(
                    format!("{name} failed after {}: {why}", steps_in(&steps, self.lang)),
                    format!("{name}：{}后失败：{why}", steps_in(&steps, self.lang)),
                );
                for line in wrap(&text, 2, self.width) {
                    push(out, &self.paint.alarm(&line));
                }
                continue;
            };
            push(out, &format!("  {}", self.paint.side(event.side, &ended)));
        }
        let shown = findings.values().filter(|finding| finding.verdict != Verdict::Absent).count();
        let count = match self.lang {
            Lang::En => format!("claims of the notes shown: {shown}"),
            Lang::Zh => format!("印证了笔记的 {shown} 条论断"),
        };
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

    /// Of all connections together.
    pub(crate) fn tally(&self, out: &mut String) {
        let (shown, of) = (self.shown.len(), Claim::VARIANTS.len());
        let missing = spans(|claim| !self.shown.contains_key(&claim));
        let text = match self.lang {
            Lang::En => format!(
                "{shown} of the notes' {of} claims were shown by {} connections. Not shown in this run: {}.",
                self.connections, missing
            ),
            Lang::Zh => format!(
                "{} 条连接印证了笔记 {of} 条论断中的 {shown} 条。本次没有涉及：{}。",
                self.connections, missing
            ),
        };
        out.push('\n');
        for line in wrap(&text, 0, self.width) {
            push(out, &line);
        }
    }
}

/// The claims that `choose` wants, neighbours joined: `o2–o4 o6 c2`.
pub(crate) fn spans(choose: impl Fn(Claim) -> bool) -> String {
    let mut spans: Vec<(Claim, Claim)> = Vec::new();
    let mut before = None;
    for &claim in Claim::VARIANTS {
        if choose(claim) {
            let joins = |last: Claim| Some(last) == before && last.card().heading == claim.card().heading;
            match spans.last_mut() {
                Some((_, last)) if joins(*last) => *last = claim,
                _ => spans.push((claim, claim)),
            }
        }
        before = Some(claim);
    }
    let name = |(first, last): &(Claim, Claim)| match (first, last) {
        (first, last) if first == last => first.id().to_owned(),
        (first, last) if *last as usize - *first as usize == 1 => format!("{} {}", first.id(), last.id()),
        (first, last) => format!("{}–{}", first.id(), last.id()),
    };
    spans.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn steps_in(count: &str, lang: Lang) -> String {
    match (lang, count) {
        (Lang::En, "1") => "1 step".into(),
        (Lang::En, _) => format!("{count} steps"),
        (Lang::Zh, _) => format!("{count} 个步骤"),
    }
}

/// Of whom a summary tells: a third party between the two ends tells of both.
fn name(event: &Event) -> Text {
    match event.side {
        _ if event.observer.is_some() => Text { en: "connection", zh: "连接" },
        Side::Client => Text { en: "client", zh: "客户端" },
        Side::Server => Text { en: "server", zh: "服务端" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_claims_are_joined_within_their_heading() {
        use Claim::{C1, O2, O3, O4, O6, O15, S13};
        assert_eq!(spans(|claim| [O2, O3, O4, O6, O15, C1, S13].contains(&claim)), "o2–o4 o6 o15 c1 s13");
        assert_eq!(spans(|claim| [O2, O3].contains(&claim)), "o2 o3");
        assert_eq!(spans(|_| false), "");
    }
}
