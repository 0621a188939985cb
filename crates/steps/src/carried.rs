//! What travels through `tracing`.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Weak},
};

use crate::{Event, Gap, to_json};

/// An event, or a place where events are missing, as the value of a tracing field. `tracing` carries flat values, and
/// `dyn Error` is the one among them that can be taken back as what it was: a layer that knows this type takes the event
/// itself, and any other writes its JSON. Nobody writes JSON where an event was only reported.
#[derive(Clone, Debug)]
pub enum Carried {
    /// A step that was seen, with its [weight](Event::weight), which was reckoned already, and whose account it is.
    Event(Arc<Event>, usize, Origin),
    /// Here a connection went beyond what it may log.
    Gap(Gap),
}

/// One side's account of one connection: the same for all its events, and gone with the last that anybody holds. What a
/// reader keeps of a connection can go with it.
#[derive(Clone, Debug, Default)]
pub struct Origin(Arc<()>);

impl Origin {
    /// A number that no other account has as long as this one lasts.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// What tells whether anybody still holds it.
    pub fn downgrade(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }
}

impl Carried {
    /// The target of the tracing event.
    pub const TARGET: &'static str = "handshake";

    /// The name of its one field.
    pub const FIELD: &'static str = "event";
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = match self {
            Carried::Event(event, ..) => to_json(&**event),
            Carried::Gap(gap) => to_json(gap),
        };
        f.write_str(&json.map_err(|_| fmt::Error)?)
    }
}

impl Error for Carried {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_prints_the_json_and_a_friend_takes_the_event() {
        const JSON: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{"version":"TLS 1.2"}}"#;
        let event: Arc<Event> = serde_json::from_str(JSON).map(Arc::new).unwrap();
        let carried = Carried::Event(Arc::clone(&event), event.weight(), Origin::default());
        let error: &(dyn Error + 'static) = &carried;
        assert_eq!(error.to_string(), JSON);
        let taken = error.downcast_ref::<Carried>().unwrap();
        assert!(matches!(taken, Carried::Event(taken, ..) if Arc::ptr_eq(taken, &event)));
    }
}
