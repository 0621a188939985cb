//! Every string of every event, and a megabyte in one: no decoder has to let it through for a renderer to meet it. A log
//! may come from anybody, and so may its name.

use std::{fs, path::Path, process::Command};

use claims::Event;
use serde_json::Value;

use crate::{a_megabyte, clients::read_again, hostile, in_a_line, is_harmless};

/// The hostile set, and what a page must not take for markup or script, nor Mermaid for a statement.
fn text() -> String {
    format!(
        "<img src=x onerror=\"document.title='taken'\">{}</script></pre>'\"&#60;script&#62;; end\nC->>S: forged\n%%{{init}}%%",
        hostile()
    )
}

/// Puts `text` in place of every string.
fn spoil(value: &mut Value, text: &str) {
    match value {
        Value::String(string) => text.clone_into(string),
        Value::Array(list) => list.iter_mut().for_each(|value| spoil(value, text)),
        Value::Object(map) => {
            map.values_mut().for_each(|value| spoil(value, text));
            // A name may be a peer's, too: EXT_INFO of SSH.
            if !map.contains_key("en") && !map.contains_key("check") {
                map.insert(text.to_owned(), text.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A run of each pair in which every string is hostile, and one is `long`.
pub(crate) fn spoiled(folder: &Path, long: &str) -> String {
    let mut log = String::new();
    for protocol in ["tcp", "tls", "ws", "ssh"] {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args([protocol, "--format", "json", "--certs"]).arg(folder.join("certs"));
        let ran = lab.output().expect("it runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        for (n, line) in String::from_utf8_lossy(&ran.stdout).lines().enumerate() {
            let mut event: Value = serde_json::from_str(line).expect("an event");
            let text = text();
            let long = if n == 3 { long } else { &text };
            spoil(&mut event["fields"], &text);
            event["fields"]["reason"] = serde_json::json!({ "en": long, "zh": long });
            event["fields"]["outcome"] = "failed".into();
            event["variant"] = text.clone().into();
            // The two sides must still find each other.
            event["conn"] = format!("{text}>{text}").into();
            for finding in event.get_mut("claims").and_then(Value::as_array_mut).into_iter().flatten() {
                finding["because"] = serde_json::json!({ "en": text, "zh": text });
                finding["verdict"] = "differs".into();
            }
            let line = event.to_string();
            assert!(serde_json::from_str::<Event>(&line).is_ok(), "it is still an event: {line}");
            log.push_str(&format!("{line}\n"));
        }
    }
    log
}

#[kit::test]
fn every_string_of_every_event_in_every_form() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = spoiled(folder.path(), &a_megabyte(&text()));
    let name: String = in_a_line().replace('/', "").chars().take(60).collect();
    let path = folder.path().join(format!("{name}.jsonl"));
    let strange = format!("{{\"v\":1,\"step\":{}}}\n", serde_json::json!(hostile()));
    fs::write(&path, format!("{log}{}\n{strange}", hostile())).expect("the folder is ours");
    read_again("spoiled", &path);
}

#[kit::test]
fn as_lines_with_every_explanation() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = spoiled(folder.path(), &a_megabyte(&text()));
    for (lang, color) in [("en", "never"), ("zh", "never"), ("en", "always")] {
        let args = ["lines", "-v", "--lang", lang, "--color", color];
        let args = <Cli as clap::Parser>::parse_from(args).show;
        let mut lines = show::Lines::new(&args, 100, true).with_bytes(Some(wire::layout));
        let mut printed = String::new();
        for line in log.lines() {
            let event: Event = serde_json::from_str(line).expect("an event");
            printed.push_str(&lines.print(&event));
        }
        printed.push_str(&lines.end());
        assert!(printed.contains("\\u{1b}]52"), "nothing hostile was printed");
        is_harmless(&format!("{lang} {color}"), without_colours(&printed).as_bytes());
    }
}

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    show: show::Args,
}

/// Without the colours that are ours: `ESC [ digits m`.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    for (n, part) in text.split("\u{1b}[").enumerate() {
        match part.split_once('m') {
            Some((digits, rest)) if n > 0 && digits.bytes().all(|b| b.is_ascii_digit() || b == b';') => {
                plain.push_str(rest);
            }
            _ if n > 0 => plain.push_str(&format!("\u{1b}[{part}")),
            _ => plain.push_str(part),
        }
    }
    plain
}
