//! What the notes do not tell of: client certificates, groups, application protocols, tickets.
//!
//! Read beside it: `clients/src/tls/extra_options.rs`, RFC 8446 §2.1 (HelloRetryRequest), §2.2 (resumption) and §4.4.2
//! (client certificates), RFC 7301 (ALPN).

use std::{path::Path, sync::Arc};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
};
use wire::tls::names::cipher_suite;

/// What the server does beyond the notes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Beyond the notes")]
pub struct ExtraOptions {
    /// Ask the client for a certificate (mutual TLS), and whether to insist on one
    #[arg(long, value_enum, value_name = "WHETHER")]
    pub client_auth: Option<ClientAuth>,

    /// Only these groups for the key exchange, best first; a TLS 1.3 client that guessed another one is asked again
    #[arg(long, value_enum, value_name = "GROUP")]
    pub group: Vec<Group>,

    /// Only these cipher suites, by their registered names, such as TLS_AES_128_GCM_SHA256
    #[arg(long, value_name = "NAME")]
    pub suite: Vec<String>,

    /// The application protocols, best first [default: http/1.1, http/1.0]
    #[arg(long, value_name = "NAME")]
    pub alpn: Vec<String>,

    /// How a session can be resumed
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub resumption: Resumption,
}

/// Whether a client needs a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClientAuth {
    /// A client without one is served, too
    Request,
    /// A client without one is refused
    Require,
}

/// Who remembers a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Resumption {
    /// The server: the client shows an ID
    #[default]
    Id,
    /// The client: it keeps the session in a ticket that only the server can read
    Ticket,
    /// Nobody: each handshake is a full one
    No,
}

/// A group for the key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Curve25519
    #[value(name = "x25519")]
    X25519,
    /// P-256
    #[value(name = "secp256r1")]
    Secp256r1,
    /// P-384
    #[value(name = "secp384r1")]
    Secp384r1,
    /// Curve25519 and ML-KEM together, against quantum computers to come (TLS 1.3)
    #[value(name = "x25519mlkem768", alias = "X25519MLKEM768")]
    X25519Mlkem768,
}

impl Group {
    fn named(self) -> rustls::NamedGroup {
        match self {
            Group::X25519 => rustls::NamedGroup::X25519,
            Group::Secp256r1 => rustls::NamedGroup::secp256r1,
            Group::Secp384r1 => rustls::NamedGroup::secp384r1,
            Group::X25519Mlkem768 => rustls::NamedGroup::X25519MLKEM768,
        }
    }
}

impl ExtraOptions {
    /// OpenSSL makes that handshake, and as the notes tell it: without any of this.
    pub(super) fn not_with_static_rsa(&self) -> anyhow::Result<()> {
        let asked = self.client_auth.is_some()
            || self.resumption != Resumption::Id
            || !(self.group.is_empty() && self.suite.is_empty() && self.alpn.is_empty());
        anyhow::ensure!(
            !asked,
            "static RSA runs as the notes tell it, without options beyond them (see --variant)"
        );
        Ok(())
    }

    /// Leaves the groups and the suites that are asked for, in that order.
    pub(super) fn narrow(&self, provider: &mut CryptoProvider) -> anyhow::Result<()> {
        if !self.group.is_empty() {
            let known = std::mem::take(&mut provider.kx_groups);
            let find = |group: &Group| known.iter().find(|known| known.name() == group.named()).copied();
            provider.kx_groups = self.group.iter().filter_map(find).collect();
        }
        if !self.suite.is_empty() {
            let known = std::mem::take(&mut provider.cipher_suites);
            for name in &self.suite {
                let suite = known.iter().find(|known| cipher_suite(known.suite().into()) == *name);
                let names =
                    || known.iter().map(|known| cipher_suite(known.suite().into())).collect::<Vec<_>>();
                let suite = suite.with_context(|| {
                    format!("no suite here is called {name}, only {}", names().join(", "))
                })?;
                provider.cipher_suites.push(*suite);
            }
        }
        Ok(())
    }

    /// Who checks the certificates of clients; none: they are not asked for any.
    pub(super) fn client_verifier(
        &self,
        ca: &Path,
        provider: &Arc<CryptoProvider>,
    ) -> anyhow::Result<Option<Arc<dyn ClientCertVerifier>>> {
        let Some(asks) = self.client_auth else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        let found = CertificateDer::pem_file_iter(ca)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("could not read {}", ca.display()))?;
        roots.add_parsable_certificates(found);
        ensure!(!roots.is_empty(), "{} holds no usable CA certificate", ca.display());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let verifier = match asks {
            ClientAuth::Request => verifier.allow_unauthenticated(),
            ClientAuth::Require => verifier,
        };
        let verifier = verifier.build().context("rustls refused the CA of the clients")?;
        Ok(Some(watch::tls::client_verifier(verifier)))
    }

    /// The rest.
    pub(super) fn apply(&self, config: &mut ServerConfig) -> anyhow::Result<()> {
        config.alpn_protocols = match self.alpn.as_slice() {
            // As nginx has them: the answer suits a client of either.
            [] => vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()],
            named => named.iter().map(|name| name.clone().into_bytes()).collect(),
        };
        match self.resumption {
            Resumption::Id => {} // rustls's default: it remembers the last 256 sessions
            Resumption::Ticket => {
                config.ticketer =
                    aws_lc_rs::Ticketer::new().context("could not make the key of the tickets")?;
            }
            Resumption::No => {
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.send_tls13_tickets = 0;
            }
        }
        Ok(())
    }
}
