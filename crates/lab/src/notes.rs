//! `lab notes`: the catalogue, and the reader's own notes checked by recorded runs, or annotated.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::Context;
use claims::{Claim, Event, Verdict};
use show::{Args, Format, OwnNotes, Shown};
use steps::{
    Lang,
    program::{LAB, as_called},
    text,
};
use strum::VariantArray;

use crate::read;

/// What is asked of the notes.
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Own>,

    /// A claim or a step; with --notes FILE.md where your notes speak of it, and without one the whole of them, checked
    what: Option<String>,

    /// The whole catalogue in both languages, as in STEPS.md
    #[arg(long, conflicts_with = "what")]
    markdown: bool,

    /// First make the runs that would show what no recorded run shows
    #[arg(long, requires = "notes", conflicts_with = "what")]
    run: bool,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Own {
    /// Put a small comment behind each sentence that speaks of a claim: <!-- t4? -->. You settle it: <!-- t4 --> confirms,
    /// <!-- -t4 --> refuses. What is no Markdown stays as it is: a line for each in FILE.asnoted
    Annotate {
        /// Your notes: Markdown, or .rst, .txt, .org, .adoc
        file: PathBuf,
        /// Where to write them, or the lines (FILE.asnoted); without it they are printed
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
        /// Ask about each proposed comment: y confirms, n refuses, anything else leaves it proposed
        #[arg(long)]
        ask: bool,
    },
}

