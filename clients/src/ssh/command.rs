//! The command: a channel of its own (RFC 4254 §6.5), its input, and how it ended.

use std::{fmt, time::Duration};

use russh::{ChannelMsg, client::Handle};
use steps::{
    Said,
    ssh::reason::{self, Ended},
};
use tokio::time::timeout;
use watch::{Witness, ssh::ClientCalls};

use super::{ended, handler::Handler, input::Input, silent};
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
    pub(super) fn into_result(self, witness: &Witness) -> Result<(), CommandFailed> {
        let (ended, code) = match self {
            Exit::Status(0) => return Ok(()),
            Exit::Status(status) => (reason::Exit::Status(status), u8::try_from(status).ok()),
            Exit::Signal => (reason::Exit::Signal, None),
        };
        Err(CommandFailed { said: witness.past(|past| reason::command_failed(past, ended)), code })
    }
}

/// The connection did what was asked of it, and the command failed.
#[derive(Debug)]
pub(crate) struct CommandFailed {
    /// What is said of it.
    pub(crate) said: Said,
    /// The command's exit status, if it has one that fits into an exit code.
    pub(super) code: Option<u8>,
}

impl fmt::Display for CommandFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said.en)
    }
}

impl std::error::Error for CommandFailed {}

/// Runs one command on a channel of its own; the handler reports what comes back. A command takes the time it takes.
pub(super) async fn exec(
    session: &mut Handle<Handler>,
    command: &str,
    calls: &ClientCalls,
    input: &Input,
) -> Result<Exit, Ended> {
    let ended = |error: russh::Error| ended(&error);
    let channel = timeout(PATIENCE, session.channel_open_session()).await;
    let (mut channel, writing) = channel.map_err(|_| silent())?.map_err(ended)?.split();
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
