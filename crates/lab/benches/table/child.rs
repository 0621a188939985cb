//! The processes that are measured: this program once more, told on standard input what to do and answering on standard
//! error. Standard output is its log.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child as Process, ChildStderr, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use otlp::Exporter;
use show::{Args, Color, Format, Init, Unread};
use steps::{Lang, program::LAB};
use tempfile::TempDir;
use watch::{Keep, Keeping, Session};

use crate::{
    collector, decode, measure,
    pair::{Client, Kind, serve},
};

/// How a pair is annotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The libraries alone.
    Bare,
    /// The middleware is there, and nobody listens.
    Off,
    /// JSON to a file.
    Json,
    /// The same, and every event to a collector.
    Otlp,
    /// Lines of text to a file.
    Text,
    /// Packets and secrets to a file, and nothing else; packets by AF_PACKET.
    Flight,
    /// Secrets to a file, for packets that somebody else captures.
    Secrets,
}

impl Column {
    pub(crate) const ALL: [Column; 7] = [
        Column::Bare,
        Column::Off,
        Column::Json,
        Column::Otlp,
        Column::Text,
        Column::Flight,
        Column::Secrets,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Column::Bare => "bare",
            Column::Off => "off",
            Column::Json => "JSON",
            Column::Otlp => OTLP,
            Column::Text => "text",
            Column::Flight => "flight",
            Column::Secrets => "secrets",
        }
    }
}

/// The column that sends, and the variable that names its collector.
const OTLP: &str = "OTLP";
const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Marks an answer among what else a program may say on standard error.
const ANSWER: &str = "= ";

/// How many clients are at work at once: enough that no core waits.
const CLIENTS: usize = 4;

/// How long the other side's end may take until the CPU time is read.
const SETTLE: Duration = Duration::from_millis(30);

/// A child at work.
pub(crate) struct Child {
    process: Process,
    tell: ChildStdin,
    said: BufReader<ChildStderr>,
    pub(crate) log: PathBuf,
}

impl Child {
    /// `words`: `pair KIND COLUMN CERTS`, `latency KIND COLUMN CERTS`, `server KIND COLUMN CERTS`, or `decode KIND CAPTURE SECRETS`.
    pub(crate) fn start(words: &[&str], folder: &Path) -> anyhow::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let log = folder.join(format!("log-{}", COUNT.fetch_add(1, Relaxed)));
        let mut command = Command::new(std::env::current_exe()?);
        command.env_remove(COLLECTOR);
        if words.contains(&OTLP) {
            command.env(COLLECTOR, collector::url()?);
        }
        let mut process = command
            .arg("--child")
            .args(words)
            .stdin(Stdio::piped())
            .stdout(File::create(&log)?)
            .stderr(Stdio::piped())
            .spawn()?;
        let tell = process.stdin.take().context("it was piped")?;
        let said = BufReader::new(process.stderr.take().context("it was piped")?);
        Ok(Child { process, tell, said, log })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its next answer.
    pub(crate) fn answer(&mut self) -> anyhow::Result<String> {
        loop {
            let mut line = String::new();
            anyhow::ensure!(self.said.read_line(&mut line)? > 0, "a child ended early");
            match line.strip_prefix(ANSWER) {
                Some(answer) => return Ok(answer.trim().to_owned()),
                None => eprint!("{line}"),
            }
        }
    }

    pub(crate) fn ask(&mut self, what: &str) -> anyhow::Result<String> {
        writeln!(self.tell, "{what}")?;
        self.answer()
    }

    /// Runs `n` handshakes; gives the seconds that passed and the seconds of CPU.
    pub(crate) fn run(&mut self, n: usize) -> anyhow::Result<(f64, f64)> {
        two(&self.ask(&n.to_string())?)
    }

    /// Lets it end by itself: its log is then whole.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        drop(std::mem::replace(&mut self.tell, {
            let mut nobody = Command::new("true").stdin(Stdio::piped()).spawn()?;
            let stdin = nobody.stdin.take().context("it was piped")?;
            nobody.wait()?;
            stdin
        }));
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Two numbers.
pub(crate) fn two(text: &str) -> anyhow::Result<(f64, f64)> {
    let (first, second) = text.split_once(' ').with_context(|| format!("two numbers, not `{text}`"))?;
    Ok((first.parse()?, second.parse()?))
}

/// Is the child that `words` name.
pub(crate) fn be(words: &[String]) -> anyhow::Result<()> {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["pair", kind, column, certs] => pair(Kind::named(kind)?, column, Path::new(certs), false),
        ["latency", kind, column, certs] => pair(Kind::named(kind)?, column, Path::new(certs), true),
        ["server", kind, column, certs] => server(Kind::named(kind)?, column, Path::new(certs)),
        ["decode", kind, capture, secrets] => {
            say(&decode::decode(Kind::named(kind)?, Path::new(capture), Path::new(secrets))?);
            Ok(())
        }
        _ => anyhow::bail!("no such child: {words:?}"),
    }
}

