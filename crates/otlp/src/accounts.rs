//! The accounts of all connections that are not told to the end.

use std::collections::HashMap;

use claims::Event;
use steps::{Because, Gap, Origin, Protocol, Side};

use crate::{
    connection::{Connection, Ready, Told},
    ids::Linked,
    metrics::{Dropped, Metrics},
    queue::Item,
};

/// Puts events together to connections.
#[derive(Debug)]
pub(crate) struct Accounts {
    told: Told,
    connections: HashMap<Key, Connection>,
    /// At so many accounts those are forgotten that have come to their end.
    sweep_at: usize,
}

/// Whose account an event belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Of a log in the making: by [`Origin::id`].
    Live(usize),
    /// Of what was recorded or captured. A link that stands between the two ends has an account of its own.
    Read { conn: String, side: Side, protocol: Protocol, captured: bool, of_link: bool },
}

/// Fewer accounts are not worth a look.
const FEW: usize = 64;

/// So many connections are told of at once: what they take is bounded, whoever opens them.
const MOST: usize = 1 << 16;

/// Both moments from which a beginning is computed are cut to whole microseconds.
const ROUNDING_US: u64 = 2;

impl Accounts {
    pub(crate) fn new(told: Told) -> Self {
        Accounts { told, connections: HashMap::new(), sweep_at: FEW }
    }

    /// Takes what came, and adds what is ready to be sent.
    pub(crate) fn take(&mut self, item: Item, metrics: &mut Metrics, ready: &mut Ready) {
        match item {
            Item::Seen(seen, of, within) => self.seen((&seen, &of, within), metrics, ready),
            Item::Judged(event) => self.judged(&event, metrics, ready),
            Item::Gap(gap) => self.gap(&gap, metrics),
            Item::Missed(missed) => {
                metrics.dropped(Dropped::QueueFull, missed);
                self.connections.values_mut().for_each(Connection::missed);
            }
        }
    }

    fn seen(
        &mut self,
        (seen, of, within): (&steps::Event, &Origin, Option<Linked>),
        metrics: &mut Metrics,
        ready: &mut Ready,
    ) {
        let key = Key::Live(of.id());
        // The number of an account that is over may be another's now.
        if self.connections.get(&key).is_some_and(Connection::is_over) {
            self.close(&key, metrics, ready);
        }
        if !self.has_room(&key, metrics, ready) {
            return;
        }
        let new = || Connection::new(seen, Some(of.downgrade()), within);
        let connection = self.connections.entry(key).or_insert_with(new);
        let event = connection.judged(seen);
        let outcome = connection.take(&event, &self.told, ready);
        outcome.iter().for_each(|outcome| metrics.ended(outcome));
    }

    fn judged(&mut self, event: &Event, metrics: &mut Metrics, ready: &mut Ready) {
        let key = Key::Read {
            conn: event.conn.clone(),
            side: event.side,
            protocol: event.protocol,
            captured: event.observer.is_some(),
            of_link: event.is_of_a_link(),
        };
        // Addresses come again.
        let began = event.at.as_microsecond().saturating_sub_unsigned(event.elapsed_us);
        let another = |it: &Connection| it.began_us.abs_diff(began) > ROUNDING_US;
        if self.connections.get(&key).is_some_and(another) {
            self.close(&key, metrics, ready);
        }
        if !self.has_room(&key, metrics, ready) {
            return;
        }
        let connection = self.connections.entry(key).or_insert_with(|| Connection::new(event, None, None));
        let outcome = connection.take(event, &self.told, ready);
        outcome.iter().for_each(|outcome| metrics.ended(outcome));
    }

    fn gap(&mut self, gap: &Gap, metrics: &mut Metrics) {
        match gap.because {
            Because::ConnectionLimit => metrics.dropped(Dropped::ConnectionLimit, gap.dropped),
            // Lost by the log's own queue; the exporter has another.
            Because::QueueFull | Because::NotWritten => {}
        }
    }

    /// Whether there is an account, or room for one more.
    fn has_room(&mut self, key: &Key, metrics: &mut Metrics, ready: &mut Ready) -> bool {
        if self.connections.contains_key(key) {
            return true;
        }
        if self.connections.len() >= self.sweep_at {
            self.sweep(metrics, ready);
        }
        if self.connections.len() < MOST {
            return true;
        }
        metrics.dropped(Dropped::TooManyConnections, 1);
        false
    }

    /// Forgets the connections of which nobody can tell more; of what was read, those whose summary came.
    pub(crate) fn sweep(&mut self, metrics: &mut Metrics, ready: &mut Ready) {
        let told = &self.told;
        self.connections.retain(|key, connection| {
            let over = match key {
                Key::Live(_) => connection.is_over(),
                Key::Read { .. } => connection.has_ended(),
            };
            if over && !connection.has_ended() {
                metrics.ended(&connection.end(None, told, ready));
            }
            !over
        });
        self.sweep_at = (self.connections.len() * 2).max(FEW);
        if self.sweep_at == FEW {
            self.connections.shrink_to_fit();
        }
    }

    /// Ends all that is not ended.
    pub(crate) fn end(&mut self, metrics: &mut Metrics, ready: &mut Ready) {
        for (_, mut connection) in self.connections.drain() {
            if !connection.has_ended() {
                metrics.ended(&connection.end(None, &self.told, ready));
            }
        }
    }

    fn close(&mut self, key: &Key, metrics: &mut Metrics, ready: &mut Ready) {
        let gone = self.connections.remove(key).filter(|gone| !gone.has_ended());
        if let Some(mut gone) = gone {
            metrics.ended(&gone.end(None, &self.told, ready));
        }
    }
}
