//! The live page (`lab serve`): a hostile log, capture and notes are dropped on it, in a real browser and as bytes; and what
//! its WebSocket answers to a name that it does not know.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::{
    browser::{Browser, LOOKS},
    captures::{pcap, talks},
    common::{PATIENCE, Running, keys, text},
    hostile, in_a_line, is_harmless, is_ours, raw,
    renderers::spoiled,
};

/// `lab serve` in a process of its own.
struct Page {
    addr: SocketAddr,
    running: Running,
    _keys: tempfile::TempDir,
}

impl Page {
    fn start() -> Page {
        let keys = keys();
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["serve", "--listen", "127.0.0.1:0", "--certs", text(keys.path())]);
        let mut running = Running::start(&mut lab);
        let addr = running.wait_for("line that says where the page is", |running| {
            let lines = running.stderr();
            let line = lines.iter().find_map(|line| line.strip_prefix("lab: the page is at http://"))?;
            line.trim_end_matches('/').parse().ok()
        });
        Page { addr, running, _keys: keys }
    }

    /// Sends `body` to `path`; gives the body of the answer.
    fn post(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.addr).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("the option is known");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nX-Name: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.addr,
            crate::in_a_value(),
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|at| at == b"\r\n\r\n").expect("a head");
        is_harmless(&format!("{path}, head"), &answer[..end].replace_line_ends());
        answer.split_off(end + 4)
    }

    /// What is said of anything that was asked.
    fn end(mut self) {
        self.running.terminate();
        assert!(self.running.end().success());
        is_ours("the page", "lab: ", self.running.stderr().join("\n").as_bytes());
    }
}

trait LineEnds {
    /// Those of HTTP become ours.
    fn replace_line_ends(&self) -> Vec<u8>;
}

impl LineEnds for [u8] {
    fn replace_line_ends(&self) -> Vec<u8> {
        String::from_utf8_lossy(self).replace("\r\n", "\n").into_bytes()
    }
}

/// A hostile log with a hostile capture and hostile notes, in files.
fn files(folder: &Path) -> [std::path::PathBuf; 3] {
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).expect("the folder is ours");
        path
    };
    let notes = format!("# WebSocket {}\n\nThe status {} of the answer is 101.\n", in_a_line(), in_a_line());
    [
        file("log.jsonl", spoiled(folder, "long").as_bytes()),
        file("run.pcap", &pcap(&talks().0)),
        file("mine.md", notes.as_bytes()),
    ]
}

#[kit::test]
fn each_answer_is_harmless_json() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [log, capture, notes] = files(folder.path()).map(|path| fs::read(path).expect("it was written"));
    let page = Page::start();
    let read = |path: &str, body: &[u8]| {
        let answer = page.post(path, body);
        is_harmless(path, &answer);
        let value: Value = serde_json::from_slice(&answer)
            .unwrap_or_else(|error| panic!("{path}: {error}: {}", String::from_utf8_lossy(&answer)));
        (String::from_utf8(answer).expect("it was harmless"), value)
    };
    let (said, of_log) = read("/open", &log);
    assert!(said.contains(r"\u001b") && of_log["stories"].as_array().is_some_and(|it| !it.is_empty()));
    let (_, table) = read("/open", &capture);
    let connections = table["connections"].as_array().expect("a list").len();
    assert!(connections > 8, "{table}");
    let mut hostile_text = 0;
    for number in 1..=connections {
        let (said, one) = read(&format!("/open?connection={number}"), &capture);
        assert!(one["stories"].is_array(), "{number}: {said}");
        hostile_text += usize::from(said.contains(r"\u0080") || said.contains(r"\u001b"));
    }
    assert!(hostile_text > connections / 2, "{hostile_text} of {connections} told what the peers said");
    read("/open", &capture[..capture.len() / 2]);
    read("/open", hostile().as_bytes());
    let (said, _) = read("/notes", &notes);
    assert!(said.contains(r"\u001b"), "{said}");
    read("/notes", hostile().as_bytes());

    // A visitor's words.
    let mut stream = TcpStream::connect(page.addr).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the option is known");
    let head = format!(
        "GET /live HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        page.addr
    );
    let name = serde_json::json!({ "do": "run", "name": hostile() }).to_string();
    stream.write_all(&[head.as_bytes(), &raw::frame(1, name.as_bytes(), true)].concat()).expect("it reads");
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while !answer.ends_with(b"}") {
        let n = stream.read(&mut part).expect("a name that it does not know is refused");
        assert!(n > 0, "it hung up: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..n]);
    }
    drop(stream);
    let said = String::from_utf8_lossy(&answer).into_owned();
    let frame = said.find("{\"refused\"").expect("it is told so");
    let end = said.rfind('}').expect("an object");
    is_harmless("/live", &said.as_bytes()[frame..=end]);
    let value: Value = serde_json::from_str(&said[frame..=end]).expect("it is JSON");
    assert_eq!(value["run"], hostile());
    page.end();
}

