//! A server of ours in a process of its own, with its log in a file, and an eye on what it takes of the machine.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde::Serialize;
use steps::{Protocol, sync::lock};
use tempfile::NamedTempFile;
use tokio::process::{Child, Command};

use super::{Options, Tally, check};

/// It ends with this process: its standard input is a pipe from here.
pub(super) struct OwnServer {
    pub(super) address: SocketAddr,
    child: Child,
    log: Log,
    said: Arc<Mutex<Vec<String>>>,
    taken: Arc<Taken>,
    before: Use,
}

enum Log {
    Kept(PathBuf),
    Temporary(NamedTempFile),
}

impl Log {
    fn path(&self) -> &Path {
        match self {
            Log::Kept(path) => path,
            Log::Temporary(file) => file.path(),
        }
    }
}

/// What a process takes.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Use {
    pub(super) rss_kib: u64,
    pub(super) descriptors: u64,
}

/// The most it has taken so far.
#[derive(Debug, Default)]
struct Taken {
    rss_kib: AtomicU64,
    descriptors: AtomicU64,
}

/// What is told of the server.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) before: Use,
    pub(super) peak: Use,
    pub(super) after: Use,
    pub(super) ended_well: bool,
    pub(super) warnings: Vec<String>,
    #[serde(flatten)]
    pub(super) log: check::Checked,
}

impl OwnServer {
    pub(super) async fn start(options: &Options, certs: &Path) -> anyhow::Result<Self> {
        if !cfg!(target_os = "linux") {
            bail!(
                "what a server takes is read in /proc, which only Linux has (`--to` loads one that runs already)"
            );
        }
        let log = match &options.server_log {
            Some(path) => Log::Kept(path.clone()),
            None => Log::Temporary(NamedTempFile::new().context("no place for the server's log")?),
        };
        let out = files::open(OpenOptions::new().write(true), log.path(), true)
            .with_context(|| format!("could not write the server's log to {}", log.path().display()))?;
        let id = options.protocol.id();
        let mut command = Command::new(std::env::current_exe().context("this program has no path")?);
        command.args(["load-server", "--until-eof", "--format", "json", id, "--listen", "127.0.0.1:0"]);
        command.args(["--max-connections", "100000", "--idle-timeout", "7200"]);
        match options.protocol {
            Protocol::Tcp => {}
            Protocol::Ws => drop(command.arg("--no-tls")),
            Protocol::Tls | Protocol::Ssh => drop(command.arg("--certs").arg(certs)),
        }
        let spawned = command
            .args(&options.server)
            .env_remove("LOG_DIR")
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.context("could not start the server")?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let stderr = child.stderr.take().context("it was piped")?;
        #[cfg(unix)]
        let stderr = stderr.into_owned_fd()?;
        #[cfg(windows)]
        let stderr = stderr.into_owned_handle()?;
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in BufReader::new(File::from(stderr)).lines().map_while(Result::ok) {
                lock(&heard).push(line);
            }
        });
        // Its own name may be the short one or that of the program that has them all, and it speaks the user's language.
        let (says, until) = (format!("server: {id} "), Instant::now() + Duration::from_secs(30));
        let listens = |line: &String| line.split_once(&says)?.1.split(' ').find_map(|word| word.parse().ok());
        let address = loop {
            let lines = lock(&said).clone();
            if let Some(address) = lines.iter().find_map(listens) {
                break address;
            }
            if child.try_wait()?.is_some() || Instant::now() > until {
                bail!("the server did not start: {}", lines.join("; "));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let pid = child.id().context("it runs")?;
        let (taken, before) = (Arc::new(Taken::default()), usage(pid));
        let watched = Arc::downgrade(&taken);
        std::thread::spawn(move || {
            while let Some(taken) = watched.upgrade() {
                taken.note(usage(pid));
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Ok(OwnServer { address, child, log, said, taken, before })
    }

    /// Looks at what it takes now.
    pub(super) fn look(&self) {
        if let Some(pid) = self.child.id() {
            self.taken.note(usage(pid));
        }
    }

    /// Lets the last connections end, stops it, and reads its log.
    pub(super) async fn stop(mut self, tally: &Tally) -> anyhow::Result<Told> {
        let pid = self.child.id().context("the server has ended by itself")?;
        let until = Instant::now() + Duration::from_secs(15);
        while usage(pid).descriptors > self.before.descriptors && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // What is in its queue is written meanwhile, and what it holds no more is given back.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let after = usage(pid);
        drop(self.child.stdin.take());
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        let ended_well = matches!(ended, Ok(Ok(status)) if status.success());
        let peak = Use {
            rss_kib: self.taken.rss_kib.load(Relaxed),
            descriptors: self.taken.descriptors.load(Relaxed),
        };
        let said = std::mem::take(&mut *lock(&self.said));
        let warnings = said.into_iter().filter(|line| !is_own_word(line)).collect();
        let log = check::log(self.log.path(), tally)?;
        Ok(Told { before: self.before, peak, after, ended_well, warnings, log })
    }
}

impl Taken {
    fn note(&self, now: Use) {
        self.rss_kib.fetch_max(now.rss_kib, Relaxed);
        self.descriptors.fetch_max(now.descriptors, Relaxed);
    }
}

/// Whether the server says in its own name, the short one or that of the program that has them all, what is no warning.
fn is_own_word(line: &str) -> bool {
    line.starts_with("server: ") || line.starts_with("asnoted server: ")
}

/// What the process takes now; nothing when it is gone.
fn usage(pid: u32) -> Use {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let rss =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |open| open.count() as u64);
    Use { rss_kib: rss.unwrap_or(0), descriptors }
}
