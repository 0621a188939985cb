//! What the WebSocket server is told: where to listen, who may come in, and how much is taken. The client's half is in
//! `clients/src/ws/options.rs`.

use std::{net::SocketAddr, path::PathBuf};

use super::Origin;
use crate::Limits;

/// What the WebSocket server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7080", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The address for wss [default: that of --listen, the next port]
    #[arg(long, value_name = "ADDR", conflicts_with = "no_tls")]
    pub listen_tls: Option<SocketAddr>,

    /// Only ws, which needs no keys
    #[arg(long)]
    pub no_tls: bool,

    /// A subprotocol that the server agrees to; may be given several times
    #[arg(long, value_name = "NAME", value_parser = token)]
    pub protocol: Vec<String>,

    /// A page from elsewhere that may connect (scheme, host and port, as in `http://localhost:3000`), or a name under
    /// which browsers reach this server; may be given several times
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub origins: Vec<Origin>,

    /// The longest message that is taken; a longer one ends the connection with code 1009
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    pub max_message: usize,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A subprotocol's name.
fn token(text: &str) -> Result<String, String> {
    if !wire::ws::is_token(text) {
        return Err("letters, digits and the marks !#$%&'*+-.^_`|~".into());
    }
    Ok(text.into())
}
