//! A log of the handshakes in your program: each message as it crosses the wire, each check a library makes, each answer
//! of the kernel, and, where a handshake fails, the reason.
//!
//! ```text
//!   your program ── rustls, tungstenite, russh ── Tap ── TcpStream        bytes pass through untouched
//!                         │ hooks                  │
//!                         ▼                        ▼
//!                       Watch ────────────▶ Witness ──▶ tracing event     target "handshake"
//!                                                         │
//!                                  any subscriber ◀───────┘               each event has its evidence
//! ```
//!
//! A watch has the same shape for each protocol: `Watch::new` for a [`Witness`], `tap` the stream, run the handshake
//! `during` it, `finish` with how it ended.
//!
//! ```
//! # #[cfg(feature = "tls")]
//! # async fn connect(config: rustls::ClientConfig) -> std::io::Result<()> {
//! use asnoted::{Outcome, Protocol, Session, Witness, tls};
//!
//! let session = Session::default();
//! let stream = tokio::net::TcpStream::connect("example.com:443").await?;
//! let watch = tls::Watch::new(Witness::client(&session, Protocol::Tls, &stream));
//! let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
//! let name = "example.com".try_into().unwrap();
//! match watch.during(connector.connect(name, watch.tap(stream))).await {
//!     Ok(tls) => {
//!         watch.complete(tls.get_ref().1, None);
//!         watch.finish(&Outcome::Complete);
//!     }
//!     Err(error) => watch.finish(&Outcome::Failed(Box::new(watch.explain(&error)))),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What a library reports only through its configuration (certificate checks, key exchange, secrets) needs a hook
//! there, put in once; see `tls::provider`, `tls::key_log` and `tls::verifier`, or `ssh::ClientCalls`. Without them the
//! log has less, and nothing false.
//!
//! # Why a connection failed
//!
//! For TLS, `explain` concludes it from what was seen. For the others the program says it, in its own words:
//!
//! ```
//! use asnoted::{Outcome, Said};
//!
//! let outcome = Outcome::Failed(Said::same("the server went away").into());
//! assert!(matches!(outcome, Outcome::Failed(why) if why.said().en == "the server went away"));
//! ```
//!
//! # Reading the events
//!
//! Any subscriber gets `step`, `side`, `conn`, `direction`, `evidence` and, where a connection failed, `failure` as
//! fields, and all the rest as one JSON value, `event`. A layer of your own takes the [`Event`] itself: see [`event`].
//! Without a subscriber nothing is decoded: up to 16 KiB of a handshake are kept, to explain it should it fail.
//!
//! With the feature `log`, the log for people is one layer among yours: see `log::layer`.
//!
//! ```
//! # #[cfg(feature = "log")]
//! # fn main() -> std::io::Result<()> {
//! use tracing_subscriber::{EnvFilter, Layer, fmt, prelude::*};
//!
//! let (handshakes, _guard) = asnoted::log::layer(std::io::stderr())?;
//! let yours = fmt::layer().with_filter(EnvFilter::new("warn"));
//! tracing_subscriber::registry().with(yours).with(handshakes).init();
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "log"))]
//! # fn main() {}
//! ```
//!
//! With the feature `otlp`, another layer sends them to an OpenTelemetry collector: see `otlp::Layered`.
//!
//! # What is spawned inside a handshake
//!
//! A hook finds its connection while the handshake's future is polled inside `during`. A task that this future spawns
//! is outside of it: a hook that is called there finds no connection and reports nothing. Give the spawned task its own
//! `during`.
//!
//! # Secrets
//!
//! Secrets appear in events as short fingerprints; private keys and passwords never appear.

#![warn(missing_docs)]

use std::{error::Error, sync::Arc};

use tracing::field::{Field, Visit};

pub use steps::{
    Carried, Direction, Event, Evidence, Fields, Gap, Lang, Protocol, Reason, Said, Side, Step, common,
    harmless, summary,
};
pub use watch::{Crossing, Ends, Outcome, Session, Started, Tap, Witness};

/// TCP: what the kernel says of a connection.
#[cfg(feature = "tcp")]
pub mod tcp {
    pub use steps::tcp::{Step, field};
    pub use watch::tcp::Watch;
}

/// TLS by rustls, whatever its provider.
#[cfg(feature = "tls")]
pub mod tls {
    pub use steps::tls::{Step, field};
    pub use watch::tls::{
        Watch, client_resolver, client_verifier, insecure_verifier, key_log, key_log_with, provider,
        provider_from, resolver, verifier,
    };

    /// Static RSA (RFC 5246 §7.4.7.1) through OpenSSL, since rustls has none: `watch` sets its callbacks on a context,
    /// [`Watch::of_openssl`] begins a connection of that context, and [`Watch::openssl_complete`] takes the place of
    /// [`Watch::complete`]. `tap`, `during` and `finish` are as with rustls.
    #[cfg(feature = "static-rsa")]
    pub mod static_rsa {
        pub use watch::tls::static_rsa::{into_io, verifier, watch};
    }
}

/// WebSocket by tungstenite, or by anything that speaks through a stream.
#[cfg(feature = "ws")]
pub mod ws {
    pub use steps::ws::{Step, field};
    pub use watch::ws::Watch;
}

/// SSH by russh.
#[cfg(feature = "ssh")]
pub mod ssh {
    pub use steps::ssh::{Step, field};
    pub use watch::ssh::{ClientCalls, HostKeyDecision, ServerCalls, Watch, WatchedSigner};
}

/// The log for people, in English or Chinese, as one layer of your subscriber.
#[cfg(feature = "log")]
pub mod log {
    pub use show::{Guard, Options, layer};
}

/// Each connection as a span at an OpenTelemetry collector, by OTLP over HTTP, with its steps as log records, as one layer of
/// your subscriber. Both ends of a connection stand in one trace, and its span has a link to yours.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use tracing_subscriber::prelude::*;
///
/// let (handshakes, _exporter) = asnoted::otlp::Layered::default().to("http://localhost:4318").layer()?;
/// tracing_subscriber::registry().with(handshakes).init();
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "otlp")]
pub mod otlp {
    pub use ::otlp::{Exporter, Layered, Linked, SpanId, TraceId};
}

/// The [`Event`] that a `tracing` event carries; `None` where it carries none. For a layer of your own.
///
/// ```
/// use tracing_subscriber::{Layer, layer::Context};
///
/// struct Count(std::sync::atomic::AtomicU64);
///
/// impl<S: tracing::Subscriber> Layer<S> for Count {
///     fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
///         if asnoted::event(event).is_some() {
///             self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub fn event(event: &tracing::Event<'_>) -> Option<Arc<Event>> {
    struct Found(Option<Arc<Event>>);

    impl Visit for Found {
        fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

        fn record_error(&mut self, _: &Field, value: &(dyn Error + 'static)) {
            if let Some(Carried::Event(event, ..)) = value.downcast_ref() {
                self.0 = Some(Arc::clone(event));
            }
        }
    }

    if event.metadata().target() != Carried::TARGET {
        return None;
    }
    let mut found = Found(None);
    event.record(&mut found);
    found.0
}
