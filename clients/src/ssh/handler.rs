//! What the client answers, and what it is told. russh calls these methods; each names the call to the watcher.

use std::sync::{Arc, Mutex, OnceLock};

use russh::{
    ChannelId, ChannelOpenFailure, Names, Sig,
    client::{DisconnectReason, Session},
    keys::PublicKeyOrCertificate,
};
use steps::{harmless, ssh::reason::Ended, sync::lock};
use watch::ssh::ClientCalls;
use wire::ssh::Certificate;

use super::{ended, host_key::HostKeyCheck};

/// What ended the connection, once russh has told the handler: whoever waits for an answer only learns that none comes.
#[derive(Clone, Debug, Default)]
pub(super) struct End {
    ended: Arc<Mutex<Option<Ended>>>,
    agreed: Arc<OnceLock<String>>,
}

impl End {
    pub(super) fn get(&self) -> Option<Ended> {
        lock(&self.ended).clone()
    }

    /// The algorithm by which the host key was to sign.
    pub(super) fn host_key_algorithm(&self) -> Option<&str> {
        self.agreed.get().map(String::as_str)
    }

    fn agreed(&self, algorithm: &str) {
        // Of keys that are exchanged anew the first agreement counts: only that signature is handed over.
        let _ = self.agreed.set(algorithm.to_owned());
    }
}

/// Of a banner, more lines than anybody reads.
const MOST_LINES: usize = 40;

/// Answers russh's calls for one connection.
pub(super) struct Handler {
    calls: ClientCalls,
    host_key: Arc<HostKeyCheck>,
    end: End,
}

impl Handler {
    pub(super) fn new(calls: ClientCalls, host_key: Arc<HostKeyCheck>, end: End) -> Self {
        Handler { calls, host_key, end }
    }
}

impl russh::client::Handler for Handler {
    type Error = russh::Error;

    // The transport (RFC 4253).

    /// A `false` makes russh close the connection without a DISCONNECT.
    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let key = shown.public_key();
        let certificate = shown.certificate().and_then(|it| Certificate::read(&it.to_bytes().ok()?));
        let decision = self.host_key.decide(&key, certificate.as_ref()).await;
        self.calls.host_key_check(&key, certificate.as_ref(), &decision);
        Ok(decision.accepted)
    }

    async fn kex_done(
        &mut self,
        shared_secret: Option<&[u8]>,
        names: &Names,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.end.agreed(names.key.as_str());
        self.calls.session_key(shared_secret, names);
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<russh::Error>) -> Result<(), russh::Error> {
        self.calls.disconnected(&reason);
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(error) => {
                let ended = ended(&error);
                lock(&self.end.ended).get_or_insert(ended);
                Err(error)
            }
        }
    }

    // The login (RFC 4252).

    async fn auth_banner(&mut self, banner: &str, _session: &mut Session) -> Result<(), russh::Error> {
        self.calls.banner(banner);
        let said: Vec<_> =
            banner.lines().take(MOST_LINES).map(|line| format!("| {}", harmless(line))).collect();
        // As `ssh` does, for people to read; whoever does not take it shall not hold the login back.
        tokio::task::spawn_blocking(move || show::say_lines(&said.join("\n")));
        Ok(())
    }

    // The channel (RFC 4254).

    async fn channel_open_confirmation(
        &mut self,
        channel: ChannelId,
        maximum_packet_size: u32,
        initial_window_size: u32,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_confirmed(channel, maximum_packet_size, initial_window_size);
        Ok(())
    }

    async fn channel_open_failure(
        &mut self,
        channel: ChannelId,
        reason: ChannelOpenFailure,
        description: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_refused(channel, &reason, description);
        Ok(())
    }

    async fn channel_success(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_reply(channel, true);
        Ok(())
    }

    async fn channel_failure(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_reply(channel, false);
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, None, data);
        Ok(())
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        code: u32,
        data: &[u8],
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, Some(code), data);
        Ok(())
    }

    async fn exit_status(
        &mut self,
        channel: ChannelId,
        exit_status: u32,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.exit_status(channel, exit_status);
        Ok(())
    }

    async fn exit_signal(
        &mut self,
        channel: ChannelId,
        signal: Sig,
        _core_dumped: bool,
        _message: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.exit_signal(channel, &signal_name(&signal));
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_eof(channel);
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_close(channel);
        Ok(())
    }
}

/// A signal's name, as RFC 4254 §6.10 writes it.
fn signal_name(signal: &Sig) -> String {
    match signal {
        Sig::ABRT => "ABRT",
        Sig::ALRM => "ALRM",
        Sig::FPE => "FPE",
        Sig::HUP => "HUP",
        Sig::ILL => "ILL",
        Sig::INT => "INT",
        Sig::KILL => "KILL",
        Sig::PIPE => "PIPE",
        Sig::QUIT => "QUIT",
        Sig::SEGV => "SEGV",
        Sig::TERM => "TERM",
        Sig::USR1 => "USR1",
        Sig::Custom(name) => name,
    }
    .to_owned()
}
