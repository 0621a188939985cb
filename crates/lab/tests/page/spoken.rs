//! In Chinese the page is Chinese: no English word stands in it but the names that protocols, standards and the kernel have,
//! and what a reader or a peer wrote.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    Page,
    browser::{Browser, LOOKS},
    click, run,
};

/// Words that stay as they are, in Chinese texts as in English ones.
const NAMES: &[&str] = &[
    // Programs, functions, units, keys of the keyboard, file formats, the other language.
    "End",
    "English",
    "Home",
    "Jun",
    "Linux",
    "Mermaid",
    "bbr",
    "getsockopt",
    "ms",
    "pcapng",
    "rustls",
    "shell",
    "webpki",
    // The pairs' variants and options, as they are asked for.
    "accept-new",
    "ecdhe",
    "no",
    "rsa",
    "strict",
    "variant",
    "ws",
    "wss",
    // A segment's line, and TCP's options.
    "ack",
    "len",
    "mss",
    "sack",
    "seq",
    "timestamps",
    "ts",
    "win",
    // TLS: messages, levels of an alert, content types, labels of the PRF, what the RFCs call the secrets.
    "Alert",
    "Certificate",
    "Early",
    "Finished",
    "Handshake",
    "Master",
    "Secret",
    "alert",
    "extended",
    "fatal",
    "handshake",
    "master",
    "pre-master",
    "secret",
    "warning",
    // HTTP and WebSocket.
    "Close",
    "Connection",
    "Host",
    "Protocols",
    "Switching",
    "Upgrade",
    "accept",
    "close",
    "http",
    "https",
    "ping",
    "pong",
    "websocket",
    // SSH's registered names, and its cookie.
    "cookie",
    "ext-info-c",
    "ext-info-s",
    "keyboard-interactive",
    "none",
    "password",
    "publickey",
    "server-sig-algs",
    "session",
    "ssh-connection",
    "ssh-rsa",
    "ssh-userauth",
    "whoami",
    // Hosts and users.
    "demo",
    "localhost",
    "tls-server",
    "ws-server",
];

/// Every English word of the page, with a text that has it: what is written, what a screen reader says, what is said of a
/// button. Left out are bytes, commands, addresses, the names of runs, and the fields' names in the bytes, which are the RFC's.
const WORDS: &str = r##"
    const left = "script, style, noscript, code, pre, .bytes, .meaning, .parts, .address, .choice .dim, [data-run], \
        .head .name, #compare th, #compare-with, #status";
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (!node.parentElement.closest(left)) texts.push(node.data);
    }
    for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
      if (one.closest(left)) continue;
      for (const name of ["aria-label", "title", "placeholder"]) if (one.hasAttribute(name)) texts.push(one.getAttribute(name));
    }
    texts.push(document.title);
    // Names in certificates, and what the two ends of the demo say to each other.
    const written = /O=not to be trusted|CN=Handshakes (demo CA|demo server|root of one run|server of one run)|the server heard \d+ bytes|that was all: 1 line, \d+ bytes; goodbye|still there\?|\bhello\b|\bdone\b|\bgoodbye\b|TLS 1.3, server CertificateVerify/g;
    const found = {};
    for (const text of texts) {
      // What holds a digit, a point or a capital inside is a name: `TLS_AES_128_GCM_SHA256`, `ClientHello`, `127.0.0.1`.
      const spoken = text.replace(/([0-9a-f]{2} ){3,}[0-9a-f]{2}/g, " ").replace(written, " ");
      for (const word of spoken.split(/[^A-Za-z0-9_.@/:+=*%-]+/u)) {
        const bare = word.replace(/^[.:/=+*-]+|[.:/=+*-]+$/g, "");
        if (/^[A-Z]?[a-z]{2,}(-[a-z]+)*$/.test(bare)) found[bare] = text.slice(0, 120);
      }
    }
    return found;
"##;

/// What is English on the page in this state, beyond the names.
async fn look(browser: &Browser, state: &str, english: &mut BTreeMap<String, String>) {
    let found: BTreeMap<String, String> =
        serde_json::from_value(browser.script(WORDS).await).expect("words and texts");
    for (word, text) in found.into_iter().filter(|(word, _)| !NAMES.contains(&word.as_str())) {
        english.entry(word).or_insert_with(|| format!("{state}: {text}"));
    }
}

#[kit::test]
async fn in_chinese_no_english_word_is_left_but_names() {
    if !kit::browser::is_there() {
        return;
    }
    let page = Page::start(&[]);
    let browser = page.visit(&LOOKS[2]).await;
    let mut english = BTreeMap::new();
    look(&browser, "welcome", &mut english).await;
    // Every scenario's title and words.
    browser.script("document.querySelectorAll('#list details').forEach(one => { one.open = true })").await;
    look(&browser, "the catalogue", &mut english).await;
    for name in [
        "tcp",
        "tls --variant rsa",
        "tls --variant ecdhe",
        "tls --variant tls13",
        "ws --variant wss",
        "ssh",
        "tls/unknown-ca",
        "ws/missing-accept",
        "ssh/wrong-password",
    ] {
        let known = browser
            .script(&format!("return document.querySelector('[data-name=\"{name}\"]') !== null"))
            .await;
        assert_eq!(known, Value::Bool(true), "{name}");
        run(&browser, name).await;
        let rows = browser.script("return document.querySelectorAll('.row').length").await;
        for n in 1..=rows.as_u64().unwrap_or_default() {
            click(&browser, &format!("#r{n} .body")).await;
            look(&browser, &format!("{name}, row {n}"), &mut english).await;
        }
        for tab in ["notes", "compare", "quiz"] {
            click(&browser, &format!("#tab-{tab}")).await;
            look(&browser, &format!("{name}, {tab}"), &mut english).await;
        }
        let status = browser.script("return document.getElementById('status').textContent").await;
        let status = status.as_str().expect("a text");
        assert!(status.contains("运行"), "{status}");
    }
    assert!(english.is_empty(), "{} words: {english:#?}", english.len());
    browser.page.close().await.expect("the browser ends");
}
