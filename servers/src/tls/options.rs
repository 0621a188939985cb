//! What the TLS server is told: where to listen, the kind of handshake, certificate and key. What it does beyond the notes
//! is in `extra_options.rs`, the client's half in `clients/src/tls/options.rs`.

use std::{net::SocketAddr, path::PathBuf};

use clap::ValueEnum;
use steps::tls::reason;

use super::{ExtraOptions, RsaOptions};
use crate::Limits;

/// What the TLS server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7443", value_name = "ADDR")]
    pub listen: SocketAddr,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub rsa: RsaOptions,

    /// Only this kind of handshake, and one port [default: the client chooses]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// Another certificate chain, in PEM [default: the demo server's]
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,

    /// The key of `--cert`, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub extra: ExtraOptions,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A kind of handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// TLS 1.2 with static RSA, as the notes tell it
    #[cfg_attr(not(feature = "rsa-kx"), value(skip))]
    Rsa,
    /// TLS 1.2 as deployed, with ephemeral keys
    Ecdhe,
    /// TLS 1.3
    Tls13,
}

impl Variant {
    pub(super) fn label(self) -> &'static str {
        match self {
            Variant::Rsa => "rsa",
            Variant::Ecdhe => "ecdhe",
            Variant::Tls13 => "tls13",
        }
    }

    /// The same as the rules know it that say why a connection failed.
    pub(super) fn given(self) -> reason::Variant {
        match self {
            Variant::Rsa => reason::Variant::Rsa,
            Variant::Ecdhe => reason::Variant::Tls12,
            Variant::Tls13 => reason::Variant::Tls13,
        }
    }
}
