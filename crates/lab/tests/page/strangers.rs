//! The page in the hands of strangers, and of two hundred visitors at once.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use futures_util::{SinkExt, Stream, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::{Error as Broken, Message, client::IntoClientRequest};

use crate::{Page, common::PATIENCE};

/// The answer to a request with these headers.
fn ask(page: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(page).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("the option is known");
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).expect("it reads");
    let _ = stream.write_all(body); // who is refused is not read to the end
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer); // a refusal may be cut short behind its head
    String::from_utf8_lossy(&answer).into_owned()
}

#[kit::test]
fn strangers_paths_and_sizes_are_refused_and_the_page_lives() {
    let page = Page::start(&[]);
    let here = page.addr;
    for (head, body, status) in [
        (format!("GET / HTTP/1.1\r\nHost: {here}"), vec![], "200"),
        (format!("GET / HTTP/1.1\r\nHost: localhost:{}", here.port()), vec![], "200"),
        (format!("GET / HTTP/1.1\r\nHost: evil.example:{}", here.port()), vec![], "421"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b".into(), vec![], "4"),
        (format!("GET /../Cargo.toml HTTP/1.1\r\nHost: {here}"), vec![], "404"),
        (format!("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: {here}"), vec![], "404"),
        (
            format!("GET /catalogue.json HTTP/1.1\r\nHost: {here}\r\nOrigin: https://evil.example"),
            vec![],
            "403",
        ),
        (
            format!("GET /catalogue.json HTTP/1.1\r\nHost: {here}\r\nSec-Fetch-Site: cross-site"),
            vec![],
            "403",
        ),
        (format!("GET /live HTTP/1.1\r\nHost: {here}"), vec![], "426"),
        (format!("POST /open HTTP/1.1\r\nHost: {here}\r\nContent-Length: 99999999999"), vec![], "413"),
        (format!("POST /notes HTTP/1.1\r\nHost: {here}\r\nContent-Length: 5"), b"%PDF-".to_vec(), "422"),
        (format!("POST /open HTTP/1.1\r\nHost: {here}\r\nContent-Length: 5"), b"hello".to_vec(), "422"),
        (format!("DELETE / HTTP/1.1\r\nHost: {here}"), vec![], "405"),
        ("nonsense".into(), vec![], "400"),
    ] {
        let answer = ask(here, &head, &body);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {answer}");
        if status == "200" {
            assert!(
                answer.contains("content-security-policy: default-src 'none'; script-src 'self'"),
                "{answer}"
            );
        }
    }
    // A body that says nothing of its length is cut off where too much has come.
    let chunk = vec![b'x'; 1 << 20];
    let mut body = Vec::new();
    for _ in 0..5 {
        body.extend_from_slice(b"100000\r\n");
        body.extend_from_slice(&chunk);
        body.extend_from_slice(b"\r\n");
    }
    let answer =
        ask(here, &format!("POST /notes HTTP/1.1\r\nHost: {here}\r\nTransfer-Encoding: chunked"), &body);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(ask(here, &format!("GET / HTTP/1.1\r\nHost: {here}"), &[]).starts_with("HTTP/1.1 200"));
}

/// What the page is told next.
async fn told(visitor: &mut (impl Stream<Item = Result<Message, Broken>> + Unpin)) -> Value {
    let told = tokio::time::timeout(PATIENCE, visitor.next()).await.expect("it answers");
    let told = told.expect("it stays").expect("it is whole").into_text().expect("it is text");
    serde_json::from_str(&told).expect("it is JSON")
}

#[kit::test]
async fn two_hundred_visitors_press_run_and_each_has_a_turn() {
    let page = Page::start(&[]);
    let url = format!("ws://{}/live", page.addr);
    let mut strange = url.as_str().into_client_request().expect("it is a URL");
    strange.headers_mut().insert("origin", "http://evil.example".parse().expect("a value"));
    assert!(tokio_tungstenite::connect_async(strange).await.is_err());

    let mut visitors = Vec::new();
    for _ in 0..200 {
        let (socket, _) = tokio_tungstenite::connect_async(&url).await.expect("there is room");
        visitors.push(socket);
    }
    for visitor in &mut visitors {
        visitor.send(Message::text(r#"{"do":"run","name":"tcp"}"#)).await.expect("it listens");
    }
    // A few run, and the others are told their place.
    let mut queued = 0;
    for visitor in &mut visitors {
        queued += usize::from(told(visitor).await["queued"].is_u64());
    }
    assert!(queued > 100, "{queued}");
    // All but four lose patience.
    let patient = visitors.split_off(196);
    drop(visitors);
    for mut visitor in patient {
        loop {
            let told = told(&mut visitor).await;
            if told["ended"].is_string() {
                assert_eq!(told["ended"], "well", "{told}");
                break;
            }
        }
    }
    // One run at a time; and what is asked is a name, nothing else.
    let (mut visitor, _) = tokio_tungstenite::connect_async(&url).await.expect("there is room");
    for (asked, answers) in [
        (r#"{"do":"run","name":"../../etc/passwd"}"#, "unknown"),
        (r#"{"do":"run","name":"tcp","args":["--help"]}"#, "not_understood"),
        (r#"{"do":"run","name":"ssh/never-authenticates"}"#, ""),
        (r#"{"do":"run","name":"tcp"}"#, "busy"),
    ] {
        visitor.send(Message::text(asked)).await.expect("it listens");
        while !answers.is_empty() {
            let told = told(&mut visitor).await;
            if told["refused"].is_string() {
                assert_eq!(told["refused"], answers, "{asked}");
                break;
            }
        }
    }
    drop(visitor);
    // Whoever left took the run along.
    let children = || {
        let path = format!("/proc/{0}/task/{0}/children", page.running.pid());
        fs::read_to_string(path).unwrap_or_default()
    };
    let until = std::time::Instant::now() + PATIENCE;
    while !children().trim().is_empty() {
        assert!(std::time::Instant::now() < until, "{}", children());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
