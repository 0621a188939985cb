//! What an SSH scenario may ask for beside its pair: what the client knows of hosts, what its user answers, and an
//! impostor that stands in the server's place from the second visit on.
//!
//! The folder of the run may hold a second set of demo keys, `{state}/others`, that the pair knows nothing of: keys of an
//! impostor, and of a user whom the server does not know.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context;
use clients::ssh::{Asking, known_hosts::host_name};
use serde::Deserialize;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// What is asked for, and where its files are.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    asked: Asked,
    state: PathBuf,
}

/// The keys of `[setup]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    /// The lines of `{state}/known_hosts` before the first visit. `{host}` stands for the server as the file names it,
    /// `{host_key}` for the server's key, `{other_key}` for another one.
    known_hosts: Vec<String>,
    /// What the user answers, in order; `{password}` stands for the demo user's.
    answers: Vec<String>,
    /// There is a second set of demo keys.
    others: bool,
    /// From the second visit on, a server with the second set of keys, which also asks for passwords, answers at the
    /// server's address.
    impostor: bool,
}

impl Setup {
    pub(super) fn read(table: &toml::Table, state: &Path) -> anyhow::Result<Self> {
        let asked: Asked = table.clone().try_into().context("`setup`")?;
        let setup = Setup { asked, state: state.into() };
        let named = setup.asked.known_hosts.iter().any(|line| line.contains("{other_key}"));
        if setup.asked.others || setup.asked.impostor || named {
            certs::ensure(&setup.others())?;
        }
        Ok(setup)
    }

    fn others(&self) -> PathBuf {
        self.state.join("others")
    }

    /// Who answers the client's questions.
    pub(super) fn user(&self, certs: &Path) -> anyhow::Result<Asking> {
        if self.asked.answers.is_empty() {
            return Ok(Asking::default());
        }
        let password = certs::password(certs)?;
        let fill = |answer: &String| answer.replace("{password}", &password);
        Ok(Asking::played(self.asked.answers.iter().map(fill).collect()))
    }

    /// Every run of a scenario has a file of its own. What the scenario says stands later on the line, and wins.
    pub(super) fn known_hosts(&self) -> Vec<String> {
        if self.state.as_os_str().is_empty() {
            return Vec::new();
        }
        super::strings(&["--known-hosts", &self.state.join("known_hosts").display().to_string()])
    }

    /// Writes the file of known hosts, unless a visit was there before.
    pub(super) fn write_known_hosts(&self, target: SocketAddr, certs: &Path) -> anyhow::Result<()> {
        let path = self.state.join("known_hosts");
        if self.asked.known_hosts.is_empty() || path.exists() {
            return Ok(());
        }
        let host = host_name(&target.ip().to_string(), target.port());
        let key = |folder: &Path| -> anyhow::Result<String> {
            let text =
                fs::read_to_string(folder.join(certs::SSH_HOST_PUB)).context("a host key is missing")?;
            Ok(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        };
        let mut text = String::new();
        for line in &self.asked.known_hosts {
            let mut line = line.replace("{host}", &host).replace("{host_key}", &key(certs)?);
            if line.contains("{other_key}") {
                line = line.replace("{other_key}", &key(&self.others())?);
            }
            text.push_str(&(line + "\n"));
        }
        fs::write(&path, text).context("the file of known hosts could not be written")
    }

    /// The impostor, if there is to be one, in front of the server at `here`.
    pub(super) async fn impostor(
        &self,
        session: &watch::Session,
        here: SocketAddr,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<Impostor>> {
        if !self.asked.impostor {
            return Ok(None);
        }
        let listen = SocketAddr::new(here.ip(), 0).to_string();
        let others = self.others().display().to_string();
        let options = super::words(&super::strings(&[
            "--listen",
            &listen,
            "--certs",
            &others,
            "--password-login",
            "on",
        ]))?;
        let impostor = servers::ssh::Server::bind(&options, session).await?;
        let there = impostor.local_addr();
        tokio::spawn(impostor.run(stop.clone()));
        Impostor::start(here, there, stop.clone()).await.map(Some)
    }
}

/// Whoever controls the way to a server decides who answers at its address.
#[derive(Debug)]
pub(super) struct Impostor {
    stands_at: SocketAddr,
    took_over: Arc<AtomicBool>,
}

impl Impostor {
    async fn start(
        server: SocketAddr,
        impostor: SocketAddr,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::new(server.ip(), 0)).await?;
        let (stands_at, took_over) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
        let switch = Arc::clone(&took_over);
        tokio::spawn(async move {
            let mut running = JoinSet::new();
            loop {
                let accepted = tokio::select! {
                    () = stop.cancelled() => break,
                    accepted = listener.accept() => accepted,
                };
                let Ok((mut client, _)) = accepted else { continue };
                let to = if switch.load(Ordering::Relaxed) { impostor } else { server };
                running.spawn(async move {
                    let mut server = TcpStream::connect(to).await?;
                    client.set_nodelay(true)?;
                    server.set_nodelay(true)?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Ok(Impostor { stands_at, took_over })
    }

    /// The address at which the client believes the server to be.
    pub(super) fn stands_at(&self) -> SocketAddr {
        self.stands_at
    }

    /// From now on the impostor answers.
    pub(super) fn take_over(&self) {
        self.took_over.store(true, Ordering::Relaxed);
    }
}
