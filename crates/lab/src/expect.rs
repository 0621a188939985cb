//! Compares what a run showed with what its scenario expects. Each difference is one sentence.

use std::{collections::BTreeMap, error::Error, fmt};

use steps::{Claim, Event, Protocol, Side, Verdict, harmless::one_line, summary as field};

use crate::scenario::{Expected, Scenario};

/// That recorded logs are not what a scenario expects: a line for each difference.
#[derive(Debug)]
pub(crate) struct Differences {
    pub(crate) scenario: String,
    pub(crate) differences: Vec<String>,
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was otherwise than its file expects:", one_line(&self.scenario))?;
        // A reason that a log quotes may come from anybody.
        self.differences.iter().try_for_each(|difference| write!(f, "\n    {}", one_line(difference)))
    }
}

impl Error for Differences {}

/// What differs from `scenario` in the events of its run; nothing: the run was as expected.
pub(crate) fn differences(scenario: &Scenario, events: &[Event]) -> Vec<String> {
    let mut found = claims(&scenario.claims, events);
    for (&side, expected) in &scenario.expect {
        let mine: Vec<&Event> = events.iter().filter(|event| event.side == side).collect();
        found.extend(one_side(side, expected, &mine));
    }
    found
}

/// The same where no segment was seen: only how the two sides ended is compared.
pub(crate) fn differences_at_the_end(scenario: &Scenario, events: &[Event]) -> Vec<String> {
    let mut found = Vec::new();
    for (&side, expected) in &scenario.expect {
        let mine: Vec<&Event> = events.iter().filter(|event| event.side == side).collect();
        let end = Expected { steps: Vec::new(), never: Vec::new(), ..expected.clone() };
        found.extend(one_side(side, &end, &mine));
    }
    found
}

/// Exactly the claims that the file names, each with its weightiest verdict.
fn claims(expected: &BTreeMap<Claim, Verdict>, events: &[Event]) -> Vec<String> {
    let mut shown: BTreeMap<Claim, Verdict> = BTreeMap::new();
    for finding in events.iter().flat_map(|event| &event.claims) {
        let known = shown.entry(finding.id).or_insert(finding.verdict);
        *known = finding.verdict.max(*known);
    }
    let mut found = Vec::new();
    for (claim, verdict) in expected {
        match shown.get(claim) {
            None => found.push(format!("{} was not shown", claim.id())),
            Some(seen) if seen != verdict => {
                found.push(format!("{} came out as {seen:?}, expected {verdict:?}", claim.id()));
            }
            Some(_) => {}
        }
    }
    let unexpected = shown.iter().filter(|(claim, _)| !expected.contains_key(claim));
    found.extend(unexpected.map(|(claim, verdict)| format!("{} was shown ({verdict:?})", claim.id())));
    found
}

fn one_side(side: Side, expected: &Expected, events: &[&Event]) -> Vec<String> {
    let who = match side {
        Side::Client => "client",
        Side::Server => "server",
    };
    let mut found = Vec::new();
    let summary = events.iter().rfind(|event| event.step.is_summary());
    match (expected.outcome, summary) {
        (Some(_), None) => found.push(format!("{who}: no connection ended")),
        (Some(outcome), Some(summary)) => {
            let seen = summary.get(field::OUTCOME).unwrap_or("not told");
            if seen != outcome.word() {
                let why = summary.get(field::REASON).map_or_else(String::new, |why| format!(" ({})", why.en));
                found.push(format!("{who}: the outcome is {seen}{why}, expected {}", outcome.word()));
            }
        }
        (None, _) => {}
    }
    if let Some(words) = &expected.reason {
        let reason = summary.and_then(|summary| summary.get(field::REASON)).map(|why| why.en);
        if !reason.as_ref().is_some_and(|why| why.contains(words.as_str())) {
            found.push(format!("{who}: the reason is {reason:?}, expected one with {words:?}"));
        }
    }
    // What the link did to a segment and the segment itself are told by two who do not wait for each other.
    let mut in_time = events.to_vec();
    if in_time.iter().all(|event| event.protocol == Protocol::Tcp) {
        in_time.sort_by_key(|event| event.at);
    }
    let mut rest = in_time.iter();
    for step in &expected.steps {
        if !rest.any(|event| event.step == *step) {
            found.push(format!("{who}: {step} did not happen, or not in this order"));
            break;
        }
    }
    for step in &expected.never {
        if events.iter().any(|event| event.step == *step) {
            found.push(format!("{who}: {step} happened"));
        }
    }
    found
}
