//! The built-in commands. They are functions: no process is ever started, whatever a client asks for.

use serde_json::Value;
use steps::{Evidence, Lang, Past, Side};

/// What a command gives back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit_status: u32,
}

/// What there is; a shell's own words follow below.
pub(super) const COMMANDS: &str = "whoami, echo TEXT, date, steps [zh], help";

/// Runs the command line `line` for `user`, of whose connection `past` is known.
pub(super) fn run(line: &str, user: &str, past: &Past) -> Answer {
    let (command, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    match (command, rest.trim()) {
        ("whoami", "") => good(user),
        ("echo", text) => good(text),
        ("date", "") => good(&now()),
        ("steps", "" | "en") => good(&steps(past, Lang::En)),
        ("steps", "zh") => good(&steps(past, Lang::Zh)),
        ("help", "") => good(&format!("commands: {COMMANDS}")),
        ("steps", _) => bad(2, "steps: takes en or zh, the language of the log"),
        ("whoami" | "date" | "help", _) => bad(2, &format!("{command}: takes no arguments")),
        _ => bad(127, &format!("no such command; there are: {COMMANDS}")),
    }
}

fn good(text: &str) -> Answer {
    Answer { stdout: format!("{text}\n"), stderr: String::new(), exit_status: 0 }
}

fn bad(exit_status: u32, text: &str) -> Answer {
    Answer { stdout: String::new(), stderr: format!("{text}\n"), exit_status }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%a %b %e %H:%M:%S UTC %Y").to_string()
}

/// What the server saw of this very connection: the first of each kind of step, with the fields that matter, and how
/// it is known.
fn steps(past: &Past, lang: Lang) -> String {
    let lines = past.records().iter().enumerate().map(|(at, record)| {
        let card = record.step.card();
        let from = match record.from {
            Some(Side::Client) => "client ─▶",
            Some(Side::Server) => "◀─ server",
            None => "   ·     ",
        };
        let known = match record.evidence {
            Evidence::Wire => "wire",
            Evidence::Callback => "callback",
            Evidence::Kernel => "kernel",
            Evidence::Inferred => "inferred",
        };
        let values = card.shows.iter().filter_map(|field| Some(short(record.fields.get(*field)?)));
        let values = values.collect::<Vec<_>>().join(" · ");
        format!("{:>3} {from} [{known}] {}: {values}", at + 1, card.title.in_lang(lang))
    });
    let head = match lang {
        Lang::En => "This connection, as the server saw it (the first of each kind):",
        Lang::Zh => "服务端眼中的这条连接（每种步骤只列第一次）：",
    };
    std::iter::once(head.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

fn short(value: &Value) -> String {
    const LONGEST: usize = 40;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_answered_and_an_unknown_one_is_refused() {
        let past = Past::default();
        let run = |line| run(line, "demo", &past);
        assert_eq!(run("whoami"), good("demo"));
        assert_eq!(run("  echo  hello  world "), good("hello  world"));
        assert_eq!(run("help").stdout, "commands: whoami, echo TEXT, date, steps [zh], help\n");
        assert!(run("date").stdout.contains("UTC 2"));
        for nothing_runs in ["ls", "echo;ls", "/bin/sh", "", "whoami now", "$(date)", "date|sh", "steps fr"] {
            assert_ne!(run(nothing_runs).exit_status, 0, "{nothing_runs}");
        }
    }
}
