//! `lab list` and `lab run`: scenarios by name, each compared with what its file expects.

use std::time::{Duration, Instant};

use anyhow::bail;
use show::{Args, Guard, Kept};
use steps::{Lang, Protocol, Said, Text, harmless::one_line};

use crate::{
    expect, link,
    link::{Rung, Stand},
    pairs::Bench,
    scenario::{self, Pair, Scenario},
};

/// How long any scenario may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// One line a scenario: its name, what goes wrong, and the claims it shows.
///
/// # Errors
///
/// When a file of the suite does not read.
pub(crate) fn list(lang: Lang) -> anyhow::Result<String> {
    let mut page = String::new();
    for scenario in scenario::all()? {
        page.push_str(&format!("{:<28} {}", scenario.name, scenario.title.in_lang(lang)));
        let claims = claims(&scenario);
        if !claims.is_empty() {
            page.push_str(&format!("  [{claims}]"));
        }
        page.push('\n');
    }
    Ok(page)
}

/// The same for programs: one JSON object a scenario, with what each end and the link between them is told.
///
/// # Errors
///
/// When a file of the suite does not read.
pub(crate) fn list_json() -> anyhow::Result<String> {
    let mut page = String::new();
    for scenario in scenario::all()? {
        let Pair { protocol, client, server, visits, next: _ } = &scenario.pair;
        let title = serde_json::json!({ "en": scenario.title.en, "zh": scenario.title.zh });
        let link: Vec<_> = scenario.link.iter().map(ToString::to_string).collect();
        let object = serde_json::json!({
            "name": scenario.name,
            "title": title,
            "claims": scenario.claims,
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

/// The claims of a scenario with the marks of the log: `t4≠ t5`.
fn claims(scenario: &Scenario) -> String {
    let claims = scenario.claims.iter().map(|(claim, verdict)| format!("{}{}", claim.id(), verdict.mark()));
    claims.collect::<Vec<_>>().join(" ")
}

/// Runs each of `scenarios`, those of TCP as the `rung` of privilege allows. With `brief`, a line says how each came
/// out, and a last one how all did; else its log stands before that line.
///
/// # Errors
///
/// When a run came out otherwise than its scenario expects.
pub(crate) async fn run(
    bench: &Bench,
    scenarios: &[Scenario],
    rung: Option<&Rung>,
    (output, brief): (&Args, bool),
    (log, kept): (&Guard, &Kept),
) -> anyhow::Result<()> {
    let lang = output.lang();
    let say = |text: &str| say(output, text);
    if let Some(rung) = rung {
        show::say_lines(&match lang {
            Lang::En => format!("TCP runs {}", rung.said(lang)),
            Lang::Zh => format!("TCP 场景的运行方式：{}", rung.said(lang)),
        });
    }
    let (mut tally, began) = (Tally::default(), Instant::now());
    for (n, scenario) in scenarios.iter().enumerate() {
        let width = scenarios.len().to_string().len();
        let place = if brief { format!("[{:>width$}/{}] ", n + 1, scenarios.len()) } else { String::new() };
        let name = if brief { format!("{:<32} ", scenario.name) } else { String::new() };
        let stand = match rung {
            Some(rung) if scenario.pair.protocol == Protocol::Tcp => rung.stand(scenario),
            _ => Stand::Whole,
        };
        if stand == Stand::Not {
            say(&format!("{place}– {:<32} {}", scenario.name, link::lacks(lang)));
            tally.not_run.push(&scenario.name);
            continue;
        }
        if brief {
            show::progress(Some(&format!("{place}… {}", scenario.name)));
        } else {
            let about = show::wrapped(scenario.about.in_lang(lang), output.text_columns());
            say(&format!("\n{} · {}\n{about}", scenario.name, scenario.title.in_lang(lang)));
        }
        let started = Instant::now();
        drop(kept.take());
        let ran = tokio::time::timeout(PATIENCE, bench.scenario(scenario, &stand)).await;
        log.end_of_run();
        let differences = match ran {
            Ok(Ok(())) => kept.look(|events| match stand {
                Stand::Whole => expect::differences(scenario, events),
                Stand::Unseen | Stand::Deaf | Stand::Not => expect::differences_at_the_end(scenario, events),
            }),
            Ok(Err(error)) => {
                let error = format!("{error:#}");
                vec![Said::new(error.clone(), error)]
            }
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                vec![Said::new(format!("it took more than {seconds} s"), format!("超过了 {seconds} 秒"))]
            }
        };
        show::progress(None);
        let seconds = seconds(started.elapsed(), lang);
        let (sign, came_out) = match differences.as_slice() {
            [] => ("✓", as_it_should(stand == Stand::Whole)),
            _ => ("✗", Text { en: "otherwise than expected", zh: "与预期不符" }),
        };
        let blank = if brief { "" } else { "\n" };
        say(&format!("{blank}{place}{sign} {name}{} · {seconds}", came_out.in_lang(lang)));
        for difference in &differences {
            say(&format!("{}{}", " ".repeat(place.len() + 4), one_line(difference.in_lang(lang))));
        }
        if differences.is_empty() {
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
        match lang {
            Lang::En => bail!("{count} of {all} scenarios came out otherwise, or not at all: {names}"),
            Lang::Zh => bail!("{all} 个场景中有 {count} 个与预期不符或没有运行：{names}"),
        }
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
        let counts = [
            (self.expected, Text { en: "as expected", zh: "个与预期一致" }),
            (self.otherwise.len(), Text { en: "otherwise", zh: "个与预期不符" }),
            (self.not_run.len(), Text { en: "not run", zh: "个没有运行" }),
        ];
        let all: usize = counts.iter().map(|(count, _)| count).sum();
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = counts.map(|(count, word)| format!("{count} {}", word.in_lang(lang))).collect();
        match lang {
            Lang::En => format!("{all} scenarios: {}", parts.join(", ")),
            Lang::Zh => format!("{all} 个场景：{}", parts.join("，")),
        }
    }
}

fn seconds(took: Duration, lang: Lang) -> String {
    format!("{:.1} {}", took.as_secs_f64(), Text { en: "s", zh: "秒" }.in_lang(lang))
}

/// That a run was as it should be; `whole`: its segments were seen.
fn as_it_should(whole: bool) -> Text {
    if whole {
        Text { en: "as expected", zh: "与预期一致" }
    } else {
        Text {
            en: "ends as expected; its segments were not seen", zh: "结局与预期一致；报文段没有看到"
        }
    }
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
