//! The part of Mermaid's grammar that we write, read strictly, after its lexer (`sequenceDiagram.jison`) and its manual:
//! for every diagram, where Mermaid's own parser wants a browser (`page.rs`).
//!
//! ```text
//! page      = diagram | 1*fenced
//! fenced    = "```mermaid" LF diagram "```" LF LF
//! diagram   = "sequenceDiagram" LF alias(C) alias(S) *( "    " statement LF )
//! alias(x)  = "    participant " x " as " text LF
//! statement = "Note over " ( "C" | "S" | "C,S" ) ": " text | from arrow to ": " text
//! arrow     = "->>" | "-x" | "-)"
//! text      = a line without what ends a statement, begins a comment, markup or mathematics; codes are "#" digits ";"
//! ```

/// Panics where `page` is not in the grammar above; gives the number of statements.
pub(crate) fn statements(what: &str, page: &str) -> usize {
    if !page.starts_with("```") {
        return diagram(what, page);
    }
    let mut count = 0;
    for fenced in page.split_terminator("```\n\n") {
        let inside =
            fenced.strip_prefix("```mermaid\n").unwrap_or_else(|| panic!("{what}: no fence: {fenced}"));
        count += diagram(what, inside);
    }
    assert!(page.ends_with("```\n\n"), "{what}: a fence is open");
    count
}

fn diagram(what: &str, page: &str) -> usize {
    let page = page.strip_suffix('\n').unwrap_or_else(|| panic!("{what}: the last line is open"));
    let mut lines = page.split('\n');
    assert_eq!(lines.next(), Some("sequenceDiagram"), "{what}");
    for begin in ["    participant C as ", "    participant S as "] {
        let line = lines.next().unwrap_or_default();
        text(what, line.strip_prefix(begin).unwrap_or_else(|| panic!("{what}: no participant: {line}")));
    }
    let mut count = 0;
    for line in lines {
        let (head, said) = line
            .strip_prefix("    ")
            .and_then(|line| line.split_once(": "))
            .unwrap_or_else(|| panic!("{what}: no statement: {line}"));
        let notes = ["Note over C", "Note over S", "Note over C,S"];
        let arrows = ["C->>S", "S->>C", "C-xS", "S-xC", "C-)S", "S-)C"];
        assert!(notes.contains(&head) || arrows.contains(&head), "{what}: no statement of ours: {line}");
        text(what, said);
        count += 1;
    }
    count
}

/// Text that Mermaid shows as it is.
fn text(what: &str, text: &str) {
    assert!(!text.trim().is_empty(), "{what}: nothing is said");
    // A word behind the colon that is an order (how a line is broken).
    assert!(!text.trim().starts_with("wrap:") && !text.trim().starts_with("nowrap:"), "{what}: {text}");
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', ';', '<', '>', '%', '{', '}', '`', '"', '\\', '&', '$']) {
        let code = rest[at..].strip_prefix('#').and_then(|code| code.split_once(';'));
        let Some((digits, after)) = code else { panic!("{what}: {:?} in {text}", &rest[at..=at]) };
        let shown = digits.parse().ok().and_then(char::from_u32);
        assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{what}: {text}");
        assert!(shown.is_some_and(|shown| !steps::is_harmful(shown)), "{what}: {digits} in {text}");
        plain.push_str(&rest[..at]);
        // Whatever it is, it takes a word apart.
        plain.push('\u{fffd}');
        rest = after;
    }
    plain.push_str(rest);
    assert!(!plain.contains(steps::is_harmful), "{what}: {text}");
    let mut words = plain.split(|c: char| !(c.is_alphanumeric() || c == '\u{fffd}'));
    assert!(!words.any(|word| word.eq_ignore_ascii_case("end")), "{what}: {text}");
}

#[kit::test]
fn what_mermaid_would_read_otherwise_is_no_diagram() {
    let with = |statement: &str| {
        format!(
            "sequenceDiagram\n    participant C as client\n    participant S as server\n    {statement}\n"
        )
    };
    for good in ["C->>S: a #59; b", "Note over C,S: TLS · #101;nd", "S-xC: lost", "C-)S: 客户端"] {
        assert_eq!(statements(good, &with(good)), 1);
    }
    let fenced = format!("```mermaid\n{}```\n\n", with("C->>S: a")).repeat(2);
    assert_eq!(statements("two", &fenced), 2);
    for bad in [
        "C->>S: a; b",
        "C->>S: the end",
        "C->>S: a %% b",
        "C->>S: <b>",
        "C->>S: #x;",
        "C->>S: #27;",
        "C->>S: $$x$$",
        "C->>S: wrap: x",
        "C->>S:",
        "C->>C: a",
        "C-->>S: a",
        "Note over D: a",
        "loop a",
        "participant X as a",
        "C->>S: a\nC->>S: b",
        "C->>S: a\u{9b}b",
    ] {
        let read = std::panic::catch_unwind(|| statements(bad, &with(bad)));
        assert!(read.is_err(), "{bad}");
    }
    for bad in ["", "sequenceDiagram\n", "flowchart\n", "```mermaid\nsequenceDiagram\n"] {
        assert!(std::panic::catch_unwind(|| statements(bad, bad)).is_err(), "{bad}");
    }
}
