//! What the server answers. russh calls these methods; each names the call to the watcher with the answer it gives.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use russh::{
    Channel, ChannelId, ChannelOpenFailure, Pty,
    server::{Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey},
};
use watch::ssh::ServerCalls;

use super::{
    Progress,
    commands::{self, Answer, COMMANDS},
    keys::AuthorizedKeys,
};

/// The one user.
const USER: &str = "demo";

/// Channels one connection may have open at once; sshd's MaxSessions is 10 as well.
const MOST_CHANNELS: usize = 10;

/// Answers for one connection.
pub(super) struct Handler {
    calls: ServerCalls,
    authorized: AuthorizedKeys,
    progress: Arc<Progress>,
    open: HashSet<ChannelId>,
}

impl Handler {
    pub(super) fn new(calls: ServerCalls, authorized: AuthorizedKeys, progress: Arc<Progress>) -> Self {
        Handler { calls, authorized, progress, open: HashSet::new() }
    }

    fn may_enter(&self, user: &str, key: &russh::keys::PublicKey) -> Auth {
        if user == USER && self.authorized.contains(key) { Auth::Accept } else { Auth::reject() }
    }

    fn opened(&mut self, channel: ChannelId) {
        self.open.insert(channel);
        self.progress.served.store(true, Ordering::Relaxed);
        self.progress.open_channels.store(self.open.len(), Ordering::Relaxed);
    }

    fn closed(&mut self, channel: ChannelId) {
        self.open.remove(&channel);
        self.progress.open_channels.store(self.open.len(), Ordering::Relaxed);
    }

    /// Sends a command's answer and closes the channel; russh does not call `channel_close` for the client's half.
    fn answer(
        &mut self,
        channel: ChannelId,
        answer: Answer,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        const STDERR: u32 = 1; // SSH_EXTENDED_DATA_STDERR, RFC 4254 §5.2
        session.channel_success(channel)?;
        if !answer.stdout.is_empty() {
            session.data(channel, answer.stdout.into_bytes())?;
        }
        if !answer.stderr.is_empty() {
            session.extended_data(channel, STDERR, answer.stderr.into_bytes())?;
        }
        session.exit_status_request(channel, answer.exit_status)?;
        session.eof(channel)?;
        session.close(channel)?;
        self.closed(channel);
        Ok(())
    }
}

impl russh::server::Handler for Handler {
    type Error = russh::Error;

    // The login (RFC 4252).

    async fn auth_none(&mut self, user: &str) -> Result<Auth, russh::Error> {
        let answer = Auth::reject();
        self.calls.auth_none(user, &answer);
        Ok(answer)
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        let answer = self.may_enter(user, offer.public_key);
        self.calls.publickey_query(user, offer, &answer);
        Ok(answer)
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let answer = self.may_enter(user, key.public_key);
        self.calls.publickey_signature(user, key, &answer);
        Ok(answer)
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), russh::Error> {
        self.progress.logged_in.store(true, Ordering::Relaxed);
        self.calls.auth_success();
        Ok(())
    }

    // The channels (RFC 4254).

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        let granted = self.open.len() < MOST_CHANNELS;
        self.calls.channel_open(channel.id(), "session", granted);
        if granted {
            self.opened(channel.id());
            reply.accept().await;
        } else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
        }
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_open(channel.id(), "direct-tcpip", false);
        reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.exec(channel, command);
        let answer = commands::run(&String::from_utf8_lossy(command), USER);
        self.answer(channel, answer, session)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "shell", "", true);
        // A terminal in raw mode wants the carriage return too.
        let stdout = format!("There is no shell here. Run one command: {COMMANDS}.\r\n");
        let answer = Answer { stdout, stderr: String::new(), exit_status: 0 };
        self.answer(channel, answer, session)
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _pixel_width: u32,
        _pixel_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "pty-req", &format!("{term}, {columns} x {rows}"), true);
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        _value: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        // Nothing is started that could read it; the value may be nobody's business.
        self.calls.channel_request(channel, "env", name, false);
        session.channel_failure(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "subsystem", name, false);
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single_connection: bool,
        protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "x11-req", protocol, false);
        session.channel_failure(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, None, data);
        Ok(())
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        code: u32,
        data: &[u8],
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, Some(code), data);
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_eof(channel);
        Ok(())
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_close(channel);
        self.closed(channel);
        Ok(())
    }
}
