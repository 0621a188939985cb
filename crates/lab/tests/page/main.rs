//! `lab serve` in a real browser: run, play, look inside; and in the hands of strangers.

kit::runner!();

#[path = "../common/browser.rs"]
mod browser;
#[cfg(feature = "otlp")]
#[allow(dead_code)] // the tests of what is sent use all of it
#[path = "../otlp/collector.rs"]
mod collector;
#[path = "../common/mod.rs"]
mod common;

mod inside;
mod narrow;
mod opened;
mod played;
mod shared;
mod spoken;
mod strangers;
#[cfg(feature = "otlp")]
mod traced;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use browser::{Browser, LOOKS, screenshots};
use claims::Event;
use common::{Running, keys, missing, text};
use fantoccini::{Locator, key::Key};
use serde_json::Value;
use show::story::{Part, What, stories};
use steps::Side;

/// The page of a program of its own.
struct Page {
    addr: SocketAddr,
    running: Running,
}

impl Page {
    fn start(args: &[&str]) -> Page {
        static KEYS: OnceLock<tempfile::TempDir> = OnceLock::new();
        let keys = KEYS.get_or_init(keys);
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["serve", "--listen", "127.0.0.1:0", "--certs", text(keys.path())]).args(args);
        let mut running = Running::start(&mut lab);
        let addr = running.wait_for("line that says where the page is", |running| {
            let lines = running.stderr();
            let line = lines.iter().find_map(|line| line.strip_prefix("lab: the page is at http://"))?;
            line.trim_end_matches('/').parse().ok()
        });
        Page { addr, running }
    }

    /// A browser on the page, which knows what can be run and is told what runs.
    async fn visit(&self, look: &browser::Look) -> Browser {
        let browser = Browser::open(look).await;
        browser.page.goto(&format!("http://{}/", self.addr)).await.expect("the page comes");
        browser.wait_for("return document.getElementById('status')?.dataset.state === 'ready'").await;
        browser
    }
}

/// Presses Run and waits for the end; then the whole run is shown.
async fn run(browser: &Browser, name: &str) {
    press_run(browser, name).await;
    let ended = "return document.getElementById('status').dataset.state.startsWith('ended')";
    browser.wait_for(ended).await;
    click(browser, "#finish").await;
}

async fn press_run(browser: &Browser, name: &str) {
    browser.script(&format!("document.querySelector('[data-name=\"{name}\"] .go').click()")).await;
}

async fn click(browser: &Browser, what: &str) {
    browser.script(&format!("document.querySelector('{what}').click()")).await;
}

/// Each row that is shown: step, the client's time, the server's, the claims with their marks.
async fn shown(browser: &Browser) -> Vec<[String; 4]> {
    let rows = browser
        .script(
            "return [...document.querySelectorAll('.row:not(.future)')].map(row => [row.dataset.step, \
             row.querySelector('.time.client').textContent, row.querySelector('.time.server').textContent, \
             [...row.querySelectorAll('.mark')].map(mark => mark.firstChild.textContent).join(' ')])",
        )
        .await;
    serde_json::from_value(rows).expect("four texts a row")
}

/// The same, as the recorded JSON of the run has it.
fn expected(logs: &Path) -> Vec<[String; 4]> {
    let mut events: Vec<Event> = Vec::new();
    for entry in fs::read_dir(logs).expect("the run was recorded").flatten() {
        let log = fs::read_to_string(entry.path()).expect("a log is text");
        events.extend(log.lines().map(|line| serde_json::from_str::<Event>(line).expect("an event")));
    }
    let time = |event: Option<&Event>| {
        event.map(|event| format!("{:.3}", event.elapsed_us as f64 / 1000.0)).unwrap_or_default()
    };
    let all = stories(events);
    let rows = all.iter().flat_map(|story| &story.rows);
    rows.map(|row| {
        let (client, server) = match &row.what {
            What::Inside(event) if event.side == Side::Client => (Some(&**event), None),
            What::Inside(event) => (None, Some(&**event)),
            What::Crossed(crossed) => {
                let (sent, received) = match crossed.part {
                    Part::Whole => (crossed.sent.as_ref(), crossed.received.as_ref()),
                    Part::Leaves => (crossed.sent.as_ref(), None),
                    Part::Arrives => (None, crossed.received.as_ref()),
                };
                if crossed.from == Side::Client { (sent, received) } else { (received, sent) }
            }
        };
        let marks = row
            .findings()
            .iter()
            .map(|one| format!("{}{}", one.id.id(), one.verdict.mark()))
            .collect::<Vec<_>>();
        [row.event().step.id().to_owned(), time(client), time(server), marks.join(" ")]
    })
    .collect()
}

