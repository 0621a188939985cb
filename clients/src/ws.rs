//! The WS client.

use crate::Target;

/// What the WS client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "127.0.0.1:7080", value_name = "HOST:PORT")]
    pub target: Target,
}

/// Makes one connection and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(_options: &Options) -> anyhow::Result<()> {
    anyhow::bail!("to come")
}
