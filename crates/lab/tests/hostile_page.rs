//! The page of the WebSocket server, in the hands of a stranger: another page, or a name that leads here (DNS rebinding).
//! And what it shows of a hostile text.

kit::runner!();

#[path = "common/browser.rs"]
mod browser;
mod common;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use browser::{Browser, LOOKS};
use common::{ByName, PATIENCE, Server, summary};
use fantoccini::{Locator, key::Key};

/// The answer to a request with these headers.
fn ask(server: SocketAddr, headers: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the option is known");
    let mut request = String::from("GET / HTTP/1.1\r\n");
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    stream.write_all(format!("{request}\r\n").as_bytes()).expect("it reads");
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    // Of an upgrade the head is all that comes.
    while !answer.starts_with(b"HTTP/1.1 101") || !answer.ends_with(b"\r\n\r\n") {
        match stream.read(&mut part).expect("it answers") {
            0 => break,
            n => answer.extend_from_slice(&part[..n]),
        }
    }
    String::from_utf8(answer).expect("all our answers are UTF-8")
}

const UPGRADE: [(&str, &str); 4] = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[kit::test]
fn a_stranger_gets_neither_the_page_nor_an_upgrade_from_a_browser() {
    let mut server = Server::start("ws", &["--origin", "http://localhost:3000"]);
    let here = server.addr.to_string();
    let (own, rebound) = (format!("http://{here}"), format!("evil.example:{}", server.addr.port()));
    let rebound_page = format!("http://{rebound}");
    for (host, page, status) in [
        (here.as_str(), None, "200 OK"),
        ("ws-server:7080", None, "200 OK"),
        (rebound.as_str(), None, "421 Misdirected Request"),
        (here.as_str(), Some(own.as_str()), "101 Switching Protocols"),
        (here.as_str(), Some("http://localhost:3000"), "101 Switching Protocols"),
        (here.as_str(), Some("https://evil.example"), "403 Forbidden"),
        (here.as_str(), Some("null"), "403 Forbidden"),
        (rebound.as_str(), Some(rebound_page.as_str()), "421 Misdirected Request"),
    ] {
        let mut headers = vec![("Host", host), ("Accept", "text/html")];
        if let Some(page) = page {
            headers.push(("Origin", page));
            headers.extend(UPGRADE);
        }
        let answer = ask(server.addr, &headers);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{host} {page:?}: {answer}");
        assert_eq!(answer.contains("<script>"), status == "200 OK", "{host} {page:?}");
    }
    // Whoever is no browser may call the server what he likes.
    let answer = ask(server.addr, &[&[("Host", "any.example")], &UPGRADE[..]].concat());
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");

    let log = server.after_connections(9);
    let reasons: Vec<_> =
        log.iter().filter_map(|event| event.fields.named("reason")?["en"].as_str()).collect();
    assert!(
        reasons.iter().any(|reason| reason.contains("`--origin https://evil.example` allows it")),
        "{reasons:?}"
    );
    assert!(reasons.iter().any(|reason| reason.contains("DNS rebinding")), "{reasons:?}");
}

#[kit::test]
fn the_page_may_connect_to_its_own_host_and_to_nothing_else() {
    let server = Server::start("ws", &[]);
    let page = ask(server.addr, &[("Host", "localhost:7080"), ("Accept", "text/html")]);
    let policy =
        page.lines().find_map(|line| line.strip_prefix("Content-Security-Policy: ")).expect("it has one");
    let mut directives = policy.split("; ").map(|directive| directive.split(' ').collect::<Vec<_>>());
    let connect = directives.find(|directive| directive[0] == "connect-src").expect("it says where to");
    assert_eq!(connect, ["connect-src", "'self'", "ws://localhost:7080", "wss://localhost:7080"]);
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[kit::test]
fn credentials_of_a_request_are_withheld_in_every_field_and_byte() {
    const SECRET: &str = "hunter2hunter2";
    let mut server = Server::start("ws", &[]);
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    let names = ["Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "X-CSRF-Token", "X-XSRF-TOKEN"];
    let headers: String = names.iter().map(|name| format!("{name}: {SECRET}\r\n")).collect();
    let request = format!(
        "GET /?access_token={SECRET}&api_key={SECRET}&x=1 HTTP/1.1\r\nHost: a\r\n{headers}\
         Referer: https://me:{SECRET}@a/?sig={SECRET}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    stream.read_to_end(&mut Vec::new()).expect("it answers");
    let log = server.after_connections(1);
    let request = log.iter().find(|event| event.step.id() == "ws.plain_request").expect("it was seen");
    assert_eq!(request.text("path"), "/?access_token=(not shown)&api_key=(not shown)&x=1");
    let told = format!("{log:?}{}", String::from_utf8_lossy(&request.bytes.0));
    assert!(!told.contains(SECRET), "{told}");
    assert!(!told.contains(&hex::encode(SECRET)));
    assert!(["complete", "failed"].contains(&summary(&log).text("outcome")));
}

/// A page that tries to open a WebSocket to `target`, served on another port.
fn page_of_a_stranger(target: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let page = format!(
                "<!doctype html><title>x</title><script>document.title = 'tried';\
                 const socket = new WebSocket('ws://{target}/', 'steps.handshakes');\
                 socket.onopen = () => document.title = 'open'; socket.onerror = () => document.title = 'refused';</script>"
            );
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n", page.len());
            let _ = stream.write_all(format!("{head}Connection: close\r\n\r\n{page}").as_bytes());
        }
    });
    here
}

#[kit::test]
async fn in_a_browser_a_strangers_page_is_refused_and_a_hostile_text_is_only_text() {
    if !kit::browser::is_there() {
        return;
    }
    let server = Server::start("ws", &[]);
    let browser = Browser::open(&LOOKS[0]).await;
    let stranger = page_of_a_stranger(server.addr);
    browser.page.goto(&format!("http://{stranger}/")).await.expect("the page comes");
    browser.wait_for("return ['open', 'refused'].includes(document.title)").await;
    assert_eq!(browser.script("return document.title").await, "refused");

    browser.page.goto(&format!("http://{}/", server.addr)).await.expect("the page comes");
    browser.wait_for("return document.getElementById('status').dataset.state === 'open'").await;
    browser
        .script(
            "document.getElementById('text').value = '\\u202e<img src=x onerror=document.title=1>\\u{e0041}'",
        )
        .await;
    let text = browser.page.find(Locator::Id("text")).await.expect("there is a field");
    text.send_keys(&Key::Enter.to_string()).await.expect("it takes keys");
    let shown = "[...document.querySelectorAll('#steps > li[data-step=\"ws.text\"]')].map(it => it.textContent).join()";
    browser.wait_for(&format!("return {shown} !== ''")).await;
    let shown = browser.script(&format!("return {shown}")).await;
    let shown = shown.as_str().expect("a text");
    assert!(!shown.contains(steps::is_harmful), "{shown}");
    assert!(shown.contains(r"\u{202e}<img src=x") && shown.contains(r"\u{e0041}"), "{shown}");
    assert_eq!(browser.script("return document.querySelectorAll('img').length").await, 0);
    browser.page.close().await.expect("the browser ends");
}
