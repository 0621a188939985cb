//! The command line of all programs as one, as help, completions and man pages tell it. Each program reads its own part
//! again.

use std::{ffi::OsString, path::PathBuf};

use clap::{Arg, Command, value_parser};
use clap_complete::Shell;
use steps::program::{CERTS, CLIENT, LAB, Program, SERVER};

pub(crate) const COMPLETIONS: &str = "completions";
pub(crate) const MAN: &str = "man";

/// The whole tree.
pub(crate) fn command() -> Command {
    let lab = lab::command();
    // The lab's options belong to its own commands: a client has others.
    let shared: Vec<Arg> = lab.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let with_shared = |command: Command| {
        shared.iter().fold(command, |command, arg| {
            let has = command.get_arguments().any(|own| own.get_id() == arg.get_id());
            if has { command } else { command.arg(arg.clone()) }
        })
    };
    let of = |program: Program, command: Command| command.name(program.short_name());
    lab.name("asnoted")
        .mut_subcommands(with_shared)
        .mut_args(|arg| arg.global(false))
        .subcommand(of(CLIENT, clients::program::command()))
        .subcommand(of(SERVER, servers::program::command()))
        .subcommand(of(CERTS, certs::program::command()))
        .subcommand(of(LAB, lab::command()).hide(true)) // the same without the word
        .subcommand(
            Command::new(COMPLETIONS)
                .about("Completions for a shell, to be put where it looks for them")
                .arg(Arg::new("shell").required(true).value_name("SHELL").value_parser(value_parser!(Shell)))
                .args(lang()),
        )
        .subcommand(
            Command::new(MAN)
                .about("The man page, or with a folder all of them into it")
                .arg(Arg::new("dir").value_name("DIR").value_parser(value_parser!(PathBuf)))
                .args(lang()),
        )
}

/// `--lang` as the programs have it.
fn lang() -> Option<Arg> {
    lab::command().get_arguments().find(|arg| arg.get_id() == "lang").cloned()
}

/// What the program called `name` is given of `args`: options that stand before its name are its own, too.
pub(crate) fn args_of(name: &str, args: Vec<OsString>) -> Vec<OsString> {
    // `asnoted --log-dir client client tls`: the name is where what stands before it reads by itself.
    let is_name = |&at: &usize| args[at] == name && command().try_get_matches_from(&args[..at]).is_ok();
    let at = (1..args.len()).find(is_name);
    args.into_iter().enumerate().filter(|(n, _)| Some(*n) != at).map(|(_, arg)| arg).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_sound_and_has_its_chinese() {
        command().debug_assert();
        assert_eq!(show::without_chinese(&command()), [""; 0]);
    }

    #[test]
    fn a_program_gets_what_stands_before_its_name() {
        let of = |line: &str| {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            args_of("client", args).join(" ".as_ref()).into_string().unwrap()
        };
        assert_eq!(of("asnoted client tls"), "asnoted tls");
        assert_eq!(of("asnoted --lang zh client ssh client"), "asnoted --lang zh ssh client");
        assert_eq!(of("asnoted --log-dir client client tcp"), "asnoted --log-dir client tcp");
    }

    #[test]
    fn the_labs_options_are_not_the_clients() {
        let tree = command();
        let has = |name: &str, option: &str| {
            let command = tree.find_subcommand(name).unwrap();
            command.get_arguments().any(|arg| arg.get_long() == Some(option))
        };
        assert!(has("tls", "lines") && has("read", "certs") && has("client", "why"));
        assert!(!has("client", "lines") && !has("certs", "lang"));
    }
}
