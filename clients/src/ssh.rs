//! The SSH client: checks the host key, logs in by key, by password or by answers, runs one command.
//!
//! ```sh
//! client ssh                                     # our server; asks about its host key the first time
//! client ssh --strict accept-new                 # the same where nobody can be asked
//! client ssh me@host:22 --identity ~/.ssh/id_ed25519 -- uname -a
//! client ssh --agent                             # with the keys of ssh-agent
//! client ssh --methods password                  # asks; `certs --show-password` shows the demo user's
//! client ssh me@host:22 cat < FILE               # the command reads this program's input
//! ```
//!
//! Beside it: the notes' heading "SSH 连接建立过程"; RFC 4253 (transport), RFC 4252 (login), RFC 4254 (channels).
//! The server's file of the same name has the same sections.

use std::{sync::Arc, time::Duration};

use russh::{
    Disconnect,
    client::{Handle, connect_stream},
    keys::ssh_key::Signature,
};
use steps::{
    Protocol, Reason, Side,
    ssh::reason::{Ended, Facts, Given, reason},
};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use watch::{
    Outcome, Session, Witness,
    ssh::{ClientCalls, Line, end},
};

use crate::PATIENCE;

mod certificate;
mod command;
mod config;
mod handler;
mod host_key;
mod identity;
mod input;
pub mod known_hosts;
mod lines_before;
mod login;
mod options;
mod passwords;
mod target;

pub(crate) use command::CommandFailed;
use command::{Exit, exec};
use config::config;
pub(crate) use config::kex_name;
use handler::{End, Handler};
use host_key::HostKeyCheck;
pub use host_key::Strict;
use identity::{Key, Loaded};
use input::Input;
use known_hosts::KnownHosts;
use lines_before::FromIdentification;
pub use login::Method;
use login::{Means, log_in};
pub use options::Options;
pub use passwords::Asking;
use passwords::Passwords;
pub use target::Login;

/// Makes one connection, runs the command on this program's standard input and reports each step; where something is
/// asked, the user is.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options, session: &Session) -> anyhow::Result<()> {
    connect(options, session, Asking::default(), &Input::Standard).await
}

/// The same, with the questions put to `asking`, and without input for the command.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run_for(options: &Options, session: &Session, asking: Asking) -> anyhow::Result<()> {
    connect(options, session, asking, &Input::None).await
}

/// What the program ends with after `error`, as OpenSSH's `ssh` does: with the command's exit status, or with 255 where there
/// is none.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<CommandFailed>().and_then(|failed| failed.code).unwrap_or(255)
}

async fn connect(options: &Options, session: &Session, asking: Asking, input: &Input) -> anyhow::Result<()> {
    let Login { user, target } = &options.target;
    let mut means = means(options, &asking).await?;
    let known_hosts = options.known_hosts.clone().unwrap_or_else(|| certs::known_hosts(&options.certs));
    let host_key = HostKeyCheck::new(KnownHosts::new(known_hosts), target, options.strict, asking);

    let (stream, started) = target.connect(session).await?;
    let (here, there) = (stream.local_addr(), stream.peer_addr());
    let (Ok(here), Ok(there)) = (here, there) else {
        anyhow::bail!("{target} closed the connection at once");
    };
    let witness = Witness::new(session, Side::Client, Protocol::Ssh, None, (here, there), started);
    watch::tcp::established(&witness, &stream);

    match speak(stream, &witness, host_key, &mut means, (options, input)).await {
        Ok(exit) => {
            witness.finish(&Outcome::Complete);
            Ok(exit.into_result(&witness)?)
        }
        Err(ended) => {
            let why = why(&ended, &witness, &means, options);
            let said = why.said();
            witness.finish(&Outcome::Failed(Box::new(why)));
            Err(anyhow::anyhow!("{user}@{target}: {}", said.en))
        }
    }
}

/// Why the connection failed, from what the log holds.
fn why(ended: &Ended, witness: &Witness, means: &Means, options: &Options) -> Reason {
    let given = Given {
        methods: options.methods.iter().map(|method| method.name()).collect(),
        methods_named: options.methods != Method::ALL,
        keys: means.keys.len(),
        agent: options.agent,
        key_open_to_others: means.open_to_others.clone(),
        passwords: means.passwords.listed(),
        passwords_tried: means.passwords_tried,
        kex: options.kex.map(|kex| kex.as_ref().to_owned()),
        ..Given::default()
    };
    witness.past(|past| reason(&Facts { side: Side::Client, past, ended, given: &given }))
}

