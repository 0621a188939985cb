//! What is taken along: a run compared, asked about, saved, downloaded, printed, or led to by its address.

use std::fs;

use serde_json::Value;

use crate::{
    Page, axe,
    browser::{Browser, LOOKS, screenshots},
    click, is_for_everyone, press_run, run, shown,
};

#[kit::test]
async fn two_runs_are_compared_a_quiz_is_graded_and_a_saved_run_plays_from_disk() {
    if !kit::browser::is_there() {
        return;
    }
    let axe = axe();
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    run(&browser, "tls --variant ecdhe").await;
    run(&browser, "tls --variant tls13").await;
    let rows = shown(&browser).await;
    click(&browser, "#tab-compare").await;
    let only = "return [...document.querySelectorAll('#compare tr.only_there td:nth-child(3)')].map(one => one.textContent)";
    let only: Vec<String> = serde_json::from_value(browser.script(only).await).expect("texts");
    assert!(only.iter().any(|step| step.contains("ServerKeyExchange")), "{only:?}");
    is_for_everyone(&browser, axe.as_deref(), "compare").await;

    click(&browser, "#tab-quiz").await;
    click(&browser, ".answer[data-right=true]").await;
    click(&browser, "#another").await;
    click(&browser, ".answer[data-right=false]").await;
    let score = browser.script("return document.getElementById('score').textContent").await;
    assert_eq!(score, "1 / 2 right");
    is_for_everyone(&browser, axe.as_deref(), "quiz").await;

    // What Save would put on disk.
    browser
        .script(
            "HTMLAnchorElement.prototype.click = function () { fetch(this.href).catch(() => null) };\
             URL.createObjectURL = (blob) => { blob.text().then(text => { window.saved = text }); return 'about:blank' };\
             document.getElementById('save').click()",
        )
        .await;
    let saved = browser.wait_for("return window.saved").await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("run.html");
    fs::write(&file, saved.as_str().expect("it is a text")).expect("the folder is ours");
    page.running.terminate();
    let alone = Browser::open(&LOOKS[1]).await;
    alone.page.goto(&format!("file://{}", file.display())).await.expect("the page opens");
    alone.wait_for("return document.querySelectorAll('.row').length > 0").await;
    assert_eq!(shown(&alone).await, rows);
    assert_eq!(alone.script("return performance.getEntriesByType('resource').length").await, 0);
    is_for_everyone(&alone, axe.as_deref(), "saved").await;
    let picture = alone.page.screenshot().await.expect("a screenshot");
    fs::write(screenshots().join("page-saved.png"), picture).expect("target is ours");
    click(&alone, "#start").await;
    assert_eq!(shown(&alone).await.len(), 0);
    click(&alone, "#step").await;
    assert_eq!(shown(&alone).await.len(), 1);
    for browser in [browser, alone] {
        browser.page.close().await.expect("the browser ends");
    }
}

/// Keeps what the page gives to download, in place of a dialog.
const CATCH: &str = "HTMLAnchorElement.prototype.click = function () { window.name_ = this.download };\
     URL.createObjectURL = (blob) => { blob.arrayBuffer().then(bytes => { window.saved = \
     Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join('') }); return 'about:blank' };";

#[kit::test]
async fn a_run_is_taken_along_as_a_diagram_as_packets_and_by_its_address() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[0]).await;
    browser.script(CATCH).await;
    run(&browser, "tls --variant ecdhe").await;
    click(&browser, "#mermaid").await;
    let diagram = browser.wait_for("return window.saved").await;
    let diagram = diagram.as_str().expect("a text");
    assert!(diagram.starts_with("sequenceDiagram\n") && diagram.contains("ClientKeyExchange"), "{diagram}");
    assert_eq!(browser.script("return window.name_").await, "tls-variant-ecdhe.mmd");
    // Its packets are those of another run, for which they were asked.
    browser.script("window.saved = null").await;
    click(&browser, "#pcapng").await;
    let state = "document.getElementById('status').dataset.state";
    let taken = browser.wait_for(&format!("return window.saved || {state} === 'no_packets'")).await;
    let right = 13; // CAP_NET_RAW
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:\t")).expect("it is there");
    if u64::from_str_radix(effective, 16).expect("hex") >> right & 1 == 1 {
        let taken = taken.as_str().expect("a file");
        assert!(taken.starts_with("\n\r\r\n"), "a section header of pcapng begins it");
        assert!(taken.contains("CLIENT_RANDOM"), "its secrets are inside");
    }

    // The address of a byte leads back to it, also in a browser that has not run anything yet.
    click(&browser, "[data-step=\"tls.client_hello\"] .body").await;
    click(&browser, "[data-byte=\"9\"]").await;
    let hash = browser.script("return location.hash").await;
    let other = page.visit(&LOOKS[2]).await;
    let url = format!("http://{}/{}", page.addr, hash.as_str().expect("a text"));
    other.page.goto("about:blank").await.expect("it is always there");
    other.page.goto(&url).await.expect("the page comes");
    other.wait_for(&format!("return {state} === 'ready'")).await;
    let chosen = "return document.querySelector('#list li.chosen').dataset.name";
    assert_eq!(other.script(chosen).await, "tls --variant ecdhe");
    press_run(&other, "tls --variant ecdhe").await;
    other.wait_for(&format!("return {state}.startsWith('ended')")).await;
    let marked = "return [document.querySelector('.row.open').dataset.step, \
         document.querySelector('.byte.at')?.dataset.byte, document.querySelector('.meaning').textContent]";
    let marked = other.script(marked).await;
    assert_eq!((&marked[0], &marked[1]), (&Value::from("tls.client_hello"), &Value::from("9")), "{marked}");
    assert!(marked[2].as_str().is_some_and(|said| said.contains("random")), "{marked}");

    // On paper stands the ladder, and no button.
    let paper = browser.page.print(fantoccini::wd::PrintConfiguration::default()).await;
    let paper = paper.expect("a PDF");
    assert!(paper.starts_with(b"%PDF") && paper.len() > 10_000, "{} bytes", paper.len());
    fs::write(screenshots().join("page-printed.pdf"), paper).expect("target is ours");
    for browser in [browser, other] {
        browser.page.close().await.expect("the browser ends");
    }
}

#[kit::test]
async fn who_notices_a_changed_byte_is_asked_and_graded_by_the_run() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    for (look, name, right) in [
        (&LOOKS[0], "tls/tampered-hello", "Client"),
        (&LOOKS[2], "tls/tampered-finished", "服务端"),
        (&LOOKS[2], "ssh/bit-changed-after-newkeys", "服务端"),
    ] {
        let browser = page.visit(look).await;
        run(&browser, name).await;
        click(&browser, "#tab-quiz").await;
        // One of several questions: the next ones until it comes.
        let asked = "for (let n = 0; n < 200; n += 1) { \
             if (document.querySelectorAll('.answer').length === 3) return true; \
             document.querySelector('.answer').click(); document.getElementById('another').click(); } return false";
        assert_eq!(browser.script(asked).await, true, "{name}");
        let answer = "return document.querySelector('.answer[data-right=true]').textContent";
        assert_eq!(browser.script(answer).await, right, "{name}");
        click(&browser, ".answer[data-right=true]").await;
        let said = browser.script("return document.querySelector('.result').textContent").await;
        // The end's own reason is the proof.
        assert!(
            said.as_str().is_some_and(|said| said.contains(right) && said.chars().count() > 30),
            "{said}"
        );
        browser.page.close().await.expect("the browser ends");
    }
}
