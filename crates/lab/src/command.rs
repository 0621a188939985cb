//! The command line of `lab`: its commands, the options that all of them share, and which of these do nothing where.

use std::{ffi::OsString, path::PathBuf};

use clap::{CommandFactory as _, Parser, Subcommand, builder::PossibleValuesParser};
use steps::program;

use crate::{link, live, load, notes, page, pairs, read};

#[derive(Parser)]
#[command(name = "lab", version, long_version = program::version(FEATURES), about = "Four real handshakes, both ends in one log", after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR", global = true)]
    pub(crate) certs: PathBuf,

    #[command(flatten)]
    pub(crate) output: show::Args,

    /// A line at each end instead of one row a message
    #[arg(long, global = true, conflicts_with = "ladder", help_heading = "Output")]
    pub(crate) lines: bool,

    #[command(flatten)]
    pub(crate) keep: watch::Keep,

    #[command(flatten)]
    pub(crate) otlp: otlp::Options,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// TCP: three segments to open, a line each way, four to close
    Tcp,
    /// TLS, and an HTTPS request over it
    Tls {
        /// rsa (TLS 1.2 as the notes tell it), ecdhe (TLS 1.2 as deployed), tls13; all: each in turn, then compared
        #[arg(long, default_value = pairs::AS_DEPLOYED, value_parser = PossibleValuesParser::new(pairs::VARIANTS.iter().copied().chain([ALL])))]
        variant: String,
    },
    /// WebSocket: upgrade, frames, close
    Ws {
        /// ws (over TCP) or wss (over TLS)
        #[arg(long, default_value = "ws", value_parser = ["ws", "wss"])]
        variant: String,
    },
    /// SSH: a first visit to an unknown host, then a second
    Ssh,
    /// The scenarios: what can be made to go wrong
    List {
        /// Only those with this word in their name or title, on this claim (o2) or of this protocol (tls)
        #[arg(value_name = "WORD")]
        about: Option<String>,
    },
    /// Run scenarios and compare each with what its file expects
    Run {
        /// Names (tls/unknown-ca), patterns ('tls/*'), a claim (o2: what shows it best) or files of your own (./mine.toml)
        #[arg(required_unless_present = "all", value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// All scenarios of the suite
        #[arg(long, conflicts_with = "scenarios")]
        all: bool,
        /// Meet on `[::1]` instead of 127.0.0.1
        #[arg(long)]
        ipv6: bool,
    },
    /// Recorded logs, both ends side by side again; captures of tcpdump's and Wireshark's
    Read(read::Logs),
    /// The handshakes of any program on this machine, while they happen; needs CAP_NET_RAW
    Watch(live::Options),
    /// Stand between a client and a server, and lose, delay, hold, repeat, damage or forge segments
    Link(link::Options),
    /// Make many handshakes with one server and say what became of each
    Load(load::Options),
    /// The page: run, play and look inside, in a browser
    Serve(page::Options),
    /// The program `server`, for `load`
    #[command(hide = true, disable_help_flag = true)]
    LoadServer {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// What the catalogue says: of everything, of a claim (t4) or of a step (tls.finished); your own notes, checked
    Notes(notes::Options),
}

/// What of a run is shown and kept, of which a page that is printed without a run has no use.
const OF_A_RUN: &[&str] = &[
    "color",
    "quiet",
    "verbose",
    "bytes",
    "ascii",
    "beside",
    "no_beside",
    "ladder",
    "lines",
    "capture",
    "ring",
    "secrets",
];

/// The shared options that do nothing with a command.
pub(crate) const IDLE: &[show::Idle] = &[
    show::Idle { command: "tcp", options: &["keylog", "secrets"] },
    show::Idle { command: "list", options: OF_A_RUN },
    show::Idle { command: "list", options: &["notes", "log_dir", "keylog", "certs"] },
    show::Idle { command: "read", options: &["secrets", "certs"] },
    show::Idle { command: "watch", options: &["lines", "secrets", "certs"] },
    show::Idle { command: "link", options: &["keylog", "secrets", "certs"] },
    show::Idle { command: "load", options: OF_A_RUN },
    show::Idle { command: "load", options: &["width", "notes", "log_dir", "keylog"] },
    show::Idle { command: "serve", options: OF_A_RUN },
    show::Idle { command: "serve", options: &["format", "width", "keylog"] },
    show::Idle {
        command: "notes",
        options: &["quiet", "verbose", "bytes", "ascii", "beside", "no_beside", "ladder"],
    },
    show::Idle { command: "notes", options: &["lines", "capture", "ring", "keylog", "secrets"] },
];

/// All variants of TLS in turn.
pub(crate) const ALL: &str = "all";

const FEATURES: &[(&str, bool)] = &[
    ("jemalloc", heap::IS_JEMALLOC),
    ("otlp", cfg!(feature = "otlp")),
    ("otlp-grpc", cfg!(feature = "otlp-grpc")),
    ("rsa-kx", watch::tls::static_rsa::IS_BUILT_IN),
];

const EXAMPLES: &str = "\
Examples:
  lab                         all four pairs, nothing to set up
  lab tls --variant tls13     one pair
  lab tls --variant all -q    the notes against static RSA, ECDHE and TLS 1.3, in one table
  lab -v --lang zh            every step explained, in Chinese
  lab --format json           one JSON object a step
  lab run tls/unknown-ca      something goes wrong; `lab list` says what can
  lab read --last tls --log-dir logs      the last recorded run, both ends on one ladder
  lab watch 443 --keylog keys.txt         a browser's handshakes as they happen, opened with its key log
  lab serve                   all of it in a browser: http://127.0.0.1:7070/
  lab notes t4                what the notes say and how it is judged
  lab notes --notes FILE.md --run         your own notes, each sentence checked by runs

C is the client's line, S the server's; an arrow points the way the bytes went.
Marks: t4 as noted, t4≠ differs from the notes, t4~ depends, t4- absent.";

/// The same, as clap has it: for its completions and man pages.
pub(crate) fn words() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_does_nothing_is_an_option_of_a_command() {
        assert_eq!(show::unknown(super::words(), super::IDLE), [""; 0]);
    }

    #[test]
    fn every_option_has_its_help_in_chinese() {
        assert_eq!(show::without_chinese(&super::words()), [""; 0]);
    }
}
