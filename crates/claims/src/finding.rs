//! What one event shows of one claim.

use serde::{Deserialize, Serialize};
use steps::{Said, Text, text, write_text};

use crate::Claim;

/// How a run bears out a claim.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::VariantArray,
)]
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

    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Verdict::AsNoted => "as_noted",
            Verdict::Depends => "depends",
            Verdict::Differs => "differs",
            Verdict::Absent => "absent",
        }
    }

    /// The verdict in a word or two.
    pub const fn title(self) -> Text {
        match self {
            Verdict::AsNoted => text!(words::as_noted()),
            Verdict::Depends => text!(words::depends()),
            Verdict::Differs => text!(words::differs()),
            Verdict::Absent => text!(words::absent()),
        }
    }
}

/// What one event shows of one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The claim.
    pub id: Claim,
    /// Whether the event bears it out.
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
    pub fn as_noted_because(id: Claim, because: Said) -> Self {
        Finding { id, verdict: Verdict::AsNoted, because: Some(because) }
    }

    /// The claim holds under a condition.
    pub fn depends(id: Claim, because: Said) -> Self {
        Finding { id, verdict: Verdict::Depends, because: Some(because) }
    }

    /// The wire does something else.
    pub fn differs(id: Claim, because: Said) -> Self {
        Finding { id, verdict: Verdict::Differs, because: Some(because) }
    }

    /// The completed handshake had no such message.
    pub fn absent(id: Claim, because: Said) -> Self {
        Finding { id, verdict: Verdict::Absent, because: Some(because) }
    }

    /// Writes it as JSON behind what is in `out`: to the byte what serde writes.
    pub(crate) fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let Finding { id, verdict, because } = self;
        out.extend_from_slice(br#"{"id":"#);
        write_text(out, id.id())?;
        out.extend_from_slice(br#","verdict":"#);
        write_text(out, verdict.id())?;
        if let Some(Said { en, zh }) = because {
            out.extend_from_slice(br#","because":{"en":"#);
            write_text(out, en)?;
            out.extend_from_slice(br#","zh":"#);
            write_text(out, zh)?;
            out.push(b'}');
        }
        out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn it_is_written_as_serde_writes_it() {
        let because = Said::new("says \"TLS\u{202e}\" → …", "写的是 \\，“握手”");
        for id in Claim::VARIANTS {
            for verdict in Verdict::VARIANTS {
                for because in [None, Some(because.clone())] {
                    let finding = Finding { id: *id, verdict: *verdict, because };
                    let mut written = Vec::new();
                    finding.write_json(&mut written).unwrap();
                    assert_eq!(String::from_utf8(written).unwrap(), steps::to_json(&finding).unwrap());
                }
            }
        }
    }
}
