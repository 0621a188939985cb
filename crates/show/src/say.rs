//! What a program says beside its log: to standard error, and before it has begun. All of it goes through here, for it
//! may quote a peer: an HTTP body, the name in a certificate, a reason to disconnect.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    ffi::OsString,
    fmt::Display,
    io::{self, IsTerminal, Write},
    panic,
};

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};
use steps::{Lang, Said, harmless};

use crate::{
    pipeline::{drain, lang},
    terminal::{Args, complaint, help, lang_of},
};

/// Says a line on standard error in the name of `program`, after everything reported so far: `client: …`. It is one
/// line, whatever `what` quotes; who reads no standard error misses it and nothing else.
pub fn say(program: &str, what: impl Display) {
    write(&format!("{program}: {}", harmless::one_line(&harmless::without_os_error(&what.to_string()))));
}

/// The same in the language of the log.
pub fn say_said(program: &str, what: &Said) {
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

/// Says on a terminal what is being done, in a line that the next one takes the place of; none: nothing is. Where
/// standard output or standard error is no terminal, nobody waits before it, and nothing is said.
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

/// From here on a panic says where and why on one harmless line; with RUST_BACKTRACE=1, by which way, too. To be called
/// first. It does not wait for the log: whoever panics may be the one who writes it.
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

/// The command line, read. Where it is wrong, or asks for help, the program ends as clap has it, in Chinese where that is
/// asked for; but the password of a URL is not repeated, nor what a terminal would obey.
pub fn parse<C: CommandFactory + FromArgMatches>(args: impl IntoIterator<Item = OsString>) -> C {
    let args: Vec<OsString> = args.into_iter().collect();
    let error = match C::command().try_get_matches_from(&args) {
        Ok(matches) => match C::from_arg_matches(&matches) {
            Ok(read) => return read,
            Err(error) => error.format(&mut C::command()),
        },
        Err(error) => error,
    };
    let lang = lang_of(&args);
    let plain = match (lang, error.kind()) {
        (Lang::En, _) | (Lang::Zh, ErrorKind::DisplayVersion) => error.render().to_string(),
        (Lang::Zh, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            help(C::command(), &args, Args::default().columns().min(120))
        }
        (Lang::Zh, _) => complaint(&error),
    };
    let mut shown = plain.clone();
    for arg in args.iter().filter_map(|arg| arg.to_str()) {
        let bare = harmless::without_typed_password(arg);
        if bare != arg {
            shown = shown.replace(arg, &bare);
        }
    }
    let shown = harmless::harmless_lines(&shown).into_owned();
    if lang == Lang::En && (!error.use_stderr() || shown == plain) {
        error.exit();
    }
    let _ = match error.use_stderr() {
        true => write!(io::stderr().lock(), "{shown}"),
        false => write!(io::stdout().lock(), "{shown}"),
    };
    std::process::exit(error.exit_code());
}
