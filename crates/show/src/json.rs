//! One JSON object a line: the event as it was emitted.

/// The line for one event.
pub(crate) fn line(json: &str) -> String {
    format!("{json}\n")
}
