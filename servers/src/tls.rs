//! The TLS server: a handshake, one HTTPS request, one small page.
//!
//! ```sh
//! server tls                    # TLS 1.3 and 1.2 on 127.0.0.1:7443, static RSA on the next port
//! server tls --variant ecdhe    # TLS 1.2 only, as deployed
//! ```
//!
//! Read beside it: `clients/src/tls.rs`, the notes' heading "HTTPS TLS 四次握手过程", RFC 8446 §2 (TLS 1.3) and
//! RFC 5246 §7.3 (TLS 1.2).

use std::{future::Future, io, net::SocketAddr, path::Path, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::ValueEnum;
use rustls::{
    ServerConfig, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::ResolvesServerCert,
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use steps::{
    Protocol, Reason, Side,
    tls::reason::{self, End, Given, Program},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use watch::{
    Outcome, Session, Started, Witness,
    tls::{Prompt, Watch},
};

use crate::{Limits, accept_loop, bind};

mod beyond;
#[cfg(feature = "rsa-kx")]
mod rsa;

pub use beyond::{Beyond, ClientAuth, Group, Resumption};

/// What the TLS server is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:7443", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The address for static RSA [default: that of --listen, the next port; with --variant none]
    #[cfg(feature = "rsa-kx")]
    #[arg(long, value_name = "ADDR", conflicts_with = "variant")]
    pub listen_rsa: Option<SocketAddr>,

    /// Only this kind of handshake, and one port [default: the client chooses]
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
    /// TLS 1.2 with static RSA, as the notes tell it
    #[cfg(feature = "rsa-kx")]
    Rsa,
    /// TLS 1.2 as deployed, with ephemeral keys
    Ecdhe,
    /// TLS 1.3
    Tls13,
}

impl Variant {
    fn label(self) -> &'static str {
        match self {
            #[cfg(feature = "rsa-kx")]
            Variant::Rsa => "rsa",
            Variant::Ecdhe => "ecdhe",
            Variant::Tls13 => "tls13",
        }
    }

    /// The same as the rules know it that say why a connection failed.
    fn given(self) -> reason::Variant {
        match self {
            #[cfg(feature = "rsa-kx")]
            Variant::Rsa => reason::Variant::Rsa,
            Variant::Ecdhe => reason::Variant::Tls12,
            Variant::Tls13 => reason::Variant::Tls13,
        }
    }
}

/// A TLS server that listens.
pub struct Server {
    port: Port,
    /// Static RSA has a port of its own: no client that has something better would choose it.
    rsa: Option<Port>,
    limits: Limits,
}

/// A listener, and what its connections need.
struct Port {
    listener: TcpListener,
    here: SocketAddr,
    connection: Connection,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("here", &self.port.here).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the ports and loads the certificates and their keys.
    ///
    /// # Errors
    ///
    /// Says what could not be bound or read, and what to do.
    pub async fn bind(options: &Options, session: &Session) -> anyhow::Result<Self> {
        certs::ensure_and_say(&options.certs)?;
        let port = Port::bind(session, options.listen, options, options.variant).await?;
        #[cfg(feature = "rsa-kx")]
        let rsa = match options.variant {
            None => {
                let next = SocketAddr::new(
                    options.listen.ip(),
                    match options.listen.port() {
                        0 => 0,
                        port => port.wrapping_add(1),
                    },
                );
                let address = options.listen_rsa.unwrap_or(next);
                let listening = Port::bind(session, address, options, Some(Variant::Rsa));
                Some(
                    listening
                        .await
                        .context("no port for static RSA (see --listen-rsa; --variant goes without)")?,
                )
            }
            Some(_) => None,
        };
        #[cfg(not(feature = "rsa-kx"))]
        let rsa = None;
        Ok(Server { port, rsa, limits: options.limits })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.port.here
    }

    /// The address of static RSA, where that has one of its own.
    pub fn local_addr_rsa(&self) -> Option<SocketAddr> {
        self.rsa.as_ref().map(|port| port.here)
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// When the listener breaks.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let serve = |port: Port| {
            let connection = port.connection;
            accept_loop(port.listener, self.limits, stop.clone(), move |stream, peer, stop| {
                let (connection, started) = (connection.clone(), Started::now());
                async move { connection.serve(stream, peer, started, stop).await }
            })
        };
        match self.rsa.map(serve) {
            None => serve(self.port).await,
            Some(rsa) => tokio::try_join!(serve(self.port), rsa).map(|_| ()),
        }
    }
}

