//! What is dropped on the page: a recorded log, a capture, notes; and what is none of these, or too much.

use std::{
    fs::{self, File},
    process::Command,
};

use claims::Event;
use serde_json::Value;

use crate::{
    Page, axe,
    browser::LOOKS,
    click,
    common::{keys, text, with_capture},
    is_for_everyone,
};

const STATE: &str = "return document.getElementById('status').dataset.state";

#[kit::test]
async fn a_dropped_log_a_capture_and_notes_open_and_anything_else_says_why_not() {
    if !kit::browser::is_there() {
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
        browser.drop_file(&log).await;
        browser.wait_for("return document.querySelectorAll('.row').length > 0").await;
        click(&browser, "#finish").await;
        let steps = "return [...document.querySelectorAll('.row:not(.future)')].map(row => row.dataset.step)";
        let shown: Vec<String> = serde_json::from_value(browser.script(steps).await).expect("ids");
        for event in &told {
            assert!(shown.iter().any(|shown| shown == event.step.id()), "{}: {shown:?}", event.step);
        }

        browser.drop_file(&capture).await;
        browser.wait_for("return document.querySelector('#connections button')").await;
        is_for_everyone(&browser, axe.as_deref(), "the connections of a capture").await;
        click(&browser, "#connections button").await;
        browser.wait_for("return document.querySelectorAll('.row').length > 5").await;
        is_for_everyone(&browser, axe.as_deref(), "a connection of a capture").await;

        let notes = folder.path().join("mine.md");
        fs::write(&notes, "# TLS\n\nThe server sends its certificate.\n").expect("the folder is ours");
        browser.drop_file(&notes).await;
        browser.wait_for("return document.querySelector('.own .unit') !== null").await;

        // What it is not is said in the reader's language, and what was there stays.
        let rows = browser.script("return document.querySelectorAll('.row').length").await;
        let picture = folder.path().join("picture.png");
        fs::write(&picture, b"\x89PNG\r\n\x1a\nnot a picture").expect("the folder is ours");
        browser.drop_file(&picture).await;
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
        browser.drop_file(&huge).await;
        let said = "return document.getElementById('status').textContent";
        browser.wait_for(&format!("{said}.includes('{large}')")).await;
        assert_eq!(browser.script("return document.querySelectorAll('.row').length").await, rows);
        assert_ne!(rows, Value::from(0));
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn a_log_without_a_step_says_so_and_a_files_name_is_a_text() {
    if !kit::browser::is_there() {
        return;
    }
    let (folder, certs) = (tempfile::tempdir().expect("a temporary folder can be made"), keys());
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    lab.args(["ws", "--format", "json", "--certs", text(certs.path())]);
    let ran = lab.output().expect("lab runs");
    let summaries: String = String::from_utf8_lossy(&ran.stdout)
        .lines()
        .filter(|line| line.contains("\"ws.summary\""))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(!summaries.is_empty());
    let log = folder.path().join("only the end.jsonl");
    fs::write(&log, summaries).expect("the folder is ours");
    let name = "<img src=x onerror=document.title=1>\u{202e} 100% 握手 %41.md";
    let notes = folder.path().join(name);
    fs::write(&notes, "# TLS\n\nThe server sends its certificate.\n").expect("the folder is ours");

    let page = Page::start(&[]);
    for (look, said) in [(&LOOKS[1], "No step of a handshake is in it."), (&LOOKS[2], "其中没有握手的步骤。")]
    {
        let browser = page.visit(look).await;
        browser.drop_file(&log).await;
        browser.wait_for("return document.querySelector('.empty') !== null").await;
        assert_eq!(browser.script("return document.querySelector('.empty').textContent").await, said);
        assert_eq!(browser.script(STATE).await, "ready");

        browser.drop_file(&notes).await;
        browser.wait_for("return document.querySelector('.own .unit') !== null").await;
        let shown = browser.script("return document.querySelector('.own h3').textContent").await;
        assert_eq!(shown, name.replace('\u{202e}', "\\u{202e}"));
        assert_eq!(browser.script("return document.querySelectorAll('img').length").await, 0);
        assert_ne!(browser.script("return document.title").await, "1");
        browser.page.close().await.expect("the browser ends");
    }
}
