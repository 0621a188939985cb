//! One conversation of a bare pair, as its bytes crossed, and its secrets.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::Context;
use steps::{Side, sync::lock};
use tokio::net::TcpStream;
use watch::{Crossing, Tap};

use super::pair::{Kind, serve, ssh, tcp, tls, ws};

/// What crossed, in order.
type Crossed = Vec<(Side, Vec<u8>)>;

/// A conversation.
pub(crate) struct Recording {
    pub(crate) crossed: Crossed,
    pub(crate) secrets: Vec<Secret>,
}

/// A secret, and whose it is: a client's random, or an SSH client's cookie.
pub(crate) struct Secret {
    pub(crate) label: String,
    pub(crate) of: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

impl Secret {
    /// A key log (RFC 9850).
    pub(crate) fn read(text: &str) -> Vec<Self> {
        let read = |line: &str| {
            let mut words = line.split(' ');
            let mut next = || words.next();
            let (label, of, secret) =
                (next()?.to_owned(), hex::decode(next()?).ok()?, hex::decode(next()?).ok()?);
            Some(Secret { label, of, secret })
        };
        text.lines().filter_map(read).collect()
    }
}

impl Recording {
    /// The secrets as a key log.
    pub(crate) fn secrets(&self) -> String {
        let line =
            |it: &Secret| format!("{} {} {}\n", it.label, hex::encode(&it.of), hex::encode(&it.secret));
        self.secrets.iter().map(line).collect()
    }
}

/// Records one conversation.
pub(crate) async fn record(kind: Kind, certs: &Path) -> anyhow::Result<Recording> {
    let here = serve(kind, None, certs).await?;
    let (crossed, log) = (Arc::<Mutex<Crossed>>::default(), Arc::new(Log::default()));
    let tapped = tap(here, Arc::clone(&crossed)).await?;
    match kind {
        Kind::Tls13 | Kind::Ecdhe => {
            let connector = tls::logging(kind, certs, Arc::clone(&log) as _)?;
            tls::converse(tapped, &connector).await?;
        }
        Kind::Ws => ws::converse(tapped).await?,
        Kind::Ssh => {
            let told = Arc::clone(&log);
            let told = Box::new(move |secret: &[u8]| told.add("SHARED_SECRET", &[], secret));
            ssh::converse(tapped, &ssh::Login::new(certs)?, told).await?;
        }
        Kind::Tcp | Kind::TcpKernel => tcp::converse(tapped).await?,
    }
    let crossed = std::mem::take(&mut *lock(&crossed));
    let mut secrets = std::mem::take(&mut *lock(&log.0));
    if kind == Kind::Ssh {
        let cookie = cookie(&crossed).context("no cookie crossed")?;
        secrets.iter_mut().for_each(|secret| secret.of.clone_from(&cookie));
    }
    Ok(Recording { crossed, secrets })
}

async fn tap(
    server: SocketAddr,
    crossed: Arc<Mutex<Crossed>>,
) -> anyhow::Result<Tap<TcpStream, impl FnMut(Crossing<'_>) + Send + Unpin>> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(Tap::new(stream, move |crossing: Crossing<'_>| {
        let mut crossed = lock(&crossed);
        match crossing {
            Crossing::Wrote(bytes) => crossed.push((Side::Client, bytes.to_vec())),
            Crossing::Read(bytes) => crossed.push((Side::Server, bytes.to_vec())),
            Crossing::Eof => {}
        }
    }))
}

/// Whose secret an SSH conversation wants.
fn cookie(crossed: &[(Side, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut decoder = wire::ssh::Decoder::default();
    crossed.iter().find_map(|(from, bytes)| {
        decoder.push(*from, 0, bytes);
        decoder.client_cookie().map(Vec::from)
    })
}

/// The secrets that the libraries tell.
#[derive(Default)]
struct Log(Mutex<Vec<Secret>>);

impl Log {
    fn add(&self, label: &str, of: &[u8], secret: &[u8]) {
        let (label, of, secret) = (label.to_owned(), of.to_vec(), secret.to_vec());
        lock(&self.0).push(Secret { label, of, secret });
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log(withheld)")
    }
}

impl rustls::KeyLog for Log {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        self.add(label, client_random, secret);
    }
}
