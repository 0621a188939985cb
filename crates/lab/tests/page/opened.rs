//! What is dropped on the page: a recorded log, a capture, notes; and what is none of these, or too much.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use claims::Event;
use fantoccini::Locator;
use serde_json::Value;

use crate::{
    Page, axe,
    browser::{Browser, LOOKS},
    click,
    common::{keys, require, text, with_capture},
    is_for_everyone,
};

/// Drags `file` over the page and drops it there, as a browser tells it of both.
async fn drop_on(browser: &Browser, file: &Path) {
    browser
        .script(
            "document.getElementById('dropped')?.remove(); const input = document.createElement('input'); \
             input.type = 'file'; input.id = 'dropped'; document.body.append(input)",
        )
        .await;
    let input = browser.page.find(Locator::Id("dropped")).await.expect("it was put there");
    input.send_keys(text(file)).await.expect("it takes a path");
    let tell = |what: &str| {
        format!(
            "const data = new DataTransfer(); data.items.add(document.getElementById('dropped').files[0]); \
             dispatchEvent(new DragEvent('{what}', {{ dataTransfer: data, cancelable: true }}))"
        )
    };
    browser.script(&tell("dragover")).await;
    let invited = browser.script("return !document.getElementById('over').hidden").await;
    assert_eq!(invited, true, "it says that it takes the file");
    browser.script(&format!("{}; document.getElementById('dropped').remove()", tell("drop"))).await;
    assert_eq!(browser.script("return document.getElementById('over').hidden").await, true);
}

const STATE: &str = "return document.getElementById('status').dataset.state";

#[tokio::test]
async fn a_dropped_log_a_capture_and_notes_open_and_anything_else_says_why_not() {
    if !require("chromium") || !require("chromedriver") {
        return;
    }
    let axe = axe();
    let (folder, certs) = (tempfile::tempdir().expect("a temporary folder can be made"), keys());
    let (log, capture) = (folder.path().join("run.jsonl"), folder.path().join("run.pcapng"));
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    lab.args(["tls", "--format", "json", "--certs", text(certs.path()), "--capture", text(&capture)]);
    let Some(mut lab) = with_capture(lab) else { return };
    let ran = lab.output().expect("lab runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    fs::write(&log, &ran.stdout).expect("the folder is ours");
    let told: Vec<Event> = String::from_utf8_lossy(&ran.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .filter(|event: &Event| !event.step.is_summary())
        .collect();

    let page = Page::start(&[]);
    for look in [&LOOKS[0], &LOOKS[2]] {
        let browser = page.visit(look).await;
        drop_on(&browser, &log).await;
        browser.wait_for("return document.querySelectorAll('.row').length > 0").await;
        click(&browser, "#finish").await;
        let steps = "return [...document.querySelectorAll('.row:not(.future)')].map(row => row.dataset.step)";
        let shown: Vec<String> = serde_json::from_value(browser.script(steps).await).expect("ids");
        for event in &told {
            assert!(shown.iter().any(|shown| shown == event.step.id()), "{}: {shown:?}", event.step);
        }

        drop_on(&browser, &capture).await;
        browser.wait_for("return document.querySelector('#connections button')").await;
        is_for_everyone(&browser, axe.as_deref(), "the connections of a capture").await;
        click(&browser, "#connections button").await;
        browser.wait_for("return document.querySelectorAll('.row').length > 5").await;
        is_for_everyone(&browser, axe.as_deref(), "a connection of a capture").await;

        let notes = folder.path().join("mine.md");
        fs::write(&notes, "# TLS\n\nThe server sends its certificate.\n").expect("the folder is ours");
        drop_on(&browser, &notes).await;
        browser.wait_for("return document.querySelector('.own .unit') !== null").await;

        // What it is not is said in the reader's language, and what was there stays.
        let rows = browser.script("return document.querySelectorAll('.row').length").await;
        let picture = folder.path().join("picture.png");
        fs::write(&picture, b"\x89PNG\r\n\x1a\nnot a picture").expect("the folder is ours");
        drop_on(&browser, &picture).await;
        browser.wait_for(&format!("{STATE} === 'not_read'")).await;
        let said = browser.script("return document.getElementById('status').textContent").await;
        let (wrong, large) = if look.language.starts_with("zh") {
            ("既不是记录的日志，也不是抓包文件", "最多 64 MiB")
        } else {
            ("neither a recorded log nor a capture", "at most 64 MiB")
        };
        assert!(said.as_str().is_some_and(|said| said.contains(wrong)), "{said}");
        is_for_everyone(&browser, axe.as_deref(), "a wrong file").await;

        let huge = folder.path().join("huge.pcap");
        File::create(&huge).and_then(|file| file.set_len((64 << 20) + 1)).expect("it takes no room");
        drop_on(&browser, &huge).await;
        let said = "return document.getElementById('status').textContent";
        browser.wait_for(&format!("{said}.includes('{large}')")).await;
        assert_eq!(browser.script("return document.querySelectorAll('.row').length").await, rows);
        assert_ne!(rows, Value::from(0));
        browser.page.close().await.expect("the browser ends");
    }
}
