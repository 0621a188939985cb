//! Compares what a run showed with what its scenario expects. Each difference is one sentence.

use std::{collections::BTreeMap, error::Error, fmt};

use claims::{Claim, Event, Verdict};
use steps::{Lang, Protocol, Said, Side, Step, harmless::one_line, say, say_in, summary as field, tcp, text};

use crate::scenario::{Expected, Scenario};

/// That recorded logs are not what a scenario expects: a line for each difference.
#[derive(Debug)]
pub(crate) struct Differences {
    pub(crate) scenario: String,
    pub(crate) differences: Vec<Said>,
    pub(crate) lang: Lang,
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = one_line(&self.scenario);
        f.write_str(&say_in!(self.lang, expect::was_otherwise(name)))?;
        // A reason that a log quotes may come from anybody.
        let mut said = self.differences.iter().map(|it| one_line(it.in_lang(self.lang)));
        said.try_for_each(|difference| write!(f, "\n    {difference}"))
    }
}

impl Error for Differences {}

/// What differs from `scenario` in the events of its run; nothing: the run was as expected.
pub(crate) fn differences(scenario: &Scenario, events: &[Event]) -> Vec<Said> {
    let mut found = claims(&scenario.claims, events);
    for (&side, expected) in &scenario.expect {
        let mine: Vec<&Event> = events.iter().filter(|event| event.side == side).collect();
        found.extend(one_side(side, expected, &mine));
    }
    found
}

/// The same where no segment was seen: only how the two sides ended is compared.
pub(crate) fn differences_at_the_end(scenario: &Scenario, events: &[Event]) -> Vec<Said> {
    let mut found = Vec::new();
    for (&side, expected) in &scenario.expect {
        let mine: Vec<&Event> = events.iter().filter(|event| event.side == side).collect();
        let end = Expected { steps: Vec::new(), never: Vec::new(), ..expected.clone() };
        found.extend(one_side(side, &end, &mine));
    }
    found
}

/// Exactly the claims of the notes that the file names, each with its weightiest verdict. Of the series `x…`, which most runs
/// show a few of, those that it names.
fn claims(expected: &BTreeMap<Claim, Verdict>, events: &[Event]) -> Vec<Said> {
    let mut shown: BTreeMap<Claim, Verdict> = BTreeMap::new();
    for finding in events.iter().flat_map(|event| &event.claims) {
        let known = shown.entry(finding.id).or_insert(finding.verdict);
        *known = finding.verdict.max(*known);
    }
    let mut found = Vec::new();
    for (claim, verdict) in expected {
        match shown.get(claim) {
            None => {
                let id = claim.id();
                found.push(say!(expect::was_not_shown(id)));
            }
            Some(seen) if seen != verdict => {
                let (id, seen, verdict) = (claim.id(), seen.title(), verdict.title());
                found.push(say!(expect::came_out_as(id, seen, verdict)));
            }
            Some(_) => {}
        }
    }
    let more = shown.iter().filter(|(claim, _)| !expected.contains_key(claim) && !claim.is_beyond());
    for (claim, verdict) in more.filter(|(claim, _)| !is_of_the_pace(**claim, events)) {
        let (id, verdict) = (claim.id(), verdict.title());
        found.push(say!(expect::is_not_expected(id, verdict)));
    }
    found
}

/// Whether a claim was shown by the pace of the machine and by no loss. A kernel's timer runs out on a machine that stands still
/// for a moment, and what it sends again then had arrived: as many came as were sent. Such a run tells a true story, and is no
/// other than the one that its scenario expects.
fn is_of_the_pace(claim: Claim, events: &[Event]) -> bool {
    let count = |at: Side, from: Side, step: tcp::Step| {
        let is_it =
            |event: &&Event| event.side == at && event.step == step.into() && event.sender() == Some(from);
        events.iter().filter(is_it).count()
    };
    let arrived = |from: Side, step, least: usize| {
        let sent = count(from, from, step);
        sent >= least && count(from.peer(), from, step) >= sent
    };
    match claim {
        // What was sent once was not sent again, whoever says so.
        Claim::O2 => arrived(Side::Client, tcp::Step::Syn, 2),
        Claim::O6 => arrived(Side::Server, tcp::Step::SynAck, 2),
        Claim::C2 | Claim::C4 => arrived(Side::Client, tcp::Step::Fin, 2),
        Claim::C7 => arrived(Side::Server, tcp::Step::Fin, 2),
        // The client waited for a FIN that came.
        Claim::C6 => arrived(Side::Server, tcp::Step::Fin, 1),
        _ => false,
    }
}

