//! The one door to `tracing`.

use std::{error::Error, sync::Arc};

use steps::{Carried, Event};

/// The target of every event.
pub const TARGET: &str = "handshake";

/// The name of the tracing field that holds the event, as a [`Carried`].
pub const FIELD: &str = "event";

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::INFO)
}

/// Hands one event to whatever layers listen.
pub(crate) fn emit(event: &Arc<Event>) {
    let carried = Carried(Arc::clone(event));
    let carried: &(dyn Error + 'static) = &carried;
    tracing::event!(target: TARGET, tracing::Level::INFO, event = carried);
}
