//! The command: a channel of its own (RFC 4254 §6.5), its input, and how it ended.

use std::time::Duration;

use russh::{ChannelMsg, client::Handle};
use steps::ssh::reason::Ended;
use tokio::time::timeout;
use watch::{Witness, ssh::ClientCalls};

use super::{handler::Handler, input::Input, trouble};
use crate::PATIENCE;

/// How long it may take, on the command line.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| !seconds.is_zero()).ok_or_else(|| "a number of seconds above 0".into())
}

/// How the command ended.
pub(super) enum Exit {
    Status(u32),
    Signal,
}

impl Exit {
    /// Like `ssh`, a command that failed is this program's failure too, though the connection was none.
    pub(super) fn into_result(self, witness: &Witness) -> anyhow::Result<()> {
        let ended = match self {
            Exit::Status(0) => return Ok(()),
            Exit::Status(status) => steps::ssh::reason::Exit::Status(status),
            Exit::Signal => steps::ssh::reason::Exit::Signal,
        };
        let said = witness.past(|past| steps::ssh::reason::command_failed(past, ended));
        Err(anyhow::anyhow!("{}", said.en))
    }
}

/// Runs one command on a channel of its own; the handler reports what comes back. A command takes the time it takes.
pub(super) async fn exec(
    session: &mut Handle<Handler>,
    command: &str,
    calls: &ClientCalls,
    input: &Input,
) -> Result<Exit, Ended> {
    let ended = |error: russh::Error| trouble::ended(&error);
    let channel = timeout(PATIENCE, session.channel_open_session()).await;
    let (mut channel, writing) = channel.map_err(|_| trouble::silent())?.map_err(ended)?.split();
    writing.exec(true, command).await.map_err(ended)?;
    let feeding = input.feed(&writing, calls);
    tokio::pin!(feeding);
    let (mut exit, mut fed) = (None, false);
    loop {
        let message = tokio::select! {
            message = channel.wait() => message,
            () = &mut feeding, if !fed => {
                fed = true;
                continue;
            }
        };
        match message {
            Some(ChannelMsg::ExitStatus { exit_status }) => exit = Some(Exit::Status(exit_status)),
            Some(ChannelMsg::ExitSignal { .. }) => exit = Some(Exit::Signal),
            Some(ChannelMsg::Failure) => return Err(Ended::CommandRefused),
            Some(ChannelMsg::Close) => return exit.ok_or(Ended::NoExitStatus),
            // The connection is gone, and not the channel alone.
            None => return exit.ok_or(Ended::Gone(None)),
            // The output is an event already.
            Some(_) => {}
        }
    }
}