fn one_side(side: Side, expected: &Expected, events: &[&Event]) -> Vec<Said> {
    let who = match side {
        Side::Client => text!(expect::client()),
        Side::Server => text!(expect::server()),
    };
    let of_it = |what: Said| say!(expect::of_it(who, what));
    let mut found = Vec::new();
    let summary = events.iter().rfind(|event| event.step.is_summary());
    let reason = summary.and_then(|summary| summary.failure());
    match (expected.outcome, summary) {
        (Some(_), None) => found.push(of_it(say!(expect::no_connection_ended()))),
        (Some(outcome), Some(summary)) => match (outcome, summary.get(field::OUTCOME), &reason) {
            (_, None, _) => found.push(of_it(say!(expect::how_is_not_told()))),
            (outcome, Some(seen), _) if seen == outcome.word() => {}
            (_, Some(_), None) => {
                found.push(of_it(say!(expect::should_have_failed())));
            }
            (_, Some(_), Some(why)) => found.push(of_it(say!(expect::should_have_ended_well(why)))),
        },
        (None, _) => {}
    }
    if let Some(words) = &expected.reason
        && !reason.as_ref().is_some_and(|why| why.en.contains(words.as_str()))
    {
        let why = reason.clone().unwrap_or_else(|| say!(expect::no_reason()));
        found.push(of_it(say!(expect::another_reason(why, words))));
    }
    // What the link did to a segment and the segment itself are told by two who do not wait for each other.
    let mut in_time = events.to_vec();
    if in_time.iter().all(|event| event.protocol == Protocol::Tcp) {
        in_time.sort_by_key(|event| event.at);
    }
    let name = |step: &Step| {
        let title = step.card().title;
        say!(expect::step(title, step))
    };
    let mut rest = in_time.iter();
    for step in &expected.steps {
        if !rest.any(|event| event.step == *step) {
            let step = name(step);
            found.push(of_it(say!(expect::did_not_happen(step))));
            break;
        }
    }
    for step in &expected.never {
        if events.iter().any(|event| event.step == *step) {
            let step = name(step);
            found.push(of_it(say!(expect::happened(step))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use claims::Finding;
    use serde_json::json;

    use super::*;

    /// A FIN of the client's, as `side` saw it.
    fn fin(side: &str, finding: Option<Finding>) -> Event {
        let direction = if side == "client" { "sent" } else { "received" };
        let seen = json!({
            "v": 1, "at": "2026-11-22T19:00:00Z", "elapsed_us": 5, "side": side, "protocol": "tcp",
            "conn": "[::1]:1>[::1]:2", "step": "tcp.fin", "direction": direction, "evidence": "wire", "fields": {},
        });
        let seen = serde_json::from_value(seen).expect("an event");
        Event { seen, claims: finding.into_iter().collect() }
    }

    #[test]
    fn a_fin_that_was_sent_again_and_never_lost_is_the_machines_pace() {
        let again = || Some(Finding::as_noted(Claim::C2));
        let whole = [fin("client", None), fin("server", None), fin("client", again()), fin("server", None)];
        assert_eq!(claims(&BTreeMap::new(), &whole), []);
        // It was sent once: whoever says that it was sent again is wrong.
        let once = [fin("client", again()), fin("server", None)];
        assert_eq!(claims(&BTreeMap::new(), &once).len(), 1);
        // One of the two was lost: that is the scenario's affair.
        let lost = claims(&BTreeMap::new(), &whole[..3]);
        assert!(lost.len() == 1 && lost[0].en.starts_with("c2 was shown"), "{lost:?}");
    }
}
