//! A recorded run reads back: both ends on one ladder, in every form, with the same steps; and the reader's notes are
//! checked by it.

kit::runner!();

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use claims::{Claim, Event};
use common::{Server, client, with_capture};
use serde_json::Value;
use steps::{Direction, Side};
use strum::VariantArray;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// A folder with demo keys and recorded runs.
struct Bench {
    folder: TempDir,
}

impl Bench {
    /// Records `lab <args>` for each of `runs`; none where segments cannot be captured.
    fn record(runs: &[&[&str]]) -> Option<Bench> {
        let bench = Bench { folder: TempDir::new().expect("a temporary folder can be made") };
        for args in runs {
            let mut lab = bench.lab(args);
            lab.arg("--log-dir").arg(bench.logs());
            let output = with_capture(lab)?.output().expect("lab runs");
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        Some(bench)
    }

    fn lab(&self, args: &[&str]) -> Command {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(args).arg("--certs").arg(self.folder.path().join("certs")).env_remove("LOG_DIR");
        lab
    }

    fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    /// `lab read <args>` over the recorded runs.
    fn read(&self, args: &[&str]) -> String {
        let mut lab = self.lab(&["read"]);
        lab.args(args).arg("--log-dir").arg(self.logs());
        said(&lab.output().expect("lab runs"))
    }
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn events(json: &str) -> Vec<Event> {
    json.lines().map(|line| serde_json::from_str(line).expect("each line is an event")).collect()
}

const ALL: &[&[&str]] = &[&["tcp"], &["tls"], &["tls", "--variant", "tls13"], &["ws"], &["ssh"]];

#[kit::test]
fn what_was_sent_stands_before_what_was_received_and_nothing_is_lost() {
    let Some(bench) = Bench::record(ALL) else { return };
    for protocol in ["tcp", "tls", "ws", "ssh"] {
        let told = events(&bench.read(&["--last", protocol, "--format", "json"]));
        for side in [Side::Client, Side::Server] {
            // All connections of the last run: `lab ssh` comes twice.
            assert_eq!(
                told.iter().filter(|event| event.side == side && event.step.is_summary()).count(),
                if protocol == "ssh" { 2 } else { 1 },
                "{protocol}: both ends are there"
            );
        }
        // Of each step that crossed once, the sender's event comes first.
        for (n, event) in told.iter().enumerate() {
            let same = |other: &&Event| other.step == event.step && other.sender() == event.sender();
            if event.direction == Direction::Received && told.iter().filter(same).count() == 2 {
                assert!(
                    told[..n].iter().any(|other| same(&other)),
                    "{protocol}: {} came before it left",
                    event.step
                );
            }
        }
    }
    // Every event of the files is in the stories of all files.
    let recorded: Vec<_> = fs::read_dir(bench.logs()).expect("runs were recorded").flatten().collect();
    assert_eq!(recorded.len(), ALL.len());
    let files: Vec<_> = recorded.iter().map(|file| file.path().display().to_string()).collect();
    let args: Vec<&str> = files.iter().map(String::as_str).chain(["--format", "json"]).collect();
    let lines: usize =
        files.iter().map(|file| fs::read_to_string(file).expect("it is text").lines().count()).sum();
    assert_eq!(events(&bench.read(&args)).len(), lines);
}

#[kit::test]
fn every_form_names_the_same_steps() {
    let Some(bench) = Bench::record(ALL) else { return };
    for protocol in ["tcp", "tls", "ws", "ssh"] {
        let told = events(&bench.read(&["--last", protocol, "--format", "json"]));
        let mut titles: Vec<&str> = told
            .iter()
            .filter(|event| !event.step.is_summary())
            .map(|event| event.step.card().title.en)
            .collect();
        titles.sort_unstable();
        titles.dedup();
        let html = bench.read(&["--last", protocol, "--ladder", "html"]);
        let mermaid = unescape(&bench.read(&["--last", protocol, "--ladder", "mermaid"]));
        let ladder = bench.read(&["--last", protocol, "--ladder", "text"]);
        for title in titles {
            for (form, page) in [("html", &html), ("mermaid", &mermaid), ("text", &ladder)] {
                assert!(page.contains(title), "{form} of {protocol} does not name {title}");
            }
        }
        for id in told.iter().filter(|event| !event.step.is_summary()).map(|event| event.step.id()) {
            assert!(html.contains(&format!("\"step\":\"{id}\"")), "{protocol}: {id}");
        }
        assert!(html.contains("content=\"default-src 'none';"), "the page loads nothing");
        for line in ladder.lines() {
            assert!(line.width() <= 80, "{} columns: {line}", line.width());
        }
        let diagrams = bench.read(&["--last", protocol, "--ladder", "mermaid"]);
        for diagram in diagrams.split("```").map(|it| it.trim_start_matches("mermaid")) {
            if !diagram.trim().is_empty() {
                grammar(diagram.trim());
            }
        }
    }
}

/// Every line is a statement of Mermaid's sequence diagrams, and no text holds what would end it early.
fn grammar(diagram: &str) {
    let mut lines = diagram.lines();
    assert_eq!(lines.next(), Some("sequenceDiagram"));
    for line in lines {
        let line = line.trim_start();
        let message = ["C->>S: ", "S->>C: ", "C-xS: ", "S-xC: "];
        let statement =
            ["participant C as ", "participant S as ", "Note over C,S: ", "Note over C: ", "Note over S: "];
        let rest = message.iter().chain(&statement).find_map(|begin| line.strip_prefix(begin));
        let rest = rest.unwrap_or_else(|| panic!("not a statement: {line}"));
        let plain = unescape(rest);
        assert!(!rest.replace(&codes(rest).join(""), "").contains(['<', '>', '{', '}', '%']), "{line}");
        assert!(!plain.is_empty());
        let words = rest.split(' ').map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        assert!(words.into_iter().all(|word| word != "end"), "{line}");
        // A semicolon ends a statement unless it ends an entity.
        assert_eq!(rest.matches(';').count(), codes(rest).len(), "{line}");
    }
}

/// The entity codes in a text.
fn codes(text: &str) -> Vec<String> {
    let code = |rest: &str| {
        let (number, _) = rest.split_once(';')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("#{number};"))
    };
    text.split('#').skip(1).filter_map(code).collect()
}

fn unescape(text: &str) -> String {
    codes(text).into_iter().fold(text.to_owned(), |text, code| {
        let number =
            code[1..code.len() - 1].parse().ok().and_then(char::from_u32).expect("a character's number");
        text.replace(&code, &number.to_string())
    })
}

#[kit::test]
fn a_recording_is_compared_with_what_a_scenario_expects() {
    let Some(bench) = Bench::record(&[&["run", "tcp/fin-lost"]]) else { return };
    let read = |scenario: &str, lang: &str| {
        let mut lab = bench.lab(&["read", "--last", "tcp", "--scenario", scenario, "--lang", lang]);
        let output = lab.arg("--log-dir").arg(bench.logs()).output().expect("lab runs");
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    };
    assert_eq!(read("tcp/fin-lost", "en").1, format!("✓ {:<28} as expected\n", "tcp/fin-lost"));
    assert_eq!(read("tcp/fin-lost", "zh").1, format!("✓ {:<28} 与预期一致\n", "tcp/fin-lost"));
    let (went_well, said) = read("tcp/syn-lost", "en");
    let told = ["otherwise than its file expects", "o2 was not shown", "c2 was shown (as noted)"];
    assert!(!went_well && told.iter().all(|words| said.contains(words)), "{said}");
}

#[kit::test]
fn the_last_run_of_a_scenario_is_told_with_its_title_and_how_it_came_out() {
    let runs: [&[&str]; 2] = [&["run", "tls/expired", "tls/tampered-hello"], &["run", "ws/no-host"]];
    let Some(bench) = Bench::record(&runs) else { return };
    let page = bench.read(&["--last", "tls"]);
    assert!(page.starts_with("\ntls/tampered-hello · "), "{page}");
    assert!(page.contains("\n✓ as expected · ") && !page.contains("tls/expired"), "{page}");
    assert!(page.contains("then another client was served as usual"), "{page}");
    let page = bench.read(&["--last", "ws", "--lang", "zh"]);
    assert!(page.starts_with("\nws/no-host · ") && page.contains("\n✓ 与预期一致 · "), "{page}");
}

#[kit::test]
fn an_option_that_does_nothing_is_refused_and_not_in_the_help() {
    let bench = Bench::record(&[]).expect("nothing is captured");
    for (args, option) in [
        (&["list", "--capture", "x.pcapng"][..], "--capture"),
        (&["load", "tcp", "--verbose"], "--verbose"),
        (&["tcp", "--keylog", "keys"], "--keylog"),
        (&["notes", "--lines"], "--lines"),
    ] {
        let refused = bench.lab(args).args(["--lang", "zh"]).output().expect("lab runs");
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.starts_with("错误：") && told.contains(option) && told.contains("不起作用"), "{told}");
        for lang in ["en", "zh"] {
            let help = said(&bench.lab(&[args[0], "--help", "--lang", lang]).output().expect("lab runs"));
            assert!(help.contains("--width") || args[0] == "load", "{help}");
            assert!(!help.contains(option), "{help}");
        }
    }
}

