//! The page of a hostile run in a real browser, and its diagram by the grammar of ours.

#[path = "../common/browser.rs"]
mod browser;

use std::{fs, process::Command};

use browser::{Browser, LOOKS};

use crate::{common::require, hostile, mermaid, renderers::spoiled};

fn read(log: &std::path::Path, form: &str) -> String {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let left = lab.arg("read").arg(log).args(["--ladder", form]).output().expect("it runs");
    assert!(left.status.success(), "{}", String::from_utf8_lossy(&left.stderr));
    String::from_utf8(left.stdout).expect("it is text")
}

#[tokio::test]
async fn in_a_browser_it_is_text_and_nothing_else() {
    if !require("chromium") || !require("chromedriver") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("log.jsonl");
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let page = folder.path().join("page.html");
    fs::write(&page, read(&log, "html")).expect("the folder is ours");
    let browser = Browser::open(&LOOKS[0]).await;
    browser.page.goto(&format!("file://{}", page.display())).await.expect("the page opens");
    let count = |what: &str| format!("return document.querySelectorAll('{what}').length");
    for (what, most) in
        [("script", 1), ("img", 0), ("iframe", 0), ("link", 0), ("[onerror]", 0), ("a[href]", 0)]
    {
        assert_eq!(browser.script(&count(what)).await, most, "{what}");
    }
    assert_eq!(browser.script("return performance.getEntriesByType('resource').length").await, 0);
    assert_ne!(browser.script("return document.title").await, "taken");
    browser.script("document.querySelectorAll('details').forEach(it => it.open = true)").await;
    let shown = browser.script("return document.body.textContent + document.title").await;
    let shown = shown.as_str().expect("a text");
    let foreign = hostile();
    let harmful = |c: char| c != '\n' && (c.is_control() || u32::from(c) > 0x600) && foreign.contains(c);
    assert!(shown.contains("<img src=x onerror="), "the text is shown as it is");
    assert!(!shown.contains(harmful), "{:?}", shown.chars().find(|c| harmful(*c)));
    browser.page.close().await.expect("the browser ends");
}

#[test]
fn a_diagram_of_a_hostile_run_is_read_by_the_grammar() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("log.jsonl");
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let page = read(&log, "mermaid");
    assert!(page.contains("-)S: ") || page.contains("->>S: "), "{page}");
    assert!(mermaid::statements("a spoiled log", &page) > 50, "{page}");
}
