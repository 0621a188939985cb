//! `lab read`: recorded logs, both ends side by side again.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use claims::Event;
use show::{Args, Format, Ladder, story::Story};
use steps::{Direction, Evidence, Lang, Protocol, Side, program::LAB};

use crate::{captures, commented, expect, run, scenario};

/// The logs to read.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Logs {
    /// Logs that were recorded (`--log-dir`, `--format json`) in any order, or captures (pcap, pcapng, .gz, .zst; -: from
    /// standard input)
    #[arg(required_unless_present = "last", value_name = "LOG")]
    logs: Vec<std::path::PathBuf>,

    /// The last run of this protocol in the folder of --log-dir
    #[arg(long, value_name = "PROTOCOL", conflicts_with = "logs")]
    last: Option<Protocol>,

    /// Say whether what was recorded is what this scenario expects (`lab list`)
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<String>,

    #[command(flatten)]
    choice: captures::Choice,
}

/// Reads logs and lays their connections side by side: as a ladder, or as JSON in the order of the story.
///
/// # Errors
///
/// When a log cannot be opened, or none holds an event.
pub(crate) fn read(
    logs: &Logs,
    keep: &watch::Keep,
    (output, lines): (&Args, bool),
    exporter: &otlp::Exporter,
) -> anyhow::Result<String> {
    let (lang, keylog) = (output.lang(), keep.keylog.as_deref());
    let (caught, recorded_logs): (Vec<_>, Vec<_>) =
        logs.logs.iter().cloned().partition(|path| captures::is_capture(path));
    if let Some(out) = &keep.capture {
        anyhow::ensure!(
            !caught.is_empty(),
            "--capture writes steps into what was captured: name a capture to read"
        );
        anyhow::ensure!(keep.ring.is_none(), "--ring is for what is captured now");
        return commented::write(&caught, (keylog, logs.choice.rsa_key.as_deref()), out, lang);
    }
    let mut of_captures = Vec::new();
    if !caught.is_empty() {
        let json = output.format == Format::Json;
        match captures::read(&caught, (&logs.choice, keylog), (lang, json))? {
            captures::Found::Table(_) if exporter.is_on() => {
                bail!("the steps of a capture are sent with --connection N or --connection all")
            }
            captures::Found::Table(table) if recorded_logs.is_empty() => return Ok(table),
            captures::Found::Table(_) => bail!("captures and logs are read together with --connection N"),
            captures::Found::Events(events) => of_captures = events,
        }
    }
    let stories = match logs.last {
        Some(protocol) => {
            let folder = log_dir(output)?;
            let stories = last_run(&recorded(folder)?, protocol, lang)?;
            if stories.is_empty() {
                bail!("no run of {} is recorded in {}", protocol.id(), folder.display());
            }
            stories
        }
        None => {
            let mut all = events(&recorded_logs, lang)?;
            all.extend(of_captures);
            show::story::stories(all)
        }
    };
    if stories.is_empty() {
        bail!("no event in {}", paths(&logs.logs));
    }
    stories.iter().flat_map(Story::events).for_each(|event| exporter.tell(event));
    if let Some(name) = &logs.scenario {
        return compared(name, &stories, lang);
    }
    Ok(match output.format {
        Format::Json => json(&stories)?,
        Format::Text => match output.ladder {
            Some(form @ (Ladder::Mermaid | Ladder::Html)) => {
                let notes = output.own_notes()?;
                show::ladder(form, &stories, notes.as_ref(), Some(wire::layout), lang, output.columns())
            }
            Some(Ladder::Text) | None => {
                let events = stories.iter().flat_map(Story::events).cloned().collect();
                show::recorded(output, events, Some(wire::layout), lines)?
            }
        },
    })
}

/// Whether the recorded ends of a run, and the link between them, tell what the scenario expects. Ends that saw no
/// segment can tell only how they ended.
fn compared(name: &str, stories: &[Story], lang: Lang) -> anyhow::Result<String> {
    let events: Vec<Event> = stories.iter().flat_map(Story::events).cloned().collect();
    let crossed = |event: &&Event| event.evidence == Evidence::Wire && event.direction != Direction::Local;
    let seen = |side: Side| events.iter().filter(crossed).any(|event| event.side == side);
    let whole = seen(Side::Client) && seen(Side::Server);
    let mut page = String::new();
    for scenario in scenario::select(&[name.to_owned()])? {
        let differences = if whole {
            expect::differences(&scenario, &events)
        } else {
            expect::differences_at_the_end(&scenario, &events)
        };
        if !differences.is_empty() {
            return Err(expect::Differences { scenario: scenario.name, differences, lang }.into());
        }
        page.push_str(&run::as_expected(&scenario.name, whole, lang));
        page.push('\n');
    }
    Ok(page)
}

/// The run that began last. A log that has both ends is a run of the lab: all its connections. Else the last connection
/// that was recorded at both ends, or at one.
fn last_run(logs: &[std::path::PathBuf], protocol: Protocol, lang: Lang) -> anyhow::Result<Vec<Story>> {
    let of_it = |events: Vec<Event>| {
        let stories = show::story::stories(events).into_iter();
        stories.filter(|story| story.protocol == protocol).collect::<Vec<_>>()
    };
    let whole = |story: &Story| story.client.is_some() && story.server.is_some();
    let mut all = Vec::new();
    for log in logs.iter().rev() {
        let mut mine = events(std::slice::from_ref(log), lang)?;
        let has = |side| mine.iter().any(|event| event.protocol == protocol && event.side == side);
        let newest = all.is_empty() && has(Side::Client) && has(Side::Server);
        if newest {
            return Ok(of_it(mine));
        }
        if has(Side::Client) || has(Side::Server) {
            mine.append(&mut all);
            all = mine;
        }
    }
    let (whole, half): (Vec<_>, Vec<_>) = of_it(all).into_iter().partition(whole);
    Ok(whole.into_iter().next_back().or(half.into_iter().next_back()).into_iter().collect())
}

/// One object a row, in the order of the story: what was sent stands before what was received.
fn json(stories: &[Story]) -> anyhow::Result<String> {
    let mut out = String::new();
    for story in stories {
        for event in story.events() {
            out.push_str(&steps::to_json(event).context("an event is plain data")?);
            out.push('\n');
        }
    }
    Ok(out)
}

fn log_dir(output: &Args) -> anyhow::Result<&Path> {
    output.log_dir.as_deref().context("`--log-dir DIR` (or LOG_DIR) says where runs are recorded")
}

/// The logs in a folder, the oldest first: their names begin with the time.
pub(crate) fn recorded(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut found: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    found.sort();
    Ok(found)
}

fn events(logs: &[std::path::PathBuf], lang: Lang) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    for path in logs {
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        let log = show::read_log(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
        for trouble in &log.troubles {
            show::say(LAB, trouble.in_lang(lang));
        }
        events.extend(log.events);
    }
    Ok(events)
}

fn paths(paths: &[std::path::PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
