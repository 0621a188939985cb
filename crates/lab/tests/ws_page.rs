//! The page that a browser gets from the WebSocket server, in a real one: it opens a WebSocket to the server that
//! sent it, and lists what that server saw. The list is the server's own log.

kit::runner!();

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::fs;

use browser::{Browser, LOOKS, screenshots};
use claims::Event;
use common::{ByName, Server};
use fantoccini::{Locator, key::Key};
use serde_json::Value;
use steps::{Direction, Evidence, ws::Step};

/// What the page says first, and whether it came over TLS, in each look.
const HEADINGS: [(&str, bool); 4] = [
    ("This WebSocket, as the server sees it", false),
    ("This WebSocket, as the server sees it", true),
    ("服务端眼中的这条 WebSocket", true),
    ("服务端眼中的这条 WebSocket", false),
];

/// What the list shows: each step with its moment and its evidence.
async fn listed(browser: &Browser) -> Vec<(String, u64, String)> {
    let list = browser
        .script(
            "return [...document.querySelectorAll('#steps > li')]\
             .map(item => [item.dataset.step, Number(item.dataset.elapsed), item.dataset.evidence])",
        )
        .await;
    serde_json::from_value(list).expect("three values an item")
}

/// What the server may tell of its log: all but the frames that carry it with the TLS records around them, and nothing
/// once Close was said.
fn told(log: &[Event], conn: &str) -> Vec<(String, u64, String)> {
    let evidence = |evidence: Evidence| match serde_json::to_value(evidence) {
        Ok(Value::String(word)) => word,
        other => panic!("{other:?}"),
    };
    let sent = |event: &Event, id: &str| event.direction == Direction::Sent && event.step.id() == id;
    let mine: Vec<_> = log.iter().filter(|event| event.conn == conn).collect();
    let end = mine.iter().position(|event| event.step == Step::Close.into()).expect("it was closed");
    let mut told = Vec::new();
    for (i, event) in mine[..end].iter().enumerate() {
        let carried = mine[i + 1..].iter().find(|event| !sent(event, "tls.application_data"));
        let carries =
            sent(event, "tls.application_data") && carried.is_some_and(|next| sent(next, "ws.text"));
        if !carries && !sent(event, "ws.text") {
            told.push((event.step.id().to_owned(), event.elapsed_us, evidence(event.evidence)));
        }
    }
    // The record that carried the Close was seen before what it carries, and could not be told any more.
    if told.last().is_some_and(|(step, ..)| step == "tls.application_data") {
        told.pop();
    }
    told
}

/// The connection that was upgraded.
fn upgraded(log: &[Event]) -> Option<&Event> {
    log.iter().find(|event| event.step == Step::Established.into())
}

#[kit::test]
async fn the_page_lists_what_the_server_logged_of_its_own_connection() {
    if !kit::browser::is_there() {
        return;
    }
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    certs::ensure(keys.path()).expect("the demo keys can be made");
    let keys = keys.path().to_str().expect("temporary folders have plain names");
    for (look, (heading_said, secure)) in LOOKS.iter().zip(HEADINGS) {
        let mut server = Server::start("ws", &["--certs", keys]);
        let page = match secure {
            false => format!("http://{}/", server.addr),
            true => format!("https://{}/", server.addr_of("wss")),
        };
        let browser = Browser::open(look).await;
        browser.page.goto(&page).await.expect("the page comes");
        browser
            .wait_for("return document.querySelector('#steps > li[data-step=\"ws.established\"]') !== null")
            .await;
        let heading = browser.script("return document.querySelector('h1').textContent").await;
        assert_eq!(heading, heading_said);
        let dark = browser.script("return matchMedia('(prefers-color-scheme: dark)').matches").await;
        assert_eq!(dark, look.dark);

        // By keyboard alone: the text, Enter, and the step that it became.
        let text = browser.page.find(Locator::Id("text")).await.expect("there is a field");
        text.send_keys(&format!(" ✓{}", Key::Enter)).await.expect("it takes keys");
        browser
            .wait_for("return document.querySelector('#steps > li[data-step=\"ws.text\"]') !== null")
            .await;
        let summary = "document.querySelector('#steps > li[data-step=\"ws.text\"] summary')";
        browser.script(&format!("{summary}.focus()")).await;
        let focused = browser.page.active_element().await.expect("something has the focus");
        focused.send_keys(&Key::Enter.to_string()).await.expect("it takes keys");
        browser.wait_for(&format!("return {summary}.parentElement.open")).await;

        browser.script("scrollTo(0, 0)").await;
        let shot = browser.page.screenshot().await.expect("the browser draws");
        fs::write(screenshots().join(format!("ws-page-{}.png", look.name)), shot).expect("target is ours");

        // Another language, the same list.
        let before = listed(&browser).await;
        browser
            .page
            .find(Locator::Id("lang"))
            .await
            .expect("a button")
            .click()
            .await
            .expect("it can be clicked");
        let other = browser.script("return document.querySelector('h1').textContent").await;
        assert_ne!(other, heading_said);
        assert_eq!(listed(&browser).await, before);

        browser
            .page
            .find(Locator::Id("close"))
            .await
            .expect("a button")
            .click()
            .await
            .expect("it can be clicked");
        browser.wait_for("return document.getElementById('status').dataset.state === 'closed'").await;
        let listed = listed(&browser).await;
        let log = server.after(
            "summary of the WebSocket",
            |event| event.step.is_summary() && event.number("steps") > Some(10),
            1,
        );
        let conn = &upgraded(&log).expect("it was upgraded").conn;
        assert_eq!(listed, told(&log, conn), "{}", look.name);
        assert!(listed.iter().any(|(step, ..)| step == "ws.request_checked"));
        let last = log.iter().rfind(|event| event.conn == *conn).expect("it has ended");
        assert_eq!(last.text("outcome"), "complete");
        // Everything a screen reader needs: a language, names for what can be used, and a status that is read out.
        let nameless = browser
            .script(
                "return [...document.querySelectorAll('button, input, summary')].filter(item => \
                 !(item.textContent.trim() || item.labels?.length)).length",
            )
            .await;
        assert_eq!(nameless, 0);
        assert!(browser.script("return document.documentElement.lang").await.is_string());
        browser.page.close().await.expect("the browser ends");
    }
}
