//! What a packet's comment in a capture says of the notes.

use steps::{Event, Said, say};

use crate::{Finding, Judge};

/// Says something of the events of one connection, one after the other.
pub type Comments = Box<dyn FnMut(&Event) -> Vec<Said> + Send>;

/// Judges one connection, for a capture with comments: a line for each claim that an event shows.
pub fn comments() -> Comments {
    let mut judge = Judge::default();
    Box::new(move |event| lines(&judge.judge(event)))
}

/// A line for each of these that the notes have, as a packet's comment has it.
pub fn lines(findings: &[Finding]) -> Vec<Said> {
    findings.iter().filter(|finding| !finding.id.is_beyond()).map(line).collect()
}

fn line(finding: &Finding) -> Said {
    let (id, verdict) = (finding.id.id(), finding.verdict.title());
    match &finding.because {
        None => say!(words::claim_and_verdict(id, verdict)),
        Some(because) => say!(words::claim_verdict_and_reason(id, verdict, because)),
    }
}
