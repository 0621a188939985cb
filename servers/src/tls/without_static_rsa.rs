//! What stands in the place of `static_rsa.rs` where the suite is built without OpenSSL: static RSA is not on offer.

use std::{convert::Infallible, io, net::SocketAddr};

use anyhow::bail;
use tokio::io::{AsyncRead, AsyncWrite};
use watch::{Witness, tls::Watch};

use super::Options;

/// What the server is told of static RSA: nothing.
#[derive(Clone, Debug, clap::Args)]
pub struct RsaOptions {}

impl RsaOptions {
    pub(super) fn address(&self, _: SocketAddr) -> Option<SocketAddr> {
        None
    }
}

/// What every connection with static RSA needs: there is none.
pub(super) struct Acceptor(Infallible);

impl Acceptor {
    pub(super) fn new(_: &Options) -> anyhow::Result<Self> {
        bail!("this program was built without OpenSSL, and nothing else speaks static RSA (feature `rsa-kx`)")
    }

    pub(super) fn watch(&self, _: Witness) -> Watch {
        match self.0 {}
    }

    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, _: S) -> io::Result<S> {
        match self.0 {}
    }

    pub(super) fn complete<S>(&self, _: &S, _: &Watch) {
        match self.0 {}
    }
}
