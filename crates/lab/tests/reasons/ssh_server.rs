//! A server by russh that lets everybody in and then behaves oddly.

use std::{borrow::Cow, future::pending, net::SocketAddr, sync::Arc, thread, time::Duration};

use russh::{
    Channel, ChannelId,
    keys::PrivateKey,
    server::{
        Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey, run_stream,
    },
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::bench::Bench;

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    AsksWithoutEnd,
    SilentInLogin,
    LeavesInLogin,
    RefusesCommands,
    EndsWithoutStatus,
    SilentInSession,
    LeavesInSession,
}

struct Handler(Odd);

impl russh::server::Handler for Handler {
    type Error = russh::Error;

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        _response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let prompts = Cow::Borrowed(&[(Cow::Borrowed("Again: "), false)][..]);
        Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts })
    }

    async fn auth_publickey_offered(&mut self, _: &str, _: PublicKeyOffer<'_>) -> Result<Auth, russh::Error> {
        match self.0 {
            Odd::SilentInLogin => pending().await,
            Odd::LeavesInLogin => Err(russh::Error::Disconnect),
            _ => Ok(Auth::Accept),
        }
    }

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        if self.0 == Odd::SilentInSession {
            pending::<()>().await;
        }
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        match self.0 {
            Odd::RefusesCommands => session.channel_failure(channel),
            Odd::EndsWithoutStatus => {
                session.channel_success(channel)?;
                session.data(channel, &b"that was all\n"[..])?;
                session.eof(channel)?;
                session.close(channel)
            }
            Odd::LeavesInSession => Err(russh::Error::Disconnect),
            _ => session.channel_success(channel),
        }
    }
}

/// Where it listens.
pub(crate) fn odd(bench: &Bench, odd: Odd) -> SocketAddr {
    let key = PrivateKey::read_openssh_file(bench.key(certs::SSH_HOST_KEY)).expect("the demo key");
    let config = Arc::new(russh::server::Config {
        keys: vec![key],
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        ..russh::server::Config::default()
    });
    let runtime = Runtime::new().expect("tokio starts");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("loopback has a free port");
    let here = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        runtime.block_on(async {
            while let Ok((stream, _)) = listener.accept().await {
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(session) = run_stream(config, stream, Handler(odd)).await {
                        drop(session.await);
                    }
                });
            }
        });
    });
    here
}

struct AnyHost;

impl russh::client::Handler for AnyHost {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _key: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

/// A client by russh that tries a password without having asked what is taken.
pub(crate) fn tries_a_password(server: SocketAddr) {
    Runtime::new().expect("tokio starts").block_on(async {
        let config = Arc::new(russh::client::Config::default());
        let mut client = russh::client::connect(config, server, AnyHost).await.expect("it lets us try");
        drop(client.authenticate_password("demo", "guessed").await);
    });
}
