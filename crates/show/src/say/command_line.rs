//! What is said of a command line that is wrong, or asks for help.

use std::{
    ffi::OsString,
    io::{self, Write},
};

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, error::ErrorKind};
use steps::{Lang, harmless, program::Program};

use crate::terminal::{Args, as_called, complaint, help, lang_of};

/// The command line, read. Where it is wrong, or asks for help, the program ends as clap has it, in Chinese where that is
/// asked for; but the password of a URL is not repeated, nor what a terminal would obey.
///
/// The first of `args` is the name by which the program was started; help and complaints use that of `program`.
pub fn parse<C: CommandFactory + FromArgMatches>(program: Program, args: Vec<OsString>) -> C {
    let read = matches(C::command, program, &args);
    C::from_arg_matches(&read).unwrap_or_else(|error| {
        complain(&error.format(&mut as_called(C::command(), program)), C::command(), program, &args)
    })
}

/// The same for a command line that is more than one type.
pub fn matches(command: impl Fn() -> Command, program: Program, args: &[OsString]) -> ArgMatches {
    as_called(command(), program)
        .try_get_matches_from(args)
        .unwrap_or_else(|error| complain(&error, command(), program, args))
}

/// Ends the program with what is wrong, or with the help that was asked for.
fn complain(error: &clap::Error, command: Command, program: Program, args: &[OsString]) -> ! {
    let lang = lang_of(args);
    let plain = match (lang, error.kind()) {
        (Lang::En, _) | (Lang::Zh, ErrorKind::DisplayVersion) => error.render().to_string(),
        (Lang::Zh, ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) => {
            help(command, program, args, Args::default().columns().min(120))
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
