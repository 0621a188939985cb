//! `lab list` and `lab run`: scenarios by name, each compared with what its file expects.

use std::time::{Duration, Instant};

use anyhow::bail;
use claims::{Claim, Verdict};
use show::{Args, Follows, Guard, Kept};
use steps::{CameOut, Lang, Protocol, Run, RunEnd, Said, Text, harmless::one_line, say, say_in, text};

use crate::{
    expect,
    link::{self, Mode, Privilege},
    pairs::Runner,
    scenario::{self, Pair, Scenario},
};

/// How long any scenario may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// One line a scenario, in groups: its name, how long it takes, what goes wrong, and the claims that few others of its protocol
/// show so. The same with another version or key exchange stands behind it (`also …-tls13`).
///
/// # Errors
///
/// When a file of the suite does not read, or none is about what was asked for.
pub(crate) fn list(about: Option<&str>, lang: Lang, width: usize) -> anyhow::Result<String> {
    let (all, took) = (scenario::all()?, scenario::took()?);
    let chosen = listed(&all, about)?;
    let mut page = String::new();
    for protocol in <Protocol as strum::VariantArray>::VARIANTS {
        let mine: Vec<_> =
            chosen.iter().copied().filter(|scenario| scenario.pair.protocol == *protocol).collect();
        let folded = folded(&mine);
        let Some(longest) = folded.iter().map(|(scenario, _)| scenario.name.len()).max() else { continue };
        let blank = if page.is_empty() { "" } else { "\n" };
        page.push_str(&format!("{blank}{} · {}\n", protocol.title(), mine.len()));
        let indent = longest + 2 + LONG;
        for (scenario, variants) in folded {
            let mut text = scenario.title.in_lang(lang).to_owned();
            let claims = own_claims(scenario, &all);
            if !claims.is_empty() {
                text.push_str(&format!("  [{claims}]"));
            }
            text.push_str(&also(&variants, lang));
            let long = about_seconds(took.get(scenario.name.as_str()).copied(), lang);
            // What finds no room goes on below the title.
            let lines = show::wrapped(&text, width.saturating_sub(indent));
            for (n, line) in lines.lines().enumerate() {
                let (name, long) = if n == 0 { (scenario.name.as_str(), long.as_str()) } else { ("", "") };
                page.push_str(&format!("{name:<longest$}  {}{line}\n", show::pad(long, LONG)));
            }
        }
    }
    Ok(page)
}

/// The columns for how long a scenario takes.
const LONG: usize = 6;

/// `~3 s`; where it takes no time worth a word, nothing.
fn about_seconds(seconds: Option<f64>, lang: Lang) -> String {
    match seconds.map(f64::round) {
        Some(whole) if whole >= 1.0 => say_in!(lang, run::about_so_many_seconds(whole)),
        Some(_) | None => String::new(),
    }
}

/// Each scenario, and behind it those that are the same with another version or key exchange: `-rsa`, `-tls13`.
fn folded<'a>(mine: &[&'a Scenario]) -> Vec<(&'a Scenario, Vec<&'a str>)> {
    let variant = |scenario: &'a Scenario| {
        let (base, variant) = scenario.name.rsplit_once('-')?;
        let same = |other: &&&Scenario| other.name == base && other.title == scenario.title;
        mine.iter().find(same).map(|base| (base.name.as_str(), variant))
    };
    let variants: Vec<_> = mine.iter().filter_map(|scenario| variant(scenario)).collect();
    mine.iter()
        .filter(|scenario| variant(scenario).is_none())
        .map(|scenario| {
            let of_it = variants.iter().filter(|(base, _)| *base == scenario.name);
            (*scenario, of_it.map(|(_, variant)| *variant).collect())
        })
        .collect()
}

/// `; also …-rsa, …-tls13`.
fn also(variants: &[&str], lang: Lang) -> String {
    let names: Vec<_> = variants.iter().map(|variant| format!("…-{variant}")).collect();
    if names.is_empty() {
        return String::new();
    }
    let names = names.join(text!(run::between_names()).in_lang(lang));
    say_in!(lang, run::also(names))
}

/// The scenarios about a protocol, a claim or a word; none asked for: all.
fn listed<'a>(all: &'a [Scenario], about: Option<&str>) -> anyhow::Result<Vec<&'a Scenario>> {
    let Some(about) = about else { return Ok(all.iter().collect()) };
    let word = about.to_lowercase();
    let is_about = |scenario: &&Scenario| match scenario::claim(&word) {
        Some(claim) => scenario.claims.contains_key(&claim),
        None => {
            let Scenario { name, title, .. } = scenario;
            [name, &title.en, &title.zh].iter().any(|text| text.to_lowercase().contains(&word))
        }
    };
    let chosen: Vec<_> = match word.parse::<Protocol>() {
        Ok(protocol) => all.iter().filter(|scenario| scenario.pair.protocol == protocol).collect(),
        Err(_) => all.iter().filter(is_about).collect(),
    };
    if chosen.is_empty() {
        bail!("no scenario is about `{about}`{}", scenario::near(about, all));
    }
    Ok(chosen)
}

