//! TCP: what each address of the name did. The client has tried them all: nothing more is asked of anybody.

use steps::{
    Protocol, Said, say,
    tcp::{Step, field},
};

use super::{Diagnosis, Ended, Look, Page, Row, Seen, Way};
use crate::tcp::{Options, run};

pub(super) async fn diagnose(options: &Options, look: &Look<'_>, page: &Page) -> anyhow::Result<Diagnosis> {
    let seen = look.once(None, run(options, look.session)).await?;
    let mut found = Diagnosis::new(Protocol::Tcp, &options.target);
    found.reason = seen.reason();
    found.advice = found.reason.as_ref().and_then(|reason| reason.advice.clone());
    match &seen.ended {
        Ended::Through => found.facts = facts(&seen),
        // Of one address the reason has said all.
        Ended::NotConnected(not) if not.0.len() > 1 => {
            found.rows.extend(not.0.iter().map(|one| Row {
                tried: Said::same(one.address.to_string()),
                way: Way::Not,
                saw: one.how.briefly(),
            }));
        }
        Ended::NotConnected(_) | Ended::Failed(_) | Ended::Unanswered(_) => {}
    }
    page.begin(&found);
    let left = page.left(found.rows.iter().map(|row| &row.tried));
    found.rows.iter().for_each(|row| page.row(row, left));
    Ok(found)
}

/// What the kernel says of it, what was answered, and how it ended.
fn facts(seen: &Seen) -> Vec<Said> {
    let mut facts = Vec::new();
    if let Some(established) = seen.first(Step::Established) {
        let ends = established.conn.replace('>', " → ");
        facts.push(match established.get(field::RTT_US) {
            Some(rtt) => say!(why_tcp::established_after_a_round_trip(ends, rtt)),
            None => say!(why_tcp::established(ends)),
        });
    }
    facts.push(match seen.first_from(steps::Side::Server, Step::Data) {
        Some(_) => say!(why_tcp::the_server_sent_data()),
        None => say!(why_tcp::no_data_was_seen()),
    });
    if let Some(state) = seen.first(Step::TimeWait).and_then(|event| event.get(field::STATE)) {
        facts.push(say!(why_tcp::both_sides_closed(state)));
    }
    facts
}
