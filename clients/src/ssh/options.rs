//! What the SSH client is told: whom to visit and as whom, what may prove it, and what to run. The server's half is in
//! `servers/src/ssh/options.rs`.

use std::{path::PathBuf, time::Duration};

use russh::kex;

use super::{Login, Method, Strict, command::seconds, kex_name};

/// What the SSH client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The user and the server; without a port, 7022
    #[arg(default_value = "demo@127.0.0.1:7022", value_name = "USER@HOST[:PORT]")]
    pub target: Login,

    /// What to do about a host key that is not in the file of known hosts
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub strict: Strict,

    /// The file of known hosts [default: known_hosts in the folder of the demo keys, installed in $XDG_STATE_HOME/asnoted]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,

    /// The user's private key [default: id_ed25519 in the folder of the demo keys]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,

    /// Use the keys of ssh-agent (SSH_AUTH_SOCK)
    #[arg(long, conflicts_with = "identity")]
    pub agent: bool,

    /// The ways to log in that are tried, in this order
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "publickey,password,keyboard-interactive",
        hide_possible_values = true,
        value_name = "LIST"
    )]
    pub methods: Vec<Method>,

    /// Passwords, one a line, where nobody can be asked; only its owner may be able to read the file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// The one key exchange method to offer, such as diffie-hellman-group14-sha256 or mlkem768x25519-sha256 [default: all
    /// we have, curve25519-sha256 first]
    #[arg(long, value_parser = kex_name, value_name = "NAME")]
    pub kex: Option<kex::Name>,

    /// Exchange keys once more after the login
    #[arg(long)]
    pub rekey: bool,

    /// How long the command may take, in seconds [default: as long as it takes]
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    pub timeout: Option<Duration>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// The command to run; put `--` before one with options of its own
    #[arg(default_value = "whoami", value_name = "COMMAND")]
    pub command: Vec<String>,
}
