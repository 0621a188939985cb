//! What the notes do not tell of: client certificates, groups, application protocols, resumption.
//!
//! Read beside it: `servers/src/tls/extra_options.rs`, RFC 8446 §2.1 (HelloRetryRequest), §2.2 (resumption) and §4.4.2
//! (client certificates), RFC 7301 (ALPN).

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::ValueEnum;
use rustls::{
    client::ResolvesClientCert,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};
use wire::tls::names::cipher_suite;

/// What the client does beyond the notes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Beyond the notes")]
pub struct ExtraOptions {
    /// The client's certificate chain, in PEM, for a server that asks (mutual TLS); the demo set has client.pem
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub client_cert: Option<PathBuf>,

    /// The key of `--client-cert`, in PEM
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,

    /// Connect twice: the second connection shows the session of the first
    #[arg(long)]
    pub resume: bool,

    /// Only these groups for the key exchange, best first; TLS 1.3 sends a key of the first at once
    #[arg(long, value_enum, value_name = "GROUP")]
    pub group: Vec<Group>,

    /// Only these cipher suites, by their registered names, such as TLS_AES_128_GCM_SHA256
    #[arg(long, value_name = "NAME")]
    pub suite: Vec<String>,

    /// The application protocols to offer, best first [default: http/1.1]
    #[arg(long, value_name = "NAME")]
    pub alpn: Vec<String>,
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
        let asked = self.client_cert.is_some()
            || self.resume
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

    /// The certificate that the client shows when it is asked; none: it shows an empty list.
    pub(super) fn certificate(
        &self,
        provider: &CryptoProvider,
    ) -> anyhow::Result<Option<Arc<dyn ResolvesClientCert>>> {
        let (Some(cert), Some(key)) = (&self.client_cert, &self.client_key) else { return Ok(None) };
        let chain = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("could not read {} (--client-cert wants a PEM file)", cert.display()))?;
        anyhow::ensure!(!chain.is_empty(), "{} holds no certificate", cert.display());
        certs::not_encrypted(key)?;
        let key = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("could not read {} (--client-key wants a PEM file)", key.display()))?;
        let certified = CertifiedKey::from_der(chain, key, provider)
            .context("--client-cert and --client-key do not fit together")?;
        Ok(Some(watch::tls::client_resolver(Arc::new(SingleCertAndKey::from(certified)))))
    }

    /// The application protocols to offer.
    pub(super) fn alpn(&self) -> Vec<Vec<u8>> {
        match self.alpn.as_slice() {
            [] => vec![b"http/1.1".to_vec()],
            named => named.iter().map(|name| name.clone().into_bytes()).collect(),
        }
    }

    /// How often to connect.
    pub(super) fn visits(&self) -> usize {
        if self.resume { 2 } else { 1 }
    }
}
