//! Options that a command shares with others and makes no use of: its help leaves them out, and who gives one is told.

use clap::{ArgMatches, Command, parser::ValueSource};
use steps::{Said, program::Program, say};

/// A command, and the options that do nothing there, by their ids; an id is the long name with `_` for `-`.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// The name of the command.
    pub command: &'static str,
    /// The options.
    pub options: &'static [&'static str],
}

/// Scripts give the folder of the keys to all commands alike: it is left out of the help, and not refused.
const BORNE: &str = "certs";

/// `command` as its help shows it, after it was built: an option that does nothing is hidden.
pub(crate) fn hidden(command: &mut Command, idle: &[Idle]) {
    for Idle { command: name, options } in idle {
        let Some(found) = command.find_subcommand_mut(name) else { continue };
        *found = std::mem::take(found).mut_args(|arg| {
            let does_nothing = options.contains(&arg.get_id().as_str());
            if does_nothing { arg.hide(true) } else { arg }
        });
    }
}

/// What is to be said of the first option on the command line that does nothing there.
pub(crate) fn refusal(program: Program, matches: &ArgMatches, idle: &[Idle]) -> Option<Said> {
    let (name, given) = matches.subcommand()?;
    let typed = |id: &&&str| {
        given.try_contains_id(id).is_ok_and(|known| known)
            && given.value_source(id) == Some(ValueSource::CommandLine)
    };
    let of_it = idle.iter().filter(|idle| idle.command == name).flat_map(|idle| idle.options);
    let option = of_it.filter(|id| **id != BORNE).find(typed)?.replace('_', "-");
    Some(say!(options::does_nothing_here(option, program, name)))
}

/// The entries that name no command or no option of `command`.
pub fn unknown(mut command: Command, idle: &[Idle]) -> Vec<String> {
    command.build();
    let mut unknown = Vec::new();
    for Idle { command: name, options } in idle {
        let Some(found) = command.find_subcommand(name) else {
            unknown.push((*name).to_owned());
            continue;
        };
        let has = |id: &&&str| !found.get_arguments().any(|arg| arg.get_id() == **id);
        unknown.extend(options.iter().filter(has).map(|id| format!("{name} {id}")));
    }
    unknown
}
