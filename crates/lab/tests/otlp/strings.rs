//! Text that a peer chose is data for a receiver, whatever it holds; a secret is never among it.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    collector::Collector,
    common::{Running, Server, binary, keys, text},
    meet,
};

#[kit::test]
fn no_secret_and_no_content_is_in_what_was_sent() {
    let Some(collector) = Collector::start() else { return };
    let (certs, folder) = (keys(), tempfile::tempdir().expect("a temporary folder can be made"));
    let certs = ["--certs", text(certs.path())];
    let mut secrets = Vec::new();
    for (protocol, args) in [("tls", vec![]), ("ws", vec!["wss"]), ("ssh", vec!["--strict", "no", "whoami"])]
    {
        let log = folder.path().join(protocol);
        let secret = ["--secrets", "--keylog", text(&log)];
        let met = meet(
            &collector,
            (&[&[protocol], &certs[..], &secret].concat(), &[&args, &certs[..], &["--secrets"]].concat()),
        );
        assert!(met.client.status.success(), "{}", met.client.stderr);
        let log = fs::read_to_string(&log).expect("the key log was written");
        secrets.extend(log.lines().filter_map(|line| Some(line.split(' ').nth(2)?.to_owned())));
    }
    assert!(secrets.len() > 8, "{secrets:?}");
    let output = Command::new(binary("certs")).args(["--dir", certs[1], "--show-password"]).output();
    let password = String::from_utf8(output.expect("certs runs").stdout).expect("it is text");
    let password = password.split_whitespace().last().expect("it shows one").to_owned();
    // What our own programs send as WebSocket text, over HTTPS, and as a command.
    let content = ["hello, 你好", "HTTP/1.1 200 OK", "whoami"].map(str::to_owned);
    let bodies = collector.bodies();
    assert!(bodies.len() > 6);
    for (path, body) in bodies {
        let body_text = String::from_utf8_lossy(&body).to_lowercase();
        let has = |needle: &[u8]| body.windows(needle.len()).any(|piece| piece == needle);
        for secret in &secrets {
            assert!(!body_text.contains(&secret.to_lowercase()), "{secret} in {}", path.display());
            assert!(!has(&hex::decode(secret).expect("it is hex")), "{secret} in {}", path.display());
        }
        for content in content.iter().chain([&password]) {
            assert!(!has(content.as_bytes()), "{content} in {}", path.display());
        }
    }
}

#[kit::test]
fn bytes_and_content_leave_when_asked_for() {
    let Some(collector) = Collector::start() else { return };
    let server = Server::start("ws", &[]);
    let mut client = Command::new(binary("client"));
    client.args(["ws", &format!("ws://{}", server.addr), "-q", "--otlp-bytes", &collector.option()]);
    assert!(Running::start(&mut client).wait_text().0.success());
    let logs = collector.of("log", "asnoted-client");
    let of =
        |name: &str| logs.iter().find(|log| log["name"] == name).expect("it was sent")["attributes"].clone();
    assert_eq!(of("asnoted.ws.text")["asnoted.ws.text"], "hello, 你好");
    let request = of("asnoted.ws.upgrade_request")["asnoted.bytes"]["bytes"].as_str().map(str::to_owned);
    assert!(request.is_some_and(|hex| hex.starts_with(&hex::encode("GET / HTTP/1.1"))));
}

#[kit::test]
fn control_characters_and_numbers_at_the_edge_reach_a_receiver_as_they_are() {
    let Some(collector) = Collector::start() else { return };
    let hostile = [
        "\u{0}\u{1}\u{1b}]52;c;cm0=\u{7}\u{1b}[2J",
        "\u{202e}txt.exe\u{2066}",
        "\r\nINFO forged: line\n",
        "\u{feff}\u{fffd}",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "𝕳\u{10ffff}\u{85}\u{2028}",
        "{{7*7}} ${jndi:ldap://x}",
    ];
    let mut fields = serde_json::Map::new();
    for (n, text) in hostile.iter().enumerate() {
        fields.insert(format!("field {n} {text}"), json!([text, {"inner": text}]));
    }
    fields.insert("large".into(), json!(u64::MAX));
    fields.insert("small".into(), json!(i64::MIN));
    fields.insert("fraction".into(), json!(1e300));
    fields.insert("empty".into(), json!({"a": [], "b": {}, "c": ""}));
    let line = json!({
        "v": 1, "at": "2026-11-22T19:00:00.5Z", "elapsed_us": u64::MAX, "side": "client", "protocol": "tls",
        "variant": hostile[0], "conn": format!("{}>{}", hostile[0], hostile[2]), "step": "tls.client_hello",
        "direction": "sent", "evidence": "wire", "fields": fields,
    });
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("hostile.json");
    fs::write(&log, format!("{line}\n")).expect("the folder is ours");
    let mut lab = Command::new(binary("lab"));
    lab.args(["read", text(&log), &collector.option()]);
    let (status, lines) = Running::start(&mut lab).wait_text();
    assert!(status.success(), "{lines:?}");
    let logs = collector.of("log", "asnoted-lab");
    assert_eq!(logs.len(), 1, "{logs:?}");
    let told = &logs[0]["attributes"];
    for (n, text) in hostile.iter().enumerate() {
        assert_eq!(told[format!("asnoted.tls.field {n} {text}")], json!([text, {"inner": text}]));
    }
    assert_eq!(told["asnoted.tls.large"], u64::MAX.to_string());
    assert_eq!(told["asnoted.tls.small"], i64::MIN);
    assert_eq!(told["asnoted.tls.fraction"], 1e300);
    assert_eq!(told["asnoted.tls.empty"], json!({"a": [], "b": {}, "c": ""}));
    assert_eq!(told["asnoted.elapsed_us"], Value::from(u64::MAX.to_string()));
    assert_eq!(collector.of("span", "asnoted-lab").len(), 2);
}
