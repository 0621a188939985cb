//! The TLS server: a handshake, one HTTPS request, one small page.
//!
//! ```sh
//! server tls                    # TLS 1.3 and 1.2 on 127.0.0.1:7443
//! server tls --variant ecdhe    # TLS 1.2 only, as deployed
//! ```
//!
//! Read beside it: `clients/src/tls.rs`, the notes' heading "HTTPS TLS 四次握手过程", RFC 8446 §2 (TLS 1.3) and
//! RFC 5246 §7.3 (TLS 1.2).

use std::{io, net::SocketAddr, path::Path, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::ValueEnum;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
};
use steps::{Protocol, Said, Side};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use watch::{Outcome, Started, Witness, tls::Watch};

use crate::{Limits, accept_loop, bind};

mod beyond;

pub use beyond::{Beyond, ClientAuth, Group, Resumption};

/// What the TLS server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7443", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// Only this kind of handshake [default: the client chooses]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,

    /// The folder of the demo keys
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// Another certificate chain, in PEM [default: the demo server's]
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,

    /// The key of `--cert`, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub beyond: Beyond,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// A kind of handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// TLS 1.2 as deployed, with ephemeral keys
    Ecdhe,
    /// TLS 1.3
    Tls13,
}

impl Variant {
    fn label(self) -> &'static str {
        match self {
            Variant::Ecdhe => "ecdhe",
            Variant::Tls13 => "tls13",
        }
    }
}

/// A TLS server that listens.
pub struct Server {
    listener: TcpListener,
    here: SocketAddr,
    connection: Connection,
    limits: Limits,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("here", &self.here).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the port and loads the certificate and its key.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(options: &Options) -> anyhow::Result<Self> {
        certs::ensure_and_say(&options.certs)?;
        let config = config(options)?;
        let listener = bind(options.listen).await?;
        let here = listener.local_addr().context("the listener has lost its address")?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let connection = Connection { acceptor, variant: options.variant, limits: options.limits };
        Ok(Server { listener, here, connection, limits: options.limits })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.here
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let connection = self.connection;
        accept_loop(self.listener, self.limits, stop, move |stream, peer, stop| {
            let (connection, started) = (connection.clone(), Started::now());
            async move { connection.serve(stream, peer, started, stop).await }
        })
        .await
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Connection {
    acceptor: TlsAcceptor,
    variant: Option<Variant>,
    limits: Limits,
}

impl Connection {
    /// One connection from its first byte to its summary.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, started: Started, stop: CancellationToken) {
        let Ok(here) = stream.local_addr() else { return };
        // Without it Nagle and the delayed ACK hold small messages back by 40 ms.
        let _ = stream.set_nodelay(true);
        let variant = self.variant.map(|variant| variant.label().to_owned());
        let witness = Witness::new(Side::Server, Protocol::Tls, variant, (peer, here), started);
        watch::tcp::established(&witness, &stream);
        let watch = Watch::new(witness);
        let outcome = match self.converse(stream, &watch, stop).await {
            Ok(()) => Outcome::Complete,
            Err(why) => Outcome::Failed(why),
        };
        watch.finish(&outcome);
    }

    async fn converse(&self, stream: TcpStream, watch: &Watch, stop: CancellationToken) -> Result<(), Said> {
        let mut tls = tokio::select! {
            () = stop.cancelled() => return Err(stopped()),
            tls = self.handshake(stream, watch) => tls?,
        };
        let request = tokio::select! {
            () = stop.cancelled() => Err(stopped()),
            request = self.read_request(&mut tls, watch) => request,
        };
        // Whatever happened: close_notify, so that the client does not take a cut for an end.
        let answered = match request {
            Ok(Some(request)) => answer(&mut tls, &request).await.map_err(|error| failed(watch, &error)),
            Ok(None) => Ok(()),
            Err(why) => Err(why),
        };
        let closed = self.close(&mut tls).await;
        answered?;
        closed.map_err(|error| failed(watch, &error))
    }

    async fn handshake(
        &self,
        stream: TcpStream,
        watch: &Watch,
    ) -> Result<TlsStream<impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + use<>>, Said> {
        let patience = self.limits.handshake_timeout;
        let stream = watch.tap(stream);
        let accepting = watch.during(async { self.acceptor.accept(stream).await });
        match timeout(patience, accepting).await {
            Ok(Ok(tls)) => {
                let connection = tls.get_ref().1;
                watch.complete(connection, connection.server_name());
                Ok(tls)
            }
            Ok(Err(error)) => Err(failed(watch, &error)),
            Err(_) => Err(watch::tls::hung(watch.witness(), patience)),
        }
    }

    /// The head of the request; none when the client left without asking.
    async fn read_request<S>(&self, tls: &mut S, watch: &Watch) -> Result<Option<String>, Said>
    where
        S: tokio::io::AsyncRead + Unpin,
    {
        /// A request head longer than this is not answered.
        const MOST: usize = 16 * 1024;
        let patience = self.limits.idle_timeout;
        let (mut head, mut part) = (Vec::new(), [0; 2048]);
        loop {
            match timeout(patience, tls.read(&mut part)).await {
                Ok(Ok(0)) if head.is_empty() => return Ok(None),
                Ok(Ok(0)) => {
                    return Err(Said::new(
                        "the client closed in the middle of its request",
                        "客户端在请求发到一半时关闭了连接",
                    ));
                }
                Ok(Ok(n)) => head.extend_from_slice(&part[..n]),
                Ok(Err(error)) => return Err(failed(watch, &error)),
                Err(_) => return Err(watch::tls::hung(watch.witness(), patience)),
            }
            if head.windows(4).any(|end| end == b"\r\n\r\n") {
                return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
            }
            if head.len() > MOST {
                return Err(Said::new(
                    "the client's request head is longer than 16 KiB: is it HTTP?",
                    "客户端的请求头超过 16 KiB：它是 HTTP 吗？",
                ));
            }
        }
    }

    /// Says close_notify, half-closes TCP and waits a while for the client to do the same.
    async fn close<S>(&self, tls: &mut S) -> io::Result<()>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        if let Err(error) = tls.shutdown().await {
            // The client was faster: it has what it wanted, and close_notify has nobody left to reach.
            return match error.kind() {
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::NotConnected => {
                    Ok(())
                }
                _ => Err(error),
            };
        }
        let mut rest = [0; 2048];
        let drain = async {
            // Many clients close TCP without close_notify once they have the whole answer: no fault of this run.
            while let Ok(1..) = tls.read(&mut rest).await {}
        };
        let _ = timeout(std::time::Duration::from_secs(2), drain).await;
        Ok(())
    }
}

