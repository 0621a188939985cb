//! The place in a log where events are missing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::{SCHEMA_VERSION, Said, Side, Step};

/// A line of a JSON log that is no event: at this place events are missing.
///
/// ```json
/// {"v":1,"dropped":12,"because":"queue_full"}
/// {"v":1,"dropped":12,"because":"connection_limit","conn":"127.0.0.1:1>127.0.0.1:2","side":"server","steps":{"ws.ping":12}}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Gap {
    /// [`SCHEMA_VERSION`].
    pub v: u32,
    /// How many events are missing.
    pub dropped: u64,
    /// Why they are missing.
    pub because: Because,
    /// The connection to which all of them belong; `None`: they belong to several, or that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conn: Option<String>,
    /// The side that saw them, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Which steps they were, where that was counted.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub steps: Counts,
}

/// Why events are missing from a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The queue was full: more events came than could be written, and no handshake waits for its log.
    QueueFull,
    /// They could not be written: the disk was full, or the reader was gone.
    NotWritten,
    /// Their connection had logged as much as one connection may.
    ConnectionLimit,
}

impl Gap {
    /// A gap of `dropped` events.
    pub fn new(dropped: u64, because: Because) -> Self {
        Gap { v: SCHEMA_VERSION, dropped, because, conn: None, side: None, steps: Counts::default() }
    }

    /// The same gap, all of whose events belong to the connection `conn`.
    pub fn of(self, conn: Option<String>) -> Self {
        Gap { conn, ..self }
    }

    /// A connection went beyond what it may log by these steps.
    pub fn beyond_limit(conn: &str, side: Side, steps: Counts) -> Self {
        let gap = Gap::new(steps.total(), Because::ConnectionLimit).of(Some(conn.to_owned()));
        Gap { side: Some(side), steps, ..gap }
    }

    /// The sentence that stands in their place.
    pub fn said(&self) -> Said {
        let n = self.dropped;
        let of = self.conn.as_ref().map_or_else(Said::default, |conn| say!(words::of_connection(conn)));
        let (events, they) = match n {
            1 => (say!(words::one_event(of)), say!(words::it())),
            _ => (say!(words::events(n, of)), say!(words::they())),
        };
        match self.because {
            Because::QueueFull => say!(words::came_too_fast(events, they)),
            Because::NotWritten => say!(words::could_not_be_written(events, they)),
            Because::ConnectionLimit => say!(words::beyond_the_limit(events, self.steps.said())),
        }
    }
}

/// How many there were of each step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "HashMap<Step, u64>")]
pub struct Counts(Vec<(Step, u64)>);

impl Counts {
    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there were, of all.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, n)| n).sum()
    }

    /// One more of `step`.
    pub fn add(&mut self, step: Step) {
        match self.0.iter_mut().find(|(known, _)| *known == step) {
            Some((_, n)) => *n += 1,
            None => self.0.push((step, 1)),
        }
    }

    /// The most frequent first.
    fn sorted(&self) -> Vec<(Step, u64)> {
        let mut sorted = self.0.clone();
        sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        sorted
    }

    /// The most frequent, in parentheses.
    fn said(&self) -> Said {
        const MOST: usize = 3;
        let sorted = self.sorted();
        let most = sorted.iter().take(MOST);
        let mut parts: Vec<_> = most.map(|(step, n)| say!(words::so_many(n, step.card().title))).collect();
        if self.0.len() > MOST {
            parts.push(Said::same("…"));
        }
        if parts.is_empty() {
            return Said::default();
        }
        say!(words::in_parentheses(Said::join(&parts, text!(words::between_counts()))))
    }
}

impl From<HashMap<Step, u64>> for Counts {
    fn from(counts: HashMap<Step, u64>) -> Self {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(step, n)| (std::cmp::Reverse(*n), step.id()));
        Counts(counts)
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.sorted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, ws};

    const ONE_CONNECTION: &str = r#"{"v":1,"dropped":12,"because":"connection_limit","conn":"127.0.0.1:1>127.0.0.1:2","side":"server","steps":{"ws.pong":8,"ws.ping":4}}"#;

    #[test]
    fn a_gap_is_no_event_and_an_event_no_gap() {
        for line in [r#"{"v":1,"dropped":12,"because":"queue_full"}"#, ONE_CONNECTION] {
            assert!(serde_json::from_str::<Event>(line).is_err());
            let gap: Gap = serde_json::from_str(line).unwrap();
            assert_eq!(gap.dropped, 12);
            assert_eq!(serde_json::to_string(&gap).unwrap(), line);
        }
        let gap = Gap::new(12, Because::QueueFull);
        assert_eq!(serde_json::to_string(&gap).unwrap(), r#"{"v":1,"dropped":12,"because":"queue_full"}"#);
    }

    #[test]
    fn what_one_connection_may_not_log_is_counted_by_its_steps() {
        let mut steps = Counts::default();
        for n in 0..12 {
            steps.add(if n % 3 == 0 { ws::Step::Ping.into() } else { ws::Step::Pong.into() });
        }
        let gap = Gap::beyond_limit("127.0.0.1:1>127.0.0.1:2", Side::Server, steps);
        assert_eq!(serde_json::to_string(&gap).unwrap(), ONE_CONNECTION);
        let said = gap.said();
        let (en, zh) = (ws::Step::Pong.card().title.en, ws::Step::Pong.card().title.zh);
        assert!(said.en.starts_with("12 events of 127.0.0.1:1>127.0.0.1:2 not logged here"), "{}", said.en);
        assert!(said.en.contains(&format!("(8 × {en}, 4 × ")), "{}", said.en);
        assert!(said.zh.contains(&format!("（{zh} 8 个、")), "{}", said.zh);
    }
}
