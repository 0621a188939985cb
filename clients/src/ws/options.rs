//! What the WebSocket client is told: whom to visit, and what to ask for. The server's half is in
//! `servers/src/ws/options.rs`.

use std::path::PathBuf;

use super::Url;

/// What the WebSocket client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "ws://127.0.0.1:7080/", value_name = "URL")]
    pub url: Url,

    /// A subprotocol to ask for; may be given several times, the favourite first
    #[arg(long, value_name = "NAME", value_parser = token)]
    pub protocol: Vec<String>,

    /// Send the text in this many frames
    #[arg(long, value_name = "N", default_value = "1", value_parser = fragments)]
    pub fragments: usize,

    /// With wss: only TLS 1.2, which takes two round trips
    #[arg(long)]
    pub tls12: bool,

    /// With wss: the CA to trust, in PEM [default: the demo CA]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// What `--why` changes in the request.
    #[arg(skip)]
    pub(crate) changed: Changed,
}

/// How a request differs from the usual one, to see whether it does better.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changed {
    /// The page that asks, as a browser names it.
    pub(crate) origin: Option<String>,
    /// The extensions on offer.
    pub(crate) extensions: Option<&'static str>,
    /// Nothing is said after the upgrade but the end.
    pub(crate) no_frames: bool,
}

/// A subprotocol's name.
fn token(text: &str) -> Result<String, String> {
    if !wire::ws::is_token(text) {
        return Err("letters, digits and the marks !#$%&'*+-.^_`|~".into());
    }
    Ok(text.into())
}

fn fragments(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=13) => Ok(n),
        _ => Err("a number from 1 to 13: the text has 13 bytes".into()),
    }
}
