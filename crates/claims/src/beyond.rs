//! Beyond the 58: what many notes say besides, and the errors that many make. The series `x…` has the same rules of
//! evidence: a sentence, a judge that reads typed values of the events, a run that shows it. What is counted of "the
//! notes" is the 58; these stand apart.

use steps::{Event, Past, Protocol, Step, ssh::field::REKEY};
use strum::VariantArray;

use crate::{Claim, Finding, claims};

mod ssh;
mod tcp;
mod tls;
mod ws;

/// The claims that a rule can show, and what looks for them in an event, given what came before it.
type Rule = (&'static [Claim], fn(&Event, &Past) -> Option<Finding>);

/// How many claims the notes make.
const NOTED: usize = 58;

impl Claim {
    /// The claims of the notes, in their order.
    pub fn noted() -> &'static [Claim] {
        &Claim::VARIANTS[..NOTED]
    }

    /// The series `x…`: what stands in many notes beside them.
    pub fn beyond() -> &'static [Claim] {
        &Claim::VARIANTS[NOTED..]
    }

    /// Whether it is of the series `x…`.
    pub const fn is_beyond(self) -> bool {
        self as usize >= NOTED
    }

    /// The first and last block of the notes in which it stands; none: they do not say it.
    pub const fn place(self) -> Option<(u8, u8)> {
        if self.is_beyond() { None } else { Some(self.card().blocks) }
    }
}

impl crate::Event {
    /// What it shows of the notes themselves, without the series `x…`.
    pub fn noted(&self) -> impl Iterator<Item = &Finding> {
        self.claims.iter().filter(|finding| !finding.id.is_beyond())
    }
}

/// All claims that `step` can show: those of the notes, then those of the series `x…`.
pub fn shown_in(step: Step) -> impl Iterator<Item = Claim> {
    claims(step).iter().copied().chain(beyond(step))
}

/// Whether `step` can show `claim`.
pub fn can_show(step: Step, claim: Claim) -> bool {
    shown_in(step).any(|one| one == claim)
}

/// The claims of the series `x…` that `step` can show.
fn beyond(step: Step) -> impl Iterator<Item = Claim> {
    rules(step).iter().flat_map(|(claims, _)| claims.iter().copied())
}

const fn rules(step: Step) -> &'static [Rule] {
    match step {
        Step::Tcp(step) => tcp::rules(step),
        Step::Tls(step) => tls::rules(step),
        Step::Ws(step) => ws::rules(step),
        Step::Ssh(step) => ssh::rules(step),
    }
}

/// What `event` shows of the series `x…`, given what came before it.
pub(crate) fn judge(event: &Event, past: &Past) -> Vec<Finding> {
    let is_read = match event.step {
        // Below another protocol the notes on TCP are not what is read.
        Step::Tcp(_) => event.protocol == Protocol::Tcp,
        Step::Tls(step) => !tls::is_again(step, past),
        Step::Ws(_) => true,
        // Keys that are replaced later show nothing new.
        Step::Ssh(_) => event.get(REKEY) != Some(true),
    };
    let rules = if is_read { rules(event.step) } else { &[] };
    let found = |(claims, rule): &Rule| {
        let found = rule(event, past)?;
        debug_assert!(claims.contains(&found.id), "{:?} is not listed", found.id);
        Some(found)
    };
    rules.iter().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_58_come_first_and_the_series_x_is_counted_apart() {
        assert_eq!(Claim::noted().len(), 58);
        assert!(Claim::noted().iter().all(|claim| !claim.id().starts_with('x') && claim.place().is_some()));
        for (n, claim) in Claim::beyond().iter().enumerate() {
            assert_eq!(claim.id(), format!("x{}", n + 1));
            assert!(claim.is_beyond() && claim.place().is_none());
        }
    }

    #[test]
    fn each_step_that_can_show_one_names_it_and_no_card_of_the_notes_does() {
        let named: BTreeSet<Claim> = Step::all().flat_map(beyond).collect();
        assert_eq!(named, Claim::beyond().iter().copied().collect());
        assert!(Step::all().all(|step| claims(step).iter().all(|claim| !claim.is_beyond())));
    }
}
