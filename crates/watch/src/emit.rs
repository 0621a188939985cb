//! The one door to `tracing`.

use std::{error::Error, sync::Arc};

use steps::{Carried, Event};

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: Carried::TARGET, tracing::Level::INFO)
}

/// Hands one event to whatever layers listen.
pub(crate) fn emit(event: &Arc<Event>) {
    let carried = Carried(Arc::clone(event));
    let carried: &(dyn Error + 'static) = &carried;
    tracing::event!(target: Carried::TARGET, tracing::Level::INFO, event = carried);
}
