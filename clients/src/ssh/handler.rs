//! What the client answers, and what it is told. russh calls these methods; each names the call to the watcher.

use std::sync::Arc;

use russh::{
    ChannelId, Names,
    client::{DisconnectReason, Session},
    keys::PublicKeyOrCertificate,
};
use watch::ssh::ClientCalls;

use super::host_key::HostKeyCheck;

/// Listens for one connection.
pub(super) struct Handler {
    calls: ClientCalls,
    host_key: Arc<HostKeyCheck>,
}

impl Handler {
    pub(super) fn new(calls: ClientCalls, host_key: Arc<HostKeyCheck>) -> Self {
        Handler { calls, host_key }
    }
}

impl russh::client::Handler for Handler {
    type Error = russh::Error;

    // The transport (RFC 4253).

    /// A `false` makes russh close the connection without a DISCONNECT.
    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let key = shown.public_key();
        let decision = self.host_key.decide(&key).await;
        self.calls.host_key_check(&key, &decision);
        Ok(decision.accepted)
    }

    async fn kex_done(
        &mut self,
        shared_secret: Option<&[u8]>,
        names: &Names,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.session_key(shared_secret, names);
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<russh::Error>) -> Result<(), russh::Error> {
        self.calls.disconnected(&reason);
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(error) => Err(error),
        }
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

    async fn channel_eof(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_eof(channel);
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_close(channel);
        Ok(())
    }
}
