//! Every output of the programs, in one list each: a form, an option or a command that is not in it is a failure here.

use std::process::Command;

use clap::ValueEnum as _;
use show::{Args, Color, Format, Ladder, LangArg};

use crate::common::binary;

/// Ways to look at a run. The first is for programs.
pub(crate) const OUTPUTS: [(&str, &[&str]); 12] = [
    ("json", &["--format", "json"]),
    ("lines", &["-v", "--bytes"]),
    ("Chinese lines", &["-v", "--lang", "zh"]),
    ("ASCII lines", &["-v", "--bytes", "--ascii"]),
    ("Chinese ASCII lines", &["--lang", "zh", "--ascii"]),
    ("quiet", &["-q", "--lang", "zh"]),
    ("beside", &["--beside", "-v"]),
    ("ASCII beside", &["--beside", "--ascii"]),
    ("ladder", &["--ladder", "text"]),
    ("ASCII ladder", &["--ladder", "text", "--ascii"]),
    ("Mermaid", &["--ladder", "mermaid"]),
    ("page", &["--ladder", "html"]),
];

/// Ways to be told why a connection failed.
pub(crate) const WHY: [(&str, &[&str]); 4] = [
    ("why", &["--why"]),
    ("why in Chinese", &["--why", "--lang", "zh"]),
    ("why in ASCII", &["--why", "-v", "--ascii"]),
    ("why in JSON", &["--why", "--format", "json"]),
];

/// What the options of the output change: each of its options, with the words that ask for it where it is a form of its
/// own. The list has no `..`, and no `match` a `_`: a new option or form does not compile before it stands here.
fn forms() -> Vec<&'static [&'static str]> {
    let Args {
        format: _,
        ladder: _,
        lang: _,
        color: _,
        quiet: _,
        verbose: _,
        bytes: _,
        ascii: _,
        beside: _,
        // Only where a line is broken.
        width: _,
        no_beside: _,
        // Meets the set in `notes.rs`.
        notes: _,
        // Meets it in `clients.rs`, and what is read of it in `renderers.rs`.
        log_dir: _,
    } = Args::default();
    let mut forms: Vec<&[&str]> = vec![&["-q"], &["-v"], &["--bytes"], &["--ascii"], &["--beside"]];
    forms.extend(Format::value_variants().iter().filter_map(|format| match format {
        Format::Text => None, // unless told otherwise
        Format::Json => Some(&["--format", "json"][..]),
    }));
    forms.extend(Ladder::value_variants().iter().map(|form| match form {
        Ladder::Text => &["--ladder", "text"][..],
        Ladder::Mermaid => &["--ladder", "mermaid"],
        Ladder::Html => &["--ladder", "html"],
    }));
    forms.extend(LangArg::value_variants().iter().filter_map(|lang| match lang {
        LangArg::En => None, // unless told otherwise
        LangArg::Zh => Some(&["--lang", "zh"][..]),
    }));
    for color in Color::value_variants() {
        match color {
            // `renderers.rs` takes our own colours away, and looks at what is left.
            Color::Always => {}
            Color::Auto | Color::Never => {}
        }
    }
    forms
}

#[kit::test]
fn no_form_of_the_output_is_missing() {
    for form in forms() {
        let has = |(_, words): &(&str, &[&str])| words.windows(form.len()).any(|at| at == form);
        assert!(OUTPUTS.iter().any(has), "no output of the set has {form:?}");
    }
}

/// Commands, and where in this set each meets a hostile peer or file.
const COMMANDS: [(&str, &str); 25] = [
    ("client tcp", "servers"),
    ("client tls", "servers"),
    ("client ws", "servers"),
    ("client ssh", "servers"),
    ("server tcp", "clients"),
    ("server tls", "clients"),
    ("server ws", "clients, hostile_page"),
    ("server ssh", "clients"),
    ("server health", "words: it never connects"),
    ("lab tcp", "renderers: both ends are ours, their logs are read again"),
    ("lab tls", "renderers"),
    ("lab ws", "renderers"),
    ("lab ssh", "renderers"),
    ("lab list", "words"),
    ("lab run", "words"),
    ("lab read", "renderers, captures"),
    ("lab watch", "watched"),
    ("lab load", "words"),
    ("lab notes", "notes"),
    ("lab serve", "dropped, page"),
    // The others of it are those above.
    ("asnoted client", "servers"),
    ("asnoted server", "clients"),
    ("asnoted certs", "words"),
    ("asnoted completions", "words: our own options and nothing else"),
    ("asnoted man", "words: the same"),
];

/// Shows no text of a peer: numbers out of the heads of segments, and addresses.
const OF_NUMBERS: [&str; 1] = ["lab link"];

/// The program in which all are one.
const ONE: &str = "asnoted";

#[kit::test]
fn no_command_is_missing() {
    let mut there = Vec::new();
    for program in ["client", "server", "lab", ONE] {
        let help = Command::new(binary(program)).arg("-h").output().expect("it runs");
        let help = String::from_utf8(help.stdout).expect("it is text");
        let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let names = list.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("    "));
        let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        there.extend(names.map(|name| format!("{program} {name}")));
    }
    assert!(there.len() > 15, "{there:?}");
    for command in &there {
        let listed = |command: &str| {
            COMMANDS.iter().any(|(name, _)| *name == command) || OF_NUMBERS.contains(&command)
        };
        let of_lab = command.strip_prefix(ONE).map(|name| format!("lab{name}"));
        let known = listed(command) || of_lab.is_some_and(|command| listed(&command));
        assert!(known, "where in the hostile set does `{command}` meet a peer?");
    }
}
