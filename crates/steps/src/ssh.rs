//! The steps of SSH.

use crate::{Actor, Card, Event, Finding, Past, Text};

/// A step of SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// The connection is over: what it showed, and how it went.
    Summary,
}

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::Summary => Card {
                id: "ssh.summary",
                actor: Actor::Both,
                claims: &[],
                rfc: "",
                title: Text { en: "summary", zh: "小结" },
                text: Text {
                    en: "What this connection showed of the notes, and how it ended.",
                    zh: "这条连接印证了笔记中的哪些内容，以及它如何结束。",
                },
                client: "",
                server: "",
                shows: &["outcome", "reason"],
            },
        }
    }
}

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, _event: &Event, _past: &Past) -> Vec<Finding> {
    match step {
        Step::Summary => Vec::new(),
    }
}

/// What TCP's part of an SSH connection shows: s1.
pub(crate) fn over_tcp(_step: crate::tcp::Step, _event: &Event, _past: &Past) -> Vec<Finding> {
    Vec::new()
}
