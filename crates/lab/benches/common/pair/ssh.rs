//! SSH by russh: key exchange, login by public key, one command, DISCONNECT.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use russh::{
    Channel, ChannelId, ChannelMsg, Disconnect, Names, Preferred,
    client::{Handle, connect_stream},
    kex,
    keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate},
    server::{Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey, run_stream},
};
use steps::{Protocol, Side};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use watch::{
    Outcome, Started, Witness,
    ssh::{ClientCalls, HostKeyDecision, ServerCalls, tap},
};

use super::Held;

const USER: &str = "demo";

/// Without the hybrid, of whose secret russh hands over one half: the packets are opened.
const KEX: &[kex::Name] = &[kex::CURVE25519];

/// What all connections of a server share.
pub(crate) struct Shared {
    config: Arc<russh::server::Config>,
    user: PublicKey,
}

impl Shared {
    pub(crate) fn new(certs: &Path) -> anyhow::Result<Self> {
        let config = russh::server::Config {
            keys: vec![PrivateKey::read_openssh_file(certs.join(certs::SSH_HOST_KEY))?],
            auth_rejection_time_initial: Some(Duration::ZERO),
            inactivity_timeout: None,
            ..russh::server::Config::default()
        };
        let user = PublicKey::read_openssh_file(certs.join(certs::SSH_USER_PUB))?;
        Ok(Shared { config: Arc::new(config), user })
    }
}

pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    watched: Option<watch::Session>,
) -> anyhow::Result<()> {
    let config = Arc::clone(&shared.config);
    let Some(session) = watched else {
        return Ok(run_stream(config, stream, Server { shared, calls: None }).await?.await?);
    };
    let ends = (peer, stream.local_addr()?);
    let witness = Witness::new(&session, Side::Server, Protocol::Ssh, None, ends, Started::now());
    watch::tcp::established(&witness, &stream);
    let (tapped, line) = tap(stream, &witness);
    let calls = Some(ServerCalls::new(&witness, &line));
    run_stream(config, tapped, Server { shared, calls }).await?.await?;
    witness.finish(&Outcome::Complete);
    Ok(())
}

struct Server {
    shared: Arc<Shared>,
    calls: Option<ServerCalls>,
}

impl Server {
    fn told(&self, tell: impl FnOnce(&ServerCalls)) {
        if let Some(calls) = &self.calls {
            tell(calls);
        }
    }

    fn verdict(&self, key: &PublicKey) -> Auth {
        if key.key_data() == self.shared.user.key_data() { Auth::Accept } else { Auth::reject() }
    }
}

impl russh::server::Handler for Server {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        let answer = self.verdict(offer.public_key);
        let left = self.shared.config.methods.clone();
        self.told(|calls| calls.publickey_query(user, offer, &answer, &left));
        Ok(answer)
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let answer = self.verdict(key.public_key);
        self.told(|calls| calls.publickey_signature(user, key, &answer));
        Ok(answer)
    }

    async fn auth_succeeded(&mut self, _: &mut Session) -> Result<(), russh::Error> {
        self.told(ServerCalls::auth_success);
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.told(|calls| calls.channel_open(channel.id(), "session", true));
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.told(|calls| calls.exec(channel, command));
        session.channel_success(channel)?;
        session.data(channel, format!("{USER}\n").into_bytes())?;
        session.exit_status_request(channel, 0)?;
        session.eof(channel)?;
        session.close(channel)
    }

    async fn channel_eof(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.told(|calls| calls.channel_eof(channel));
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.told(|calls| calls.channel_close(channel));
        Ok(())
    }
}

/// With what the client logs in.
pub(crate) struct Login {
    config: Arc<russh::client::Config>,
    key: Arc<PrivateKey>,
}

