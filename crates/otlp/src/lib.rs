//! Events for many machines: each connection goes as a span to an OpenTelemetry collector, by OTLP over HTTP, its flights
//! as child spans, its events as log records, and what came of all connections as metrics.
//!
//! The way of an event: the log tells its [`Listener`](show::Listener) of it, which puts it in a bounded queue
//! (`queue.rs`) and never waits. The one thread of the [`Exporter`] has each judged (a queue and judges of its own: a
//! reader of standard output that stalls holds up nothing here), puts the connections together (`connection.rs`), and
//! sends what is ready (`http.rs`, `grpc.rs`).
//!
//! Both ends of a connection compute the same trace id (`ids.rs`) from what both saw on the wire. What may not leave the
//! machine is named in `attributes.rs`. The names of all attributes: `docs/otlp.md`.
#![cfg_attr(not(feature = "export"), allow(dead_code))]

#[cfg(feature = "export")]
mod accounts;
#[cfg(feature = "export")]
mod attributes;
#[cfg(feature = "export")]
mod config;
#[cfg(feature = "export")]
mod connection;
#[cfg(feature = "export")]
mod exporter;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "export")]
mod http;
#[cfg(feature = "export")]
mod ids;
#[cfg(feature = "export")]
mod lang;
#[cfg(feature = "export")]
mod layer;
#[cfg(feature = "export")]
mod metrics;
#[cfg(feature = "export")]
mod queue;
#[cfg(feature = "export")]
mod road;
#[cfg(feature = "export")]
mod said;
#[cfg(feature = "export")]
mod viewer;

#[cfg(not(feature = "export"))]
#[path = "without.rs"]
mod exporter;

mod options;

pub use exporter::Exporter;
#[cfg(not(feature = "export"))]
pub use exporter::Viewer;
#[cfg(feature = "export")]
pub use ids::{Linked, SpanId, TraceId};
#[cfg(feature = "export")]
pub use layer::Layered;
pub use options::Options;
#[cfg(feature = "export")]
pub use viewer::Viewer;
