//! What is kept of a run beside its log, as the command line asks. All of it holds secrets of the session.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use steps::Lang;

use crate::{
    Session,
    flight::{Flight, RingSize},
    recording::{Comments, Recording},
};

/// What is kept of the run.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    feature = "clap",
    derive(clap::Args),
    command(next_help_heading = "For Wireshark, and other secrets")
)]
pub struct Keep {
    /// Write every packet to FILE with the steps as comments and the secrets inside; with -q and without --log-dir,
    /// packets and secrets alone, which costs least (`lab read` tells their steps); needs CAP_NET_RAW
    #[cfg_attr(feature = "clap", arg(long, global = true, value_name = "FILE.pcapng"))]
    pub capture: Option<PathBuf>,

    /// Write packets and secrets alone, print nothing, and keep the last of them: 8x64MiB are the files FILE-1.pcapng to
    /// FILE-8.pcapng in turn, each of which opens by itself
    #[cfg_attr(
        feature = "clap",
        arg(long, global = true, value_name = "FILESxSIZE", conflicts_with_all = ["log_dir", "verbose", "ladder"])
    )]
    pub ring: Option<RingSize>,

    /// Add the session's secrets to FILE [default: $SSLKEYLOGFILE, if set]
    #[cfg_attr(feature = "clap", arg(long, global = true, value_name = "FILE"))]
    pub keylog: Option<PathBuf>,

    /// Show the session's secrets in the log, not only their fingerprints
    #[cfg_attr(feature = "clap", arg(long, global = true))]
    pub secrets: bool,
}

/// Ends the session when dropped: what was seen is reported, and the files are complete.
#[derive(Debug)]
#[must_use = "dropping it ends the session"]
pub struct Keeping(Session);

impl Keep {
    /// Whether packets and secrets are all that is kept of a run, and nothing is recognised while it goes on. `silent`:
    /// nothing is to be printed of it, and no log recorded.
    pub fn is_flight_recorder(&self, silent: bool) -> bool {
        self.capture.is_some() && (silent || self.ring.is_some())
    }

    /// Opens the files that these options name, for `session`. With `comments` a capture holds the steps, and what
    /// these say of each connection's events; without, packets and secrets alone (the flight recorder). To be called
    /// before [`Session::settle`].
    ///
    /// # Errors
    ///
    /// Says which file could not be opened, why, and what named it.
    pub fn begin(
        &self,
        session: &Session,
        lang: Lang,
        comments: Option<fn() -> Comments>,
    ) -> io::Result<Keeping> {
        let secrets = session.secrets();
        if let Some(path) = &self.keylog {
            secrets.open(path).map_err(|error| not_opened("key log", path, "--keylog", &error))?;
        } else if let Some(path) = env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty()) {
            let path = Path::new(&path);
            secrets.open(path).map_err(|error| not_opened("key log", path, "SSLKEYLOGFILE", &error))?;
        }
        let refused = |path: &Path, error| not_opened("capture", path, "--capture", &error);
        match (&self.capture, comments) {
            (Some(path), None) => {
                let begun = Flight::begin(path, self.ring, lang).map_err(|error| refused(path, error))?;
                session.record_flight(begun);
            }
            (Some(path), Some(comments)) => {
                let begun = Recording::begin(path, lang, comments).map_err(|error| refused(path, error))?;
                session.record(begun);
            }
            (None, _) if self.ring.is_some() => {
                return Err(io::Error::other("--ring says how a capture is kept: --capture FILE names it"));
            }
            (None, _) => {}
        }
        if self.secrets {
            secrets.show();
            tracing::warn!(
                "--secrets: this log will hold the session's secrets, and whoever has it can read the session"
            );
        }
        Ok(Keeping(session.clone()))
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.end();
        if let Some(recording) = self.0.recording() {
            recording.end();
        }
        if let Some(flight) = self.0.flight() {
            flight.end();
        }
        self.0.secrets().end();
    }
}

fn not_opened(what: &str, path: &Path, option: &str, error: &io::Error) -> io::Error {
    let path = path.display();
    io::Error::new(error.kind(), format!("could not open the {what} {path}: {error} ({option} names it)"))
}
