//! Static RSA as the notes tell it (RFC 5246 §7.4.7.1): OpenSSL in rustls's place, and a certificate whose key
//! decrypts and signs nothing. Nobody deploys it any more: who records a session and gets the key later can read it.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
};

use anyhow::Context;
use openssl::{
    pkey::{PKey, Private},
    rsa::Rsa,
    ssl::{
        NameType, Ssl, SslContext, SslContextBuilder, SslMethod, SslOptions, SslSessionCacheMode, SslVersion,
    },
    x509::X509,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;
use watch::{
    Witness,
    tls::{Watch, static_rsa},
};

use super::{Options, config::advice};

/// What the server is told of static RSA.
#[derive(Clone, Debug, clap::Args)]
pub struct RsaOptions {
    /// The address for static RSA [default: that of --listen, the next port; with --variant none]
    #[arg(long, value_name = "ADDR", conflicts_with = "variant")]
    pub listen_rsa: Option<SocketAddr>,
}

impl RsaOptions {
    /// Where static RSA has a port of its own, beside the one at `listen`.
    #[allow(clippy::unnecessary_wraps)] // as without OpenSSL
    pub(super) fn address(&self, listen: SocketAddr) -> Option<SocketAddr> {
        let port = if listen.port() == 0 { 0 } else { listen.port().wrapping_add(1) };
        Some(self.listen_rsa.unwrap_or(SocketAddr::new(listen.ip(), port)))
    }
}

/// OpenSSL's name for TLS_RSA_WITH_AES_128_GCM_SHA256.
const CIPHER: &str = "AES128-GCM-SHA256";

/// `SSL_OP_NO_EXTENDED_MASTER_SECRET`, which the `openssl` crate does not name: with that extension (RFC 7627) the
/// master secret is no longer made of the three randoms.
const NO_EXTENDED_MASTER_SECRET: SslOptions = SslOptions::from_bits_retain(1);

/// What every connection with static RSA needs.
pub(super) struct Acceptor {
    context: SslContext,
    key: Rsa<Private>,
}

impl Acceptor {
    /// Loads the certificate and its key.
    pub(super) fn new(options: &Options) -> anyhow::Result<Self> {
        let advice = || advice(options);
        let read = |path: &Path| {
            fs::read(path).with_context(|| format!("could not read {} ({})", path.display(), advice()))
        };
        let unfit = |path: &Path| format!("{} cannot be used ({})", path.display(), advice());
        // With two ports `--cert` is that of the first one: few certificates are good for both.
        let alone = options.variant.is_some();
        let given = |path: &Option<PathBuf>| path.clone().filter(|_| alone);
        let cert = given(&options.cert).unwrap_or_else(|| options.certs.join(certs::SERVER_RSA_CERT));
        let key = given(&options.key).unwrap_or_else(|| options.certs.join(certs::SERVER_RSA_KEY));
        let certificate = X509::from_pem(&read(&cert)?).with_context(|| unfit(&cert))?;
        let private = PKey::private_key_from_pem(&read(&key)?).with_context(|| unfit(&key))?;
        let rsa = private.rsa().with_context(|| unfit(&key))?;
        let context = context(&certificate, &private)
            .with_context(|| format!("{} and its key do not fit ({})", cert.display(), advice()))?;
        Ok(Acceptor { context, key: rsa })
    }

    /// A watch that can open the client's pre-master secret.
    pub(super) fn watch(&self, witness: Witness) -> Watch {
        Watch::of_openssl(witness, Some(self.key.clone()))
    }

    /// The handshake.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<SslStream<S>> {
        let ssl = Ssl::new(&self.context).map_err(io::Error::other)?;
        let mut tls = SslStream::new(ssl, stream).map_err(io::Error::other)?;
        Pin::new(&mut tls).accept().await.map_err(static_rsa::into_io)?;
        Ok(tls)
    }

    /// Reports what OpenSSL says of the handshake that is complete.
    pub(super) fn complete<S>(&self, tls: &SslStream<S>, watch: &Watch) {
        watch.openssl_complete(tls.ssl(), tls.ssl().servername(NameType::HOST_NAME));
    }
}

fn context(certificate: &X509, key: &PKey<Private>) -> Result<SslContext, openssl::error::ErrorStack> {
    let mut context = SslContextBuilder::new(SslMethod::tls_server())?;
    context.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_cipher_list(CIPHER)?;
    // Neither tickets nor renegotiation: the notes have neither.
    context.set_options(NO_EXTENDED_MASTER_SECRET | SslOptions::NO_TICKET | SslOptions::NO_RENEGOTIATION);
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    context.set_certificate(certificate)?;
    context.set_private_key(key)?;
    context.check_private_key()?;
    static_rsa::watch(&mut context);
    Ok(context.build())
}
