//! The built-in commands. They are functions: no process is ever started, whatever a client asks for.

use std::sync::Arc;

use claims::Judge;
use show::{Args, Color, LangArg, Lines};
use watch::Witness;

/// What a command gives back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit_status: u32,
}

/// What there is; a shell's own words follow below.
pub(super) const COMMANDS: &str = "whoami, echo TEXT, date, steps [zh], help";

/// Runs the command line `line` for `user`, whose connection `witness` watches.
pub(super) fn run(line: &str, user: &str, witness: &Witness) -> Answer {
    let (command, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    match (command, rest.trim()) {
        ("whoami", "") => good(user),
        ("echo", text) => good(text),
        ("date", "") => good(&now()),
        ("steps", "" | "en") => good(&steps(witness, LangArg::En)),
        ("steps", "zh") => good(&steps(witness, LangArg::Zh)),
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

/// The server's own log of this very connection, as it prints it.
fn steps(witness: &Witness, lang: LangArg) -> String {
    let as_printed = Args { lang: Some(lang), color: Color::Never, ..Args::default() };
    let mut lines = Lines::new(&as_printed, COLUMNS, false);
    let mut judge = Judge::default();
    let judged = witness.kept().into_iter().map(|seen| judge.annotate(Arc::unwrap_or_clone(seen)));
    let log: String = judged.map(|event| lines.print(&event)).collect();
    log.trim_matches('\n').to_owned()
}

const COLUMNS: usize = 80;

#[cfg(test)]
mod tests {
    use steps::{
        Evidence, Protocol, Side,
        ssh::{Step, field},
    };
    use watch::{Session, Started};
    use wire::{Seen, fields};

    use super::*;

    fn witness() -> Witness {
        let here = ([127, 0, 0, 1], 1).into();
        Witness::new(&Session::default(), Side::Server, Protocol::Ssh, None, (here, here), Started::now())
    }

    #[test]
    fn the_log_of_the_connection_is_told_in_either_language() {
        let witness = witness();
        witness.keep();
        let fields = fields! { field::PROTOVERSION => "2.0", field::SOFTWAREVERSION => "test" };
        witness.saw(Evidence::Wire, Seen::new(Step::Identification, Side::Client, fields, []));
        for (line, title) in
            [("steps", "identification"), ("steps en", "identification"), ("steps zh", "版本标识")]
        {
            let told = run(line, "demo", &witness).stdout;
            assert!(told.contains(title) && told.contains("2.0 · test"), "{told}");
        }
    }

    #[test]
    fn a_command_is_answered_and_an_unknown_one_is_refused() {
        let witness = witness();
        let run = |line| run(line, "demo", &witness);
        assert_eq!(run("whoami"), good("demo"));
        assert_eq!(run("  echo  hello  world "), good("hello  world"));
        assert_eq!(run("help").stdout, "commands: whoami, echo TEXT, date, steps [zh], help\n");
        assert!(run("date").stdout.contains("UTC 2"));
        for nothing_runs in ["ls", "echo;ls", "/bin/sh", "", "whoami now", "$(date)", "date|sh", "steps fr"] {
            assert_ne!(run(nothing_runs).exit_status, 0, "{nothing_runs}");
        }
    }
}