#[kit::test]
fn the_scenarios_are_listed_for_programs_with_what_each_end_is_told() {
    let bench = Bench::record(&[]).expect("nothing is captured");
    let listed = said(&bench.lab(&["list", "--format", "json"]).output().expect("lab runs"));
    let object = |line: &str| serde_json::from_str::<Value>(line).expect("each line is an object");
    let listed: Vec<Value> = listed.lines().map(object).collect();
    let in_words = said(&bench.lab(&["list"]).output().expect("lab runs"));
    let named = |line: &&str| line.split(' ').next().is_some_and(|name| name.contains('/'));
    let folded: usize = in_words.lines().map(|line| line.matches("…-").count()).sum();
    assert!(folded > 0, "the same with another version stands in one line: {in_words}");
    assert_eq!(listed.len(), in_words.lines().filter(named).count() + folded);
    let found = listed.iter().find(|one| one["name"] == "tcp/fin-lost-for-good").expect("it is listed");
    assert_eq!(found["client"], serde_json::json!(["--user-timeout", "1.5"]));
    assert_eq!(found["server"], serde_json::json!(["--idle-timeout", "4"]));
    assert_eq!(found["link"], serde_json::json!(["drop client fin"]));
    assert_eq!(found["claims"]["c2"], "as_noted");
}

