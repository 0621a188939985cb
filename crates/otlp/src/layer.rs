//! The exporter as a layer among those of a program that has a subscriber of its own.

use std::{error::Error, fmt, io, sync::OnceLock};

use show::Listener as _;
use steps::{Carried, Lang};
use tracing::{
    Metadata, Subscriber,
    dispatcher::{Dispatch, WeakDispatch},
    field::{Field, Visit},
    span::Id,
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, filter_fn},
    layer::Context,
    registry::LookupSpan,
};

use crate::{
    Options,
    exporter::{Exporter, Tells},
    ids::Linked,
};

/// Finds a span of the program's own, from the span of `tracing` in which something was seen.
type Finds = dyn Fn(&Id, &Dispatch) -> Option<Linked> + Send + Sync;

/// What is sent from a program that has a subscriber of its own.
#[must_use = "`layer` makes the exporter"]
#[derive(Default)]
pub struct Layered {
    options: Options,
    within: Option<Box<Finds>>,
}

impl fmt::Debug for Layered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Layered {
    /// To the collector at this URL, whatever the environment says.
    pub fn to(mut self, url: impl Into<String>) -> Self {
        self.options.otlp = Some(url.into());
        self
    }

    /// Also the bytes of each message, and what the program sent.
    pub fn with_bytes(mut self) -> Self {
        self.options.otlp_bytes = true;
        self
    }

    /// The span of each connection gets a link to the one of the program's own in which it began. `finds` gives that one's ids;
    /// with `tracing-opentelemetry`:
    ///
    /// ```text
    /// let finds = |span: &tracing::span::Id, dispatch: &tracing::Dispatch| {
    ///     let context = tracing_opentelemetry::get_otel_context(span, dispatch)?;
    ///     let span = context.span().span_context().clone();
    ///     span.is_valid().then(|| (span.trace_id().to_bytes(), span.span_id().to_bytes()))
    /// };
    /// ```
    pub fn within(
        mut self,
        finds: impl Fn(&Id, &Dispatch) -> Option<Linked> + Send + Sync + 'static,
    ) -> Self {
        self.within = Some(Box::new(finds));
        self
    }

    /// A layer that takes the events of handshakes and nothing else, and the exporter that sends them: to be kept until the
    /// program ends, when what still waits is sent, as far as that takes no longer than five seconds.
    ///
    /// Where neither [`Layered::to`] nor the environment (`OTEL_EXPORTER_OTLP_ENDPOINT`) names a collector, nothing is sent.
    ///
    /// # Errors
    ///
    /// When what they say cannot be understood, or the system has no thread left.
    pub fn layer<S>(self) -> io::Result<(impl Layer<S> + Send + Sync + 'static, Exporter)>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let mut exporter = Exporter::of_a_program(&self.options, Lang::En)?;
        let sends = Sends { tells: exporter.tells(), within: self.within, here: OnceLock::new() };
        exporter.begin_after(|| {})?;
        let is_on = exporter.is_on();
        let ours = move |meta: &Metadata<'_>| is_on && meta.target() == Carried::TARGET;
        Ok((sends.with_filter(filter_fn(ours).with_max_level_hint(LevelFilter::INFO)), exporter))
    }
}

/// Hands each event to the exporter's queue, and never waits.
struct Sends {
    /// None: nothing is sent.
    tells: Option<Tells>,
    within: Option<Box<Finds>>,
    /// The subscriber of which this layer is a part.
    here: OnceLock<WeakDispatch>,
}

impl<S: Subscriber> Layer<S> for Sends {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.here.get_or_init(|| dispatch.downgrade());
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let Some(tells) = &self.tells else { return };
        let mut found = Found(None);
        event.record(&mut found);
        match found.0 {
            Some(Carried::Event(seen, weight, of)) => {
                let link = self.within.as_ref().and_then(|finds| {
                    let here = self.here.get()?.upgrade()?;
                    // Not by the context, which knows only the spans that this layer's filter lets through.
                    let span = event.parent().cloned().or_else(|| here.current_span().id().cloned())?;
                    finds(&span, &here)
                });
                tells.seen(&seen, weight, &of, link);
            }
            Some(Carried::Gap(gap)) => tells.gap(&gap),
            None => {}
        }
    }
}

struct Found(Option<Carried>);

impl Visit for Found {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_error(&mut self, _: &Field, value: &(dyn Error + 'static)) {
        if let Some(carried) = value.downcast_ref::<Carried>() {
            self.0 = Some(carried.clone());
        }
    }
}
