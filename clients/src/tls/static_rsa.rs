//! Static RSA as the notes tell it (RFC 5246 §7.4.7.1): OpenSSL in rustls's place, one cipher suite, TLS 1.2. rustls
//! rightly refuses it: who records a session and gets the server's key later can read it.

use std::{io, net::IpAddr, pin::Pin};

use anyhow::Context;
use openssl::{
    error::ErrorStack,
    ssl::{Ssl, SslContext, SslContextBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion},
    x509::{X509, store::X509StoreBuilder},
};
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;
use watch::{
    Witness,
    tls::{Watch, static_rsa},
};

/// OpenSSL's name for TLS_RSA_WITH_AES_128_GCM_SHA256.
const CIPHER: &str = "AES128-GCM-SHA256";

/// `SSL_OP_NO_EXTENDED_MASTER_SECRET`, which the `openssl` crate does not name: with that extension (RFC 7627) the
/// master secret is no longer made of the three randoms.
const NO_EXTENDED_MASTER_SECRET: SslOptions = SslOptions::from_bits_retain(1);

/// Makes connections with static RSA.
pub(super) struct Connector {
    context: SslContext,
    insecure: bool,
}

impl Connector {
    /// Trusts `roots`; with `insecure` a refused certificate does not end the connection.
    pub(super) fn new(roots: &[CertificateDer<'_>], insecure: bool) -> anyhow::Result<Self> {
        let context = context(roots).context("OpenSSL refused the configuration")?;
        Ok(Connector { context, insecure })
    }

    /// The handshake with the server that has to prove to be `name`.
    pub(super) async fn connect<S>(&self, name: &str, stream: S) -> io::Result<SslStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut tls =
            SslStream::new(self.ssl(name).map_err(io::Error::other)?, stream).map_err(io::Error::other)?;
        Pin::new(&mut tls).connect().await.map_err(static_rsa::into_io)?;
        Ok(tls)
    }

    /// A watch over a connection of OpenSSL's.
    pub(super) fn watch(&self, witness: Witness) -> Watch {
        Watch::of_openssl(witness, None)
    }

    /// Reports what OpenSSL says of the handshake that is complete.
    pub(super) fn complete<S>(&self, tls: &SslStream<S>, watch: &Watch) {
        watch.openssl_complete(tls.ssl(), None);
    }

    fn ssl(&self, name: &str) -> Result<Ssl, ErrorStack> {
        let mut ssl = Ssl::new(&self.context)?;
        match name.parse::<IpAddr>() {
            Ok(address) => ssl.param_mut().set_ip(address)?,
            Err(_) => {
                ssl.set_hostname(name)?;
                ssl.param_mut().set_host(name)?;
            }
        }
        ssl.set_verify_callback(SslVerifyMode::PEER, static_rsa::verifier(name.to_owned(), self.insecure));
        Ok(ssl)
    }
}

fn context(roots: &[CertificateDer<'_>]) -> Result<SslContext, ErrorStack> {
    let mut context = SslContextBuilder::new(SslMethod::tls_client())?;
    context.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_cipher_list(CIPHER)?;
    // Neither tickets nor renegotiation: the notes have neither.
    context.set_options(NO_EXTENDED_MASTER_SECRET | SslOptions::NO_TICKET | SslOptions::NO_RENEGOTIATION);
    let mut store = X509StoreBuilder::new()?;
    // As with rustls, a CA that does not read is passed over.
    for root in roots.iter().filter_map(|root| X509::from_der(root).ok()) {
        store.add_cert(root)?;
    }
    context.set_cert_store(store.build());
    static_rsa::watch(&mut context);
    Ok(context.build())
}
