//! The fields of the summary with which each connection of each protocol ends.

use crate::{
    Actor, Card, Said,
    field::{declare, shown},
};

declare! {
    /// `complete` or `failed`; of a capture [`INCOMPLETE`], where it does not show which.
    OUTCOME: str = "outcome";
    /// Why it failed, and what to do.
    REASON: Said = "reason";
    /// The rule that recognised why; of a link, the rule that it followed.
    RULE: str = "rule";
    /// `client` or `server`: whose doing it was.
    FAILED_SIDE: str = "failed_side";
    /// The step at which it failed, by id.
    FAILED_STEP: str = "failed_step";
    /// What should have come.
    EXPECTED: Said = "expected";
    /// What came instead.
    GOT: Said = "got";
    /// What the reader can do.
    ADVICE: Said = "advice";
    /// How many steps were seen.
    STEPS: u64 = "steps";
}

/// What a capture says of a connection that it does not have from beginning to end: it may have come further than is seen.
pub const INCOMPLETE: &str = "incomplete";

/// The card of the summary called `id`: it says the same of each protocol.
pub(crate) const fn card(id: &'static str) -> Card {
    Card {
        id,
        actor: Actor::Both,
        rfc: "",
        title: text!(words::summary()),
        text: text!(words::summary_of_a_connection()),
        client: "",
        server: "",
        shows: shown![OUTCOME, REASON],
    }
}
