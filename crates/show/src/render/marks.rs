//! The short signs that every view has: a claim with its verdict, how a step is known.

use claims::{Claim, Finding};
use steps::{Evidence, Side, Text, text};
use strum::VariantArray;

use crate::terminal::Paint;

/// The least that a line needs: its fields are left out before its evidence is.
pub(crate) const NARROWEST: usize = 54;

/// The claim's id and its verdict.
pub(crate) fn mark(finding: &Finding) -> String {
    format!("{}{}", finding.id.id(), finding.verdict.mark())
}

/// The claims with their marks, each in the colour of its verdict.
pub(crate) fn painted_marks(findings: &[Finding], paint: Paint) -> String {
    findings.iter().map(|it| paint.verdict(it.verdict, &mark(it))).collect::<Vec<_>>().join(" ")
}

/// How a step is known.
pub(crate) const fn evidence_word(evidence: Evidence) -> Text {
    match evidence {
        Evidence::Wire => text!(marks::wire()),
        Evidence::Callback => text!(marks::callback()),
        Evidence::Kernel => text!(marks::kernel()),
        Evidence::Inferred => text!(marks::inferred()),
    }
}

/// What an end is called.
pub(crate) const fn side_word(side: Side) -> Text {
    match side {
        Side::Client => text!(marks::client()),
        Side::Server => text!(marks::server()),
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

#[cfg(test)]
mod tests {
    use claims::Verdict;

    use super::*;

    #[test]
    fn neighbouring_claims_are_joined_within_their_heading() {
        use Claim::{C1, O2, O3, O4, O6, O15, S13};
        assert_eq!(spans(|claim| [O2, O3, O4, O6, O15, C1, S13].contains(&claim)), "o2–o4 o6 o15 c1 s13");
        assert_eq!(spans(|claim| [O2, O3].contains(&claim)), "o2 o3");
        assert_eq!(spans(|_| false), "");
    }

    #[test]
    fn each_claim_has_the_colour_of_its_own_verdict_and_red_is_for_failure() {
        let finding = |id, verdict| Finding { id, verdict, because: None };
        let findings = [
            finding(Claim::T1, Verdict::AsNoted),
            finding(Claim::T4, Verdict::Differs),
            finding(Claim::T5, Verdict::Depends),
            finding(Claim::T8, Verdict::Absent),
        ];
        let (green, amber) = ("\u{1b}[38;5;28m", "\u{1b}[38;5;130m");
        let expected = [
            format!("{green}t1\u{1b}[0m"),
            format!("{amber}t4≠\u{1b}[0m"),
            format!("{amber}t5~\u{1b}[0m"),
            format!("{amber}t8-\u{1b}[0m"),
        ];
        assert_eq!(painted_marks(&findings, Paint::new(true)), expected.join(" "));
        assert!(Paint::new(true).alarm("x").contains("161m"));
        assert_eq!(painted_marks(&findings, Paint::new(false)), "t1 t4≠ t5~ t8-");
    }
}
