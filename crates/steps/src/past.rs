//! What is remembered of one connection: what reasons and judges ask for, whoever it is that asks. Nothing here knows of
//! the notes.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;

use crate::{Event, Evidence, Field, Fields, Kind, Side, Step, Value, ssh, tcp, tls};

/// The most shapes of events that are told apart: a handshake has some fifty.
const MOST_SHAPES: usize = 256;

/// What is remembered of one connection as one side sees it: the first event of each step from each sender, in the order
/// seen, and what each protocol tells by repetition. It does not grow with the traffic.
#[derive(Clone, Debug, Default)]
pub struct Past {
    records: Vec<Record>,
    /// What kinds of events there were, finer than by their steps.
    shapes: Vec<u64>,
    count: u64,
    /// The last event was the first of its kind.
    is_news: bool,
    /// Events are known to be missing.
    gap: bool,
    tcp: tcp::Memory,
    tls: tls::Memory,
    ssh: ssh::Memory,
}

/// The first event of one step from one sender.
#[derive(Clone, Debug)]
pub struct Record {
    /// What happened.
    pub step: Step,
    /// Who sent it; none: it happened inside one side.
    pub from: Option<Side>,
    /// How it was known.
    pub evidence: Evidence,
    /// Its values.
    pub fields: Fields,
}

impl Past {
    /// Takes note of an event.
    pub fn remember(&mut self, event: &Event) {
        self.count += 1;
        match event.step {
            Step::Tcp(_) => self.tcp.remember(event),
            Step::Tls(_) => self.tls.remember(event),
            Step::Ssh(_) => self.ssh.remember(event),
            // The first event of each step is all that its judges and reasons ask for.
            Step::Ws(_) => {}
        }
        let shape = shape(event);
        self.is_news = !self.shapes.contains(&shape) && self.shapes.len() < MOST_SHAPES;
        if !self.is_news {
            return;
        }
        push(&mut self.shapes, shape);
        let from = event.sender();
        if !self.records.iter().any(|record| record.step == event.step && record.from == from) {
            let (step, evidence, fields) = (event.step, event.evidence, event.fields.clone());
            push(&mut self.records, Record { step, from, evidence, fields });
        }
    }

    /// How many events are remembered, or were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether the last event was the first of its kind: its step, its sender, which values it had and which of them were
    /// true. However long a connection lasts, there are few of these; what a verdict turns on is among them.
    pub fn is_news(&self) -> bool {
        self.is_news
    }

    /// What TCP tells by repetition.
    pub fn tcp(&self) -> &tcp::Memory {
        &self.tcp
    }

    /// TLS's alerts, and what came last from either side.
    pub fn tls(&self) -> &tls::Memory {
        &self.tls
    }

    /// SSH's attempts to log in, and what was said besides.
    pub fn ssh(&self) -> &ssh::Memory {
        &self.ssh
    }

    /// Whether `from` has sent this alert of TLS.
    pub fn alerted(&self, from: Side, alert: tls::Alert) -> bool {
        self.tls.alerts(from).any(|one| one.alert == alert)
    }

    /// Whether `from` has sent a fatal alert of TLS.
    pub fn ended_by_alert(&self, from: Side) -> bool {
        self.tls.fatal(from).is_some()
    }

    /// What was seen, in order: the first event of each step from each sender.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The first event of `step`, whoever sent it.
    pub fn first(&self, step: impl Into<Step>) -> Option<&Record> {
        let step = step.into();
        self.records.iter().find(|record| record.step == step)
    }

    /// The first event of `step` that `from` sent.
    pub fn first_from(&self, from: Side, step: impl Into<Step>) -> Option<&Record> {
        let step = step.into();
        self.records.iter().find(|record| record.step == step && record.from == Some(from))
    }

    /// Takes note that events of this connection are missing here: what was not seen may still have been.
    pub fn missed(&mut self) {
        self.gap = true;
    }

    /// Whether nothing is known to be missing: only then does a message that was not seen tell anything.
    pub fn is_whole(&self) -> bool {
        !self.gap
    }

    /// Whether `step` did not happen, as far as that can be told.
    pub fn lacks(&self, step: impl Into<Step>) -> bool {
        self.is_whole() && !self.has(step)
    }

    /// Whether `step` was seen.
    pub fn has(&self, step: impl Into<Step>) -> bool {
        self.first(step).is_some()
    }
}

impl Record {
    /// The value of `field`; none: it was not seen.
    pub fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.fields.get(field)
    }
}

/// There is a memory for each connection, and most of them do no more: it takes no more room than it needs.
fn push<T>(all: &mut Vec<T>, one: T) {
    const FEW: usize = 4;
    if all.len() == all.capacity() {
        all.reserve_exact(FEW);
    }
    all.push(one);
}

/// The kind of an event: its step, its sender, its evidence, and which values it has. What numbers and texts say is
/// left out, for a peer chooses them without end. It is computed twice for every event, so the hash is a quick one; a
/// peer that makes two kinds collide has the second one logged a little less often.
fn shape(event: &Event) -> u64 {
    let mut shape = FixedState::default().build_hasher();
    (event.step, event.sender(), event.evidence).hash(&mut shape);
    for (name, value) in &event.fields {
        let known = match value {
            Value::Null => 0,
            Value::Bool(false) => 1,
            Value::Bool(true) => 2,
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => 3,
        };
        (name, known).hash(&mut shape);
    }
    shape.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Direction;

    #[test]
    fn an_event_is_news_once_for_what_it_is_like_and_not_for_its_numbers() {
        let mut past = Past::default();
        let mut is_news = |side: Side, fields: serde_json::Value| {
            let event = Event::by_hand((side, Direction::Sent), tcp::Step::Fin, Evidence::Wire, fields);
            past.remember(&event);
            past.is_news()
        };
        assert!(is_news(Side::Client, json!({ "seq": 1 })));
        assert!(!is_news(Side::Client, json!({ "seq": 2 })));
        assert!(is_news(Side::Server, json!({ "seq": 2 })));
        assert!(is_news(Side::Client, json!({ "seq": 2, "retransmission": true })));
        assert!(!is_news(Side::Client, json!({ "seq": 2, "retransmission": true })));
        assert!(is_news(Side::Client, json!({ "seq": 2, "retransmission": false })));
    }

    #[test]
    fn whoever_thinks_of_ever_new_shapes_makes_no_more_of_them_than_a_bound() {
        let mut past = Past::default();
        let mut news = 0;
        for n in 0..1000 {
            let fields = json!({ format!("field {n}"): n });
            past.remember(&Event::by_hand(
                (Side::Client, Direction::Sent),
                tcp::Step::Data,
                Evidence::Wire,
                fields,
            ));
            news += usize::from(past.is_news());
        }
        assert_eq!((news, past.records().len(), past.count()), (MOST_SHAPES, 1, 1000));
    }
}
