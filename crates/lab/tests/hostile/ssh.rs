//! SSH behind its keys: a server and a client of russh that say what they should not.

use std::{net::SocketAddr, process::Stdio, sync::Arc, time::Duration};

use russh::{
    Channel, ChannelId, Disconnect, Sig,
    keys::{PrivateKey, PublicKeyOrCertificate, ssh_key::Algorithm},
    server::{self, Auth, ChannelOpenHandle, Msg, Session},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    IN_A_SEALED_PACKET, as_long_as,
    common::{PATIENCE, binary, keys, require, text},
    hostile, is_harmless, is_ours,
    outputs::OUTPUTS,
    parses,
};

/// At which stage the server says its worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Question,
    Command,
    Signal,
    Farewell,
}

/// Its stage, and what it says there.
#[derive(Clone)]
struct Hostile(Stage, Text);

/// What is said in each string of a message. One that has several shares its room among them.
#[derive(Clone)]
struct Text(Option<usize>);

impl Text {
    /// For each of so many strings.
    fn of(&self, strings: usize) -> String {
        self.0.map_or_else(hostile, |bytes| as_long_as(bytes / strings, &hostile()))
    }
}

impl server::Handler for Hostile {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, russh::Error> {
        Ok(Some(self.1.of(1)))
    }

    async fn auth_publickey(
        &mut self,
        _: &str,
        _: russh::server::VerifiedPublicKey<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(if self.0 == Stage::Question { Auth::reject() } else { Auth::Accept })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<server::Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        if response.is_some() {
            return Ok(Auth::reject());
        }
        let text = self.1.of(4);
        let prompts = vec![(text.clone().into(), true), (text.clone().into(), false)];
        Ok(Auth::Partial { name: text.clone().into(), instructions: text.into(), prompts: prompts.into() })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.debug(true, &self.1.of(2), &self.1.of(2))?;
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        if self.0 == Stage::Farewell {
            return session.disconnect(Disconnect::ByApplication, &self.1.of(2), &self.1.of(2));
        }
        session.channel_success(channel)?;
        session.data(channel, self.1.of(1).into_bytes())?;
        session.extended_data(channel, 1, self.1.of(1).into_bytes())?;
        if self.0 == Stage::Signal {
            let text = self.1.of(3);
            session.exit_signal_request(channel, Sig::Custom(text.clone()), true, &text, &text)?;
        } else {
            session.exit_status_request(channel, 3)?;
        }
        session.close(channel)
    }
}

fn host_key() -> PrivateKey {
    PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519).expect("a key can be made")
}

/// A server that says its worst at its stage, until it is aborted.
async fn serve(hostile: Hostile) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a port");
    let here = listener.local_addr().expect("it is bound");
    let serving = tokio::spawn(async move {
        let config = Arc::new(server::Config {
            keys: vec![host_key()],
            auth_rejection_time: Duration::from_millis(1),
            ..server::Config::default()
        });
        loop {
            let Ok((stream, _)) = listener.accept().await else { return };
            let (config, hostile) = (Arc::clone(&config), hostile.clone());
            tokio::spawn(async move {
                if let Ok(running) = server::run_stream(config, stream, hostile).await {
                    let _ = running.await;
                }
            });
        }
    });
    (here, serving)
}

#[kit::test]
async fn of_servers() {
    let keys = keys();
    let answers = keys.path().join("answers");
    std::fs::write(&answers, "one\ntwo\nthree\nfour\n").expect("the folder is ours");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&answers, mode).expect("it is ours");
    let stages = [Stage::Question, Stage::Command, Stage::Signal, Stage::Farewell];
    let all = stages.into_iter().flat_map(|stage| [(stage, None), (stage, Some(IN_A_SEALED_PACKET))]);
    for (stage, length) in all {
        let (here, serving) = serve(Hostile(stage, Text(length))).await;
        for (output, options) in OUTPUTS {
            let mut client = tokio::process::Command::new(binary("client"));
            client.args(["ssh", &format!("demo@{here}"), "--certs", text(keys.path()), "--strict", "no"]);
            client.args(["--password-file", text(&answers), "--methods", "publickey,keyboard-interactive"]);
            let left = client.args(options).stdin(Stdio::null()).output().await.expect("it runs");
            let what = format!("{stage:?} {length:?}, {output}");
            is_harmless(&what, &left.stdout);
            is_ours(&what, "client: ", &left.stderr);
            if output == "json" {
                parses(&what, &left.stdout);
                let told = String::from_utf8_lossy(&left.stdout);
                let seen = match stage {
                    Stage::Question => "ssh.interactive_question",
                    Stage::Command | Stage::Signal => "ssh.channel_data",
                    Stage::Farewell => "ssh.disconnect",
                };
                assert!(told.contains(seen), "{what}: {}", String::from_utf8_lossy(&left.stderr));
                assert!(told.contains("SSH_MSG_USERAUTH_BANNER"), "{what}");
            }
        }
        serving.abort();
    }
}