/// The same for programs: one JSON object a scenario, with what each end and the link between them is told.
///
/// # Errors
///
/// When a file of the suite does not read, or none is about what was asked for.
pub(crate) fn list_json(about: Option<&str>) -> anyhow::Result<String> {
    let mut page = String::new();
    let took = scenario::took()?;
    for scenario in listed(&scenario::all()?, about)? {
        let Pair { protocol, client, server, visits, next: _ } = &scenario.pair;
        let link: Vec<_> = scenario.link.iter().map(ToString::to_string).collect();
        let object = serde_json::json!({
            "name": scenario.name,
            "title": Said::from(&scenario.title),
            "claims": scenario.claims,
            "about_seconds": took.get(scenario.name.as_str()),
            "protocol": protocol,
            "client": client,
            "server": server,
            "visits": visits,
            "link": link,
        });
        page.push_str(&format!("{}\n", steps::to_json(&object)?));
    }
    Ok(page)
}

/// The claims of a scenario with the marks of the log, `t4≠ t5`, where at most a quarter of its protocol's scenarios show
/// them so.
fn own_claims(scenario: &Scenario, all: &[Scenario]) -> String {
    let mine = || all.iter().filter(|other| other.pair.protocol == scenario.pair.protocol);
    let few = |claim: &Claim, verdict: &Verdict| {
        mine().filter(|other| other.claims.get(claim) == Some(verdict)).count() * 4 <= mine().count()
    };
    let own = scenario.claims.iter().filter(|(claim, verdict)| few(claim, verdict));
    own.map(|(claim, verdict)| format!("{}{}", claim.id(), verdict.mark())).collect::<Vec<_>>().join(" ")
}

/// Runs each of `scenarios`, those of TCP as the `privilege` allows. With `brief`, a line says how each came
/// out, and a last one how all did; else its log stands before that line.
///
/// # Errors
///
/// When a run came out otherwise than its scenario expects.
pub(crate) async fn run(
    runner: &Runner,
    scenarios: &[Scenario],
    privilege: Option<&Privilege>,
    (output, brief): (&Args, bool),
    (log, kept, follows): (&Guard, &Kept, &Follows),
) -> anyhow::Result<()> {
    let lang = output.lang();
    let say = |text: &str| say(output, text);
    if let Some(privilege) = privilege {
        let how = privilege.said();
        show::say_lines(&say_in!(lang, run::how_tcp_runs(how)));
    }
    let (mut tally, began) = (Tally::default(), Instant::now());
    for (n, scenario) in scenarios.iter().enumerate() {
        let width = scenarios.len().to_string().len();
        let place = if brief { format!("[{:>width$}/{}] ", n + 1, scenarios.len()) } else { String::new() };
        let name = if brief { format!("{:<32} ", scenario.name) } else { String::new() };
        let mode = match privilege {
            Some(privilege) if scenario.pair.protocol == Protocol::Tcp => privilege.mode(scenario),
            _ => Mode::Whole,
        };
        if mode == Mode::Not {
            say(&format!("{place}– {:<32} {}", scenario.name, link::lacks(lang)));
            tally.not_run.push(&scenario.name);
            continue;
        }
        if brief {
            show::progress(Some(&format!("{place}… {}", scenario.name)));
        } else {
            // A file of the user's own may be anybody's: its words begin no line of ours.
            let about = one_line(&scenario.about.in_lang(lang).replace('\n', " "));
            let about = show::wrapped(&about, output.text_columns());
            say(&format!("\n{}\n{about}", headline(&named(scenario), output)));
        }
        let started = Instant::now();
        drop(kept.take());
        follows.set(scenario.pair.next.is_some());
        let told = named(scenario);
        show::tell_run(told.clone());
        let ran = tokio::time::timeout(PATIENCE, runner.scenario(scenario, &mode)).await;
        log.end_of_run();
        let differences = match ran {
            Ok(Ok(())) => kept.look(|events| match mode {
                Mode::Whole => expect::differences(scenario, events),
                Mode::Unseen | Mode::Blackhole | Mode::Not => {
                    expect::differences_at_the_end(scenario, events)
                }
            }),
            Ok(Err(error)) => {
                vec![clients::told(&error)]
            }
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                vec![say!(run::it_took_too_long(seconds))]
            }
        };
        show::progress(None);
        let came_out = match differences.as_slice() {
            [] if mode == Mode::Whole => CameOut::AsExpected,
            [] => CameOut::EndedAsExpected,
            _ => CameOut::Otherwise,
        };
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let end = RunEnd { came_out, took_ms, differences };
        let blank = if brief { "" } else { "\n" };
        say(&format!("{blank}{}", told_in_lines(&end, (&place, &name), lang)));
        let well = end.differences.is_empty();
        show::tell_run(Run { ended: Some(end), ..told });
        if well {
            tally.expected += 1;
        } else {
            tally.otherwise.push(&scenario.name);
        }
    }
    if scenarios.len() > 1 {
        say(&format!("\n{} · {}", tally.said(lang), seconds(began.elapsed(), lang)));
    }
    let failed = [tally.otherwise, tally.not_run].concat();
    if !failed.is_empty() {
        let (count, all, names) = (failed.len(), scenarios.len(), failed.join(", "));
        bail!(say_in!(lang, run::some_came_out_otherwise(count, all, names)));
    }
    Ok(())
}

