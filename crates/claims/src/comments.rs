//! What a packet's comment in a capture says of the notes.

use steps::{Event, Lang, Said};

use crate::{Finding, Judge};

/// Says something of the events of one connection, one after the other.
pub type Comments = Box<dyn FnMut(&Event) -> Vec<Said> + Send>;

/// Judges one connection, for whoever comments its packets: a line for each claim that an event shows.
pub fn comments() -> Comments {
    let mut judge = Judge::default();
    Box::new(move |event| lines(&judge.judge(event)))
}

/// A line for each of these that the notes have, as a packet's comment has it.
pub fn lines(findings: &[Finding]) -> Vec<Said> {
    findings.iter().filter(|finding| !finding.id.is_beyond()).map(line).collect()
}

fn line(finding: &Finding) -> Said {
    let in_lang = |lang: Lang, colon: &str| {
        let (id, verdict) = (finding.id.id(), finding.verdict.title().in_lang(lang));
        match &finding.because {
            None => format!("{id} {verdict}"),
            Some(because) => format!("{id} {verdict}{colon}{}", because.in_lang(lang)),
        }
    };
    Said::new(in_lang(Lang::En, ": "), in_lang(Lang::Zh, "："))
}