#[kit::test]
fn clocks_that_differ_are_corrected_and_said_to_be() {
    let Some(bench) = Bench::record(&[&["tls"]]) else { return };
    let file =
        fs::read_dir(bench.logs()).expect("a run was recorded").flatten().next().expect("one file").path();
    let recorded = fs::read_to_string(&file).expect("it is text");
    let late: String = recorded
        .lines()
        .map(|line| {
            let mut event: Value = serde_json::from_str(line).expect("an event");
            if event["side"] == "server" {
                let at: jiff::Timestamp = event["at"].as_str().expect("a time").parse().expect("RFC 3339");
                let later = at.checked_add(jiff::SignedDuration::from_secs(3600)).expect("an hour later");
                event["at"] = later.to_string().into();
            }
            format!("{event}\n")
        })
        .collect();
    fs::write(&file, late).expect("the folder is ours");
    let ladder = bench.read(&["--last", "tls"]);
    let ahead =
        ladder.split("to be ahead by ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    assert!(ahead.is_some_and(|ms| (ms - 3_600_000.0).abs() < 1000.0), "{ladder}");
    let order = |page: &str| -> Vec<String> {
        page.lines()
            .filter(|line| line.contains('▶') || line.contains('◀'))
            .map(|line| line[9..].to_owned())
            .collect()
    };
    assert!(order(&ladder).iter().any(|line| line.contains("ServerHelloDone")), "{ladder}");
    let told = events(&bench.read(&["--last", "tls", "--format", "json"]));
    let at = |side, id: &str| told.iter().position(|event| event.side == side && event.step.id() == id);
    assert!(at(Side::Server, "tls.server_hello") < at(Side::Client, "tls.server_hello"));
    assert!(at(Side::Client, "tls.client_key_exchange") < at(Side::Server, "tls.client_key_exchange"));
}

#[kit::test]
fn what_a_server_has_no_key_for_is_not_drawn_as_lost() {
    let Some(bench) = Bench::record(&[]) else { return };
    let (certs, logs) = (bench.folder.path().join("certs"), bench.logs());
    certs::ensure(&certs).expect("the demo keys can be made");
    let folders = ["--certs", &certs.display().to_string(), "--log-dir", &logs.display().to_string()];
    let mut server = Server::start("ssh", &folders);
    let target = format!("demo@{}", server.addr);
    let visit = client(&[&["ssh", &target, "--strict", "no"], &folders[..]].concat());
    assert!(visit.status.success(), "{}", visit.stderr);
    server.after_connections(1);
    drop(server.stop());
    let ladder = bench.read(&["--last", "ssh"]);
    assert!(ladder.contains("one log does not open the encrypted packets"), "{ladder}");
    assert!(ladder.contains("SERVICE_REQUEST") && !ladder.contains('✗'), "{ladder}");
}

#[kit::test]
fn foreign_lines_and_a_cut_are_reported_and_survived() {
    let Some(bench) = Bench::record(&[&["ws"]]) else { return };
    let file =
        fs::read_dir(bench.logs()).expect("a run was recorded").flatten().next().expect("one file").path();
    let recorded = fs::read_to_string(&file).expect("it is text");
    let spoiled = bench.folder.path().join("spoiled.jsonl");
    fs::write(&spoiled, format!("hello\n{}", &recorded[..recorded.len() - 30])).expect("the folder is ours");
    let output = bench.lab(&["read", &spoiled.display().to_string()]).output().expect("lab runs");
    let complaints = text(&output.stderr);
    assert!(complaints.contains("line 1: not an event"), "{complaints}");
    assert!(complaints.contains("the last line is cut off"), "{complaints}");
    assert!(said(&output).contains("101 Switching"));

    fs::write(&spoiled, "nothing here\n").expect("the folder is ours");
    let output = bench.lab(&["read", &spoiled.display().to_string()]).output().expect("lab runs");
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("no event in"), "{}", text(&output.stderr));
}

