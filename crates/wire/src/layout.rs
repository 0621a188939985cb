//! The meaning of every byte: a message read again, field by field, for the eye.
//!
//! The decoders take from a message what the log needs; a layout names all of it. It may be given any bytes: what
//! cannot be read becomes one part without a name, and the parts before it are kept.

use steps::{Event, Fields, Part, Step};

use crate::{ssh, tcp, tls, ws};

#[cfg(test)]
mod tests;
pub(crate) mod walk;

/// The fields of what `event` was read from; none when it carries no bytes.
pub fn layout(event: &Event) -> Vec<Part> {
    parts(event.step, &event.fields, &event.bytes.0)
}

/// The fields of the `bytes` that `step` was read from.
pub(crate) fn parts(step: Step, fields: &Fields, bytes: &[u8]) -> Vec<Part> {
    match step {
        Step::Tls(step) => tls::layout(step, fields, bytes),
        Step::Tcp(_) => tcp::layout(bytes),
        Step::Ws(step) => ws::layout(step, bytes),
        Step::Ssh(step) => ssh::layout(step, bytes),
    }
}
