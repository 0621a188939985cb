//! What travels through `tracing`.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Weak},
};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{Event, Gap, to_json};

/// An event, or a place where events are missing, as the value of a `tracing` field. Such a field holds a plain value
/// or a `dyn Error`, and only the latter can be downcast again: a layer that knows this type takes the event itself.
/// Any other layer that prints the field gets as JSON what has no field of its own; no JSON is written before that.
#[derive(Clone, Debug)]
pub enum Carried {
    /// A step that was seen, its [weight](Event::weight) in bytes, computed already, and the account to which it
    /// belongs.
    Event(Arc<Event>, usize, Origin),
    /// Here events are missing: their connection had logged as much as one connection may.
    Gap(Gap),
}

/// Identifies one side's account of one connection: all its events have the same one. It ends when the last clone is
/// dropped, so that a reader can then drop what it kept of that connection.
#[derive(Clone, Debug, Default)]
pub struct Origin(Arc<()>);

impl Origin {
    /// A number that no other account has as long as this one lasts.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// A weak reference, by which a reader can tell whether the account has ended.
    pub fn downgrade(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }
}

impl Carried {
    /// The target of the tracing event.
    pub const TARGET: &'static str = "handshake";

    /// The name of the field. Beside it stand, for layers that know nothing of us, `step`, `side`, `conn`, `direction`,
    /// `evidence`, and `failure` where a connection failed.
    pub const FIELD: &'static str = "event";
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = match self {
            Carried::Event(event, ..) => to_json(&Rest(event)),
            Carried::Gap(gap) => to_json(gap),
        };
        f.write_str(&json.map_err(|_| fmt::Error)?)
    }
}

impl Error for Carried {}

/// An event without what has a field of its own.
struct Rest<'a>(&'a Event);

impl Serialize for Rest<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Event { v, at, elapsed_us, protocol, variant, observer, fields, bytes, .. } = self.0;
        let mut rest = to.serialize_struct("Event", 8)?;
        rest.serialize_field("v", v)?;
        rest.serialize_field("at", at)?;
        rest.serialize_field("elapsed_us", elapsed_us)?;
        rest.serialize_field("protocol", protocol)?;
        if let Some(variant) = variant {
            rest.serialize_field("variant", variant)?;
        }
        if let Some(observer) = observer {
            rest.serialize_field("observer", observer)?;
        }
        rest.serialize_field("fields", fields)?;
        if !bytes.is_empty() {
            rest.serialize_field("bytes", bytes)?;
        }
        rest.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_prints_the_rest_and_a_friend_takes_the_event() {
        const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{"version":"TLS 1.2"}}"#;
        let event: Arc<Event> = serde_json::from_str(JSON).map(Arc::new).unwrap();
        let carried = Carried::Event(Arc::clone(&event), event.weight(), Origin::default());
        let error: &(dyn Error + 'static) = &carried;
        const REST: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"protocol":"tls","fields":{"version":"TLS 1.2"}}"#;
        assert_eq!(error.to_string(), REST);
        let taken = error.downcast_ref::<Carried>().unwrap();
        assert!(matches!(taken, Carried::Event(taken, ..) if Arc::ptr_eq(taken, &event)));
    }
}
