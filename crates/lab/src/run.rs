//! `lab list` and `lab run`: scenarios by name, each compared with what its file expects.

use std::time::{Duration, Instant};

use anyhow::bail;
use show::{Guard, Kept};
use steps::{Lang, Protocol, harmless::one_line};

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

/// Runs each of `scenarios`, those of TCP as the `rung` of privilege allows; with `brief`, a line says how each came out, else its log stands before that line.
///
/// # Errors
///
/// When a run came out otherwise than its scenario expects.
pub(crate) async fn run(
    bench: &Bench,
    scenarios: &[Scenario],
    rung: Option<&Rung>,
    (lang, brief): (Lang, bool),
    (log, kept): (&Guard, &Kept),
) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    if let Some(rung) = rung {
        say(&match lang {
            Lang::En => format!("TCP runs {}", rung.said(lang)),
            Lang::Zh => format!("TCP 场景的运行方式：{}", rung.said(lang)),
        });
    }
    for scenario in scenarios {
        let stand = match rung {
            Some(rung) if scenario.pair.protocol == Protocol::Tcp => rung.stand(scenario),
            _ => Stand::Whole,
        };
        if stand == Stand::Not {
            say(&format!("– {:<28} {}", scenario.name, link::lacks(lang)));
            failed.push(scenario.name.as_str());
            continue;
        }
        if !brief {
            say(&format!(
                "\n{} · {}\n{}",
                scenario.name,
                scenario.title.in_lang(lang),
                scenario.about.in_lang(lang)
            ));
        }
        let began = Instant::now();
        drop(kept.take());
        let ran = tokio::time::timeout(PATIENCE, bench.scenario(scenario, &stand)).await;
        log.end_of_run();
        let differences = match ran {
            Ok(Ok(())) => kept.look(|events| match stand {
                Stand::Whole => expect::differences(scenario, events),
                Stand::Unseen | Stand::Deaf | Stand::Not => expect::differences_at_the_end(scenario, events),
            }),
            Ok(Err(error)) => vec![format!("{error:#}")],
            Err(_) => vec![format!("did not end within {} s", PATIENCE.as_secs())],
        };
        let seconds = began.elapsed().as_secs_f64();
        let name = if brief { scenario.name.as_str() } else { "" };
        let line = came_out(name, &differences, stand == Stand::Whole, lang);
        say(&format!("{line} · {seconds:.2} s"));
        for difference in &differences {
            say(&format!("    {}", one_line(difference)));
        }
        if !differences.is_empty() {
            failed.push(scenario.name.as_str());
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} of {} scenarios came out otherwise, or not at all: {}",
            failed.len(),
            scenarios.len(),
            failed.join(", ")
        );
    }
    Ok(())
}

/// How a scenario came out, in a line; `whole`: its segments were seen.
pub(crate) fn came_out(name: &str, differences: &[String], whole: bool, lang: Lang) -> String {
    let mark = if differences.is_empty() { "✓" } else { "✗" };
    let verdict = match (lang, differences.is_empty()) {
        (Lang::En, true) if !whole => "ends as its file expects; its segments were not seen",
        (Lang::Zh, true) if !whole => "结局与场景文件的预期一致；报文段没有看到",
        (Lang::En, true) => "as its file expects",
        (Lang::En, false) => "otherwise than its file expects",
        (Lang::Zh, true) => "与场景文件的预期一致",
        (Lang::Zh, false) => "与场景文件的预期不符",
    };
    format!("{mark} {name:<28} {verdict}")
}

/// What the lab says of a run stays out of the log: on standard error.
fn say(text: &str) {
    show::say_lines(text);
}
