//! The steps of TCP.

use crate::{Actor, Card, Event, Finding, Past, Text};

/// A step of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// The kernel says that the connection is established.
    Established,
    /// The connection is over: what it showed, and how it went.
    Summary,
}

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::Established => Card {
                id: "tcp.established",
                actor: Actor::Both,
                claims: &[],
                rfc: "RFC 9293 §3.3.2",
                title: Text { en: "TCP established", zh: "TCP 已建立" },
                text: Text {
                    en: "The kernel's three-way handshake is done; everything above it starts here.",
                    zh: "内核完成了三次握手，上层的一切由此开始。",
                },
                client: "getsockopt(TCP_INFO)",
                server: "getsockopt(TCP_INFO)",
                shows: &["state"],
            },
            Step::Summary => Card {
                id: "tcp.summary",
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
        Step::Established | Step::Summary => Vec::new(),
    }
}
