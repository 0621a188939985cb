//! The page that a browser gets from the WebSocket server, in a real one: it opens a WebSocket to the server that
//! sent it, and lists what that server saw. The list is the server's own log.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use common::{PATIENCE, Running, Server, require};
use fantoccini::{Client, ClientBuilder, Locator, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use steps::{Direction, Event, Evidence, ws::Step};

/// A language and a colour scheme: how a browser is told of them, and what must be on the page then.
struct Look {
    name: &'static str,
    language: &'static str,
    dark: bool,
    secure: bool,
    heading: &'static str,
}

const LOOKS: [Look; 4] = [
    Look {
        name: "en-light",
        language: "en-GB",
        dark: false,
        secure: false,
        heading: "This WebSocket, as the server sees it",
    },
    Look {
        name: "en-dark",
        language: "en-GB",
        dark: true,
        secure: true,
        heading: "This WebSocket, as the server sees it",
    },
    Look {
        name: "zh-light",
        language: "zh-CN",
        dark: false,
        secure: true,
        heading: "服务端眼中的这条 WebSocket",
    },
    Look {
        name: "zh-dark",
        language: "zh-CN",
        dark: true,
        secure: false,
        heading: "服务端眼中的这条 WebSocket",
    },
];

/// Chromium, driven over WebDriver; it ends with its driver.
struct Browser {
    page: Client,
    _driver: Running,
    _profile: tempfile::TempDir,
}

impl Browser {
    async fn open(look: &Look) -> Browser {
        let mut driver = Running::start(Command::new("chromedriver").arg("--port=0"));
        let port: u16 = driver.wait_for("port of chromedriver", |driver| {
            let line =
                driver.stdout().into_iter().find(|line| line.contains("started successfully on port"))?;
            line.rsplit(' ').next()?.trim_end_matches('.').parse().ok()
        });
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let scheme = if look.dark { 0 } else { 1 };
        let args = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--ignore-certificate-errors",
            "--window-size=1200,1500",
            format!("--user-data-dir={}", profile.path().display()),
            format!("--accept-lang={}", look.language),
            format!("--blink-settings=preferredColorScheme={scheme}"),
        ]);
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".into(), json!({ "args": args }));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driven = format!("http://127.0.0.1:{port}");
        let page =
            builder.capabilities(capabilities).connect(&driven).await.expect("chromedriver starts a browser");
        Browser { page, _driver: driver, _profile: profile }
    }

    async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Waits until `script` gives something else than null and false.
    async fn wait_for(&self, script: &str) -> Value {
        let waiting = async {
            loop {
                match self.script(script).await {
                    Value::Null | Value::Bool(false) => tokio::time::sleep(Duration::from_millis(20)).await,
                    found => return found,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never: {script}"))
    }

    /// What the list shows: each step with its moment and its evidence.
    async fn listed(&self) -> Vec<(String, u64, String)> {
        let list = self
            .script(
                "return [...document.querySelectorAll('#steps > li')]\
                 .map(item => [item.dataset.step, Number(item.dataset.elapsed), item.dataset.evidence])",
            )
            .await;
        serde_json::from_value(list).expect("three values an item")
    }
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

fn screenshots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    fs::create_dir_all(&folder).expect("target is ours");
    folder
}

/// The connection that was upgraded.
fn upgraded(log: &[Event]) -> Option<&Event> {
    log.iter().find(|event| event.step == Step::Established.into())
}

#[tokio::test]
async fn the_page_lists_what_the_server_logged_of_its_own_connection() {
    if !require("chromium") || !require("chromedriver") {
        return;
    }
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    certs::ensure(keys.path()).expect("the demo keys can be made");
    let keys = keys.path().to_str().expect("temporary folders have plain names");
    for look in LOOKS {
        let mut server = Server::start("ws", &["--certs", keys]);
        let page = match look.secure {
            false => format!("http://{}/", server.addr),
            true => format!("https://{}/", server.addr_of("wss")),
        };
        let browser = Browser::open(&look).await;
        browser.page.goto(&page).await.expect("the page comes");
        browser
            .wait_for("return document.querySelector('#steps > li[data-step=\"ws.established\"]') !== null")
            .await;
        let heading = browser.script("return document.querySelector('h1').textContent").await;
        assert_eq!(heading, look.heading);
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
        let before = browser.listed().await;
        browser
            .page
            .find(Locator::Id("lang"))
            .await
            .expect("a button")
            .click()
            .await
            .expect("it can be clicked");
        let other = browser.script("return document.querySelector('h1').textContent").await;
        assert_ne!(other, look.heading);
        assert_eq!(browser.listed().await, before);

        browser
            .page
            .find(Locator::Id("close"))
            .await
            .expect("a button")
            .click()
            .await
            .expect("it can be clicked");
        browser.wait_for("return document.getElementById('status').dataset.state === 'closed'").await;
        let listed = browser.listed().await;
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
