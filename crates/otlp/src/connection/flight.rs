//! A flight of a handshake, which is a child of its connection's span.

use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use steps::{Protocol, Side};

use crate::{
    attributes::{int, text, texts},
    ids::{SpanId, TraceId},
};

/// What one side sent before the other said something, in one protocol.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) protocol: Protocol,
    pub(super) from: Side,
    pub(super) began: u64,
    pub(super) last: u64,
    pub(super) steps: Vec<&'static str>,
}

impl Flight {
    /// Its span, the `n`th of its connection's.
    pub(super) fn span(&self, (trace, parent): (TraceId, SpanId), id: SpanId, n: usize) -> Span {
        Span {
            trace_id: trace.to_vec(),
            span_id: id.to_vec(),
            parent_span_id: parent.to_vec(),
            name: format!("{} flight of the {}", self.protocol.title(), self.from.id()),
            kind: SpanKind::Internal.into(),
            start_time_unix_nano: self.began,
            end_time_unix_nano: self.last,
            attributes: vec![
                int("asnoted.flight", n as u64),
                text("asnoted.flight.from", self.from.id()),
                texts("asnoted.flight.steps", self.steps.iter().copied()),
            ],
            ..Span::default()
        }
    }
}
