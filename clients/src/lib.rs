//! The four clients, each one file that is read beside the server's file of the same name. What they share is
//! here: finding the address and connecting to it.

use std::{io, net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use watch::Started;

pub mod ssh;
pub mod tcp;
pub mod tls;
pub mod ws;

/// How long a client waits for each stage: to connect, to finish the handshake, to be answered.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Where a client connects to: a name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A DNS name or an IP address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let help = || format!("`{text}` is not HOST:PORT, such as localhost:7443 or [::1]:7443");
        let (host, port) = text.rsplit_once(':').ok_or_else(help)?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(bare) => bare,
            None if host.contains(':') => return Err(help()),
            None => host,
        };
        let port = port.parse().map_err(|_| help())?;
        if host.is_empty() || port == 0 {
            return Err(help());
        }
        Ok(Target { host: host.into(), port })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Target { host: address.ip().to_string(), port: address.port() }
    }
}

impl Target {
    /// The addresses behind the name.
    ///
    /// # Errors
    ///
    /// Says which name did not resolve.
    pub async fn resolve(&self) -> anyhow::Result<Vec<SocketAddr>> {
        let found: Vec<_> = lookup_host((self.host.as_str(), self.port))
            .await
            .with_context(|| format!("could not find the address of {} (is the name right?)", self.host))?
            .collect();
        if found.is_empty() {
            bail!("{} has no address", self.host);
        }
        Ok(found)
    }

    /// Connects to the first address that answers; gives the moment before the attempt that succeeded.
    ///
    /// # Errors
    ///
    /// Says which address refused or stayed silent, and what to do.
    pub async fn connect(&self) -> anyhow::Result<(TcpStream, Started)> {
        let mut last = None;
        for address in self.resolve().await? {
            watch::recording::visits(address);
            let started = Started::now();
            match timeout(PATIENCE, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Without it Nagle and the delayed ACK hold small messages back by 40 ms.
                    stream.set_nodelay(true).context("could not set TCP_NODELAY")?;
                    return Ok((stream, started));
                }
                Ok(Err(error)) => last = Some(not_connected(address, &error)),
                Err(_) => {
                    last = Some(anyhow::anyhow!(
                        "{address} did not answer within {} s (wrong address, or a firewall that drops?)",
                        PATIENCE.as_secs()
                    ));
                }
            }
        }
        Err(last.expect("resolve() gives at least one address"))
    }
}

/// The error of a connect() that failed, with what to do.
pub fn not_connected(address: SocketAddr, error: &io::Error) -> anyhow::Error {
    let what_to_do = match error.kind() {
        io::ErrorKind::ConnectionRefused => "nothing listens there; is the server running?",
        io::ErrorKind::TimedOut => "nothing answered; wrong address, or a firewall that drops?",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "no way there; is the address right?"
        }
        _ => "is the address right?",
    };
    anyhow::anyhow!("could not connect to {address}: {error} ({what_to_do})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_reads_back_as_written() {
        for good in ["localhost:7443", "127.0.0.1:1", "[::1]:7022", "tls-server:65535"] {
            assert_eq!(good.parse::<Target>().unwrap().to_string(), good);
        }
        for bad in ["localhost", "::1:80", ":80", "host:0", "host:65536", "host:ssh", ""] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