impl Port {
    async fn bind(
        session: &Session,
        address: SocketAddr,
        options: &Options,
        variant: Option<Variant>,
    ) -> anyhow::Result<Self> {
        let acceptor = match variant {
            #[cfg(feature = "rsa-kx")]
            Some(Variant::Rsa) => {
                if options.variant.is_some() {
                    options.beyond.not_with_static_rsa()?;
                }
                Acceptor::OpenSsl(Arc::new(rsa::Acceptor::new(options)?))
            }
            None => Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &BOTH)?))),
            Some(Variant::Ecdhe) => {
                Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &[&TLS12])?)))
            }
            Some(Variant::Tls13) => {
                Acceptor::Rustls(TlsAcceptor::from(Arc::new(config(options, &[&TLS13])?)))
            }
        };
        let listener = bind(session, address).await?;
        let here = listener.local_addr().context("the listener has lost its address")?;
        let given = Given {
            variant: variant.map(Variant::given),
            // Nobody asked for this port: it stands beside the other.
            beside: variant.is_some() && options.variant.is_none(),
            suite: !options.beyond.suite.is_empty(),
            group: !options.beyond.group.is_empty(),
            alpn: !options.beyond.alpn.is_empty(),
            client_auth: options.beyond.client_auth.is_some(),
            ..Given::nothing(Program::Server)
        };
        Ok(Port {
            listener,
            here,
            connection: Connection {
                session: session.clone(),
                acceptor,
                variant,
                given,
                limits: options.limits,
            },
        })
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Connection {
    session: Session,
    acceptor: Acceptor,
    variant: Option<Variant>,
    given: Given,
    limits: Limits,
}

/// The library that makes the handshake.
#[derive(Clone)]
enum Acceptor {
    Rustls(TlsAcceptor),
    #[cfg(feature = "rsa-kx")]
    OpenSsl(Arc<rsa::Acceptor>),
}

