//! `lab read`: recorded logs, both ends side by side again.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use claims::Event;
use show::{Args, Format, Ladder, story::Story};
use steps::{Direction, Evidence, Lang, Protocol, Run, Side, program::LAB, text};

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
    let runs = match logs.last {
        Some(protocol) => {
            let folder = log_dir(output)?;
            let last = last_run(&recorded(folder)?, protocol, lang)?;
            if last.events.is_empty() && last.run.is_none() {
                bail!("no run of {} is recorded in {}", protocol.id(), folder.display());
            }
            vec![last]
        }
        None => {
            let mut all = runs(&recorded_logs, lang)?;
            all.push(Recorded { run: None, events: of_captures });
            together(all)
        }
    };
    if runs.iter().all(|run| run.events.is_empty() && run.run.is_none()) {
        bail!("no event in {}", paths(&logs.logs));
    }
    let told = |runs: &[Recorded]| -> Vec<Story> {
        runs.iter().flat_map(|run| show::story::stories(run.events.clone())).collect()
    };
    told(&runs).iter().flat_map(Story::events).for_each(|event| exporter.tell(event));
    if let Some(name) = &logs.scenario {
        return compared(name, &runs, lang);
    }
    Ok(match output.format {
        Format::Json => json(&told(&runs))?,
        Format::Text => match output.ladder {
            Some(form @ (Ladder::Mermaid | Ladder::Html)) => {
                let notes = output.own_notes()?;
                show::ladder(form, &told(&runs), notes.as_ref(), Some(wire::layout), lang, output.columns())
            }
            Some(Ladder::Text) | None => {
                runs.into_iter().map(|run| run.page(output, lines)).collect::<anyhow::Result<String>>()?
            }
        },
    })
}

/// Whether the recorded ends of a run, and the link between them, tell what the scenario expects. Ends that saw no
/// segment can tell only how they ended.
fn compared(name: &str, runs: &[Recorded], lang: Lang) -> anyhow::Result<String> {
    // Of a log of many runs, those of this scenario.
    let named = |recorded: &&Recorded| recorded.run.as_ref().is_some_and(|run| run.run == name);
    let mut chosen: Vec<&Recorded> = runs.iter().filter(named).collect();
    if chosen.is_empty() {
        chosen = runs.iter().collect();
    }
    let events = chosen.into_iter().flat_map(|recorded| recorded.events.iter().cloned());
    let stories = show::story::stories(events.collect());
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

/// What was recorded of one run; of logs that name none, all of it.
#[derive(Debug, Default)]
struct Recorded {
    /// Which scenario it was, and how it came out.
    run: Option<Run>,
    events: Vec<Event>,
}

impl Recorded {
    /// Its name, its connections, and how it came out: as `lab run` prints it.
    fn page(self, output: &Args, lines: bool) -> anyhow::Result<String> {
        let lang = output.lang();
        let follows = self.run.as_ref().is_some_and(|run| run.follows);
        let stories = show::story::stories(self.events);
        let events = stories.iter().flat_map(Story::events).cloned().collect();
        let page = show::recorded(output, events, Some(wire::layout), (lines, follows))?;
        let Some(run) = self.run else { return Ok(page) };
        let came_out = match &run.ended {
            Some(end) => run::came_out(end, lang),
            None => text!(run::its_end_was_not_recorded()).in_lang(lang).into(),
        };
        Ok(format!("\n{}\n{page}\n{came_out}\n", run::headline(&run, output)))
    }

    fn has(&self, protocol: Protocol, side: Side) -> bool {
        self.events.iter().any(|event| event.protocol == protocol && event.side == side)
    }

    fn has_both(&self, protocol: Protocol) -> bool {
        self.has(protocol, Side::Client) && self.has(protocol, Side::Server)
    }
}

/// What stands between the lines that name a run, and what stands outside of them.
fn parts(log: show::Log) -> Vec<Recorded> {
    let (mut parts, mut part, mut taken) = (Vec::new(), Recorded::default(), 0);
    let mut events = log.events.into_iter();
    for here in log.runs {
        part.events.extend(events.by_ref().take(here.at - taken));
        taken = here.at;
        let ends = here.run.ended.is_some();
        if ends {
            part.run = Some(here.run.clone());
        }
        parts.push(std::mem::take(&mut part));
        if !ends {
            part.run = Some(here.run);
        }
    }
    part.events.extend(events);
    parts.push(part);
    parts.retain(|part| part.run.is_some() || !part.events.is_empty());
    parts
}

/// Runs that have a name each for itself, in their order; before them what has none, as one: a client's log and its server's
/// belong together.
fn together(parts: Vec<Recorded>) -> Vec<Recorded> {
    let (named, nameless): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.run.is_some());
    let events: Vec<_> = nameless.into_iter().flat_map(|part| part.events).collect();
    let nameless = (!events.is_empty()).then_some(Recorded { run: None, events });
    nameless.into_iter().chain(named).collect()
}

/// The run that began last: that of a scenario, or, in a log that has both ends, of a pair with all its connections. Else the
/// last connection that was recorded at both ends, or at one.
fn last_run(logs: &[std::path::PathBuf], protocol: Protocol, lang: Lang) -> anyhow::Result<Recorded> {
    let mut all = Vec::new();
    for log in logs.iter().rev() {
        let mut parts = parts(read_one(log, lang)?);
        let of_it = |run: &Run| run.protocol == protocol;
        if let Some(at) = parts.iter().rposition(|part| part.run.as_ref().is_some_and(of_it)) {
            return Ok(parts.swap_remove(at));
        }
        parts.retain(|part| part.run.is_none());
        let mut mine: Vec<_> = parts.into_iter().flat_map(|part| part.events).collect();
        mine.retain(|event| event.protocol == protocol);
        let mine = Recorded { run: None, events: mine };
        if all.is_empty() && mine.has_both(protocol) {
            return Ok(mine);
        }
        all.splice(0..0, mine.events);
    }
    let whole = |story: &Story| story.client.is_some() && story.server.is_some();
    let (whole, half): (Vec<_>, Vec<_>) = show::story::stories(all).into_iter().partition(whole);
    let last = whole.into_iter().next_back().or(half.into_iter().next_back());
    let events = last.iter().flat_map(Story::events).cloned().collect();
    Ok(Recorded { run: None, events })
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

/// The runs in these logs.
fn runs(logs: &[std::path::PathBuf], lang: Lang) -> anyhow::Result<Vec<Recorded>> {
    let mut all = Vec::new();
    for path in logs {
        all.extend(parts(read_one(path, lang)?));
    }
    Ok(all)
}

fn read_one(path: &Path, lang: Lang) -> anyhow::Result<show::Log> {
    let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    let log = show::read_log(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
    for trouble in &log.troubles {
        show::say(LAB, trouble.in_lang(lang));
    }
    Ok(log)
}

fn paths(paths: &[std::path::PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
