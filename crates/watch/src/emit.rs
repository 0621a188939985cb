//! The one door to `tracing`.

use std::error::Error;

use steps::Carried;

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: Carried::TARGET, tracing::Level::INFO)
}

/// Hands one event, or the place where some are missing, to whatever layers listen.
pub(crate) fn emit(carried: &Carried) {
    let carried: &(dyn Error + 'static) = carried;
    tracing::event!(target: Carried::TARGET, tracing::Level::INFO, event = carried);
}