impl Connection {
    /// One connection from its first byte to its summary.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, started: Started, stop: CancellationToken) {
        let Ok(here) = stream.local_addr() else { return };
        // Without it Nagle and the delayed ACK hold small messages back by 40 ms.
        let _ = stream.set_nodelay(true);
        let variant = self.variant.map(|variant| variant.label().to_owned());
        let witness =
            Witness::new(&self.session, Side::Server, Protocol::Tls, variant, (peer, here), started);
        watch::tcp::established(&witness, &stream);
        let watch = match &self.acceptor {
            Acceptor::Rustls(_) => Watch::new(witness),
            #[cfg(feature = "rsa-kx")]
            Acceptor::OpenSsl(acceptor) => acceptor.watch(witness),
        };
        let watch = watch.told(self.given.clone());
        let outcome = match self.converse(stream, &watch, stop).await {
            Ok(()) => Outcome::Complete,
            Err(why) => Outcome::Failed(Box::new(why)),
        };
        watch.finish(&outcome);
    }

    async fn converse(
        &self,
        stream: TcpStream,
        watch: &Watch,
        stop: CancellationToken,
    ) -> Result<(), Reason> {
        let stream = watch.tap(stream);
        match &self.acceptor {
            Acceptor::Rustls(acceptor) => {
                let accepting = async {
                    match acceptor.accept(stream).into_fallible().await {
                        Ok(tls) => Ok(tls),
                        Err((error, mut stream)) => {
                            tell(&mut stream, watch, &error).await;
                            Err(error)
                        }
                    }
                };
                let tls = self.handshake(accepting, watch, &stop).await?;
                let connection = tls.get_ref().1;
                watch.complete(connection, connection.server_name());
                self.one_page(Prompt(tls), watch, &stop).await
            }
            #[cfg(feature = "rsa-kx")]
            Acceptor::OpenSsl(acceptor) => {
                let tls = self.handshake(acceptor.accept(stream), watch, &stop).await?;
                watch.openssl_complete(tls.ssl(), tls.ssl().servername(openssl::ssl::NameType::HOST_NAME));
                self.one_page(Prompt(tls), watch, &stop).await
            }
        }
    }

    /// The library's handshake, for as long as the server waits.
    async fn handshake<T>(
        &self,
        accepting: impl Future<Output = io::Result<T>>,
        watch: &Watch,
        stop: &CancellationToken,
    ) -> Result<T, Reason> {
        let patience = self.limits.handshake_timeout;
        let accepted = tokio::select! {
            () = stop.cancelled() => return Err(watch.why(End::Stopped)),
            accepted = timeout(patience, watch.during(accepting)) => accepted,
        };
        match accepted {
            Ok(Ok(tls)) => Ok(tls),
            Ok(Err(error)) => Err(watch.explain(&error)),
            Err(_) => Err(watch.why(End::Silent(patience))),
        }
    }

    /// A request, its answer, and the end.
    async fn one_page<S>(&self, mut tls: S, watch: &Watch, stop: &CancellationToken) -> Result<(), Reason>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let request = tokio::select! {
            () = stop.cancelled() => Err(watch.why(End::Stopped)),
            request = self.read_request(&mut tls, watch) => request,
        };
        // Whatever happened: close_notify, so that the client does not take a cut for an end.
        let answered = match request {
            Ok(Some(request)) => answer(&mut tls, &request).await.map_err(|error| watch.explain(&error)),
            Ok(None) => Ok(()),
            Err(why) => Err(why),
        };
        // The answer is out: what is left to come is the client's farewell, and whatever it is, it changes nothing.
        self.close(&mut tls).await;
        answered
    }

    /// The head of the request; none when the client left without asking.
    async fn read_request<S>(&self, tls: &mut S, watch: &Watch) -> Result<Option<String>, Reason>
    where
        S: tokio::io::AsyncRead + Unpin,
    {
        /// A request head longer than this is not answered.
        const MOST: usize = 1024 * KIB as usize;
        const KIB: u32 = 16;
        let patience = self.limits.idle_timeout;
        // For the whole head: who sends a byte now and then would stay for ever.
        let until = Instant::now() + patience;
        let (mut head, mut part) = (Vec::new(), [0; 2048]);
        loop {
            match timeout_at(until, tls.read(&mut part)).await {
                Ok(Ok(0)) if watch.peer_said_close_notify() == Some(false) => return Err(watch.why(End::Cut)),
                Ok(Ok(0)) if head.is_empty() => return Ok(None),
                Ok(Ok(0)) => return Err(watch.why(End::Unfinished)),
                Ok(Ok(n)) => head.extend_from_slice(&part[..n]),
                Ok(Err(error)) => return Err(watch.explain(&error)),
                Err(_) => return Err(watch.why(End::Silent(patience))),
            }
            if head.windows(4).any(|end| end == b"\r\n\r\n") {
                return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
            }
            if head.len() > MOST {
                return Err(watch.why(End::HeadTooLong(KIB)));
            }
        }
    }

    /// Says close_notify, half-closes TCP and waits a while for the client to do the same.
    async fn close<S>(&self, tls: &mut S)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        // The client may have been faster: close_notify has nobody left to reach then. What it said stays to be read.
        let _ = tls.shutdown().await;
        let mut rest = [0; 2048];
        let drain = async {
            // Many clients close TCP without close_notify once they have the whole answer: no fault of this run.
            while let Ok(1..) = tls.read(&mut rest).await {}
        };
        let _ = timeout(std::time::Duration::from_secs(2), drain).await;
    }
}

/// The alert that RFC 5246 §7.2 and RFC 8446 §6.2 want where the library gave up without one.
async fn tell<S: tokio::io::AsyncWrite + Unpin>(stream: &mut S, watch: &Watch, error: &io::Error) {
    if let Some(alert) = watch.owed_alert(&watch.ended(error)) {
        let _ = stream.write_all(&alert).await; // who is gone need not be told
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

/// Both versions that rustls speaks.
const BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];

/// The configuration: certificate and key, versions and suites, and the hooks.
fn config(options: &Options, versions: &[&'static SupportedProtocolVersion]) -> anyhow::Result<ServerConfig> {
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not while the first client waits.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow::anyhow!("the system gave no randomness"))?;
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
    certs::not_encrypted(&path)?;
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
