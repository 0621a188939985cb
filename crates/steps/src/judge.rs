//! What an event shows of the notes. A verdict is computed from the fields of the events of one connection,
//! never from a label: a recording whose labels were changed keeps its verdicts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Claim, Event, Evidence, Field, Fields, Kind, Protocol, Said, Side, Step, Text, ssh, tcp, tls, ws,
};

/// How a run bears out a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As the notes say.
    AsNoted,
    /// True under a condition, which the sentence names.
    Depends,
    /// The wire does something else.
    Differs,
    /// A completed handshake had no such message: said once, in its summary, and inferred by nature.
    Absent,
}

impl Verdict {
    /// The sign behind a claim's number: `t4≠`. As noted has none.
    pub const fn mark(self) -> &'static str {
        match self {
            Verdict::AsNoted => "",
            Verdict::Depends => "~",
            Verdict::Differs => "≠",
            Verdict::Absent => "-",
        }
    }

    /// The verdict in a word or two.
    pub const fn title(self) -> Text {
        match self {
            Verdict::AsNoted => Text { en: "as noted", zh: "与笔记一致" },
            Verdict::Depends => Text { en: "depends", zh: "视情况" },
            Verdict::Differs => Text { en: "differs", zh: "不同" },
            Verdict::Absent => Text { en: "absent", zh: "没有" },
        }
    }
}

/// What one event shows of one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The claim.
    pub id: Claim,
    /// How it fares.
    pub verdict: Verdict,
    /// One sentence that quotes what was seen; always there unless the verdict is "as noted".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Said>,
}

impl Finding {
    /// The claim holds.
    pub fn as_noted(id: Claim) -> Self {
        Finding { id, verdict: Verdict::AsNoted, because: None }
    }

    /// The claim holds, and this is what shows it.
    pub fn as_noted_because(id: Claim, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Finding { id, verdict: Verdict::AsNoted, because: Some(Said::new(en, zh)) }
    }

    /// The claim holds under a condition.
    pub fn depends(id: Claim, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Finding { id, verdict: Verdict::Depends, because: Some(Said::new(en, zh)) }
    }

    /// The wire does something else.
    pub fn differs(id: Claim, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Finding { id, verdict: Verdict::Differs, because: Some(Said::new(en, zh)) }
    }

    /// The completed handshake had no such message.
    pub fn absent(id: Claim, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Finding { id, verdict: Verdict::Absent, because: Some(Said::new(en, zh)) }
    }
}

/// What a judge remembers of one connection: the first event of each step from each sender, in the order seen,
/// and the weightiest finding on each claim. It does not grow with the traffic.
#[derive(Clone, Debug, Default)]
pub struct Past {
    records: Vec<Record>,
    findings: BTreeMap<Claim, Finding>,
    count: u64,
    /// The last event was the first of its kind, or changed what the summary will say.
    is_news: bool,
    /// Events are known to be missing.
    gap: bool,
    /// What is told by repetition: TCP's claims on loss.
    pub(crate) tcp: tcp::Memory,
    /// What the rules of TLS ask for beyond the first event of each step.
    pub(crate) tls: tls::Memory,
    /// And SSH's attempts to log in, and what was said besides.
    ssh: ssh::memory::Memory,
}

/// The first event of one step from one sender.
#[derive(Clone, Debug)]
pub struct Record {
    /// What happened.
    pub step: Step,
    /// Who sent it; none: it happened inside one side.
    pub from: Option<Side>,
    /// How it was known.
    pub evidence: Evidence,
    /// Its values.
    pub fields: Fields,
}

impl Past {
    /// The findings of `event`, given what came before it in its connection; remembers both.
    pub fn judge(&mut self, event: &Event) -> Vec<Finding> {
        let mut findings = match event.step {
            Step::Tcp(step) => match event.protocol {
                Protocol::Tcp => tcp::judge(step, event, self),
                Protocol::Ssh => ssh::over_tcp(step, event, self).into_iter().collect(),
                Protocol::Tls | Protocol::Ws => Vec::new(),
            },
            Step::Tls(step) => tls::judge(step, event, self),
            Step::Ws(step) => ws::judge(step, event, self),
            Step::Ssh(step) => ssh::judge(step, event, self),
        };
        findings.sort_by_key(|finding| finding.id);
        self.remember(event, &findings);
        findings
    }

