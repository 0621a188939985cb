//! What the TLS client is told: whom to visit, the kind of handshake, and whom to trust. What it does beyond the notes is in
//! `extra_options.rs`, the server's half in `servers/src/tls/options.rs`.

use std::path::PathBuf;

use clap::ValueEnum;
use steps::tls::reason::{self, Given, Program};

use super::{ExtraOptions, Place};
use crate::Target;

/// What the TLS client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[allow(rustdoc::broken_intra_doc_links)] // brackets as a usage line has them
    /// The server, or https://HOST[:PORT]/PATH; our servers' port where none is given: 7443, with --variant rsa 7444
    #[arg(default_value = "127.0.0.1", value_name = "HOST[:PORT]")]
    pub place: Place,

    /// Only this kind of handshake [default: the server chooses]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,

    /// The CA to trust, in PEM [default: the demo CA]
    #[arg(long, value_name = "FILE", conflicts_with = "system_roots")]
    pub ca: Option<PathBuf>,

    /// Trust the CAs that this machine trusts, for servers that are not ours
    #[arg(long)]
    pub system_roots: bool,

    /// Go on although the certificate is refused. Whoever answers may be anyone
    #[arg(long)]
    pub insecure: bool,

    /// The name to ask for and to find in the certificate [default: HOST]
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,

    /// What to ask for over HTTPS [default: the path of the URL, else /]
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub extra: ExtraOptions,

    /// What `--why` leaves out of the ClientHello.
    #[arg(skip)]
    pub(crate) without: Without,
}

/// What a ClientHello is sent without, to see whether it does better.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Without {
    /// The name that is asked for (SNI).
    pub(crate) sni: bool,
    /// The application protocols.
    pub(crate) alpn: bool,
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

impl Options {
    /// The server with its port.
    pub(crate) fn target(&self) -> Target {
        let port = match self.variant {
            Some(Variant::Rsa) => 7444,
            Some(Variant::Ecdhe | Variant::Tls13) | None => 7443,
        };
        let target = &self.place.target;
        match target.port {
            0 => Target { port, ..target.clone() },
            _ => target.clone(),
        }
    }

    /// What is asked for.
    pub(super) fn path(&self) -> &str {
        self.path.as_deref().or(self.place.path.as_deref()).unwrap_or("/")
    }

    /// The host that is asked for over HTTP: the one of the certificate, as SNI named it (RFC 9110 §7.2).
    pub(super) fn host(&self) -> String {
        let target = self.target();
        let host = Target { host: self.server_name.clone().unwrap_or(target.host), ..target };
        match host.port {
            443 => host.to_string().trim_end_matches(":443").to_owned(),
            _ => host.to_string(),
        }
    }

    /// What the rules shall know of these options that say why a connection failed.
    pub(super) fn given(&self) -> Given {
        Given {
            variant: self.variant.map(Variant::given),
            suite: !self.extra.suite.is_empty(),
            group: !self.extra.group.is_empty(),
            alpn: !self.extra.alpn.is_empty(),
            server_name: self.server_name.is_some(),
            client_cert: self.extra.client_cert.is_some(),
            ..Given::nothing(Program::Client)
        }
    }
}
