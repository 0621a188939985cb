//! The page of a hostile run in a real browser, and its diagram by Mermaid's grammar as far as it can be read here.

#[path = "../common/browser.rs"]
mod browser;

use std::{fs, process::Command};

use browser::{Browser, LOOKS};

use crate::{common::require, hostile, renderers::spoiled};

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

/// Mermaid's own parser is no crate. Of a sequence diagram each line is one statement; what a peer sent stands behind the
/// colon, without what ends a statement or begins another (`;`, `#` but in our codes, a line break, `%%`).
#[test]
fn in_a_diagram_each_line_is_a_statement_of_ours() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("log.jsonl");
    fs::write(&log, spoiled(folder.path(), "long")).expect("the folder is ours");
    let diagrams = read(&log, "mermaid");
    assert!(diagrams.contains("-)S: ") || diagrams.contains("->>S: "), "{diagrams}");
    for line in diagrams.lines().filter(|line| !line.is_empty()) {
        let ours = [
            "```mermaid",
            "```",
            "sequenceDiagram",
            "    participant C as ",
            "    participant S as ",
            "    Note over C,S: ",
            "    Note over C: ",
            "    Note over S: ",
            "    C->>S: ",
            "    S->>C: ",
            "    C-xS: ",
            "    S-xC: ",
            "    C-)S: ",
            "    S-)C: ",
        ];
        let begin = ours.iter().filter(|begin| line.starts_with(**begin)).max_by_key(|begin| begin.len());
        let text = &line[begin.unwrap_or_else(|| panic!("no statement of ours: {line}")).len()..];
        let mut rest = text;
        while let Some(at) = rest.find(['#', ';', '<', '>', '%', '{', '}', '`', '"', '\\']) {
            let code = rest[at..].strip_prefix('#').and_then(|code| code.split_once(';'));
            let Some((digits, after)) = code else { panic!("{line}") };
            assert!(!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()), "{line}");
            rest = after;
        }
    }
}
