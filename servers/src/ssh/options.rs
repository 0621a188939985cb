//! What the SSH server is told: where to listen, and who may log in. The client's half is in
//! `clients/src/ssh/options.rs`.

use std::{net::SocketAddr, path::PathBuf};

use russh::kex;

use super::config::kex_name;
use crate::Limits;

/// What the SSH server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7022", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// Whether a password will do where no key does, by `password` and by `keyboard-interactive`
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub password_login: Switch,

    /// The one key exchange method to offer, such as diffie-hellman-group14-sha256 [default: all we have]
    #[arg(long, value_parser = kex_name, value_name = "NAME")]
    pub kex: Option<kex::Name>,

    /// Refusals after which a further attempt ends the connection; the probe without proof counts
    #[arg(long, default_value = "6", value_parser = clap::value_parser!(u16).range(1..), value_name = "N")]
    pub max_auth_tries: u16,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// On or off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    #[allow(missing_docs)]
    On,
    #[default]
    #[allow(missing_docs)]
    Off,
}
