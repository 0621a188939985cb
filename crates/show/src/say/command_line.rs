//! What is said of a command line that is wrong, or asks for help.

use std::{
    ffi::OsString,
    io::{self, Write},
};

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, error::ErrorKind};
use steps::{Lang, harmless, program::Program, text};

use crate::terminal::{Args, Idle, as_called, complaint, english, help, lang_of, refusal};

/// The command line, read. Where it is wrong, or asks for help, the program ends as clap has it, in Chinese where that is
/// asked for; but the password of a URL is not repeated, nor what a terminal would obey.
///
/// The first of `args` is the name by which the program was started; help and complaints use that of `program`.
pub fn parse<C: CommandFactory + FromArgMatches>(program: Program, args: Vec<OsString>) -> C {
    parse_without(program, args, &[])
}

/// The same for a program some of whose commands have no use for an option that all share: there it is not offered.
pub fn parse_without<C: CommandFactory + FromArgMatches>(
    program: Program,
    args: Vec<OsString>,
    idle: &[Idle],
) -> C {
    let read = as_called(C::command(), program)
        .try_get_matches_from(&args)
        .unwrap_or_else(|error| complain(&error, C::command(), program, (&args, idle)));
    if let Some(said) = refusal(program, &read, idle) {
        let lang = lang_of(&args);
        let error = text!(options::error()).in_lang(lang);
        let _ = writeln!(io::stderr().lock(), "{error}{}", said.in_lang(lang));
        std::process::exit(2);
    }
    C::from_arg_matches(&read).unwrap_or_else(|error| {
        complain(&error.format(&mut as_called(C::command(), program)), C::command(), program, (&args, idle))
    })
}

/// The same for a command line that is more than one type.
pub fn matches(command: impl Fn() -> Command, program: Program, args: &[OsString]) -> ArgMatches {
    as_called(command(), program)
        .try_get_matches_from(args)
        .unwrap_or_else(|error| complain(&error, command(), program, (args, &[])))
}

/// Ends the program with what is wrong, or with the help that was asked for.
fn complain(
    error: &clap::Error,
    command: Command,
    program: Program,
    (args, idle): (&[OsString], &[Idle]),
) -> ! {
    let lang = lang_of(args);
    if lang == Lang::En && error.kind() == ErrorKind::DisplayHelp && !idle.is_empty() {
        let page = english(command, program, args, idle);
        let colored = Args::default().colored();
        let page = if colored { page.ansi().to_string() } else { page.to_string() };
        let _ = write!(io::stdout().lock(), "{page}");
        std::process::exit(0);
    }
    let plain = match (lang, error.kind()) {
        (Lang::En, _) | (Lang::Zh, ErrorKind::DisplayVersion) => error.render().to_string(),
        (Lang::Zh, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            help(command, program, (args, idle), Args::default().columns().min(120))
        }
        (Lang::Zh, _) => complaint(error),
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
