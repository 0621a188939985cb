//! The TLS client: a handshake, one HTTPS request, and its answer.
//!
//! ```sh
//! client tls                            # our server, TLS 1.3
//! client tls --variant ecdhe            # TLS 1.2 as deployed
//! client tls example.com:443 --ca /etc/ssl/certs/ca-certificates.crt
//! ```
//!
//! Read beside it: `servers/src/tls.rs`, the notes' heading "HTTPS TLS 四次握手过程", RFC 8446 §2 (TLS 1.3) and
//! RFC 5246 §7.3 (TLS 1.2).

use std::{io, path::Path, path::PathBuf, sync::Arc};

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use rustls::{
    ClientConfig, RootCertStore,
    client::WebPkiServerVerifier,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use steps::{Lang, Protocol, Said, Side};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use watch::{Outcome, Witness, tls::Watch};

use crate::{PATIENCE, Target};

mod beyond;

pub use beyond::{Beyond, Group};

/// What the TLS client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = "127.0.0.1:7443", value_name = "HOST:PORT")]
    pub target: Target,

    /// Only this kind of handshake [default: the server chooses]
    #[arg(long, value_enum)]
    pub variant: Option<Variant>,

    /// The CA to trust, in PEM [default: the demo CA]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// The name to ask for and to find in the certificate [default: HOST]
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,

    /// What to ask for over HTTPS
    #[arg(long, default_value = "/", value_name = "PATH")]
    pub path: String,

    /// The folder of the demo keys
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub beyond: Beyond,
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

/// Makes one connection, or two where the second is to resume the first, and reports each step.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let config = Arc::new(config(options)?);
    let name = options.server_name.as_deref().unwrap_or(&options.target.host);
    let name = ServerName::try_from(name.to_owned())
        .with_context(|| format!("`{name}` is neither a DNS name nor an IP address (see --server-name)"))?;
    if options.path.contains(|c: char| c.is_control() || c == ' ') || !options.path.starts_with('/') {
        bail!("`{}` is no path: it begins with / and holds no blanks", options.path);
    }
    for _ in 0..options.beyond.visits() {
        visit(options, &config, &name).await?;
    }
    Ok(())
}

/// One connection.
async fn visit(
    options: &Options,
    config: &Arc<ClientConfig>,
    name: &ServerName<'static>,
) -> anyhow::Result<()> {
    let (stream, started) = options.target.connect().await?;
    let addresses = stream.local_addr().and_then(|here| Ok((here, stream.peer_addr()?)));
    let addresses = addresses.with_context(|| format!("{} was gone at once", options.target))?;
    let variant = options.variant.map(|variant| variant.label().to_owned());
    let witness = Witness::new(Side::Client, Protocol::Tls, variant, addresses, started);
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(witness);
    match converse(stream, (Arc::clone(config), name.clone()), options, &watch).await {
        Ok(()) => {
            watch.finish(&Outcome::Complete);
            Ok(())
        }
        Err(why) => {
            watch.finish(&Outcome::Failed(why.clone()));
            bail!("{}: {}", options.target, why.in_lang(Lang::En))
        }
    }
}

