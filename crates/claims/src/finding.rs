//! What one event shows of one claim.

use serde::{Deserialize, Serialize};
use steps::{Said, Text, text};

use crate::Claim;

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
}
