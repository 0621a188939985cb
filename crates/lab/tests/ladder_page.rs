//! `--ladder html`, in a real browser: the page of a run names the steps of the run's JSON, loads nothing, speaks both
//! languages, follows light and dark, works with the keyboard alone, and has an address for each message.

kit::runner!();

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::{fs, path::Path, process::Command};

use browser::{Browser, LOOKS, screenshots};
use claims::Event;
use common::with_capture;
use fantoccini::key::Key;
use serde_json::{Value, json};

#[kit::test]
async fn the_page_of_a_run_names_its_steps_and_needs_nothing_else() {
    if !kit::browser::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for protocol in ["tcp", "tls", "ws", "ssh"] {
        let logs = folder.path().join(protocol);
        let mut run = Command::new(env!("CARGO_BIN_EXE_lab"));
        run.arg(protocol).arg("--certs").arg(folder.path().join("certs")).arg("--log-dir").arg(&logs);
        let Some(mut run) = with_capture(run) else { return };
        let ran = run.output().expect("lab runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    for (look, protocol) in LOOKS.iter().zip(["tcp", "tls", "ws", "ssh"]) {
        let logs = folder.path().join(protocol);
        let lang = if look.language.starts_with("zh") { "zh" } else { "en" };
        let page = folder.path().join(format!("{protocol}.html"));
        fs::write(&page, read(&logs, protocol, &["--ladder", "html", "--lang", lang]))
            .expect("the folder is ours");
        let told: Vec<Event> = read(&logs, protocol, &["--format", "json"])
            .lines()
            .map(|line| serde_json::from_str(line).expect("an event"))
            .collect();

        let browser = Browser::open(look).await;
        browser.page.goto(&format!("file://{}", page.display())).await.expect("the page opens");
        let loaded = browser.script("return performance.getEntriesByType('resource').length").await;
        assert_eq!(loaded, Value::from(0), "the page is self-contained");
        let listed = browser
            .script("return [...document.querySelectorAll('.row:not(.future)')].map(row => row.dataset.step)")
            .await;
        let listed: Vec<String> = serde_json::from_value(listed).expect("a list of ids");
        // The page has a row where the JSON has the sending and the arrival: the same steps, and of each at most as many.
        let mut expected: Vec<&str> =
            told.iter().filter(|event| !event.step.is_summary()).map(|event| event.step.id()).collect();
        for id in &listed {
            let at = expected.iter().position(|expected| expected == id);
            assert!(at.is_some(), "{protocol}: the page has a {id} that the JSON has not");
            expected.remove(at.unwrap_or_default());
        }
        assert!(
            expected.iter().all(|id| listed.iter().any(|listed| listed == id)),
            "{protocol}: {expected:?}"
        );

        // The keyboard alone: the first message takes the focus and opens.
        browser.script("document.querySelector('.row.crossed .body').focus()").await;
        let first = browser.page.active_element().await.expect("it has the focus");
        first.send_keys(&Key::Enter.to_string()).await.expect("it takes keys");
        let open = "return document.querySelector('.row.crossed').classList.contains('open') \
             && document.querySelector('#message dl.fields').children.length > 0";
        assert_eq!(browser.script(open).await, Value::from(true), "{protocol}");
        let at = browser.script("return location.hash").await;
        assert!(at.as_str().is_some_and(|at| at.starts_with("#row=")), "{at}");

        let shown = "return [document.documentElement.lang.slice(0, 2), document.querySelector('.end.client b').textContent]";
        let client = |lang: &str| json!([lang, if lang == "zh" { "客户端" } else { "Client" }]);
        assert_eq!(browser.script(shown).await, client(lang));
        let picture = browser.page.screenshot().await.expect("a screenshot");
        let name = screenshots().join(format!("ladder-{protocol}-{}.png", look.name));
        fs::write(name, picture).expect("target is ours");
        browser.script("document.getElementById('lang').click()").await;
        assert_eq!(browser.script(shown).await, client(if lang == "zh" { "en" } else { "zh" }));

        // The address leads back to the very message.
        let opened = "return document.querySelector('.row.open').dataset.step";
        let step = browser.script(opened).await;
        browser.page.goto("about:blank").await.expect("it is always there");
        let link = format!("file://{}{}", page.display(), at.as_str().unwrap_or_default());
        browser.page.goto(&link).await.expect("the page opens");
        assert_eq!(browser.script(opened).await, step);
        // Who runs no script reads the ladder as text.
        let text = browser.script("return document.querySelector('noscript').textContent").await;
        let text = text.as_str().expect("a text");
        let titles =
            told.iter().filter(|event| !event.step.is_summary()).map(|event| event.step.card().title);
        for title in titles {
            assert!(text.contains(if lang == "zh" { title.zh } else { title.en }), "{protocol}: {title:?}");
        }
        browser.page.close().await.expect("the browser ends");
    }
}

/// `lab read --last <protocol> <args>`.
fn read(logs: &Path, protocol: &str, args: &[&str]) -> String {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let output = lab
        .args(["read", "--last", protocol])
        .args(args)
        .arg("--log-dir")
        .arg(logs)
        .output()
        .expect("lab runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}