fn say(answer: &str) {
    eprintln!("{ANSWER}{answer}");
}

/// Begins the log that the column asks for.
fn log(column: &str, session: Option<&Session>) -> anyhow::Result<Option<(show::Guard, Exporter)>> {
    let format = match column {
        "JSON" | OTLP => Format::Json,
        "text" => Format::Text,
        _ => return Ok(None),
    };
    let args = Args { format, color: Color::Never, lang: Some(show::LangArg::En), ..Args::default() };
    let session = session.cloned().unwrap_or_default();
    let unread = session.clone();
    let unread = Some(Unread::new(move || unread.read()));
    let mut exporter = Exporter::new(&otlp::Options::default(), LAB, Lang::En)?;
    anyhow::ensure!(exporter.is_on() == (column == OTLP), "only one column has a collector");
    let also = exporter.also();
    let mut log = show::init(&args, Init { both_sides: true, lines: true, unread, also, ..Init::default() })?;
    log.begin()?;
    exporter.begin_after(|| {})?;
    session.begin()?;
    Ok(Some((log, exporter)))
}

/// Begins what the column keeps beside the log, in an open file that nobody else sees.
fn keep(column: &str, session: Option<&Session>) -> anyhow::Result<Option<(Keeping, TempDir)>> {
    let Some(session) = session else { return Ok(None) };
    let folder = tempfile::tempdir()?;
    let file = Some(folder.path().join("kept"));
    let keep = match column {
        "flight" => Keep { capture: file, ..Keep::default() },
        "secrets" => Keep { keylog: file, ..Keep::default() },
        _ => return Ok(None),
    };
    Ok(Some((keep.begin(session, Lang::En, None)?, folder)))
}

/// The session of what is watched.
fn watched(column: &str) -> Option<Session> {
    (column != Column::Bare.name()).then(Session::default)
}

/// Server and client in one process: runs as many handshakes as each line of standard input says, and gives how long they
/// took and the CPU; or one after the other with a pause between them, and gives the median time from connect() to complete,
/// in seconds, twice.
fn pair(kind: Kind, column: &str, certs: &Path, latency: bool) -> anyhow::Result<()> {
    let session = watched(column);
    let _log = log(column, session.as_ref())?;
    let _kept = keep(column, session.as_ref())?;
    runtime()?.block_on(async {
        let here = serve(kind, session.as_ref(), certs).await?;
        if let Some(session) = &session {
            session.listens(here);
        }
        let client = Arc::new(Client::new(kind, session.as_ref(), certs, here).await?);
        say("ready");
        let mut cpu = measure::own_cpu();
        for line in std::io::stdin().lines() {
            let n: usize = line?.parse()?;
            if latency {
                let mut took = Vec::new();
                for _ in 0..n {
                    took.push(client.visit().await?.as_secs_f64());
                    tokio::time::sleep(PAUSE).await;
                }
                let median = measure::median(&took);
                say(&format!("{median} {median}"));
                continue;
            }
            let began = Instant::now();
            let left = Arc::new(AtomicUsize::new(n));
            let mut working = tokio::task::JoinSet::new();
            for _ in 0..CLIENTS {
                let (client, left) = (Arc::clone(&client), Arc::clone(&left));
                working.spawn(async move {
                    while left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                        client.visit().await?;
                    }
                    anyhow::Ok(())
                });
            }
            while let Some(done) = working.join_next().await {
                done??;
            }
            // What was seen is written: a log that falls behind is not cheap, only late.
            show::drain();
            let wall = began.elapsed();
            tokio::time::sleep(SETTLE).await;
            show::drain();
            // What is still at work now, as an exporter is that waits for more to send, counts in the next round.
            let (before, now) = (cpu, measure::own_cpu());
            cpu = now;
            say(&format!("{} {}", wall.as_secs_f64(), (now - before).as_secs_f64()));
        }
        Ok(())
    })
}

/// A server that says its address, and for each line of standard input how much CPU it has used.
fn server(kind: Kind, column: &str, certs: &Path) -> anyhow::Result<()> {
    let session = watched(column);
    let _log = log(column, session.as_ref())?;
    let runtime = runtime()?;
    let here: SocketAddr = runtime.block_on(serve(kind, session.as_ref(), certs))?;
    say(&here.to_string());
    for _ in std::io::stdin().lines() {
        show::drain();
        say(&measure::own_cpu().as_secs_f64().to_string());
    }
    Ok(())
}

/// Between two handshakes whose latency counts: what the one before left to do is done by then.
const PAUSE: Duration = Duration::from_millis(4);

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