/// The script of axe-core, from PyPI's `axe-core-python`.
fn axe() -> Option<String> {
    let find = "import axe_core_python, os; print(os.path.dirname(axe_core_python.__file__))";
    let found =
        Command::new("python3").args(["-c", find]).output().ok().filter(|found| found.status.success());
    let Some(found) = found else {
        missing("python3 with `axe_core_python`");
        return None;
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim());
    Some(fs::read_to_string(folder.join("axe.min.js")).expect("the package holds axe.min.js"))
}

/// Nothing that axe knows of keeps anybody out.
async fn is_for_everyone(browser: &Browser, axe: Option<&str>, state: &str) {
    let Some(axe) = axe else { return };
    browser
        .script(&format!(
            "{axe};\nwindow.axeSaid = null; axe.run(document).then(said => {{ window.axeSaid = {{ passes: said.passes.length, \
             violations: said.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' ')) }} }})"
        ))
        .await;
    let said = browser.wait_for("return window.axeSaid").await;
    assert!(said["passes"].as_u64() > Some(10), "{state}: {said}");
    assert_eq!(said["violations"], Value::Array(Vec::new()), "{state}");
}

#[kit::test]
async fn what_is_shown_is_the_ladder_of_the_runs_own_json() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    for (look, name) in LOOKS.iter().zip(["tcp", "tls --variant ecdhe", "ws --variant ws", "ssh"]) {
        let logs = tempfile::tempdir().expect("a temporary folder can be made");
        let page = Page::start(&["--log-dir", text(logs.path())]);
        let browser = page.visit(look).await;
        is_for_everyone(&browser, axe.as_deref(), "first").await;
        run(&browser, name).await;
        let shown = shown(&browser).await;
        assert!(shown.len() > 5, "{name}: {shown:?}");
        assert_eq!(shown, expected(logs.path()), "{name}");
        is_for_everyone(&browser, axe.as_deref(), name).await;
        click(&browser, ".row.crossed .body").await;
        is_for_everyone(&browser, axe.as_deref(), "a message").await;
        let picture = browser.page.screenshot().await.expect("a screenshot");
        let name = format!("page-{}-{}.png", name.split(' ').next().unwrap_or(name), look.name);
        fs::write(screenshots().join(name), picture).expect("target is ours");
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn a_run_is_played_by_the_keyboard_alone_and_the_notes_follow() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    // "What shows o13?"
    let filter = browser.page.find(Locator::Css("body")).await.expect("a body");
    filter.send_keys("/").await.expect("it takes keys");
    let active = browser.page.active_element().await.expect("the filter has the focus");
    active.send_keys("o13").await.expect("it takes keys");
    let names = "return [...document.querySelectorAll('#list [data-name]')].map(one => one.dataset.name)";
    let found: Vec<String> = serde_json::from_value(browser.script(names).await).expect("names");
    assert!(!found.is_empty() && found.iter().all(|name| name.starts_with("tcp")), "{found:?}");
    browser.script("document.getElementById('filter').value = ''; document.getElementById('filter').dispatchEvent(new Event('input'))").await;

    run(&browser, "tls --variant ecdhe").await;
    let all = shown(&browser).await.len();
    let count = "return Number(document.querySelector('#counter b').textContent)";
    let seen = browser.script(count).await.as_u64().expect("a number");
    assert!(seen >= 10, "{seen}");
    let stage = browser.page.find(Locator::Id("stage")).await.expect("a stage");
    stage.send_keys(&Key::Home.to_string()).await.expect("it takes keys");
    assert_eq!(shown(&browser).await.len(), 0);
    assert_eq!(browser.script(count).await, 0);
    let right = Key::Right.to_string();
    stage.send_keys(&right.repeat(3)).await.expect("it takes keys");
    assert_eq!(shown(&browser).await.len(), 3);
    stage.send_keys(&Key::Left.to_string()).await.expect("it takes keys");
    assert_eq!(shown(&browser).await.len(), 2);
    // The live region says the row that came.
    let said = browser.script("return document.getElementById('said').textContent").await;
    assert!(said.as_str().is_some_and(|said| said.contains("ClientHello")), "{said}");
    browser.script("document.getElementById('speed').value = 16; document.getElementById('speed').dispatchEvent(new Event('change'))").await;
    stage.send_keys(" ").await.expect("it takes keys");
    browser
        .wait_for(&format!("return document.querySelectorAll('.row:not(.future)').length === {all}"))
        .await;
    assert_eq!(browser.script(count).await, seen);

    // A sentence leads to its row, a byte to its field and back.
    click(&browser, "[data-claim=t1] .link").await;
    let open = browser.script("return document.querySelector('.row.open').dataset.step").await;
    assert_eq!(open, "tls.client_hello");
    click(&browser, "[data-byte=\"9\"]").await;
    let marked = browser
        .script("return [document.querySelector('.parts .in .name').textContent, [...document.querySelectorAll('.byte.in')].length, location.hash]")
        .await;
    assert_eq!(marked[0], "random", "{marked}");
    assert_eq!(marked[1], 32, "{marked}");
    assert!(marked[2].as_str().is_some_and(|hash| hash.contains("byte=9")), "{marked}");

    // Another language, the same rows.
    let before = shown(&browser).await;
    click(&browser, "#lang").await;
    assert_eq!(shown(&browser).await, before);
    assert_eq!(browser.script("return document.documentElement.lang").await, "zh-Hans");
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
async fn the_readers_own_notes_are_judged_beside_the_run() {
    if !kit::browser::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let own = folder.path().join("mine.md");
    // The last two are beyond the catalogue's sentences; the second of them is no run's of RSA.
    let written = "# TLS handshake\n\nThe client sends a ClientHello with its version, a random and the cipher suites.\n\n\
        The server sends its certificate.\n\nA CA has signed the certificate of the server.\n\nECDHE gives forward secrecy.\n";
    fs::write(&own, written).expect("the folder is ours");
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    let file = browser.page.find(Locator::Id("own-file")).await.expect("a place for a file");
    file.send_keys(text(&own)).await.expect("it takes a path");
    browser.wait_for("return document.querySelector('.own .sentence') !== null").await;
    let judged = "return [...document.querySelectorAll('.own .sentence')].map(one => [one.dataset.claim, one.classList[1]])";
    let before: Vec<(String, String)> = serde_json::from_value(browser.script(judged).await).expect("pairs");
    assert!(before.iter().any(|(claim, _)| claim == "t1"), "{before:?}");
    assert!(before.iter().all(|(_, judged)| judged == "untested"), "{before:?}");
    let runs = "return ['x13', 'x20'].map(id => document.querySelector(`.own [data-claim=${id}] [data-run]`)?.dataset.run)";
    let runs = browser.script(runs).await;
    assert!(runs[0].is_string() && runs[1].is_string(), "what would show it is one click: {runs}");
    run(&browser, "tls --variant ecdhe").await;
    let after: Vec<(String, String)> = serde_json::from_value(browser.script(judged).await).expect("pairs");
    for (claim, judged) in [("t1", "proved"), ("x13", "proved"), ("x20", "proved")] {
        assert!(after.contains(&(claim.into(), judged.into())), "{claim}: {after:?}");
    }
    // The catalogue's own panel has no place for them.
    click(&browser, "#catalogue-notes").await;
    assert_eq!(browser.script("return document.querySelectorAll('[data-claim^=x]').length").await, 0);
    browser.page.close().await.expect("the browser ends");
}

#[kit::test]
async fn a_run_is_cancelled_a_second_visitor_goes_on_and_a_stopped_program_is_told() {
    if !kit::browser::is_there() {
        return;
    }
    const LONG: &str = "ssh/never-authenticates";
    let page = Page::start(&[]);
    let (one, two) = (page.visit(&LOOKS[0]).await, page.visit(&LOOKS[3]).await);
    for browser in [&one, &two] {
        press_run(browser, LONG).await;
        browser.wait_for("return document.querySelectorAll('.row').length > 5").await;
    }
    click(&one, "#cancel").await;
    one.wait_for("return document.getElementById('status').dataset.state === 'cancelled'").await;
    assert_eq!(two.script("return document.getElementById('status').dataset.state").await, "running");
    run(&one, "tls/unknown-ca").await;
    let ended = one.script("return document.querySelector('.outcome.ill') !== null && document.querySelector('.reason').textContent").await;
    assert!(ended.as_str().is_some_and(|reason| reason.len() > 20), "{ended}");
    let rows = two.script("return document.querySelectorAll('.row').length").await;
    page.running.terminate();
    two.wait_for("return document.getElementById('status').dataset.state === 'gone'").await;
    assert!(two.script("return document.querySelectorAll('.row').length").await.as_u64() >= rows.as_u64());
    let mut running = page.running;
    assert!(running.end().success());
    for browser in [one, two] {
        browser.page.close().await.expect("the browser ends");
    }
}
