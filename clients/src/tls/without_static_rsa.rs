//! What stands in the place of `static_rsa.rs` where the suite is built without OpenSSL: nothing else speaks static RSA.

use std::{convert::Infallible, io};

use anyhow::bail;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use watch::{Witness, tls::Watch};

/// Makes connections with static RSA: there is none.
pub(super) struct Connector(Infallible);

impl Connector {
    pub(super) fn new(_: &[CertificateDer<'_>], _: bool) -> anyhow::Result<Self> {
        bail!("this program was built without OpenSSL, and nothing else speaks static RSA (feature `rsa-kx`)")
    }

    pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(&self, _: &str, _: S) -> io::Result<S> {
        match self.0 {}
    }

    pub(super) fn watch(&self, _: Witness) -> Watch {
        match self.0 {}
    }

    pub(super) fn complete<S>(&self, _: &S, _: &Watch) {
        match self.0 {}
    }
}
