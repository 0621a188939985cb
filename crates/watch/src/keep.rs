//! What is kept of a run beside its log, as the command line asks. All of it holds secrets of the session.

use std::{env, ffi::OsString, io, path::PathBuf};

use crate::secrets;

/// What is kept of the run.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Secrets")]
pub struct Keep {
    /// Add the session's secrets to FILE, as Wireshark reads them [default: $SSLKEYLOGFILE]
    #[arg(long, global = true, value_name = "FILE")]
    pub keylog: Option<PathBuf>,

    /// Show the session's secrets in the log, not only their fingerprints
    #[arg(long, global = true)]
    pub secrets: bool,
}

impl Keep {
    /// Opens what was asked for.
    ///
    /// # Errors
    ///
    /// Says which file could not be opened, why, and what to do.
    pub fn begin(&self) -> io::Result<()> {
        let by_environment = || env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty());
        let (path, way) = match &self.keylog {
            Some(path) => (Some(path.clone()), "--keylog"),
            None => (by_environment().map(|path: OsString| path.into()), "SSLKEYLOGFILE"),
        };
        if let Some(path) = path {
            secrets::open(&path).map_err(|error| {
                let place = path.display();
                io::Error::new(
                    error.kind(),
                    format!("could not open the key log {place}: {error} ({way} names it)"),
                )
            })?;
        }
        if self.secrets {
            secrets::show();
            tracing::warn!(
                "--secrets: this log will hold the session's secrets, and whoever has it can read the session"
            );
        }
        Ok(())
    }
}
