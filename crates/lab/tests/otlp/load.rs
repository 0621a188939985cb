//! A collector that stalls, dies and comes back costs the handshakes nothing: none waits, and what is lost is counted.

use std::{collections::HashMap, fs, process::Command, thread, time::Duration};

use serde_json::Value;

use crate::{
    collector::Collector,
    common::{Running, binary, keys, text},
};

/// Throws handshakes at a server that sends, while `meanwhile` happens to the collector. Gives how many records there
/// had to be, how many different ones came, and what the server said.
fn load(
    collector: &mut Collector,
    args: &[&str],
    meanwhile: impl FnOnce(&mut Collector),
) -> (u64, u64, Vec<String>) {
    let (certs, folder) = (keys(), tempfile::tempdir().expect("a temporary folder can be made"));
    let log = folder.path().join("server.json");
    let mut lab = Command::new(binary("lab"));
    lab.args(["load", "tls", "--certs", text(certs.path()), "--format", "json", "--server-log", text(&log)]);
    lab.args(["--server", &collector.option()]).args(args);
    let running = Running::start(&mut lab);
    meanwhile(collector);
    let (status, lines) = running.wait_text();
    assert!(status.success(), "{lines:?}");
    let report: Value = serde_json::from_str(&lines.concat()).expect("a report");
    assert_eq!(report["completed"], report["attempted"], "{report}");
    let logged = fs::read_to_string(&log).expect("the log was kept");
    let logged = logged.lines().filter(|line| line.contains("\"step\"")).count() as u64;
    // A request whose answer was lost comes again.
    let mut distinct = HashMap::new();
    for log in collector.of("log", "asnoted-server") {
        let (conn, name) = (&log["attributes"]["asnoted.conn"], &log["name"]);
        distinct.insert(format!("{conn} {name} {} {}", log["at"], log["attributes"]), ());
    }
    (logged, distinct.len() as u64, lines)
}

#[kit::test]
fn all_of_a_load_arrives() {
    let Some(mut collector) = Collector::start() else { return };
    let (logged, came, _) = load(&mut collector, &["--connections", "200", "--rate", "100"], |_| {});
    assert!(logged > 4000, "{logged}");
    assert_eq!(came, logged);
    let spans = collector.of("span", "asnoted-server");
    assert_eq!(spans.iter().filter(|span| span["parent"] == "").count(), 200);
}

#[kit::test]
fn a_collector_that_stalls_dies_and_returns_holds_up_nobody_and_loses_nothing_that_has_room() {
    let Some(mut collector) = Collector::start() else { return };
    collector.answers("stall");
    let args = ["--connections", "300", "--rate", "100"];
    let (logged, came, _) = load(&mut collector, &args, |collector| {
        thread::sleep(Duration::from_secs(1));
        collector.die();
        collector.answers("503");
        collector.come_back();
        thread::sleep(Duration::from_millis(500));
        collector.answers("ok");
    });
    assert_eq!(came, logged);
}

#[kit::test]
fn a_collector_that_stays_away_costs_a_line_and_a_count() {
    let Some(mut collector) = Collector::start() else { return };
    let certs = keys();
    collector.die();
    for (lang, first, lost) in [
        ("en", "does not take events: nothing listens there", "events did not reach the collector"),
        ("zh", "未接收事件：该地址没有程序监听", "个事件没有送达采集器"),
    ] {
        let mut lab = Command::new(binary("lab"));
        lab.args([
            "tls",
            "--format",
            "json",
            "--certs",
            text(certs.path()),
            "--lang",
            lang,
            &collector.option(),
        ]);
        let left = Running::start(&mut lab).wait();
        assert!(left.status.success(), "{}", left.stderr);
        let lines: Vec<_> = left.stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains(first), "{lines:?}");
        assert!(lines[1].contains(lost) && lines[1].contains(&left.events.len().to_string()), "{lines:?}");
    }
}
