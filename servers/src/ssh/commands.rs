//! The built-in commands. They are functions: no process is ever started, whatever a client asks for.

/// What a command gives back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit_status: u32,
}

/// What there is; a shell's own words follow below.
pub(super) const COMMANDS: &str = "whoami, echo TEXT, date, help";

/// Runs the command line `line` for `user`.
pub(super) fn run(line: &str, user: &str) -> Answer {
    let (command, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    match (command, rest.trim()) {
        ("whoami", "") => good(user),
        ("echo", text) => good(text),
        ("date", "") => good(&now()),
        ("help", "") => good(&format!("commands: {COMMANDS}")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_answered_and_an_unknown_one_is_refused() {
        assert_eq!(run("whoami", "demo"), good("demo"));
        assert_eq!(run("  echo  hello  world ", "demo"), good("hello  world"));
        assert_eq!(run("help", "demo").stdout, "commands: whoami, echo TEXT, date, help\n");
        assert!(run("date", "demo").stdout.contains("UTC 2"));
        for nothing_runs in ["ls", "echo;ls", "/bin/sh", "", "whoami now", "$(date)", "date|sh"] {
            assert_ne!(run(nothing_runs, "demo").exit_status, 0, "{nothing_runs}");
        }
    }
}