/// Notes of our own that make the same claims, in another order and other words.
const NOTES: &str = include_str!("notes/reordered.md");

#[kit::test]
fn each_sentence_of_the_notes_has_its_verdict_its_line_and_its_run() {
    let Some(bench) = Bench::record(ALL) else { return };
    let notes = write(&bench, NOTES);
    let mut lab = bench.lab(&["notes", "--notes", &notes]);
    let output = lab.arg("--log-dir").arg(bench.logs()).output().expect("lab runs");
    let page = text(&output.stdout);
    let entry = |claim: &str| {
        let mut parts = page
            .split("notes.md:")
            .filter(|part| part.lines().next().is_some_and(|head| head.ends_with(&format!(" {claim}"))));
        parts.next().unwrap_or_else(|| panic!("{claim} is not in:\n{page}")).to_owned()
    };
    for (claim, line, verdict) in [
        ("s3", 9, "proved"),
        ("s4", 10, "proved"),
        ("o1", 23, "proved"),
        ("o2", 25, "not tested"),
        ("t1", 17, "proved"),
    ] {
        let entry = entry(claim);
        assert!(entry.starts_with(&format!("{line}: {verdict} {claim}")), "{entry}");
        assert_eq!(entry.contains("seen in"), verdict == "proved", "{entry}");
        assert_eq!(entry.contains("lab run tcp/syn-lost"), claim == "o2", "{entry}");
    }
    assert!(page.lines().all(|line| line.width() <= 80 || line.contains(".jsonl")), "{page}");
}

