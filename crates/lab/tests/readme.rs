//! What the READMEs show is what the programs print. Times, addresses, random numbers and fingerprints change from
//! run to run, and so does what happens at one end while a message is on its way; steps, claims, evidence and the words
//! of the summary do not.

kit::runner!();

mod common;

use std::{fs, path::Path, process::Command};

use common::{Running, with_capture};
use unicode_width::UnicodeWidthChar;

/// What a reader may come to first, and where it leads.
const PAGES: [&str; 12] = [
    "README.md",
    "README.zh.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/costs.md",
    "docs/costs.zh.md",
    "docs/teaching.md",
    "docs/teaching.zh.md",
    "docs/troubleshooting.md",
    "docs/troubleshooting.zh.md",
    "docs/why.md",
    "docs/why.zh.md",
];

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[kit::test]
fn the_output_shown_is_the_output_printed() {
    for readme in ["README.md", "README.zh.md"] {
        let blocks = blocks(readme, "output");
        assert!(!blocks.is_empty(), "{readme} shows no output");
        for (args, shown) in blocks {
            let printed = lab(&args);
            let (shown_rows, printed_rows) = (rows(&shown), rows(&printed));
            assert!(shown_rows.iter().all(|rows| !rows.is_empty()), "{readme}: lab {args}");
            assert_eq!(shown_rows, printed_rows, "{readme}: lab {args}");
            assert_eq!(summary(&shown), summary(&printed), "{readme}: lab {args}");
        }
    }
}

#[kit::test]
fn the_single_lines_shown_are_among_those_printed() {
    for readme in ["README.md", "README.zh.md"] {
        let blocks = blocks(readme, "lines");
        assert!(!blocks.is_empty(), "{readme} shows no lines");
        for (args, shown) in blocks {
            let printed = lab(&args);
            for side in ["C", "S"] {
                let printed = steps(&printed, side);
                for line in steps(&shown, side) {
                    assert!(printed.contains(&line), "{readme}: lab {args} does not print `{line}`");
                }
            }
        }
    }
}

#[kit::test]
fn every_link_leads_to_a_file() {
    for page in PAGES {
        let text = fs::read_to_string(Path::new(ROOT).join(page)).expect("it is in the repository");
        let links: Vec<_> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(!links.is_empty(), "{page}");
        for link in links.into_iter().filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let from = Path::new(ROOT).join(page);
            let file = link.split('#').next().unwrap_or_default();
            assert!(from.with_file_name(file).exists(), "{page}: {link}");
        }
    }
}

/// The code blocks behind `<!-- kind: lab ARGS -->`, with their arguments.
fn blocks(readme: &str, kind: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(Path::new(ROOT).join(readme)).expect("it is in the repository");
    let mark = format!("<!-- {kind}: lab ");
    let block = |rest: &str| {
        let (args, rest) = rest.split_once("-->").expect("a comment ends");
        let (_, rest) = rest.split_once("```text\n").expect("a block follows");
        let (block, _) = rest.split_once("```").expect("a block ends");
        (args.trim().to_owned(), block.to_owned())
    };
    text.split(&mark).skip(1).map(block).collect()
}

fn lab(args: &str) -> String {
    let keys = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args.split_whitespace()).arg("--certs").arg(keys.path());
    let mut command = with_capture(command).expect("the READMEs show segments");
    let (status, lines) = Running::start(&mut command).wait_text();
    assert!(status.success(), "lab {args}");
    lines.join("\n")
}

/// What the client sent, what the server sent, what happened at the client and what at the server: claims and names.
fn rows(ladder: &str) -> [Vec<String>; 4] {
    let mut rows: [Vec<String>; 4] = Default::default();
    for line in ladder.lines() {
        let Some((_, body)) = line.split_once('│') else { continue };
        let Some((body, _)) = body.rsplit_once('│') else { continue };
        let arrives =
            body.starts_with("┄┄") && body.ends_with('▶') || body.starts_with('◀') && body.ends_with('┄');
        let at = match (body.chars().next(), body.chars().next_back()) {
            _ if arrives => continue, // told when it left
            (Some('◀'), _) | (Some('┄'), Some('─')) => 1,
            (Some('─'), _) => 0,
            (Some('●' | '■' | '○'), _) => 2,
            (_, Some('●' | '■' | '○')) => 3,
            _ => continue, // more of the row above
        };
        let signs = |c: char| "─┄◀▶●■○".contains(c) || c.is_whitespace();
        let name = body.split(" · ").next().unwrap_or_default().trim_matches(signs);
        rows[at].push(name.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    rows
}

/// The steps that one side saw, in order: arrow, claims, name and evidence, without time and fields.
fn steps(text: &str, side: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let (time, rest) = line.trim_start().split_once(' ')?;
            time.parse::<f64>().ok()?;
            let lane: String = rest.chars().take(LANE).collect();
            let mut column = 0;
            let before_fields = |character: &char| {
                column += character.width().unwrap_or(0);
                column <= FIELDS
            };
            let fixed: String = rest.chars().take_while(before_fields).collect();
            let evidence = rest.split_whitespace().next_back()?;
            lane.contains(side)
                .then(|| format!("{} {evidence}", fixed.split_whitespace().collect::<Vec<_>>().join(" ")))
        })
        .collect()
}

/// How many characters arrow and side take, and in which column the fields begin, counted behind the time.
const LANE: usize = 6;
const FIELDS: usize = 36;

/// The words below the last step; one that holds a digit and is no claim's id may change from run to run.
fn summary(text: &str) -> Vec<String> {
    let is_step = |line: &str| line.contains('│');
    let last = text.lines().enumerate().filter(|(_, line)| is_step(line)).map(|(i, _)| i).last();
    let words = text.lines().skip(last.map_or(0, |i| i + 1)).flat_map(str::split_whitespace);
    let stable = |word: &str| {
        let claim =
            word.starts_with(['o', 'c', 't', 'w', 's']) && word[1..].bytes().all(|b| b.is_ascii_digit());
        if claim || !word.contains(|c: char| c.is_ascii_digit()) { word.to_owned() } else { "#".to_owned() }
    };
    words.map(stable).collect()
}
