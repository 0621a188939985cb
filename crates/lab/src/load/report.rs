//! What came of the load, for people and for programs.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use steps::{Lang, Protocol, harmless::one_line, say_in, text};

use super::{Tally, own_server::Told};

/// What came of the load.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    protocol: Protocol,
    seconds: f64,
    attempted: usize,
    handshakes: usize,
    completed: usize,
    failed: BTreeMap<String, usize>,
    most_open: usize,
    latency_us: Latencies,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Told>,
}

/// How long handshakes took, in microseconds.
#[derive(Debug, Default, Serialize)]
struct Latencies {
    p50: u64,
    p90: u64,
    p99: u64,
    max: u64,
}

impl Latencies {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |per_mille: usize| {
            let nth = (all.len() * per_mille).div_ceil(1000).saturating_sub(1);
            all.get(nth).map_or(0, |latency| u64::try_from(latency.as_micros()).unwrap_or(u64::MAX))
        };
        Latencies { p50: at(500), p90: at(900), p99: at(990), max: at(1000) }
    }
}

impl Report {
    pub(super) fn new(protocol: Protocol, tally: Tally, took: Duration, server: Option<Told>) -> Self {
        Report {
            protocol,
            seconds: took.as_secs_f64(),
            attempted: tally.attempted,
            handshakes: tally.latencies.len(),
            completed: tally.completed,
            failed: tally.failed,
            most_open: tally.most_open,
            latency_us: Latencies::of(tally.latencies),
            server,
        }
    }

    pub(super) fn text(&self, lang: Lang) -> String {
        let name = self.protocol.title();
        let failed: usize = self.failed.values().sum();
        let ms = |us: u64| us as f64 / 1000.0;
        let Latencies { p50, p90, p99, max } = self.latency_us;
        let (attempted, handshakes, completed) = (self.attempted, self.handshakes, self.completed);
        let (seconds, most_open) = (self.seconds, self.most_open);
        let (p50, p90, p99, longest) = (ms(p50), ms(p90), ms(p99), ms(max));
        let mut lines = vec![
            say_in!(lang, load::connections(name, attempted, seconds, most_open)),
            say_in!(lang, load::handshakes(handshakes, completed, failed)),
            say_in!(lang, load::latencies(p50, p90, p99, longest)),
        ];
        // A library may quote the peer: the names in a certificate.
        lines.extend(self.failed.iter().map(|(why, n)| format!("    {n} × {}", one_line(why))));
        if let Some(server) = &self.server {
            lines.extend(server.lines(self.protocol, lang));
        }
        lines.join("\n") + "\n"
    }
}

impl Told {
    fn lines(&self, protocol: Protocol, lang: Lang) -> Vec<String> {
        let Told { before, peak, after, log, .. } = self;
        let mib = |kib: u64| kib as f64 / 1024.0;
        let (was, most, is) = (mib(before.rss_kib), mib(peak.rss_kib), mib(after.rss_kib));
        let (files_before, files, files_after) = (before.descriptors, peak.descriptors, after.descriptors);
        let (events, dropped, told, untold) = (log.events, log.dropped, log.told, log.untold);
        let (matched, mixed_up) = (log.matched, log.mixed_up + log.told_twice + log.unknown);
        let mut lines = vec![
            say_in!(lang, load::memory(was, most, is)),
            say_in!(lang, load::descriptors(files_before, files, files_after)),
            say_in!(lang, load::log(events, dropped, told, untold)),
            match protocol {
                // Its clients all send the same: there is no message to tell one from another.
                Protocol::Tcp => say_in!(lang, load::mixed_up(mixed_up)),
                Protocol::Tls | Protocol::Ws | Protocol::Ssh => {
                    say_in!(lang, load::matched_and_mixed_up(matched, mixed_up))
                }
            },
        ];
        if log.unreadable > 0 {
            lines.push(say_in!(lang, load::unreadable(log.unreadable)));
        }
        if !self.ended_well {
            lines.push(text!(load::it_did_not_end_well()).in_lang(lang).to_owned());
        }
        lines.extend(self.warnings.iter().map(|line| format!("  {}", line.trim())));
        lines
    }
}
