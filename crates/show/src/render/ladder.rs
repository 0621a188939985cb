//! A connection as a ladder: two lifelines, and what went between them. One form a file.

use std::fmt::Write as _;

use claims::Event;
use steps::{Lang, Said, Side, Text, harmless, say, text};

use super::{fields::line_fields, marks::mark};
use crate::{
    story::{Crossed, MetBy, Part, Story},
    terminal::text::columns,
};

pub(super) mod card;
mod mermaid;
mod page;
pub(super) mod text;

pub use mermaid::mermaid;
pub(super) use page::Page;
pub use text::text;

/// `TLS ecdhe`.
pub(crate) fn name(story: &Story) -> String {
    let variant = story.variant.as_deref().map(|variant| format!(" {variant}")).unwrap_or_default();
    harmless(&format!("{}{variant}", story.protocol.title())).into_owned()
}

/// The marks of the claims that an event shows: `t4≠ t5`.
fn marks(findings: &[claims::Finding]) -> String {
    findings.iter().map(mark).collect::<Vec<_>>().join(" ")
}

/// The step and the fields that matter, in at most `room` columns: whole fields, the least telling left out first.
fn label(event: &Event, lang: Lang, room: usize) -> String {
    let mut label = event.step.card().title.in_lang(lang).to_owned();
    let left = room.saturating_sub(columns(&label) + 3);
    let fields = line_fields(event, lang, left);
    if !fields.is_empty() {
        let _ = write!(label, " · {fields}");
    }
    label
}

/// What stands beside a crossing that did not go as it should.
pub(crate) fn remark(crossed: &Crossed) -> Option<Text> {
    use crate::story::Fate;
    // The link knows what the two ends cannot.
    if let Some(link) = &crossed.link {
        return Some(link.step.card().title);
    }
    match (crossed.fate, crossed.part) {
        (Fate::Changed, Part::Whole | Part::Arrives) => Some(text!(ladder::arrived_changed())),
        (Fate::NotSeen, _) if crossed.sent.is_some() => match crossed.from {
            Side::Client => Some(text!(ladder::not_in_the_servers_log())),
            Side::Server => Some(text!(ladder::not_in_the_clients_log())),
        },
        (Fate::NotSeen, _) => Some(text!(ladder::not_in_its_senders_log())),
        (Fate::Changed | Fate::Arrived | Fate::OneLog, _) => None,
    }
}

/// How the two logs were laid together: what a reader must know to trust the order.
pub(crate) fn joined(story: &Story) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    match story.met_by {
        Some(MetBy::Nonce) => {}
        Some(MetBy::Addresses) => said.push(say!(ladder::by_addresses())),
        Some(MetBy::Time) => said.push(say!(ladder::by_time())),
        None if story.is_captured() => said.push(say!(ladder::from_a_capture())),
        None if story.client.is_some() => said.push(say!(ladder::only_the_client())),
        None => said.push(say!(ladder::only_the_server())),
    }
    if let Some(offset) = story.offset {
        let (low, high) = (ms(offset.at_least_us), ms(offset.at_most_us));
        let estimate = ms(offset.correction_us());
        said.push(match (offset.correction_us(), offset.crossing_us()) {
            (0, 0) => say!(ladder::clocks_may_agree(low, high)),
            (0, crossing) => say!(ladder::some_were_noted_late(ms(crossing))),
            (_, _) => say!(ladder::clock_was_ahead(estimate, low, high)),
        });
    }
    let one_sided = |row: &crate::story::Row| match &row.what {
        crate::story::What::Crossed(crossed) => crossed.fate == crate::story::Fate::OneLog,
        crate::story::What::Inside(_) => false,
    };
    if story.met_by.is_some() && story.rows.iter().any(one_sided) {
        said.push(say!(ladder::one_log_does_not_open()));
    }
    said
}

/// Milliseconds with three digits behind the point.
fn ms(us: i64) -> String {
    format!("{:.3}", us as f64 / 1000.0)
}