impl Login {
    pub(crate) fn new(certs: &Path) -> anyhow::Result<Self> {
        let preferred = Preferred { kex: KEX.into(), ..Preferred::DEFAULT };
        let config = russh::client::Config { preferred, ..russh::client::Config::default() };
        let key = PrivateKey::read_openssh_file(certs.join(certs::SSH_USER_KEY))?;
        Ok(Login { config: Arc::new(config), key: Arc::new(key) })
    }
}

/// Gives the moment at which the login was complete.
pub(crate) async fn visit(
    stream: TcpStream,
    login: &Login,
    watched: Option<&watch::Session>,
) -> anyhow::Result<Instant> {
    let Some(session) = watched else {
        let session = open(stream, login, None).await?;
        let complete = Instant::now();
        return run(session).await.map(|()| complete);
    };
    let (ends, started) = ((stream.local_addr()?, stream.peer_addr()?), Started::now());
    let witness = Witness::new(session, Side::Client, Protocol::Ssh, None, ends, started);
    watch::tcp::established(&witness, &stream);
    let (tapped, line) = tap(stream, &witness);
    let calls = ClientCalls::new(&witness, &line);
    let session = open(tapped, login, Some(calls)).await?;
    let complete = Instant::now();
    run(session).await?;
    witness.finish(&Outcome::Complete);
    Ok(complete)
}

/// A visit over any stream, whose secret goes to `told`: for a recording.
pub(crate) async fn converse<S>(stream: S, login: &Login, told: Told) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handler = Visitor { calls: None, told: Some(told) };
    run(logged_in(connect_stream(Arc::clone(&login.config), stream, handler).await?, login).await?).await
}

/// Takes the shared secret.
pub(crate) type Told = Box<dyn Fn(&[u8]) + Send + Sync>;

pub(crate) async fn hold(stream: TcpStream, login: &Login) -> anyhow::Result<Held> {
    Ok(Box::new(open(stream, login, None).await?))
}

async fn open<S>(stream: S, login: &Login, calls: Option<ClientCalls>) -> anyhow::Result<Handle<Visitor>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handler = Visitor { calls, told: None };
    logged_in(connect_stream(Arc::clone(&login.config), stream, handler).await?, login).await
}

async fn logged_in(mut session: Handle<Visitor>, login: &Login) -> anyhow::Result<Handle<Visitor>> {
    let key = PrivateKeyWithHashAlg::new(Arc::clone(&login.key), None);
    anyhow::ensure!(session.authenticate_publickey(USER, key).await?.success(), "no login");
    Ok(session)
}

async fn run(session: Handle<Visitor>) -> anyhow::Result<()> {
    let mut channel = session.channel_open_session().await?;
    channel.exec(true, "whoami").await?;
    let mut status = None;
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            ChannelMsg::Close => break,
            _ => {} // the library's list is open
        }
    }
    anyhow::ensure!(status.context("no exit status")? == 0, "the command failed");
    session.disconnect(Disconnect::ByApplication, "done", "en").await?;
    drop(timeout(Duration::from_secs(1), session).await);
    Ok(())
}

/// The client's handler.
struct Visitor {
    calls: Option<ClientCalls>,
    told: Option<Told>,
}

impl Visitor {
    fn call(&self, tell: impl FnOnce(&ClientCalls)) {
        if let Some(calls) = &self.calls {
            tell(calls);
        }
    }
}

impl russh::client::Handler for Visitor {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        self.call(|calls| {
            let decision = HostKeyDecision {
                record: "known",
                strict: "yes",
                decided_by: "file",
                accepted: true,
                ..HostKeyDecision::default()
            };
            calls.host_key_check(&shown.public_key(), None, &decision);
        });
        Ok(true)
    }

    async fn kex_done(
        &mut self,
        secret: Option<&[u8]>,
        names: &Names,
        _: &mut russh::client::Session,
    ) -> Result<(), russh::Error> {
        self.call(|calls| calls.session_key(secret, names));
        if let (Some(told), Some(secret)) = (&self.told, secret) {
            told(secret);
        }
        Ok(())
    }
}