async fn converse(
    stream: TcpStream,
    (config, name): (Arc<ClientConfig>, ServerName<'static>),
    options: &Options,
    watch: &Watch,
) -> Result<(), Said> {
    let connector = TlsConnector::from(config);
    let mut tls = handshake(stream, &connector, name, watch).await?;
    let answered = request(&mut tls, options, watch).await;
    // Whatever happened: close_notify, so that the server does not take a cut for an end.
    let closed = tls.shutdown().await;
    answered?;
    match closed {
        // The server was faster: it has said all it had to say.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failed(watch, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn handshake(
    stream: TcpStream,
    connector: &TlsConnector,
    name: ServerName<'static>,
    watch: &Watch,
) -> Result<TlsStream<impl AsyncRead + AsyncWrite + Unpin + use<>>, Said> {
    let stream = watch.tap(stream);
    let connecting = watch.during(async { connector.connect(name, stream).await });
    match timeout(PATIENCE, connecting).await {
        Ok(Ok(tls)) => {
            watch.complete(tls.get_ref().1, None);
            Ok(tls)
        }
        Ok(Err(error)) => Err(failed(watch, &error)),
        Err(_) => Err(watch::tls::hung(watch.witness(), PATIENCE)),
    }
}

/// Asks for a page and reads the answer to its end.
async fn request<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &mut S,
    options: &Options,
    watch: &Watch,
) -> Result<(), Said> {
    /// Of a longer answer only the beginning is read.
    const MOST: usize = 256 * 1024;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: handshakes\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        options.path, options.target
    );
    tls.write_all(request.as_bytes()).await.map_err(|error| failed(watch, &error))?;
    let (mut answer, mut part) = (Vec::new(), vec![0; 16 * 1024]);
    while answer.len() < MOST {
        match timeout(PATIENCE, tls.read(&mut part)).await {
            Ok(Ok(0)) => break,
            Ok(Ok(n)) => answer.extend_from_slice(&part[..n]),
            // Closed without close_notify: the length in the head tells whether anything is missing.
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof && is_whole(&answer) => break,
            Ok(Err(error)) => return Err(failed(watch, &error)),
            Err(_) => return Err(watch::tls::hung(watch.witness(), PATIENCE)),
        }
    }
    if answer.starts_with(b"HTTP/1.") {
        return Ok(());
    }
    Err(Said::new(
        "TLS is fine, but what came back is no HTTP/1 answer: is it a web server?",
        "TLS 没有问题，但返回的不是 HTTP/1 应答：它是网站服务器吗？",
    ))
}

/// Whether `answer` has all the bytes that its Content-Length announces.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| answer.len() - end - 4 >= length)
}

/// The configuration: whom to trust, versions and suites, and the hooks.
fn config(options: &Options) -> anyhow::Result<ClientConfig> {
    let mut provider = watch::tls::provider();
    // The generator gathers its seed on first use, which takes a while: not between the SYN and the ClientHello.
    provider.secure_random.fill(&mut [0]).map_err(|_| anyhow!("the system gave no randomness"))?;
    let versions: &[_] = match options.variant {
        None => &[&rustls::version::TLS13, &rustls::version::TLS12],
        Some(Variant::Tls13) => &[&rustls::version::TLS13],
        Some(Variant::Ecdhe) => &[&rustls::version::TLS12],
    };
    // Otherwise suites of the other version would still be on offer.
    provider.cipher_suites.retain(|suite| versions.contains(&suite.version()));
    options.beyond.narrow(&mut provider)?;
    let provider = Arc::new(provider);
    let roots = match &options.ca {
        Some(file) => trusted(file, "--ca wants a PEM file")?,
        None => {
            certs::ensure_and_say(&options.certs)?;
            trusted(&options.certs.join(certs::CA_CERT), &certs::advice(&options.certs))?
        }
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .context("rustls refused the CA")?;
    let certificate = options.beyond.certificate(&provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .context("rustls refused the TLS versions")?
        .dangerous() // the verifier below is rustls's own, with an ear on it
        .with_custom_certificate_verifier(watch::tls::verifier(verifier));
    let mut config = match certificate {
        Some(certificate) => config.with_client_cert_resolver(certificate),
        None => config.with_no_client_auth(),
    };
    config.key_log = watch::tls::key_log();
    config.alpn_protocols = options.beyond.alpn();
    Ok(config)
}

/// The CAs in `file`.
fn trusted(file: &Path, what_to_do: &str) -> anyhow::Result<RootCertStore> {
    let could_not_read = || format!("could not read {} ({what_to_do})", file.display());
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(could_not_read)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found);
    anyhow::ensure!(!roots.is_empty(), "{} holds no usable CA certificate ({what_to_do})", file.display());
    Ok(roots)
}

/// What went wrong, in both languages.
fn failed(watch: &Watch, error: &io::Error) -> Said {
    watch::tls::explain(watch.witness(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_content_length_came() {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n";
        assert!(is_whole(format!("{head}abc").as_bytes()));
        assert!(!is_whole(format!("{head}ab").as_bytes()));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\n\r\nabc"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n"));
    }
}
