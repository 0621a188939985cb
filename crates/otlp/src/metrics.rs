//! What came of all connections, counted since the program began. Each label has few values: protocols, sides, the rules
//! by which a reason is found.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        AggregationTemporality, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data,
        number_data_point::Value,
    },
};
use steps::{Protocol, Side};

use crate::{attributes::text, connection::Outcome};

/// Why an event did not reach the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dropped {
    /// The exporter's queue had no room.
    QueueFull,
    /// Its connection had logged as much as one connection may.
    ConnectionLimit,
    /// More connections were open at once than are told of.
    TooManyConnections,
    /// The collector would not take it, or was not there up to the end.
    NotExported,
}

impl Dropped {
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Dropped::QueueFull => "queue_full",
            Dropped::ConnectionLimit => "connection_limit",
            Dropped::TooManyConnections => "too_many_connections",
            Dropped::NotExported => "not_exported",
        }
    }
}

/// The counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    began: u64,
    ended: BTreeMap<Labels, u64>,
    took: BTreeMap<Labels, Took>,
    dropped: BTreeMap<Dropped, u64>,
}

/// Protocol, side, outcome and error.
type Labels = (Protocol, Side, String, Option<String>);

#[derive(Clone, Debug, Default)]
struct Took {
    count: u64,
    sum: f64,
    buckets: [u64; BOUNDS.len() + 1],
}

/// Seconds. A handshake on loopback takes one or two milliseconds, around the world three tenths of a second.
const BOUNDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

impl Metrics {
    pub(crate) fn new(now: u64) -> Self {
        Metrics { began: now, ended: BTreeMap::new(), took: BTreeMap::new(), dropped: BTreeMap::new() }
    }

    pub(crate) fn ended(&mut self, outcome: &Outcome) {
        let labels = (outcome.protocol, outcome.side, outcome.outcome.clone(), outcome.error.clone());
        if let Some(seconds) = outcome.handshake {
            let took = self.took.entry(labels.clone()).or_default();
            took.count += 1;
            took.sum += seconds;
            took.buckets[BOUNDS.iter().take_while(|bound| seconds > **bound).count()] += 1;
        }
        *self.ended.entry(labels).or_default() += 1;
    }

    pub(crate) fn dropped(&mut self, because: Dropped, n: u64) {
        *self.dropped.entry(because).or_default() += n;
    }

    /// How many were dropped for which reason.
    pub(crate) fn all_dropped(&self) -> impl Iterator<Item = (Dropped, u64)> + '_ {
        self.dropped.iter().map(|(because, n)| (*because, *n))
    }

    /// All of them, as they stand.
    pub(crate) fn told(&self, now: u64) -> Vec<Metric> {
        let mut told = Vec::new();
        if !self.took.is_empty() {
            let points = self.took.iter().map(|(labels, took)| HistogramDataPoint {
                attributes: attributes(labels),
                start_time_unix_nano: self.began,
                time_unix_nano: now,
                count: took.count,
                sum: Some(took.sum),
                bucket_counts: took.buckets.to_vec(),
                explicit_bounds: BOUNDS.to_vec(),
                ..HistogramDataPoint::default()
            });
            told.push(Metric {
                name: "asnoted.handshake.duration".into(),
                description: "From the beginning of a connection until its handshake was done".into(),
                unit: "s".into(),
                data: Some(Data::Histogram(Histogram {
                    data_points: points.collect(),
                    aggregation_temporality: AggregationTemporality::Cumulative.into(),
                })),
                ..Metric::default()
            });
        }
        let ended = self.ended.iter().map(|(labels, n)| (attributes(labels), *n));
        told.push(self.sum(
            "asnoted.connections",
            "{connection}",
            "Connections by how they ended",
            ended.collect(),
        ));
        let dropped = self.all_dropped().map(|(because, n)| (vec![text("asnoted.because", because.id())], n));
        told.push(self.sum(
            "asnoted.events.dropped",
            "{event}",
            "Events that did not reach the collector, by why",
            dropped.collect(),
        ));
        told.retain(|metric| !matches!(&metric.data, Some(Data::Sum(sum)) if sum.data_points.is_empty()));
        for metric in &mut told {
            if let Some(Data::Sum(sum)) = &mut metric.data {
                sum.data_points.iter_mut().for_each(|point| point.time_unix_nano = now);
            }
        }
        told
    }

    fn sum(&self, name: &str, unit: &str, what: &str, points: Vec<(Vec<KeyValue>, u64)>) -> Metric {
        let points = points.into_iter().map(|(attributes, n)| NumberDataPoint {
            attributes,
            start_time_unix_nano: self.began,
            value: Some(Value::AsInt(i64::try_from(n).unwrap_or(i64::MAX))),
            ..NumberDataPoint::default()
        });
        Metric {
            name: name.into(),
            description: what.into(),
            unit: unit.into(),
            data: Some(Data::Sum(Sum {
                data_points: points.collect(),
                aggregation_temporality: AggregationTemporality::Cumulative.into(),
                is_monotonic: true,
            })),
            ..Metric::default()
        }
    }
}

fn attributes((protocol, side, outcome, error): &Labels) -> Vec<KeyValue> {
    let mut attributes = vec![
        text("asnoted.protocol", protocol.id()),
        text("asnoted.side", side.id()),
        text("asnoted.outcome", outcome.as_str()),
    ];
    attributes.extend(error.as_deref().map(|error| text("error.type", error)));
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_bucket_that_ends_with_it() {
        let mut metrics = Metrics::new(1);
        let outcome = |seconds| Outcome {
            protocol: Protocol::Tls,
            side: Side::Client,
            outcome: "complete".into(),
            error: None,
            handshake: Some(seconds),
        };
        for seconds in [0.001, 0.0011, 31.0] {
            metrics.ended(&outcome(seconds));
        }
        let took = metrics.took.values().next().expect("there is one");
        assert_eq!((took.count, took.buckets[0], took.buckets[1], took.buckets[14]), (3, 1, 1, 1));
        let names: Vec<_> = metrics.told(2).into_iter().map(|metric| metric.name).collect();
        assert_eq!(names, ["asnoted.handshake.duration", "asnoted.connections"]);
    }
}
