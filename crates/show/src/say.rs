//! What a program says beside its log: to standard error, and before it has begun. All of it goes through here, for it
//! may quote a peer: an HTTP body, the name in a certificate, a reason to disconnect.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    fmt::Display,
    io::{self, IsTerminal, Write},
    panic,
};

use steps::{Said, harmless, program::Program};

use crate::pipeline::{drain, lang};

#[cfg(feature = "clap")]
mod command_line;

#[cfg(feature = "clap")]
pub use command_line::{matches, parse, parse_without};

/// Says a line on standard error in the name of `program`, after everything reported so far: `client: …`. It is one
/// line, whatever `what` quotes. Where standard error is closed the line is lost, and that is no error.
pub fn say(program: Program, what: impl Display) {
    write(&format!("{program}: {}", harmless::one_line(&harmless::without_os_error(&what.to_string()))));
}

/// The same in the language of the log.
pub fn say_said(program: Program, what: &Said) {
    say(program, what.in_lang(lang()));
}

/// The same where the line breaks are the program's own; what is quoted must be harmless already.
pub fn say_lines(text: &str) {
    let text = harmless::without_os_error(text);
    write(&harmless::harmless_lines(&harmless::without_password(&text)));
}

fn write(text: &str) {
    drain();
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says on a terminal what is being done, in a line that the next one replaces; `None` clears it. Where standard output
/// or standard error is no terminal, nothing is said.
pub fn progress(what: Option<&str>) {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if dumb || !io::stdout().is_terminal() || !io::stderr().is_terminal() {
        return;
    }
    drain();
    let what = what.map(harmless::one_line).unwrap_or_default();
    let mut terminal = io::stderr().lock();
    let _ = write!(terminal, "\r\u{1b}[K{what}").and_then(|()| terminal.flush());
}

/// From here on a panic says where and why on one harmless line; with RUST_BACKTRACE=1 with a backtrace, too. To be
/// called first. It does not wait for the log: the thread that panics may be the one that writes it.
pub fn tame_panics() {
    panic::set_hook(Box::new(|panic| {
        let mut text = harmless::of_panic(panic);
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            text = format!("{text}\n{}", harmless::harmless_lines(&backtrace.to_string()));
        }
        let _ = writeln!(io::stderr().lock(), "{text}");
    }));
}
