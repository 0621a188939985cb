//! The one place from which events go to `tracing`.

use std::error::Error;

use steps::{Carried, harmless, summary};
use tracing::{
    dispatcher::{self, Dispatch},
    span::Id,
};

/// Whether any layer wants events.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: Carried::TARGET, tracing::Level::INFO)
}

/// Hands one event, or the place where some are missing, to the layers of the subscriber, in the span `within`, or else
/// in the current one. A layer that does not know [`Carried`] gets the most of it as plain fields.
pub(crate) fn emit(carried: &Carried, within: Option<&Id>) {
    let (event, missing) = match carried {
        Carried::Event(event, ..) => (Some(event), None),
        Carried::Gap(gap) => (None, Some(gap.dropped)),
    };
    let failure = event.filter(|event| event.step.is_summary()).and_then(|event| event.get(summary::REASON));
    let failure = failure.map(|said| harmless(&said.en).into_owned());
    let carried: &(dyn Error + 'static) = carried;
    macro_rules! hand {
        ($($parent:tt)*) => {
            tracing::event!(
                target: Carried::TARGET,
                $($parent)*
                tracing::Level::INFO,
                step = event.map(|event| event.step.id()),
                side = event.map(|event| event.side.id()),
                conn = event.map(|event| event.conn.as_str()),
                direction = event.map(|event| event.direction.id()),
                evidence = event.map(|event| event.evidence.id()),
                failure = failure.as_deref(),
                missing,
                event = carried,
            )
        };
    }
    match within {
        Some(span) => {
            let span = span.clone();
            hand!(parent: span,);
        }
        None => hand!(),
    }
}

/// `what`, to be run in another thread with the subscriber of this one, to which its messages then go.
pub(crate) fn as_here<T>(what: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let here = dispatcher::get_default(Dispatch::clone);
    move || dispatcher::with_default(&here, what)
}
