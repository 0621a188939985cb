//! What came of the load, for people and for programs.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use steps::{Lang, Protocol, harmless::one_line};

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
        let mut lines = match lang {
            Lang::En => vec![
                format!(
                    "{name}: {attempted} connections in {seconds:.1} s, at most {most_open} open at once"
                ),
                format!("  {handshakes} handshakes, {completed} conversations completed, {failed} failed"),
                format!(
                    "  handshake: half within {:.2} ms, 90 % {:.2} ms, 99 % {:.2} ms, the longest {:.2} ms",
                    ms(p50),
                    ms(p90),
                    ms(p99),
                    ms(max)
                ),
            ],
            Lang::Zh => vec![
                format!("{name}：{seconds:.1} 秒内 {attempted} 条连接，同时打开的最多 {most_open} 条"),
                format!("  握手 {handshakes} 次，对话完成 {completed} 次，失败 {failed} 次"),
                format!(
                    "  握手耗时：半数在 {:.2} ms 内，90% 在 {:.2} ms 内，99% 在 {:.2} ms 内，最长 {:.2} ms",
                    ms(p50),
                    ms(p90),
                    ms(p99),
                    ms(max)
                ),
            ],
        };
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
        let mut lines = match lang {
            Lang::En => vec![
                format!("server: {was:.1} MiB before, {most:.1} MiB at most, {is:.1} MiB after"),
                format!("  descriptors: {files_before} before, {files} at most, {files_after} after"),
                format!(
                    "  log: {events} events, {dropped} dropped; {told} connections told to their end, {untold} not"
                ),
                match protocol {
                    // Its clients all send the same: there is no message to tell one from another.
                    Protocol::Tcp => format!("  {mixed_up} mixed up"),
                    _ => format!("  {matched} first messages are what that client sent; {mixed_up} mixed up"),
                },
            ],
            Lang::Zh => vec![
                format!("服务端内存：之前 {was:.1} MiB，最多 {most:.1} MiB，之后 {is:.1} MiB"),
                format!("  文件描述符：之前 {files_before}，最多 {files}，之后 {files_after}"),
                format!("  日志：{events} 个事件，丢弃 {dropped} 个；{told} 条连接有始有终，{untold} 条没有"),
                match protocol {
                    Protocol::Tcp => format!("  {mixed_up} 条混淆"),
                    _ => format!("  {matched} 条首个消息与该客户端发送的一致；{mixed_up} 条混淆"),
                },
            ],
        };
        if log.unreadable > 0 {
            lines.push(match lang {
                Lang::En => format!("  {} lines of the log are no events", log.unreadable),
                Lang::Zh => format!("  日志中有 {} 行不是事件", log.unreadable),
            });
        }
        if !self.ended_well {
            lines.push(match lang {
                Lang::En => "  it did not end as it should".into(),
                Lang::Zh => "  服务端没有正常结束".into(),
            });
        }
        lines.extend(self.warnings.iter().map(|line| format!("  {}", line.trim())));
        lines
    }
}
