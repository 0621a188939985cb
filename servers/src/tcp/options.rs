//! What the TCP server is told: where to listen, how to close, and how long the kernel keeps trying. The client's half
//! is in `clients/src/tcp/options.rs`.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::Context;
use clap::ValueEnum;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use watch::tcp::{set_syn_count, set_user_timeout};

use crate::Limits;

/// What the TCP server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7000", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// How to close
    #[arg(long, help_heading = CLOSING, value_enum, default_value_t, value_name = "HOW")]
    pub closing: Closing,

    /// Seconds between the client's FIN and the server's, with --closing late
    #[arg(long, help_heading = CLOSING, default_value = "0.15", value_parser = seconds, value_name = "SECONDS")]
    pub close_after: Duration,

    /// What to say before the FIN, '' for nothing [default: with --closing late, what was heard; else nothing]
    #[arg(long, help_heading = CLOSING, value_name = "TEXT")]
    pub farewell: Option<String>,

    /// Seconds to wait for the ACK of the server's FIN before the rest is left to the kernel
    #[arg(long, help_heading = LIMITS, default_value = "2", value_parser = seconds, value_name = "SECONDS")]
    pub patience: Duration,

    /// How often the kernel repeats a SYN+ACK, 1 to 127 (TCP_SYNCNT) [default: net.ipv4.tcp_synack_retries]
    #[arg(long, help_heading = LIMITS, value_parser = clap::value_parser!(u8).range(1..=127), value_name = "N")]
    pub syn_ack_count: Option<u8>,

    /// Seconds that sent data, or a FIN, may stay without an ACK (TCP_USER_TIMEOUT) [default: the kernel's retries]
    #[arg(long, help_heading = LIMITS, value_parser = seconds, value_name = "SECONDS")]
    pub user_timeout: Option<Duration>,

    /// Connections that may wait for accept(), beside one that always may [default: the kernel's bound]
    #[arg(long, help_heading = LIMITS, value_parser = clap::value_parser!(u16).range(0..=4096), value_name = "N")]
    pub backlog: Option<u16>,

    /// Seconds that the first connection waits in the kernel's queue for accept(), and with it all that come meanwhile
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    pub accept_late: Option<Duration>,

    /// Do not capture segments, even if allowed: rest on what the kernel says
    #[arg(long)]
    pub no_capture: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// How the server closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Closing {
    /// At once: its FIN takes the ACK along that the kernel still holds back. Three segments
    Prompt,
    /// The ACK goes alone, then what is left to say, then the FIN. Four segments
    #[default]
    Late,
    /// Not at all, until --idle-timeout
    Never,
    /// By throwing the socket away with data unread: RST instead of FIN
    Reset,
    /// First: as soon as the connection stands
    First,
}

impl Options {
    /// Tells the listener how long the kernel shall keep trying, and how many may wait.
    pub(super) fn apply(&self, listener: &TcpListener) -> anyhow::Result<()> {
        let told = |name, done: io::Result<()>| done.with_context(|| format!("could not set {name}"));
        if let Some(count) = self.syn_ack_count {
            told("TCP_SYNCNT (--syn-ack-count)", set_syn_count(listener, count))?;
        }
        if let Some(backlog) = self.backlog {
            // To listen again is how the queue of a socket that listens is resized.
            told("the backlog (--backlog)", SockRef::from(listener).listen(backlog.into()))?;
        }
        Ok(())
    }

    /// Tells an accepted connection how long the kernel shall keep trying.
    pub(super) fn apply_to_accepted(&self, stream: &TcpStream) -> io::Result<()> {
        self.user_timeout.map_or(Ok(()), |timeout| set_user_timeout(stream, timeout))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("a number of seconds from 0 to 3600".into()),
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
        let told = read("--syn-ack-count 1 --user-timeout 1.5 --backlog 0 --closing prompt").unwrap();
        assert_eq!((told.syn_ack_count, told.backlog, told.closing), (Some(1), Some(0), Closing::Prompt));
        assert_eq!(read("").unwrap().closing, Closing::Late);
        for (words, said) in [
            ("--syn-ack-count 0", "1..=127"),
            ("--syn-ack-count 128", "1..=127"),
            ("--backlog 4097", "0..=4096"),
            ("--user-timeout nan", "0 to 3600"),
            ("--accept-late 3601", "0 to 3600"),
            ("--closing later", "prompt, late, never, reset, first"),
        ] {
            let error = read(words).unwrap_err();
            assert!(error.contains(said), "{words}: {error}");
        }
    }
}