/// A question of the server's is put to a person, at a terminal: with echo and without.
#[kit::test]
async fn of_servers_that_ask_at_a_terminal() {
    if !require("script") {
        return;
    }
    let keys = keys();
    let (here, serving) = serve(Hostile(Stage::Question, Text(None))).await;
    let command = format!(
        "exec '{}' ssh demo@{here} --certs '{}' --strict no --color never --methods keyboard-interactive",
        text(&binary("client")),
        text(keys.path())
    );
    let mut script = tokio::process::Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.kill_on_drop(true).spawn().expect("it is there");
    let (mut stdin, mut stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    // So far into its text a question is read by nobody but the user: the log has its beginning.
    let questions = |shown: &[u8]| String::from_utf8_lossy(shown).matches(r"\u{95}").count();
    let mut shown = Vec::new();
    let asking = async {
        for n in 1..=2 {
            while questions(&shown) < n {
                assert!(stdout.read_buf(&mut shown).await.is_ok_and(|n| n > 0), "it ended: {shown:?}");
            }
            stdin.write_all(b"an answer\n").await.expect("it reads");
        }
    };
    timeout(PATIENCE, asking).await.expect("both questions are put");
    serving.abort();
    // A terminal makes CR LF of a line break.
    let shown = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
    is_harmless("at a terminal", shown.as_bytes());
}

struct Trusting;

impl russh::client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

/// A client that has the demo user's key in `certs`, and says its worst at each stage: `text`, which fills a packet, or a
/// part of it where a packet has several strings.
pub(crate) async fn visit(
    server: SocketAddr,
    certs: &std::path::Path,
    text: &str,
) -> Result<(), russh::Error> {
    let (text, half) = (text.to_owned(), as_long_as(text.len() / 2, text));
    let connect = || async {
        let stream = TcpStream::connect(server).await.expect("it listens");
        russh::client::connect_stream(Arc::default(), stream, Trusting).await
    };
    // Refused: a user of that name, by every method.
    let mut session = connect().await?;
    let _ = session.authenticate_none(text.clone()).await;
    let _ = session.authenticate_password(half.clone(), half.clone()).await;
    let _ = session.authenticate_keyboard_interactive_start(half.clone(), half.clone()).await;
    let _ = session.disconnect(Disconnect::ByApplication, &half, &half).await;
    let _ = timeout(Duration::from_secs(1), session).await;
    // Let in.
    let mut session = connect().await?;
    let key = russh::keys::load_secret_key(certs.join(certs::SSH_USER_KEY), None).expect("it was made");
    let key = russh::keys::PrivateKeyWithHashAlg::new(Arc::new(key), None);
    assert!(session.authenticate_publickey("demo", key).await?.success());
    for stage in 0..5 {
        let channel = session.channel_open_session().await?;
        let text = text.clone();
        match stage {
            0 => channel.exec(true, format!("echo {text}")).await?,
            1 => channel.exec(true, text).await?,
            2 => channel.request_subsystem(true, text).await?,
            3 => channel.set_env(true, half.clone(), half.clone()).await?,
            _ => {
                channel.request_pty(true, &text, 80, 24, 0, 0, &[]).await?;
                channel.request_shell(true).await?;
                channel.data(format!("{text}\r\nexit\r\n").as_bytes()).await?;
            }
        }
        let mut channel = channel;
        while timeout(Duration::from_millis(500), channel.wait()).await.is_ok_and(|m| m.is_some()) {}
    }
    let _ = session.disconnect(Disconnect::ByApplication, &half, &half).await;
    let _ = timeout(Duration::from_secs(1), session).await;
    Ok(())
}
