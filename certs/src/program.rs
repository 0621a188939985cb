//! The program `certs`: makes the demo keys, or verifies them.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    panic,
    path::PathBuf,
    process::ExitCode,
};

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser};
use steps::{
    harmless,
    program::{self, CERTS},
};

/// Makes the demo CA, the certificates and the SSH keys that are missing; never overwrites
#[derive(Parser)]
#[command(name = "certs", version, long_version = program::version(&[]), after_help = EXAMPLES)]
struct Cli {
    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = crate::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    dir: PathBuf,

    /// Verify the set that is there and make nothing; exit code 1 if something is wrong
    #[arg(long)]
    check: bool,

    /// Print the password of the SSH user `demo` (for `server ssh --password-login on`)
    #[arg(long, conflicts_with = "check")]
    show_password: bool,
}

const EXAMPLES: &str = "\
Examples:
  certs                       make what is missing
  certs --dir /tmp/keys       make a set somewhere else
  certs --show-password       what to type where the SSH server asks for a password
  certs --check               missing, expired, mismatched, open to others?

To have a certificate issued again, remove it and run `certs`. To start afresh, remove the folder.
These are demo keys: never add ca.pem to the trust store of a browser or a system.";

/// The command line.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The same with the name by which it is called.
fn as_called() -> clap::Command {
    let called = |text: &dyn ToString| program::as_called(&text.to_string()).into_owned();
    let command = command().mut_args(|arg| match arg.get_help().map(|help| called(help)) {
        Some(help) => arg.help(help),
        None => arg,
    });
    command.bin_name(CERTS.name()).display_name(CERTS.name()).after_help(called(&EXAMPLES))
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let read = match as_called().try_get_matches_from(args) {
        Ok(read) => read,
        Err(error) if error.use_stderr() => {
            let _ = write!(io::stderr().lock(), "{}", harmless::harmless_lines(&error.to_string()));
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    main_as_read(&read)
}

/// The same for a command line that was read by [`command`].
pub fn main_as_read(read: &ArgMatches) -> ExitCode {
    panic::set_hook(Box::new(|panic| drop(writeln!(io::stderr().lock(), "{}", harmless::of_panic(panic)))));
    match run(&Cli::from_arg_matches(read).unwrap_or_else(|error| error.exit())) {
        Ok(code) => code,
        Err(error) => {
            let error = harmless::without_os_error(&format!("{error:#}"));
            let _ = writeln!(io::stderr().lock(), "{CERTS}: {}", harmless::one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    if cli.check {
        let report = crate::check(&cli.dir)?;
        say(&report)?;
        return Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if cli.show_password {
        crate::ensure_and_say(&cli.dir)?;
        say(&crate::password(&cli.dir)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&crate::ensure(&cli.dir)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a line; a reader who has left (`certs | head -0`) is no error.
fn say(what: &dyn std::fmt::Display) -> io::Result<()> {
    // Names from certificates and folders that others may have made.
    match writeln!(io::stdout(), "{}", harmless::harmless_lines(&what.to_string())) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
