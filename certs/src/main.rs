//! The binary `certs`: makes the demo keys, or verifies them.

use std::{
    io::{self, Write as _},
    panic,
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use steps::harmless;

/// Makes the demo CA, the certificates and the SSH keys that are missing; never overwrites
#[derive(Parser)]
#[command(name = "certs", version, after_help = EXAMPLES)]
struct Cli {
    /// The folder of the demo keys
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR")]
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
  certs                       make what is missing in certs/demo
  certs --dir /tmp/keys       make a set somewhere else
  certs --show-password       what to type where the SSH server asks for a password
  certs --check               missing, expired, mismatched, open to others?

To have a certificate issued again, remove it and run `certs`. To start afresh, remove the folder.
These are demo keys: never add ca.pem to the trust store of a browser or a system.";

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| drop(writeln!(io::stderr().lock(), "{}", harmless::of_panic(panic)))));
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            let error = harmless::without_os_error(&format!("{error:#}"));
            let _ = writeln!(io::stderr().lock(), "certs: {}", harmless::one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    if cli.check {
        let report = certs::check(&cli.dir)?;
        say(&report)?;
        return Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if cli.show_password {
        certs::ensure_and_say(&cli.dir)?;
        say(&certs::password(&cli.dir)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&certs::ensure(&cli.dir)?)?;
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
