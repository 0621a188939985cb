//! The self-contained page of a run, in a real browser: it names the steps of the run's JSON in their order, loads
//! nothing, speaks both languages, follows light and dark, and works with the keyboard alone.

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::{fs, path::Path, process::Command};

use browser::{Browser, LOOKS, screenshots};
use claims::Event;
use common::{require, with_capture};
use fantoccini::{Locator, key::Key};
use serde_json::Value;

#[tokio::test]
async fn the_page_of_a_run_names_its_steps_and_needs_nothing_else() {
    if !require("chromium") || !require("chromedriver") {
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
        let listed =
            browser.script("return [...document.querySelectorAll('details')].map(d => d.dataset.step)").await;
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

        // The keyboard alone: the first step takes the focus and opens.
        let first = browser.page.find(Locator::Css("summary")).await.expect("a step is there");
        browser.script("document.querySelector('summary').focus()").await;
        first.send_keys(&Key::Enter.to_string()).await.expect("it takes keys");
        assert_eq!(browser.script("return document.querySelector('details').open").await, Value::from(true));

        let shown = "return [...document.querySelectorAll('aside [lang]')].filter(e => e.offsetParent).map(e => e.lang)";
        let one_language = |shown: Value, lang: &str| {
            let shown: Vec<String> = serde_json::from_value(shown).expect("a list of languages");
            assert!(!shown.is_empty() && shown.iter().all(|shown| shown.starts_with(lang)), "{shown:?}");
        };
        one_language(browser.script(shown).await, lang);
        let picture = browser.page.screenshot().await.expect("a screenshot");
        let name = screenshots().join(format!("ladder-{protocol}-{}.png", look.name));
        fs::write(name, picture).expect("target is ours");
        let other = if lang == "zh" { "en" } else { "zh" };
        browser.script(&format!("document.querySelector('[data-lang={other}]').click()")).await;
        one_language(browser.script(shown).await, other);
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
