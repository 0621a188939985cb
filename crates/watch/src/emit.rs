//! The one door to `tracing`.

use steps::Event;

/// The target of every event.
pub const TARGET: &str = "handshake";

/// The name of the tracing field that holds the event as JSON.
pub const FIELD: &str = "event";

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::INFO)
}

/// Hands one event to whatever layers listen. Gives its size as JSON.
pub(crate) fn emit(event: &Event) -> usize {
    // An `Event` holds only maps with text keys, numbers and text: writing it cannot fail.
    let json = serde_json::to_string(event).expect("an event is plain data");
    tracing::event!(target: TARGET, tracing::Level::INFO, event = json.as_str());
    json.len()
}
