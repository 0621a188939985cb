//! One run: a child process that prints its events, and the ladder of what it has printed so far.

use std::{process::Stdio, time::Duration};

use anyhow::Context;
use claims::Event;
use otlp::Viewer;
use serde_json::{Value, json};
use show::story::{Part, Story, What};
use steps::Side;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    sync::mpsc::Sender,
    time::{Instant, sleep_until, timeout},
};

/// Runs at once.
pub(crate) const AT_ONCE: usize = 3;

/// How long one may take: longer than any scenario allows itself.
const LIMIT: Duration = Duration::from_secs(150);

/// How much it may print. The longest scenario prints a tenth of it.
const MOST: usize = 16 << 20;

/// How often, at most, the page draws it anew while it runs.
const BETWEEN: Duration = Duration::from_millis(80);

/// The file of this program; Linux has a name for it that leads there also after it was replaced.
fn this_program() -> anyhow::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe().context("could not find this program's own file")
}

/// Runs this program with `args` and tells `page` how the ladder grows; gives how it ended. Dropping it ends the run.
pub(crate) async fn run(
    args: &[String],
    viewer: Option<&Viewer>,
    page: &Sender<Value>,
) -> anyhow::Result<Value> {
    let mut child = Command::new(this_program()?)
        .args(args)
        .args(["--format", "json"])
        .env_remove("LOG_DIR")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("could not start the run")?;
    let mut lines = BufReader::new(child.stdout.take().context("it was piped")?);
    let mut stderr = child.stderr.take().context("it was piped")?.take(64 << 10);
    let said = tokio::spawn(async move {
        let mut said = Vec::new();
        let _ = stderr.read_to_end(&mut said).await; // what came is told
        let _ = tokio::io::copy(&mut stderr.into_inner(), &mut tokio::io::sink()).await;
        said
    });
    let mut log = String::new();
    let mut line = Vec::new();
    let (mut drawn, mut next) = (0, Instant::now());
    let ran = timeout(LIMIT, async {
        loop {
            tokio::select! {
                read = lines.read_until(b'\n', &mut line) => {
                    if read? == 0 { break }
                    if log.len() + line.len() > MOST {
                        anyhow::bail!("the run printed more than {} MiB", MOST >> 20);
                    }
                    log.push_str(&String::from_utf8_lossy(&line));
                    line.clear();
                }
                () = sleep_until(next), if drawn < log.len() => {
                    drawn = log.len();
                    let began = Instant::now();
                    let told = ladder(log.clone(), viewer.cloned()).await?;
                    if page.send(told).await.is_err() {
                        anyhow::bail!("the visitor is gone");
                    }
                    // A long log takes longer to draw, and is drawn the more rarely.
                    next = Instant::now() + BETWEEN.max(began.elapsed() * 5);
                }
            }
        }
        child.wait().await.context("the run cannot be waited for")
    })
    .await;
    let status = match ran {
        Ok(status) => status?,
        Err(_) => {
            let _ = page.send(ladder(log, viewer.cloned()).await?).await;
            return Ok(json!({ "ended": "too_long", "seconds": LIMIT.as_secs() }));
        }
    };
    let _ = page.send(ladder(log, viewer.cloned()).await?).await;
    let said = said.await.unwrap_or_default();
    let said: Vec<String> = String::from_utf8_lossy(&said).lines().map(str::to_owned).collect();
    Ok(json!({ "ended": if status.success() { "well" } else { "otherwise" }, "said": said }))
}

/// The same with its packets, as a pcapng with its secrets inside; none where packets cannot be captured.
pub(crate) async fn with_packets(
    args: &[String],
    viewer: Option<&Viewer>,
    page: &Sender<Value>,
) -> anyhow::Result<(Value, Option<Vec<u8>>)> {
    let folder = tempfile::tempdir().context("there is no place for its packets")?;
    let file = folder.path().join("run.pcapng");
    let args = [args, &["--capture".to_owned(), file.display().to_string()]].concat();
    let ended = run(&args, viewer, page).await?;
    let fits = tokio::fs::metadata(&file).await.is_ok_and(|file| file.len() <= MOST as u64);
    Ok((ended, if fits { tokio::fs::read(&file).await.ok() } else { None }))
}

/// What a log holds, as the page draws it. Reading it takes a while, and others wait for nothing.
async fn ladder(log: String, viewer: Option<Viewer>) -> anyhow::Result<Value> {
    tokio::task::spawn_blocking(move || {
        let log = show::read_log("log", &log);
        let events = log.events.len();
        let (stories, mermaid) = told(log.events, viewer.as_ref());
        json!({
            "troubles": log.troubles,
            "events": events,
            "stories": stories,
            "mermaid": mermaid,
        })
    })
    .await
    .context("the log could not be read")
}

/// The stories in `events` as the page draws them, each with the addresses of its traces in the `viewer`, and as diagrams.
pub(crate) fn told(events: Vec<Event>, viewer: Option<&Viewer>) -> (Vec<Value>, Value) {
    let all = show::story::stories(events);
    let drawn = |one: &Story| {
        let mut story = show::web::story(one, Some(wire::layout));
        if let Some(viewer) = viewer {
            let trace = |side| viewer.address(account(one, side));
            story["traces"] = json!({ "client": trace(Side::Client), "server": trace(Side::Server) });
        }
        story
    };
    (all.iter().map(drawn).collect(), json!(show::web::diagrams(&all)))
}

/// What one end told, in order.
fn account(story: &Story, side: Side) -> impl Iterator<Item = &Event> {
    let end = match side {
        Side::Client => &story.client,
        Side::Server => &story.server,
    };
    let rows = story.rows.iter().filter_map(move |row| told_by(side, &row.what));
    rows.chain(end.iter().filter_map(|end| end.summary.as_ref()))
}

/// What crossed may be two rows, and each end told of it once.
fn told_by(side: Side, what: &What) -> Option<&Event> {
    let event = match what {
        What::Inside(event) => Some(&**event).filter(|event| event.side == side),
        What::Crossed(crossed) if crossed.from == side => {
            crossed.sent.as_ref().filter(|_| crossed.part != Part::Arrives)
        }
        What::Crossed(crossed) => crossed.received.as_ref().filter(|_| crossed.part != Part::Leaves),
    };
    event.filter(|event| !event.is_of_a_link())
}
