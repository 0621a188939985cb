//! The side that makes the load: each protocol's library as it is, with nothing in between but an ear for the first
//! bytes that are sent, by which the server's log is checked.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::{Context, ensure};
use futures_util::{SinkExt, StreamExt};
use russh::{
    ChannelMsg, Disconnect,
    client::Handle,
    keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use steps::{Protocol, sync::lock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};
use watch::{Crossing, Tap};

/// What all connections share.
pub(super) enum Client {
    Tcp,
    Tls(TlsConnector),
    Ws,
    Ssh(Arc<russh::client::Config>, Arc<PrivateKey>),
}

impl Client {
    pub(super) fn new(protocol: Protocol, certs: &Path) -> anyhow::Result<Self> {
        Ok(match protocol {
            Protocol::Tcp => Client::Tcp,
            Protocol::Ws => Client::Ws,
            Protocol::Tls => {
                certs::ensure_and_say(certs)?;
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_file(certs.join(certs::CA_CERT))?)?;
                let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                Client::Tls(TlsConnector::from(Arc::new(config)))
            }
            Protocol::Ssh => {
                certs::ensure_and_say(certs)?;
                let path = certs.join(certs::SSH_USER_KEY);
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("could not read {}", path.display()))?;
                Client::Ssh(Arc::default(), Arc::new(PrivateKey::from_openssh(text.as_str())?))
            }
        })
    }

    /// The handshake; for SSH with the login.
    pub(super) async fn handshake(&self, stream: Heard) -> anyhow::Result<Held> {
        Ok(match self {
            Client::Tcp => Held::Tcp(stream),
            Client::Tls(connector) => {
                let name = ServerName::try_from("localhost").context("it is a name")?;
                Held::Tls(Box::new(connector.connect(name, stream).await.context("TLS")?))
            }
            Client::Ws => {
                let (socket, _) = client_async("ws://localhost/", stream).await.context("upgrade")?;
                Held::Ws(Box::new(socket))
            }
            Client::Ssh(config, key) => {
                let connected = russh::client::connect_stream(Arc::clone(config), stream, TrustsAnyone).await;
                let mut session = connected.context("key exchange")?;
                let key = PrivateKeyWithHashAlg::new(Arc::clone(key), None);
                let login = session.authenticate_publickey("demo", key).await.context("login")?;
                ensure!(login.success(), "the login was refused");
                Held::Ssh(session)
            }
        })
    }
}

/// A connection whose handshake is complete.
pub(super) enum Held {
    Tcp(Heard),
    Tls(Box<TlsStream<Heard>>),
    Ws(Box<WebSocketStream<Heard>>),
    Ssh(Handle<TrustsAnyone>),
}

impl Held {
    /// Says a little, hears the answer, and closes as the protocol wants it.
    pub(super) async fn converse(self) -> anyhow::Result<()> {
        match self {
            Held::Tcp(mut stream) => {
                stream.write_all(b"hello\n").await.context("send()")?;
                stream.shutdown().await.context("shutdown()")?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await.context("recv()")?;
                ensure!(
                    answer.starts_with("the server heard 6 bytes"),
                    "an answer of another server: {answer}"
                );
            }
            Held::Tls(mut tls) => {
                let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
                tls.write_all(request).await.context("request")?;
                let mut answer = Vec::new();
                tls.read_to_end(&mut answer).await.context("answer")?;
                ensure!(answer.starts_with(b"HTTP/1."), "no HTTP answer");
                // The server was faster: it has said all it had to say.
                drop(tls.shutdown().await);
            }
            Held::Ws(mut socket) => {
                socket.send(Message::text("hello")).await.context("message")?;
                let answer = socket.next().await.context("no answer")?.context("answer")?;
                ensure!(answer == Message::text("hello"), "another message came back");
                socket.close().await.context("close")?;
                while let Some(Ok(_)) = socket.next().await {}
            }
            Held::Ssh(session) => {
                let mut channel = session.channel_open_session().await.context("channel")?;
                channel.exec(true, "whoami").await.context("exec")?;
                let mut answer = Vec::new();
                while let Some(message) = channel.wait().await {
                    if let ChannelMsg::Data { data } = message {
                        answer.extend_from_slice(&data);
                    }
                }
                ensure!(answer == b"demo\n", "another answer to whoami");
                session.disconnect(Disconnect::ByApplication, "", "").await.context("disconnect")?;
                drop(session.await);
            }
        }
        Ok(())
    }
}

/// The load has no known hosts: whom it reaches is whom it was told.
pub(super) struct TrustsAnyone;

impl russh::client::Handler for TrustsAnyone {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

/// A stream with an ear for what it sends.
pub(super) type Heard = Tap<TcpStream, Box<dyn FnMut(Crossing<'_>) + Send>>;

/// A stream whose first bytes sent are put into `said`.
pub(super) fn heard(stream: TcpStream, said: Arc<Mutex<Vec<u8>>>) -> Heard {
    /// The first message of each protocol ends before.
    const MOST: usize = 4096;
    Tap::new(
        stream,
        Box::new(move |crossing| match crossing {
            Crossing::Wrote(bytes) => {
                let mut said = lock(&said);
                let room = MOST.saturating_sub(said.len());
                said.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Crossing::Read(_) | Crossing::Eof => {}
        }),
    )
}
