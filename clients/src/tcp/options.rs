//! What the TCP client is told: whom to visit, what to say, how to close, and how long the kernel keeps trying. The
//! server's half is in `servers/src/tcp/options.rs`.

use std::{io, time::Duration};

use anyhow::Context;
use socket2::Socket;
use watch::tcp::{set_linger2, set_syn_count, set_user_timeout};

use crate::Target;

/// What the TCP client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "127.0.0.1:7000", value_name = "HOST:PORT")]
    pub target: Target,

    /// What to say
    #[arg(long, default_value = "hello", value_name = "TEXT")]
    pub line: String,

    /// Say nothing
    #[arg(long, conflicts_with = "line")]
    pub silent: bool,

    /// Wait so many seconds before the line; with --silent, before closing
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    pub delay_line: Option<Duration>,

    /// Let the server close first
    #[arg(long, help_heading = CLOSING)]
    pub wait_for_close: bool,

    /// Close without waiting for the answer (with `server tcp --closing first`: a simultaneous close)
    #[arg(long, help_heading = CLOSING, conflicts_with = "wait_for_close")]
    pub at_once: bool,

    /// Close the socket, not only this direction: the kernel ends the connection by itself
    #[arg(long, help_heading = CLOSING)]
    pub orphan: bool,

    /// Seconds to watch on in TIME_WAIT, where the kernel still answers a FIN that comes again
    #[arg(long, help_heading = CLOSING, value_parser = seconds, value_name = "SECONDS")]
    pub stay: Option<Duration>,

    /// Seconds to wait for each stage: to connect, to hear the rest, to be done
    #[arg(long, help_heading = LIMITS, default_value = "10", value_parser = seconds, value_name = "SECONDS")]
    pub patience: Duration,

    /// How often the kernel repeats a SYN, 1 to 127 (TCP_SYNCNT) [default: net.ipv4.tcp_syn_retries]
    #[arg(long, help_heading = LIMITS, value_parser = clap::value_parser!(u8).range(1..=127), value_name = "N")]
    pub syn_count: Option<u8>,

    /// Seconds that sent data, or a FIN, may stay without an ACK (TCP_USER_TIMEOUT) [default: the kernel's retries]
    #[arg(long, help_heading = LIMITS, value_parser = seconds, value_name = "SECONDS")]
    pub user_timeout: Option<Duration>,

    /// Seconds a closed socket waits in FIN_WAIT_2, 1 to 120 (TCP_LINGER2) [default: net.ipv4.tcp_fin_timeout]
    #[arg(long, help_heading = LIMITS, value_parser = clap::value_parser!(u8).range(1..=120), value_name = "SECONDS")]
    pub linger2: Option<u8>,

    /// Do not capture segments, even if allowed: rest on what the kernel says
    #[arg(long)]
    pub no_capture: bool,
}

impl Options {
    /// Tells the socket how long the kernel shall keep trying. Before connect(): a SYN is bounded, too.
    pub(super) fn apply(&self, socket: &Socket) -> anyhow::Result<()> {
        let told = |name, done: io::Result<()>| done.with_context(|| format!("could not set {name}"));
        if let Some(count) = self.syn_count {
            told("TCP_SYNCNT (--syn-count)", set_syn_count(socket, count))?;
        }
        if let Some(timeout) = self.user_timeout {
            told("TCP_USER_TIMEOUT (--user-timeout)", set_user_timeout(socket, timeout))?;
        }
        if let Some(seconds) = self.linger2 {
            told("TCP_LINGER2 (--linger2)", set_linger2(socket, seconds))?;
        }
        Ok(())
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("a number of seconds from 0.001 to 3600".into()),
    }
}

const CLOSING: &str = "Closing";
const LIMITS: &str = "Limits";

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn read(words: &str) -> Result<Options, String> {
        let command = Options::augment_args(Command::new("tcp").no_binary_name(true));
        let matches =
            command.try_get_matches_from(words.split_whitespace()).map_err(|error| error.to_string())?;
        Options::from_arg_matches(&matches).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_kernel_would_not_take_is_refused_with_its_bounds() {
        let told = read("--syn-count 1 --user-timeout 1.5 --linger2 2 --patience 3 --orphan").unwrap();
        assert_eq!((told.syn_count, told.linger2), (Some(1), Some(2)));
        assert_eq!(told.user_timeout, Some(Duration::from_millis(1500)));
        for (words, said) in [
            ("--syn-count 0", "1..=127"),
            ("--syn-count 128", "1..=127"),
            ("--linger2 121", "1..=120"),
            ("--user-timeout 0", "0.001 to 3600"),
            ("--patience nan", "0.001 to 3600"),
            ("--delay-line=-1", "--delay-line"),
            ("--silent --line x", "cannot be used with"),
            ("--at-once --wait-for-close", "cannot be used with"),
        ] {
            let error = read(words).unwrap_err();
            assert!(error.contains(said), "{words}: {error}");
        }
    }
}
