//! Which events were printed: a row is drawn when it can be trusted, and never twice.

use std::collections::HashMap;

use claims::Event;
use steps::{Direction, Evidence, Side, Step};

use crate::story::{self, Crossed, Fate, Part, Row, What};

/// What tells events apart.
type Key = (Side, Step, i64, u8, String);

fn key(event: &Event) -> Key {
    (event.side, event.step, story::micros(event), event.direction as u8, event.conn.clone())
}

/// How often each event was printed.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<Key, usize>);

/// How often each event was met in the story at hand.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<Key, usize>);

impl Told {
    /// The part of a row that was not printed yet.
    pub(super) fn rest_of(&self, row: &Row, seen: &mut Seen, ended: bool) -> Option<Row> {
        let mut is_told = |event: &Event| {
            let key = key(event);
            let count = seen.0.entry(key.clone()).or_default();
            *count += 1;
            self.0.get(&key).is_some_and(|told| told >= count)
        };
        let crossed = match &row.what {
            What::Inside(event) => return (!is_told(event)).then(|| row.clone()),
            What::Crossed(crossed) => crossed,
        };
        let sent = crossed.sent.as_ref().filter(|_| crossed.part != Part::Arrives).map(&mut is_told);
        let received = crossed.received.as_ref().filter(|_| crossed.part != Part::Leaves).map(&mut is_told);
        match (sent, received) {
            (Some(true) | None, Some(true) | None) => None,
            // It was told when it left.
            (Some(true), Some(false)) => Some(Row {
                at_us: row.arrives_us.unwrap_or(row.at_us),
                arrives_us: None,
                what: What::Crossed(Box::new(Crossed { part: Part::Arrives, ..(**crossed).clone() })),
            }),
            (Some(false), None) if !ended && is_on_its_way(crossed) => Some(Row {
                what: What::Crossed(Box::new(Crossed {
                    part: Part::Leaves,
                    fate: Fate::OneLog,
                    ..(**crossed).clone()
                })),
                ..row.clone()
            }),
            (Some(false) | None, _) => Some(row.clone()),
        }
    }

    /// A row is printed.
    pub(super) fn add(&mut self, row: &Row) {
        let mut tell = |event: &Event| *self.0.entry(key(event)).or_default() += 1;
        match &row.what {
            What::Inside(event) => tell(event),
            What::Crossed(crossed) => {
                let (client, server) = crossed.ends();
                client.into_iter().chain(server).for_each(&mut tell);
            }
        }
    }
}

/// Whether it may still arrive: it was sent, nobody says that it was lost, and no end says that it came.
fn is_on_its_way(crossed: &Crossed) -> bool {
    let lost = |event: &Event| event.step == Step::Tcp(steps::tcp::Step::Lost);
    let Some(sent) = &crossed.sent else { return false };
    sent.direction == Direction::Sent
        && sent.evidence == Evidence::Wire
        && !crossed.link.as_ref().is_some_and(lost)
}