/// Prints what was asked for. The exit code is 1 where a run contradicts a sentence of the notes.
///
/// # Errors
///
/// When notes or logs cannot be read, or nothing has the name that was asked for.
pub(crate) fn run(options: &Options, output: &Args, certs: &Path) -> anyhow::Result<ExitCode> {
    let (lang, width) = (output.lang(), output.text_columns());
    if let Some(Own::Annotate { file, output: to, ask }) = &options.command {
        annotate(file, to.as_deref(), *ask, lang)?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.markdown {
        show::print(&claims::markdown());
        return Ok(ExitCode::SUCCESS);
    }
    let Some(notes) = output.own_notes()? else {
        show::print(&show::notes(options.what.as_deref(), lang, width)?);
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(what) = &options.what {
        let mut page = show::notes(Some(what), lang, width)?;
        if let Some(claim) = Claim::VARIANTS.iter().find(|claim| claim.id() == what.to_ascii_lowercase()) {
            page.push_str(&show::places(&notes, *claim, lang, width));
        }
        show::print(&page);
        return Ok(ExitCode::SUCCESS);
    }
    let mut shown = match &output.log_dir {
        Some(folder) => shown_in(folder, options.run, lang)?,
        None => Vec::new(),
    };
    if options.run {
        shown = run_what_is_wanting(&notes, shown, output, certs)?;
    }
    let report = match output.format {
        Format::Text => show::report(&notes, &shown, lang, width, output.colored()),
        Format::Json => show::report_json(&notes, &shown),
    };
    show::print(&report.text);
    Ok(if report.contradicted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs this program again for each command that would show something, and adds what it recorded.
fn run_what_is_wanting(
    notes: &OwnNotes,
    mut shown: Vec<Shown>,
    output: &Args,
    certs: &Path,
) -> anyhow::Result<Vec<Shown>> {
    let own = tempfile::tempdir().context("could not make a folder for the runs")?;
    let folder = output.log_dir.as_deref().unwrap_or(own.path());
    let program = std::env::current_exe().context("could not find this program's own file")?;
    let commands = show::wanting(notes, &shown);
    for (n, command) in commands.iter().enumerate() {
        let lang = output.lang();
        let running = text!(notes::running()).in_lang(lang);
        show::say_lines(&format!("[{}/{}] {running} {}", n + 1, commands.len(), as_called(command)));
        let args = command.split_whitespace().skip(1);
        let ran = Command::new(&program)
            .args(args)
            .arg("--quiet")
            .arg("--log-dir")
            .arg(folder)
            .arg("--certs")
            .arg(certs)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .with_context(|| format!("could not run {command}"))?;
        if !ran.status.success() {
            let why = String::from_utf8_lossy(&ran.stderr);
            let failed = text!(notes::it_failed()).in_lang(lang);
            show::say_lines(&format!("    {failed}: {}", why.lines().last().unwrap_or_default()));
        }
    }
    shown = shown_in(folder, true, output.lang())?;
    Ok(shown)
}

/// What the recorded runs of a folder say of each claim: for each connection the weightiest, the oldest run first.
fn shown_in(folder: &Path, may_be_missing: bool, lang: Lang) -> anyhow::Result<Vec<Shown>> {
    if may_be_missing && !folder.exists() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for path in read::recorded(folder)? {
        let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut of_log: BTreeMap<(String, Claim), Shown> = BTreeMap::new();
        // Only one end may know what was asked for.
        let mut variants: Vec<String> = Vec::new();
        // What a log says of the notes is not believed: `read_log` judges it again.
        let log = show::read_log(&path.display().to_string(), &text);
        for trouble in &log.troubles {
            show::say(LAB, trouble.in_lang(lang));
        }
        for (Event { seen: event, claims }, line) in log.events.into_iter().zip(log.lines) {
            let variant = event.variant.clone();
            variants.extend(variant.clone().filter(|variant| !variants.contains(variant)));
            let run = match &variant {
                Some(variant) => format!("{} {variant}", event.protocol.id()),
                None => event.protocol.id().to_owned(),
            };
            for finding in claims {
                // A summary repeats what its events said; only what is absent it says itself.
                if event.step.is_summary() && finding.verdict != Verdict::Absent {
                    continue;
                }
                let key = (event.conn.clone(), finding.id);
                let weight = |finding: &claims::Finding| (finding.verdict, finding.because.is_some());
                if of_log.get(&key).is_some_and(|known| weight(&known.finding) >= weight(&finding)) {
                    continue;
                }
                let shown = Shown {
                    finding,
                    log: path.display().to_string(),
                    line,
                    run: run.clone(),
                    variant: variant.clone(),
                    evidence: event.evidence,
                };
                of_log.insert(key, shown);
            }
        }
        if let [variant] = variants.as_slice() {
            for shown in of_log.values_mut().filter(|shown| shown.variant.is_none()) {
                shown.run = format!("{} {variant}", shown.run);
                shown.variant = Some(variant.clone());
            }
        }
        out.extend(of_log.into_values());
    }
    Ok(out)
}

/// Writes the reader's file with comments; its encoding, its ends of line and all its words stay.
fn annotate(file: &Path, to: Option<&Path>, ask: bool, lang: Lang) -> anyhow::Result<()> {
    let bytes = show::notes_bytes(file)?;
    let decoded = ::notes::Decoded::read(&bytes)
        .map_err(|why| anyhow::anyhow!("{}: {}", file.display(), why.said().in_lang(lang)))?;
    if !show::takes_comments(file) {
        return annotate_beside(file, &decoded.text, to, ask, lang);
    }
    let read = ::notes::Notes::read(&decoded.text);
    let mut text = read.annotated(&decoded.text);
    if ask {
        text = asked(&text, lang)?;
    }
    let annotated = decoded.encode(&text);
    match to {
        Some(to) => fs::write(to, annotated).with_context(|| format!("could not write {}", to.display())),
        None => {
            use std::io::{IsTerminal as _, Write as _};
            let mut out = std::io::stdout().lock();
            // Notes may be anybody's. A file or a program gets them as they are.
            let plain = || text.replace("\r\n", "\n").replace('\t', "    ");
            let shown = out.is_terminal().then(|| steps::harmless_lines(&plain()).into_owned());
            out.write_all(shown.as_ref().map_or(&annotated, |shown| shown.as_bytes()))
                .context("could not write to standard output")
        }
    }
}

/// Writes the file beside notes that take no comments; the notes themselves stay as they are.
fn annotate_beside(file: &Path, text: &str, to: Option<&Path>, ask: bool, lang: Lang) -> anyhow::Result<()> {
    let known = show::read_side(file)?;
    // Proposals are lines like the others: read again, each knows its place.
    let mut notes = ::notes::Notes::read_beside(text, &known);
    notes = ::notes::Notes::read_beside(text, &notes.beside_text());
    if ask {
        let mut lines = notes.beside.clone();
        for line in lines.iter_mut().filter(|line| line.settled == ::notes::Settled::Proposed) {
            match settled(&line.words, line.claim.id(), line.claim, lang)? {
                Answer::Settled(settled) => line.settled = settled,
                Answer::None => {}
                Answer::End => break,
            }
        }
        notes.beside = lines;
    }
    let beside = notes.beside_text();
    match to {
        Some(to) => fs::write(to, beside).with_context(|| format!("could not write {}", to.display())),
        None => {
            use std::io::{IsTerminal as _, Write as _};
            let mut out = std::io::stdout().lock();
            let shown =
                if out.is_terminal() { steps::harmless_lines(&beside) } else { beside.as_str().into() };
            out.write_all(shown.as_bytes()).context("could not write to standard output")
        }
    }
}

/// What the reader says of a proposal.
enum Answer {
    Settled(::notes::Settled),
    None,
    End,
}

/// Asks whether a sentence makes a claim.
fn settled(sentence: &str, id: &str, claim: Claim, lang: Lang) -> anyhow::Result<Answer> {
    let says = claim.card().says.in_lang(lang);
    let question = text!(notes::does_it_say_this()).in_lang(lang);
    show::say_lines(&format!("{}\n  {id} {says}\n  {question}", steps::harmless(sentence)));
    let mut answer = String::new();
    if std::io::stdin().read_line(&mut answer).context("could not read the answer")? == 0 {
        return Ok(Answer::End);
    }
    Ok(match answer.trim() {
        "y" | "Y" | "yes" | "是" => Answer::Settled(::notes::Settled::Confirmed),
        "n" | "N" | "no" | "否" => Answer::Settled(::notes::Settled::Refused),
        _unsettled => Answer::None,
    })
}

/// Asks about each proposed comment.
fn asked(text: &str, lang: Lang) -> anyhow::Result<String> {
    let notes = ::notes::Notes::read(text);
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let proposed = |anchor: &&::notes::Anchor| anchor.settled == ::notes::Settled::Proposed;
    for anchor in notes.anchors.iter().filter(proposed) {
        let Some(line) = lines.get_mut(anchor.line - 1) else { continue };
        let id = match anchor.code_line {
            Some(at) => format!("{}@{at}", anchor.claim.id()),
            None => anchor.claim.id().to_owned(),
        };
        let sentence = notes.places(anchor.claim).find(|place| notes.is_settled_by(anchor, place));
        let sentence = sentence.map_or(line.trim_end(), |place| notes.quote(place));
        let with = match settled(sentence, &id, anchor.claim, lang)? {
            Answer::Settled(::notes::Settled::Refused) => format!("<!-- -{id} -->"),
            Answer::Settled(_) => format!("<!-- {id} -->"),
            Answer::None => continue,
            Answer::End => break,
        };
        let from = format!("<!-- {id}? -->");
        *line = line.replace(&from, &with);
    }
    Ok(lines.concat())
}