#[kit::test]
async fn in_a_browser_it_is_text_and_nothing_else() {
    if !kit::browser::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let [log, capture, notes] = files(folder.path());
    let page = Page::start();
    let browser = Browser::open(&LOOKS[0]).await;
    browser.page.goto(&format!("http://{}/", page.addr)).await.expect("the page comes");
    browser.wait_for("return document.getElementById('status')?.dataset.state === 'ready'").await;
    let title = browser.script("return document.title").await;

    browser.drop_file(&notes).await;
    browser.wait_for("return document.querySelector('.own .unit') !== null").await;
    assert!(is_text(&browser, "notes").await);
    browser.drop_file(&log).await;
    browser.wait_for("return document.querySelectorAll('.row').length > 0").await;
    assert!(is_text(&browser, "a log").await);
    let (mut number, mut hostile_text) = (0_u64, 0);
    loop {
        // To open one takes the place of the list.
        browser.drop_file(&capture).await;
        let buttons = "document.querySelectorAll('#connections button')";
        browser.wait_for(&format!("return {buttons}.length > 0")).await;
        let count = browser.script(&format!("return {buttons}.length")).await;
        if count == number {
            assert!(hostile_text > 8, "{hostile_text} of {number} connections show what their peers said");
            break;
        }
        browser.script(&format!("{buttons}[{number}].click()")).await;
        browser.wait_for("return document.querySelectorAll('.row').length > 0").await;
        let shows = is_text(&browser, &format!("connection {number} of a capture")).await;
        hostile_text += u64::from(shows);
        number += 1;
    }
    assert_eq!(browser.script("return document.title").await, title);
    browser.page.close().await.expect("the browser ends");
    page.end();
}

/// That nothing of what the page shows, with every message looked into, is markup or does anything; by that it is looked
/// at as a whole. Gives whether it shows a hostile text.
async fn is_text(browser: &Browser, what: &str) -> bool {
    let shown = browser
        .script(
            "const said = [document.title]; \
             for (const body of document.querySelectorAll('.row .body')) { body.click(); said.push(document.getElementById('message')?.textContent) } \
             said.push(document.body.textContent); return said.join(' ')",
        )
        .await;
    // To RFCs lead links of ours.
    let foreign = "img, iframe, object, embed, [onerror], [onload], a[href]:not(.skip):not([href^=\"https://www.rfc-editor.org/\"])";
    let found = browser
        .script(&format!("return [...document.querySelectorAll('{foreign}')].map(it => it.outerHTML).join()"))
        .await;
    assert_eq!(found, "", "{what}");
    let harmful = |c: char| c != '\n' && steps::is_harmful(c);
    let shown = shown.as_str().expect("a text");
    assert!(!shown.contains(harmful), "{what}: {:?}", shown.chars().find(|c| harmful(*c)));
    shown.contains(r"\u{")
}
