//! What makes two events the same.

use claims::Event;
use steps::{Field, Step, tcp};

/// What makes two events the same: of segments what the header says, of messages the step.
pub(super) fn content(event: &Event) -> String {
    match event.step {
        Step::Tcp(_) => [
            written(event, tcp::field::FLAGS),
            written(event, tcp::field::SEQ),
            written(event, tcp::field::ACK),
            written(event, tcp::field::PAYLOAD_LENGTH),
        ]
        .map(Option::unwrap_or_default)
        .join(" "),
        step => step.id().to_owned(),
    }
}

/// A value as the log has it.
pub(super) fn written<T: ?Sized>(event: &Event, field: Field<T>) -> Option<String> {
    event.fields.value(field).map(ToString::to_string)
}
