//! What is said of a command line that is wrong, or asks for help.

use std::{
    ffi::OsString,
    io::{self, Write},
};

use clap::{CommandFactory, FromArgMatches, error::ErrorKind};
use steps::{Lang, harmless};

use crate::terminal::{Args, complaint, help, lang_of};

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
