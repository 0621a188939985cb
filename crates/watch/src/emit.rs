//! The one door to `tracing`.

use std::error::Error;

use steps::Carried;
use tracing::span::Id;

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: Carried::TARGET, tracing::Level::INFO)
}

/// Hands one event, or the place where some are missing, to whatever layers listen; `within` the span where it was seen,
/// or else the one at hand.
pub(crate) fn emit(carried: &Carried, within: Option<&Id>) {
    let carried: &(dyn Error + 'static) = carried;
    match within {
        Some(span) => {
            let span = span.clone();
            tracing::event!(target: Carried::TARGET, parent: span, tracing::Level::INFO, event = carried);
        }
        None => tracing::event!(target: Carried::TARGET, tracing::Level::INFO, event = carried),
    }
}
