//! No name of a field is spelled twice: each is declared in `steps` (`Field::new` is private there, and a test beside it
//! says that each is declared once), and no source asks for a value by a literal. Unit tests may: they look at the JSON.
//!
//! And what is said stands in the tables of its crate, `src/lang`, a folder for each language.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use steps::{common, ssh, summary, tcp, tls, ws};

/// The crates that write, judge, show or tell values.
const CRATES: [&str; 16] = [
    "crates/steps",
    "crates/claims",
    "crates/wire",
    "crates/watch",
    "crates/capture",
    "crates/notes",
    "crates/show",
    "crates/page",
    "crates/otlp",
    "crates/asnoted",
    "crates/cli",
    "crates/files",
    "crates/lab",
    "servers",
    "clients",
    "certs",
];

/// What stands before a literal by which a value is asked for, written, or taken out.
const BY_NAME: [&str; 9] = [
    "named(",
    "contains_key(",
    "get_mut(",
    "get(",
    "remove(",
    "insert(",
    "Field::new(",
    "fields[",
    "fields! { ",
];

#[test]
fn no_source_spells_the_name_of_a_field_to_reach_its_value() {
    let names: BTreeSet<&str> =
        [tcp::field::ALL, tls::field::ALL, ws::field::ALL, ssh::field::ALL, common::ALL, summary::ALL]
            .concat()
            .into_iter()
            .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut read, mut found) = (0, Vec::new());
    for path in CRATES.iter().flat_map(|name| sources(&root.join(name).join("src"))) {
        let source = fs::read_to_string(&path).expect("a source is UTF-8");
        read += 1;
        for (n, line) in without_tests(&source).lines().enumerate() {
            if spelled(line).any(|literal| names.contains(literal)) && !is_of_a_request(line) {
                found.push(format!("{}:{}: {}", path.display(), n + 1, line.trim()));
            }
        }
    }
    assert!(read > 100 && names.len() > 300, "{read} sources and {} names", names.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Where Chinese stands outside the tables, and why.
const NOT_SAID: [(&str, &str); 9] = [
    ("clients/src/ws/frames.rs", "the text that an echo server is sent, to see that it keeps UTF-8"),
    ("crates/claims/src/claim.rs", "the headings of the notes that the claims are of"),
    ("crates/claims/src/markdown.rs", "STEPS.md, one page in both languages"),
    ("crates/lab/src/notes.rs", "answers that are taken for yes and no"),
    ("crates/notes/src/decode.rs", "by what an encoding is told"),
    ("crates/notes/src/fold.rs", "traditional characters and their simplified ones"),
    ("crates/notes/src/read.rs", "words of the reader's notes"),
    ("crates/notes/src/sentence.rs", "words of the reader's notes"),
    ("crates/show/src/terminal/help.rs", "what clap says, in Chinese; the help is `help/chinese.txt`"),
];

#[test]
fn what_is_said_stands_in_a_table_for_each_language() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut found = Vec::new();
    for path in CRATES.iter().flat_map(|name| sources(&root.join(name).join("src"))) {
        let name = path.strip_prefix(&root).expect("it is below the root").display().to_string();
        if name.contains("/src/lang/") || NOT_SAID.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source is UTF-8");
        for (n, line) in without_tests(&source).lines().enumerate() {
            if line.split("//").next().unwrap_or_default().contains(is_chinese) {
                found.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "to be moved to src/lang/{{en,zh}}:\n{}", found.join("\n"));
}

/// The literals of this line that stand where a value is named.
fn spelled(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    BY_NAME.iter().flat_map(|before| code.split(before).skip(1)).filter_map(|rest| {
        let (literal, _) = rest.strip_prefix('"')?.split_once('"')?;
        Some(literal)
    })
}

/// Headers of HTTP are asked for by their names, and are no fields.
fn is_of_a_request(line: &str) -> bool {
    line.contains("request.contains_key(")
}

/// All sources below `folder` but those of tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a crate has sources") {
        let path = entry.expect("it can be listed").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        if name == "tests" || name.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all
}

/// A source up to its tests, which stand last.
fn without_tests(source: &str) -> &str {
    let tests = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(crate) mod tests {"];
    let begin = tests.iter().filter_map(|tests| source.find(tests)).min();
    &source[..begin.unwrap_or(source.len())]
}

#[test]
fn a_name_that_is_spelled_is_found() {
    for line in [
        r#"let curve = event.fields.named("named_curve");"#,
        r#"event.fields["named_curve"].as_str()"#,
        r#"let fields = fields! { "named_curve" => curve };"#,
        r#"fields.insert("named_curve".into(), curve);"#,
    ] {
        assert_eq!(spelled(line).collect::<Vec<_>>(), ["named_curve"], "{line}");
    }
    assert_eq!(spelled(r#"l.number(2, "named_curve", name)?; // named("named_curve")"#).count(), 0);
}
