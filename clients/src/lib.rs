//! The four clients, each one file that is read beside the server's file of the same name. What they share is
//! here: finding the address and connecting to it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use steps::{
    Said,
    tcp::reason::{Attempt, Refusal, to_itself},
};
use tokio::net::{TcpStream, lookup_host};
use watch::{Session, Started};

mod dial;
mod lang;

pub mod program;
pub mod ssh;
pub mod tcp;
pub mod tls;
pub mod why;
pub mod ws;

/// The sentence, in both languages, for a failure that no log reports: no connection came about, or the connection did
/// what was asked of it and the command failed. `None`: another failure.
pub fn said(cause: &(dyn std::error::Error + 'static)) -> Option<Said> {
    let not_connected = cause.downcast_ref::<dial::NotConnected>().map(|failed| failed.reason().said());
    not_connected.or_else(|| cause.downcast_ref::<ssh::CommandFailed>().map(|failed| failed.said.clone()))
}

/// What `error` and its causes say, in both languages as far as they are known.
pub fn told(error: &anyhow::Error) -> Said {
    Said::each(|lang| {
        show::causes_in(error.chain(), lang, |cause| said(cause).map(|said| said.in_lang(lang).to_owned()))
    })
}

/// How long a client waits for each stage: to connect, to finish the handshake, to be answered.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Where a client connects to: a name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A DNS name or an IP address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The one address to connect to, whatever others the name has.
    pub at: Option<SocketAddr>,
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
        Ok(Target { host: host.into(), port, at: None })
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
        Target { host: address.ip().to_string(), port: address.port(), at: None }
    }
}

impl Target {
    /// The addresses behind the name.
    ///
    /// # Errors
    ///
    /// Says which name did not resolve.
    pub async fn resolve(&self) -> anyhow::Result<Vec<SocketAddr>> {
        if let Some(at) = self.at {
            return Ok(vec![at]);
        }
        let found: Vec<_> = lookup_host((self.host.as_str(), self.port))
            .await
            .with_context(|| format!("could not find the address of {} (is the name right?)", self.host))?
            .collect();
        if found.is_empty() {
            bail!("{} has no address", self.host);
        }
        Ok(found)
    }

    /// Connects to the first address that answers, for a connection of `session`; gives the moment before the attempt that
    /// succeeded. An address that takes its time is not waited for: the next is tried beside it.
    ///
    /// # Errors
    ///
    /// Says of each address why it led to no connection, and what to do.
    pub async fn connect(&self, session: &Session) -> anyhow::Result<(TcpStream, Started)> {
        let connected = dial::race(self.resolve().await?, async |address, mut overtaken| {
            session.visits(address);
            let started = Started::now();
            let failed = match dial::begin(address, |_no_options| Ok(()))? {
                Err(failed) => failed,
                Ok(stream) => tokio::select! {
                    answered = dial::answered(&stream, address, PATIENCE) => match answered {
                        Ok(()) if stream.local_addr().is_ok_and(|here| here == address) => {
                            bail!("{}", to_itself(address).said().en);
                        }
                        Ok(()) => return Ok(Ok((stream, started))),
                        Err(failed) => failed,
                    },
                    by = overtaken.by() => return Ok(Err(Attempt { address, how: Refusal::Overtaken(by) })),
                },
            };
            Ok(Err(Attempt { address, how: failed.how }))
        });
        Ok(connected.await??)
    }
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
