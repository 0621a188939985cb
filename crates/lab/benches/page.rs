//! What the page costs a browser: how soon it is there, how smoothly a long run plays, how much script it is. Reported,
//! never asserted: it wants a quiet machine, and Chromium with chromedriver. The programs' own profile matters little.
//!
//! ```sh
//! cargo bench -p lab --bench page --profile dev
//! ```

#[path = "../tests/common/browser.rs"]
mod browser;
#[path = "../tests/common/mod.rs"]
mod common;

use std::{fs, process::Command};

use browser::{Browser, LOOKS};
use common::{Running, keys, text};
use serde_json::Value;

/// Rows that a long run has, at least.
const ROWS: usize = 1000;

/// A frame that comes later than this is seen to stumble.
const SMOOTH_MS: f64 = 33.4;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if !kit::browser::is_there() {
        return;
    }
    let certs = keys();
    let script: usize = show::web::MODULES.iter().map(|(_, module)| module.len()).sum();
    println!("script                       {:>8.1} kB        of at most 100", script as f64 / 1000.0);
    println!("style                        {:>8.1} kB", show::web::STYLE.len() as f64 / 1000.0);

    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let page = Running::start(lab.args(["serve", "--listen", "127.0.0.1:0", "--certs", text(certs.path())]));
    let mut page = page;
    let url = page.wait_for("line that says where the page is", |page| {
        let lines = page.stderr();
        lines.iter().find_map(|line| line.strip_prefix("lab: the page is at ").map(str::to_owned))
    });
    let mut paints = Vec::new();
    let browser = Browser::open(&LOOKS[0]).await;
    for _ in 0..5 {
        browser.page.goto("about:blank").await.expect("it is always there");
        browser.page.goto(&url).await.expect("the page comes");
        let paint = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
        paints.push(browser.wait_for(paint).await.as_f64().expect("milliseconds"));
    }
    paints.sort_by(f64::total_cmp);
    println!("first paint, middle of five  {:>8.0} ms        of at most 1000", paints[2]);

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("long.html");
    let rows = long_run(text(certs.path()), &folder.path().join("long.jsonl"), &file);
    browser.page.goto(&format!("file://{}", file.display())).await.expect("the page opens");
    browser.wait_for(&format!("return document.querySelectorAll('.row').length === {rows}")).await;
    for speed in [4, 16] {
        browser.script(&play(speed)).await;
        // Two hundred rows at the slower speed are enough to see.
        let until = if speed == 16 { rows } else { 200 };
        let there = format!("return document.querySelectorAll('.row:not(.future)').length >= {until}");
        browser.wait_for(&there).await;
        let frames = browser
            .script("document.getElementById('play').click(); window.counts_ = false; return window.frames_")
            .await;
        let mut frames: Vec<f64> =
            frames.as_array().expect("a list").iter().skip(2).filter_map(Value::as_f64).collect();
        frames.sort_by(f64::total_cmp);
        let smooth = frames.iter().filter(|frame| **frame <= SMOOTH_MS).count() as f64 / frames.len() as f64;
        println!(
            "{rows} rows at {speed:>2}×             {:>8.1} %         of {} frames within 33 ms, of at least 95; the latest {:.0} ms",
            100.0 * smooth,
            frames.len(),
            frames.last().copied().unwrap_or_default(),
        );
    }
    browser.page.close().await.expect("the browser ends");
}

/// Plays from the start and counts the time between frames.
fn play(speed: u32) -> String {
    format!(
        "document.getElementById('start').click(); const speed = document.getElementById('speed'); speed.value = '{speed}'; \
         speed.dispatchEvent(new Event('change')); window.frames_ = []; window.counts_ = true; let last = performance.now(); \
         const count = (now) => {{ window.frames_.push(now - last); last = now; if (window.counts_) requestAnimationFrame(count) }}; \
         requestAnimationFrame(count); document.getElementById('play').click()"
    )
}

/// One handshake as often as it takes, each from another address and a minute later; gives how many rows its page has.
fn long_run(certs: &str, log: &std::path::Path, page: &std::path::Path) -> usize {
    let lab = || Command::new(env!("CARGO_BIN_EXE_lab"));
    let ran = lab().args(["tls", "--format", "json", "--certs", certs]).output().expect("lab runs");
    let lines: Vec<Value> = String::from_utf8_lossy(&ran.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    let mut all = String::new();
    let mut rows = 0;
    for n in 0.. {
        for mut event in lines.clone() {
            let conn =
                event["conn"].as_str().expect("a text").replace("127.0.0.1:", &format!("127.0.{n}.1:"));
            let at: jiff::Timestamp = event["at"].as_str().and_then(|at| at.parse().ok()).expect("a moment");
            event["conn"] = conn.into();
            event["at"] = (at + jiff::SignedDuration::from_mins(n)).to_string().into();
            all.push_str(&format!("{event}\n"));
        }
        let read = show::read_log("the runs", &all);
        rows = show::story::stories(read.events).iter().map(|story| story.rows.len()).sum();
        if rows >= ROWS {
            break;
        }
    }
    fs::write(log, all).expect("the folder is ours");
    let drawn = lab().arg("read").arg(log).args(["--ladder", "html"]).output().expect("lab runs");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    fs::write(page, drawn.stdout).expect("the folder is ours");
    rows
}