#[kit::test]
fn a_false_sentence_is_contradicted_by_the_run_and_the_exit_code_says_so() {
    let Some(bench) = Bench::record(&[&["ws"]]) else { return };
    let check = |notes: &str| {
        let notes = write(&bench, notes);
        let mut lab = bench.lab(&["notes", "--notes", &notes, "--format", "json"]);
        let output = lab.arg("--log-dir").arg(bench.logs()).output().expect("lab runs");
        let objects: Vec<Value> = text(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).expect("an object a line"))
            .collect();
        (output.status.code(), objects)
    };
    let (code, objects) = check("# WebSocket\n\nThe server answers with status 200, never 101.\n");
    assert_eq!(code, Some(1), "{objects:?}");
    assert_eq!((&objects[0]["claim"], &objects[0]["verdict"]), (&"w3".into(), &"contradicted".into()));
    assert_eq!((&objects[0]["line"], &objects[0]["seen"]["run"]), (&3.into(), &"ws".into()));
    let (code, objects) = check("# WebSocket\n\nThe status of the answer is 101.\n");
    assert_eq!((code, &objects[0]["verdict"]), (Some(0), &"proved".into()));
    let (code, objects) = check("# Linux 101\n\nPack your backpack.\n");
    assert_eq!((code, objects.len()), (Some(0), 1), "{objects:?}");
}

/// Whoever writes a claim into a log proves nothing by it.
#[kit::test]
fn claims_that_stand_in_a_log_without_their_values_prove_no_sentence() {
    let Some(bench) = Bench::record(&[&["ws"], &["ssh"]]) else { return };
    let mut claimed = 0;
    for log in fs::read_dir(bench.logs()).expect("it was recorded").flatten() {
        let recorded = fs::read_to_string(log.path()).expect("a log is text");
        let bare = recorded.lines().map(|line| {
            let mut event: Value = serde_json::from_str(line).expect("an event");
            claimed += usize::from(event.get("claims").is_some());
            event["fields"] = serde_json::json!({});
            format!("{event}\n")
        });
        let bare: String = bare.collect();
        fs::write(log.path(), bare).expect("the folder is ours");
    }
    let notes = write(&bench, "# WebSocket\n\nThe status of the answer is 101, never 200.\n");
    let mut lab = bench.lab(&["notes", "--notes", &notes, "--format", "json"]);
    let output = lab.arg("--log-dir").arg(bench.logs()).output().expect("lab runs");
    let first: Value =
        serde_json::from_str(text(&output.stdout).lines().next().expect("a line")).expect("JSON");
    assert!(claimed > 10);
    assert_eq!((&first["claim"], &first["verdict"]), (&"w3".into(), &"not_tested".into()), "{first}");
}

#[kit::test]
fn what_is_no_text_is_refused_in_one_sentence_with_a_code_of_its_own() {
    let bench = Bench::record(&[]).expect("nothing is captured");
    for (bytes, says) in
        [(&b"%PDF-1.7"[..], "this is a PDF"), (b"PK\x03\x04", "ZIP archive"), (b"\n", "is empty")]
    {
        let path = bench.folder.path().join("notes.md");
        fs::write(&path, bytes).expect("the folder is ours");
        let output =
            bench.lab(&["notes", "--notes", &path.display().to_string()]).output().expect("lab runs");
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    }
}

#[kit::test]
fn beside_fits_any_width_in_both_languages() {
    let Some(bench) = Bench::record(&[]) else { return };
    let notes = write(&bench, NOTES);
    for lang in ["en", "zh"] {
        for protocol in ["tls", "ssh"] {
            for own in [false, true] {
                let mut lab = bench.lab(&[protocol, "--beside", "--lang", lang]);
                if own {
                    lab.args(["--notes", &notes]);
                }
                let page = said(&lab.output().expect("lab runs"));
                for line in page.lines() {
                    assert!(line.width() <= 110, "{} columns: {line}", line.width());
                }
                let claims = Claim::VARIANTS
                    .iter()
                    .filter(|claim| page.lines().any(|line| line.contains(&format!("│ {} ", claim.id()))));
                assert!(claims.count() >= 9, "{page}");
            }
        }
    }
}

fn write(bench: &Bench, notes: &str) -> String {
    let path: &Path = bench.folder.path();
    let path = path.join("notes.md");
    fs::write(&path, notes).expect("the folder is ours");
    path.display().to_string()
}