/// What the options give the user to log in with.
async fn means(options: &Options, asking: &Asking) -> anyhow::Result<Means> {
    let Loaded { keys, open_to_others } = match &options.identity {
        _ if !options.methods.contains(&Method::Publickey) => Loaded::default(),
        _ if options.agent => Loaded { keys: Key::of_agent().await?, open_to_others: None },
        Some(identity) => Loaded::read(identity, asking, false)?,
        None => {
            certs::ensure_and_say(&options.certs)?;
            Loaded::read(&options.certs.join(certs::SSH_USER_KEY), asking, true)?
        }
    };
    let passwords = match &options.password_file {
        Some(file) => Passwords::read(file)?,
        None => Passwords::Typed,
    };
    let (user, methods) = (options.target.user.clone(), options.methods.clone());
    Ok(Means { user, methods, keys, open_to_others, passwords, passwords_tried: 0, asking: asking.clone() })
}

/// Speaks SSH on `stream`: key exchange, login, command. Gives how the command ended.
async fn speak(
    stream: TcpStream,
    witness: &Witness,
    host_key: HostKeyCheck,
    means: &mut Means,
    (options, input): (&Options, &Input),
) -> Result<Exit, Ended> {
    let config = Arc::new(config(&host_key, options.kex));
    let (tapped, line) = watch::ssh::tap(stream, witness);
    // Whatever happens, the connection's task in russh must not outlive this one.
    let line = CutAtEnd(line);
    let calls = ClientCalls::new(witness, &line.0);
    let (host_key, end) = (Arc::new(host_key), End::default());
    let handler = Handler::new(calls.clone(), Arc::clone(&host_key), end.clone());

    let connecting = connect_stream(config, FromIdentification::new(tapped), handler);
    let connected = patiently(connecting, &means.asking).await.ok_or_else(silent)?;
    let mut session = connected.map_err(|error| match ended(&error) {
        _ if host_key.has_refused() => Ended::HostKeyRefused,
        // The system knows whether it was a FIN or an RST.
        Ended::Gone(how) => Ended::Gone(line.0.ending().or(how)),
        other => other,
    })?;
    if let Some(binding) = session.agent_session_binding() {
        calls.session_binding(binding);
        // The library takes any signature that verifies, and RSA's with SHA-1 does (RFC 8332 §3.1).
        let signed = Signature::try_from(binding.signature()).map(|it| it.algorithm().as_str().to_owned());
        if let (Some(agreed), Ok(signed)) = (end.host_key_algorithm(), signed)
            && agreed != signed
        {
            return Err(Ended::HostSignatureBy { agreed: agreed.to_owned(), signed });
        }
    }
    if host_key.has_let_a_changed_key_pass() {
        // As OpenSSH does: whoever is in the middle would only have to ask for it.
        means.methods.retain(|method| *method == Method::Publickey);
    }
    let done = in_session(&mut session, &line.0, &calls, means, (options, input)).await;
    if let Err(Ended::Gone(how)) = done {
        // Whoever waited only learns that no answer comes; the session's last word says why.
        drop(timeout(FAREWELL, session).await);
        return Err(match end.get() {
            None | Some(Ended::Gone(_)) => Ended::Gone(line.0.ending().or(how)),
            Some(known) => known,
        });
    }
    let exit = done?;

    // The server may have closed first; then there is nobody left to tell.
    drop(session.disconnect(Disconnect::ByApplication, "done", "en").await);
    drop(timeout(FAREWELL, session).await);
    Ok(exit)
}

/// How long the server gets to close the connection.
const FAREWELL: Duration = Duration::from_secs(1);

/// What follows the key exchange: the login, new keys where they were asked for, the command.
async fn in_session(
    session: &mut Handle<Handler>,
    line: &Line,
    calls: &ClientCalls,
    means: &mut Means,
    (options, input): (&Options, &Input),
) -> Result<Exit, Ended> {
    log_in(session, line, calls, means).await?;
    if options.rekey {
        session.rekey_soon().await.map_err(|error| ended(&error))?;
    }
    let command = options.command.join(" ");
    let running = exec(session, &command, calls, input);
    match options.timeout {
        None => running.await,
        Some(limit) => {
            timeout(limit, running).await.unwrap_or(Err(Ended::CommandTooLong(limit.as_millis() as u64)))
        }
    }
}

/// Waits [`PATIENCE`] for `future`, not counting the time in which a person is asked.
async fn patiently<F: Future>(future: F, asking: &Asking) -> Option<F::Output> {
    tokio::pin!(future);
    loop {
        tokio::select! {
            done = &mut future => return Some(done),
            () = sleep(PATIENCE) => {
                if !asking.is_going_on() {
                    return None;
                }
            }
        }
    }
}

/// Cuts the line when dropped.
struct CutAtEnd(Line);

impl Drop for CutAtEnd {
    fn drop(&mut self) {
        self.0.cut();
    }
}

/// Why russh gave up.
fn ended(error: &russh::Error) -> Ended {
    if end::is_idle(error) { silent() } else { end::ended(error) }
}

/// The server was silent for as long as this client waits.
fn silent() -> Ended {
    end::silent(PATIENCE)
}