    /// The findings of the whole connection, in the order of the notes, with those that only its end tells. With
    /// `complete`, the claims whose message a completed handshake did not have are added as absent.
    pub fn summary(&self, protocol: Protocol, complete: bool) -> Vec<Finding> {
        let mut all = self.findings.clone();
        let at_end = match protocol {
            Protocol::Tcp | Protocol::Tls | Protocol::Ws => None,
            Protocol::Ssh => ssh::at_end(self),
        };
        if let Some(finding) = at_end {
            all.entry(finding.id).or_insert(finding);
        }
        if complete {
            let absent = match protocol {
                Protocol::Tcp => Vec::new(),
                Protocol::Tls => tls::absent(self),
                // Only where TLS lies below.
                Protocol::Ws => tls::absent(self),
                Protocol::Ssh => Vec::new(),
            };
            for finding in absent {
                all.entry(finding.id).or_insert(finding);
            }
        }
        all.into_values().collect()
    }

    /// How many events were judged.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the event that was judged last is remembered for itself: the first of its step from its sender, or one
    /// that changed what the summary will say. However long a connection lasts, there are few of these.
    pub fn is_news(&self) -> bool {
        self.is_news
    }

    pub(crate) fn ssh(&self) -> &ssh::memory::Memory {
        &self.ssh
    }

    /// How many FINs of TCP were seen that this side sent again.
    pub fn fins_again(&self) -> u64 {
        self.tcp.fins_again()
    }

    /// Whether `from` has sent this alert of TLS.
    pub fn alerted(&self, from: Side, alert: tls::Alert) -> bool {
        self.tls.alerts(from).any(|one| one.alert == alert)
    }

    /// Whether `from` has sent a fatal alert of TLS.
    pub fn ended_by_alert(&self, from: Side) -> bool {
        self.tls.fatal(from).is_some()
    }

    /// What was seen, in order: the first event of each step from each sender.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The first event of `step`, whoever sent it.
    pub fn first(&self, step: impl Into<Step>) -> Option<&Record> {
        let step = step.into();
        self.records.iter().find(|record| record.step == step)
    }

    /// The first event of `step` that `from` sent.
    pub fn first_from(&self, from: Side, step: impl Into<Step>) -> Option<&Record> {
        let step = step.into();
        self.records.iter().find(|record| record.step == step && record.from == Some(from))
    }

    /// Takes note that events of this connection are missing here: what was not seen may still have been.
    pub fn missed(&mut self) {
        self.gap = true;
    }

    /// Whether nothing is known to be missing: only then does a message that was not seen tell anything.
    pub fn is_whole(&self) -> bool {
        !self.gap
    }

    /// Whether `step` did not happen, as far as that can be told.
    pub fn lacks(&self, step: impl Into<Step>) -> bool {
        self.is_whole() && !self.has(step)
    }

    /// Whether something was found on `claim`.
    pub fn shows(&self, claim: Claim) -> bool {
        self.findings.contains_key(&claim)
    }

    /// Whether `step` was seen.
    pub fn has(&self, step: impl Into<Step>) -> bool {
        self.first(step).is_some()
    }

    fn remember(&mut self, event: &Event, findings: &[Finding]) {
        self.count += 1;
        self.tcp.remember(event);
        self.tls.remember(event);
        self.ssh.remember(event);
        let from = event.sender();
        self.is_news = !self.records.iter().any(|record| record.step == event.step && record.from == from);
        if self.is_news {
            let (step, evidence, fields) = (event.step, event.evidence, event.fields.clone());
            self.records.push(Record { step, from, evidence, fields });
        }
        for finding in findings {
            self.is_news |= !self.findings.contains_key(&finding.id);
            let known = self.findings.entry(finding.id).or_insert_with(|| finding.clone());
            if finding.verdict > known.verdict
                || (known.because.is_none() && finding.verdict == known.verdict)
            {
                self.is_news |= *known != *finding;
                *known = finding.clone();
            }
        }
    }
}

impl Record {
    /// The value of `field`; none: it was not seen.
    pub fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.fields.get(field)
    }
}