/// Answers with a page that any HTTP/1.1 client understands.
async fn answer<S: tokio::io::AsyncWrite + Unpin>(tls: &mut S, request: &str) -> io::Result<()> {
    let mut words = request.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, page) = match (method, path) {
        ("GET" | "HEAD", "/") => ("200 OK", PAGE),
        ("GET" | "HEAD", _) => ("404 Not Found", "There is one page here: /\n"),
        _ => ("405 Method Not Allowed", "Only GET and HEAD are answered here.\n"),
    };
    let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n{allow}\
         Connection: close\r\n\r\n",
        page.len()
    );
    if method != "HEAD" {
        answer.push_str(page);
    }
    tls.write_all(answer.as_bytes()).await?;
    tls.flush().await
}

const PAGE: &str = "<!doctype html><title>TLS</title><p>This page crossed the wire encrypted; \
                    the server's log shows how. 这个页面经过加密传输，过程见服务端日志。</p>\n";

/// The configuration: certificate and key, versions and suites, and the hooks.
fn config(options: &Options) -> anyhow::Result<ServerConfig> {
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not while the first client waits.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow::anyhow!("the system gave no randomness"))?;
    let versions: &[_] = match options.variant {
        None => &[&rustls::version::TLS13, &rustls::version::TLS12],
        Some(Variant::Tls13) => &[&rustls::version::TLS13],
        Some(Variant::Ecdhe) => &[&rustls::version::TLS12],
    };
    // Otherwise suites of the other version would still be on offer.
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    options.beyond.narrow(&mut provider)?;
    let (chain, key) = certificate(options)?;
    let certified = CertifiedKey::from_der(chain, key, &provider)
        .with_context(|| format!("the certificate and its key do not fit ({})", advice(options)))?;
    let certificate: Arc<dyn ResolvesServerCert> = Arc::new(SingleCertAndKey::from(certified));
    let provider = Arc::new(provider);
    let clients = options.beyond.client_verifier(&options.certs.join(certs::CA_CERT), &provider)?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .context("rustls refused the TLS versions")?;
    let config = match clients {
        Some(verifier) => config.with_client_cert_verifier(verifier),
        None => config.with_no_client_auth(),
    };
    let mut config = config.with_cert_resolver(watch::tls::resolver(certificate));
    config.key_log = watch::tls::key_log();
    options.beyond.apply(&mut config)?;
    Ok(config)
}

/// The certificate chain and its key.
fn certificate(options: &Options) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let could_not_read = |path: &Path| format!("could not read {} ({})", path.display(), advice(options));
    let demo = |name: &str| options.certs.join(name);
    let path = options.cert.clone().unwrap_or_else(|| demo(certs::SERVER_CERT));
    let chain = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| could_not_read(&path))?;
    anyhow::ensure!(!chain.is_empty(), "{} holds no certificate ({})", path.display(), advice(options));
    let path = options.key.clone().unwrap_or_else(|| demo(certs::SERVER_KEY));
    let key = PrivateKeyDer::from_pem_file(&path).with_context(|| could_not_read(&path))?;
    Ok((chain, key))
}

/// What to do about a certificate or a key that is of no use.
fn advice(options: &Options) -> String {
    match &options.cert {
        Some(_) => "`--cert` and `--key` want PEM files that belong together".into(),
        None => certs::advice(&options.certs),
    }
}

/// What went wrong, and the word for it in both languages.
fn failed(watch: &Watch, error: &io::Error) -> Said {
    watch::tls::explain(watch.witness(), error)
}

fn stopped() -> Said {
    Said::new("the server was stopped", "服务端已停止")
}
