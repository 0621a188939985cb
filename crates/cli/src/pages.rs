//! `asnoted completions` and `asnoted man`: what a shell and `man` are told, made from the command line itself.

use std::{fs, io::Write as _, path::PathBuf};

use anyhow::Context as _;
use clap::{ArgMatches, Command};
use clap_complete::Shell;
use steps::program::LAB;

use crate::family;

const NAME: &str = "asnoted";

/// Prints the completions for a shell.
pub(crate) fn completions(asked: &ArgMatches) -> anyhow::Result<()> {
    let shell: Shell = *asked.get_one("shell").context("clap asks for it")?;
    print(&completions_for(shell, command(asked)))
}

/// Prints the page of the program, or writes those of all its commands into a folder.
pub(crate) fn man(asked: &ArgMatches) -> anyhow::Result<()> {
    let Some(dir) = asked.get_one::<PathBuf>("dir") else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command(asked)).render(&mut page)?;
        return print(&page);
    };
    let failed = || format!("could not write the man pages into {}", dir.display());
    fs::create_dir_all(dir).with_context(failed)?;
    clap_mangen::generate_to(command(asked), dir).with_context(failed)
}

/// The tree in the language asked for, as it is called.
fn command(asked: &ArgMatches) -> Command {
    let lang = show::Args { lang: asked.get_one("lang").copied(), ..show::Args::default() }.lang();
    show::as_called(show::in_lang(family::command(), lang), LAB)
}

fn completions_for(shell: Shell, mut command: Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    script
}

/// A reader who has left is no error.
fn print(page: &[u8]) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(page) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("could not write to standard output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands that help shows, each as what is typed.
    fn commands(of: &Command, typed: &str, found: &mut Vec<String>) {
        for command in of.get_subcommands().filter(|command| !command.is_hide_set()) {
            let typed = format!("{typed} {}", command.get_name());
            commands(command, &typed, found);
            found.push(typed);
        }
    }

    fn all() -> Vec<String> {
        let mut found = Vec::new();
        commands(&family::command(), NAME, &mut found);
        assert!(found.contains(&"asnoted client ssh".to_owned()), "{found:?}");
        found
    }

    #[test]
    fn each_shell_is_told_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = String::from_utf8(completions_for(shell, family::command())).unwrap();
            for command in all() {
                // As the scripts for bash and zsh name the place of a command in the tree; fish is told the words.
                let told = match shell {
                    Shell::Fish => command.split(' ').skip(1).all(|word| script.contains(word)),
                    _ => script.contains(&command.replace(' ', "__subcmd__")),
                };
                assert!(told, "{shell}: {command}");
            }
        }
    }

    #[test]
    fn every_command_has_its_man_page() {
        let dir = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(family::command(), dir.path()).unwrap();
        for command in all() {
            let page = dir.path().join(format!("{}.1", command.replace(' ', "-")));
            let page =
                fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
            assert!(page.contains(".SH SYNOPSIS"), "{command}");
        }
    }
}
