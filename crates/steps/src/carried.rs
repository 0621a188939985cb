//! An event on its way through `tracing`, and the place in a log where events are missing.

use std::{error::Error, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Event, SCHEMA_VERSION, Said, to_json};

/// An event as the value of a tracing field. `tracing` carries flat values, and `dyn Error` is the one among them that
/// can be taken back as what it was: a layer that knows this type takes the event itself, and any other writes its
/// JSON. Nobody writes JSON where an event was only reported.
#[derive(Clone, Debug)]
pub struct Carried(pub Arc<Event>);

impl Carried {
    /// The target of the tracing event.
    pub const TARGET: &'static str = "handshake";

    /// The name of its one field.
    pub const FIELD: &'static str = "event";
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_json(&*self.0).map_err(|_| fmt::Error)?)
    }
}

impl Error for Carried {}

/// A line of a JSON log that is no event: at this place events are missing.
///
/// ```json
/// {"v":1,"dropped":12,"because":"queue_full"}
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// [`SCHEMA_VERSION`].
    pub v: u32,
    /// How many.
    pub dropped: u64,
    /// What became of them.
    pub because: Because,
}

/// Why events are missing from a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// More were seen than could be written, and no handshake waits for its log.
    QueueFull,
    /// They could not be written: the disk was full, or nobody read.
    NotWritten,
}

impl Gap {
    /// So many events are missing here.
    pub fn new(dropped: u64, because: Because) -> Self {
        Gap { v: SCHEMA_VERSION, dropped, because }
    }

    /// The sentence that stands in their place.
    pub fn said(self) -> Said {
        let n = self.dropped;
        let (events, were) = if n == 1 { ("event", "it") } else { ("events", "they") };
        match self.because {
            Because::QueueFull => Said::new(
                format!("{n} {events} dropped here: {were} came faster than the log could be written"),
                format!("此处丢弃了 {n} 个事件：日志来不及写出"),
            ),
            Because::NotWritten => Said::new(
                format!("{n} {events} dropped here: {were} could not be written"),
                format!("此处丢弃了 {n} 个事件：日志无法写出"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_prints_the_json_and_a_friend_takes_the_event() {
        const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{"version":"TLS 1.2"}}"#;
        let event: Arc<Event> = serde_json::from_str(JSON).map(Arc::new).unwrap();
        let carried = Carried(Arc::clone(&event));
        let error: &(dyn Error + 'static) = &carried;
        assert_eq!(error.to_string(), JSON);
        assert!(Arc::ptr_eq(&error.downcast_ref::<Carried>().unwrap().0, &event));
    }

    #[test]
    fn a_gap_is_no_event_and_an_event_no_gap() {
        let line = serde_json::to_string(&Gap::new(12, Because::QueueFull)).unwrap();
        assert_eq!(line, r#"{"v":1,"dropped":12,"because":"queue_full"}"#);
        assert!(serde_json::from_str::<Event>(&line).is_err());
        assert_eq!(serde_json::from_str::<Gap>(&line).unwrap().dropped, 12);
    }
}