/// How many came out how.
#[derive(Debug, Default)]
struct Tally<'a> {
    expected: usize,
    otherwise: Vec<&'a str>,
    not_run: Vec<&'a str>,
}

impl Tally<'_> {
    fn said(&self, lang: Lang) -> String {
        let (expected, otherwise, not_run) = (self.expected, self.otherwise.len(), self.not_run.len());
        let counts = [
            (expected, say!(run::as_expected_of_all(expected))),
            (otherwise, say!(run::otherwise_of_all(otherwise))),
            (not_run, say!(run::not_run_of_all(not_run))),
        ];
        let parts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, said)| said);
        let parts = Said::join(&parts.collect::<Vec<_>>(), text!(run::between_counts()));
        let all = expected + otherwise + not_run;
        say_in!(lang, run::scenarios(all, parts))
    }
}

/// The line of a log that says which scenario runs.
fn named(scenario: &Scenario) -> Run {
    let title = Said::from(&scenario.title);
    let follows = scenario.pair.next.is_some();
    Run { follows, ..Run::begins(&scenario.name, scenario.pair.protocol, title) }
}

/// The name of a run and what goes wrong in it.
pub(crate) fn headline(run: &Run, output: &Args) -> String {
    let title = one_line(run.title.in_lang(output.lang()));
    show::wrapped(&format!("{} · {title}", one_line(&run.run)), output.text_columns())
}

/// How a run came out, and below it a line for each difference.
pub(crate) fn came_out(end: &RunEnd, lang: Lang) -> String {
    told_in_lines(end, ("", ""), lang)
}

/// The same behind the run's place among many and before its name.
fn told_in_lines(end: &RunEnd, (place, name): (&str, &str), lang: Lang) -> String {
    let (sign, came_out) = match end.came_out {
        CameOut::AsExpected => ("✓", as_it_should(true)),
        CameOut::EndedAsExpected => ("✓", as_it_should(false)),
        CameOut::Otherwise => ("✗", text!(run::otherwise_than_expected())),
    };
    let seconds = seconds(Duration::from_millis(end.took_ms), lang);
    let indent = " ".repeat(place.len() + 4);
    let differences = end.differences.iter();
    let differences = differences.map(|one| format!("\n{indent}{}", one_line(one.in_lang(lang))));
    format!("{place}{sign} {name}{} · {seconds}{}", came_out.in_lang(lang), differences.collect::<String>())
}

fn seconds(took: Duration, lang: Lang) -> String {
    if took < Duration::from_millis(50) {
        text!(run::under_a_tenth()).in_lang(lang).into()
    } else {
        let seconds = took.as_secs_f64();
        say_in!(lang, run::seconds(seconds))
    }
}

/// That a run was as it should be; `whole`: its segments were seen.
fn as_it_should(whole: bool) -> Text {
    if whole { text!(run::as_expected()) } else { text!(run::ends_as_expected()) }
}

/// That a recording is as a scenario expects, in a line; `whole`: its segments were seen.
pub(crate) fn as_expected(name: &str, whole: bool, lang: Lang) -> String {
    format!("✓ {name:<28} {}", as_it_should(whole).in_lang(lang))
}

/// What the lab says of a run stands in its place in the log, unless that is for a program.
fn say(output: &Args, text: &str) {
    let for_people =
        output.format == show::Format::Text && matches!(output.ladder, None | Some(show::Ladder::Text));
    if for_people {
        show::print(&format!("{}\n", steps::harmless::harmless_lines(text)));
    } else {
        show::say_lines(text);
    }
}
