//! The reader's notes, which may be anybody's, and logs of hostile runs: the report in both forms, the notes beside a run,
//! and the notes with comments.

use std::{fs, path::Path, process::Command};

use crate::{
    a_megabyte, common::require, hostile, in_a_line, is_harmless, is_ours, mermaid, renderers::spoiled,
};

/// Notes in which each sentence, heading and name is hostile, and one sentence has a megabyte.
fn notes(long: &str) -> String {
    let line = in_a_line();
    format!(
        "# WebSocket {line}\n\nThe status of the answer is 101.\n\nThe status {line} of the answer is 101. {line}\n\n\
         The server answers with status 200 {line}, never 101.\n\n{}\n\n\
         # TLS {line}\n\nThe client sends a ClientHello with its random {line}.\n\n- [{line}]({line}) `{line}`\n\n\
         ```{line}\n{}\n```\n\n# SSH\n\nThe server sends its host key {long}.\n",
        text(),
        text()
    )
}

/// Of what harms, all but NUL: with that it is no text, and refused.
fn text() -> String {
    hostile().replace('\0', "")
}

fn lab(args: &[&str], notes: &Path, logs: &Path) -> std::process::Output {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    lab.arg("notes").arg("--notes").arg(notes).arg("--log-dir").arg(logs).args(args);
    lab.output().expect("it runs")
}

#[kit::test]
fn the_report_in_every_form() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let name: String = in_a_line().replace('/', "").chars().take(60).collect();
    let (file, logs) = (folder.path().join(format!("{name}.md")), folder.path().join(&name));
    fs::create_dir(&logs).expect("the folder is ours");
    fs::write(&file, notes(&a_megabyte(&in_a_line()))).expect("the folder is ours");
    // What was spoiled says nothing of the notes any more: a whole run beside it does.
    let log = spoiled(folder.path(), "long");
    fs::write(logs.join(format!("{name}.jsonl")), log).expect("the folder is ours");
    let mut ws = Command::new(env!("CARGO_BIN_EXE_lab"));
    ws.args(["ws", "-q", "--certs"]).arg(folder.path().join("certs")).arg("--log-dir").arg(&logs);
    assert!(ws.output().expect("it runs").status.success());
    for args in [&["--lang", "en"][..], &["--lang", "zh"], &["--color", "never", "w3"], &["--format", "json"]]
    {
        let left = lab(args, &file, &logs);
        let what = format!("notes, {args:?}");
        is_harmless(&what, &left.stdout);
        is_ours(&what, "lab: ", &left.stderr);
        let said = String::from_utf8(left.stdout).expect("it was harmless");
        assert!(said.contains("u{1b}") || said.contains("u001b"), "{what}: nothing hostile was told: {said}");
        if args.contains(&"json") {
            for line in said.lines() {
                let object: serde_json::Map<_, serde_json::Value> =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(object.contains_key("claim") || object.contains_key("summary"), "{line}");
            }
        }
    }
    for form in ["text", "mermaid", "html"] {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["read", "--last", "ws", "--ladder", form, "--notes"])
            .arg(&file)
            .arg("--log-dir")
            .arg(&logs);
        let left = lab.output().expect("it runs");
        let what = format!("a run with notes, {form}");
        assert!(left.status.success(), "{what}: {}", String::from_utf8_lossy(&left.stderr));
        is_harmless(&what, &left.stdout);
        is_ours(&what, "lab: ", &left.stderr);
        if form == "mermaid" {
            mermaid::statements(&what, &String::from_utf8_lossy(&left.stdout));
        }
    }
}

/// Into a file or another program go the notes as they are; what a terminal gets is harmless.
#[kit::test]
fn annotated() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let name: String = in_a_line().replace(['/', '\''], "").chars().take(60).collect();
    let file = folder.path().join(format!("{name}.md"));
    let markdown = notes("of two kinds");
    fs::write(&file, &markdown).expect("the folder is ours");
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let left = lab.args(["notes", "annotate"]).arg(&file).output().expect("it runs");
    is_ours("annotate", "lab: ", &left.stderr);
    let written = String::from_utf8(left.stdout).expect("it was text");
    assert!(written.contains("<!-- ") && written.contains(&text()), "{written:?}");

    // Nobody's file, and a folder in the place of one.
    for (from, to) in
        [(folder.path().join(format!("{name}-gone.md")), None), (file.clone(), Some(folder.path()))]
    {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["notes", "annotate"]).arg(&from);
        if let Some(to) = to {
            lab.arg("-o").arg(to);
        }
        let left = lab.output().expect("it runs");
        is_ours("annotate, refused", "lab: ", &left.stderr);
        assert!(!left.status.success() && !left.stderr.is_empty());
    }

    if !require("script") {
        return;
    }
    // Whose every line is a line of its file; none begins like ours.
    fs::write(&file, markdown.replace(&text(), &in_a_line())).expect("the folder is ours");
    for ask in ["", "--ask"] {
        let mut script = Command::new("script");
        let command = format!("'{}' notes annotate {ask} '{}'", env!("CARGO_BIN_EXE_lab"), file.display());
        script.args(["-qec", &command, "/dev/null"]).stdin(std::process::Stdio::null());
        let left = script.output().expect("it is there");
        // A terminal makes CR LF of a line break, and shows the end of its input as ^D and two backspaces.
        let shown = String::from_utf8_lossy(&left.stdout).replace("\r\n", "\n").replace("^D\u{8}\u{8}", "");
        is_harmless("annotate at a terminal", shown.as_bytes());
        assert!(shown.contains(r"\u{1b}"), "{shown}");
    }
}
