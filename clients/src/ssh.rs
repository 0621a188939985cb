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

use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use russh::{
    Disconnect,
    client::{Handle, connect_stream},
    kex,
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
    ssh::{ClientCalls, Line},
};

use crate::{PATIENCE, Target};

mod algorithms;
mod certificate;
mod command;
mod handler;
mod host_key;
mod identity;
mod input;
pub mod known_hosts;
mod lines_before;
mod login;
mod secrets;
mod trouble;

use algorithms::config;
pub(crate) use algorithms::kex_name;
pub(crate) use command::CommandFailed;
use command::{Exit, exec, seconds};
use handler::{End, Handler};
use host_key::HostKeyCheck;
pub use host_key::Strict;
use identity::{Key, Loaded};
use input::Input;
use known_hosts::KnownHosts;
use lines_before::FromIdentification;
pub use login::Method;
use login::{Means, log_in};
pub use secrets::Asking;
use secrets::Passwords;

/// What the SSH client is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The user and the server; without a port, 7022
    #[arg(default_value = "demo@127.0.0.1:7022", value_name = "USER@HOST[:PORT]")]
    pub target: Login,

    /// What to do about a host key that is not in the file of known hosts
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub strict: Strict,

    /// The file of known hosts [default: known_hosts in the folder of the demo keys, installed in $XDG_STATE_HOME/asnoted]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,

    /// The user's private key [default: id_ed25519 in the folder of the demo keys]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,

    /// Use the keys of ssh-agent (SSH_AUTH_SOCK)
    #[arg(long, conflicts_with = "identity")]
    pub agent: bool,

    /// The ways to log in that are tried, in this order
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "publickey,password,keyboard-interactive",
        hide_possible_values = true,
        value_name = "LIST"
    )]
    pub methods: Vec<Method>,

    /// Passwords, one a line, where nobody can be asked; only its owner may be able to read the file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// The one key exchange method to offer, such as diffie-hellman-group14-sha256 or mlkem768x25519-sha256 [default: all
    /// we have, curve25519-sha256 first]
    #[arg(long, value_parser = kex_name, value_name = "NAME")]
    pub kex: Option<kex::Name>,

    /// Exchange keys once more after the login
    #[arg(long)]
    pub rekey: bool,

    /// How long the command may take, in seconds [default: as long as it takes]
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    pub timeout: Option<Duration>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR")]
    pub certs: PathBuf,

    /// The command to run; put `--` before one with options of its own
    #[arg(default_value = "whoami", value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Who logs in, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user's name on the server.
    pub user: String,
    /// The server.
    pub target: Target,
}

impl FromStr for Login {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const USER: &str = "demo";
        const PORT: &str = "7022";
        let (user, host) = text.rsplit_once('@').unwrap_or((USER, text));
        if user.is_empty() {
            return Err(format!("`{text}` has no user before the @"));
        }
        let bracketed = host.strip_prefix('[').is_some_and(|rest| rest.ends_with(']'));
        let has_port = !bracketed && host.contains(':');
        let target = if has_port { host.parse() } else { format!("{host}:{PORT}").parse() };
        let target = target
            .map_err(|_: String| format!("`{text}` is not USER@HOST[:PORT], such as demo@localhost:7022"))?;
        Ok(Login { user: user.into(), target })
    }
}

/// Makes one connection, runs the command on this program's standard input and reports each step; where something is
/// asked, the user is.
///
/// # Errors
///
/// Says what failed, where, and what to do.
pub async fn run(options: &Options, session: &Session) -> anyhow::Result<()> {
    connect(options, session, Asking::default(), &Input::Standard).await
}

/// The same, with somebody else to ask, and without input for the command.
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
    let connected = patiently(connecting, &means.asking).await.ok_or_else(trouble::silent)?;
    let mut session = connected.map_err(|error| match trouble::ended(&error) {
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
        session.rekey_soon().await.map_err(|error| trouble::ended(&error))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_port_may_be_left_out() {
        let login = |text: &str| text.parse::<Login>().map(|it| (it.user, it.target.to_string()));
        let good = |user: &str, target: &str| Ok((user.to_owned(), target.to_owned()));
        assert_eq!(login("demo@127.0.0.1:7022"), good("demo", "127.0.0.1:7022"));
        assert_eq!(login("me@host"), good("me", "host:7022"));
        assert_eq!(login("host:22"), good("demo", "host:22"));
        assert_eq!(login("me@[::1]"), good("me", "[::1]:7022"));
        assert_eq!(login("me@[::1]:22"), good("me", "[::1]:22"));
        assert_eq!(login("a@b@host"), good("a@b", "host:7022"));
        for bad in ["@host", "me@", "me@host:0", "me@::1", ""] {
            assert!(login(bad).is_err(), "{bad}");
        }
    }
}
