//! What the page draws of all scenarios, in one session of a real browser, against the JSON of their runs: which messages
//! each end tells, at which moment, in which order, and what they show of the notes. And what it says of how a key was
//! computed, against the rows that it names.

use std::collections::{BTreeMap, BTreeSet};

use claims::{Event, Verdict};
use show::{Ladder, story::stories};
use steps::{Lang, Protocol, Side};

use super::run;

#[path = "../common/browser.rs"]
mod browser;

use browser::{Browser, LOOKS};

/// What one end tells: a step, and its moment as it is shown.
type Told = (String, String);

/// The runs of the scenarios of `protocol`: the lines of each, as they were recorded.
fn runs(protocol: Protocol) -> Vec<Vec<Event>> {
    let Some(run) = run(protocol) else { return Vec::new() };
    let events: Vec<Event> =
        run.log.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    // A pair of ends at a time: what belongs together is found by the program, and checked by the other tests here.
    stories(events).iter().map(|story| story.events().cloned().collect()).collect()
}

/// What the JSON has of an end, in its order.
fn logged(events: &[Event], side: Side) -> Vec<Told> {
    let of_end = |event: &&Event| event.side == side && !event.step.is_summary() && !event.is_of_a_link();
    let mut mine: Vec<&Event> = events.iter().filter(of_end).collect();
    mine.sort_by_key(|event| event.elapsed_us);
    mine.iter().map(|event| (event.step.id().to_owned(), moment(event))).collect()
}

fn moment(event: &Event) -> String {
    format!("{:.3}", event.elapsed_us as f64 / 1000.0)
}

/// The weightiest verdict on each claim, of whatever was seen.
fn verdicts(events: &[Event]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, Verdict> = BTreeMap::new();
    for finding in events.iter().filter(|event| !event.step.is_summary()).flat_map(Event::noted) {
        let known = all.entry(finding.id.id().to_owned()).or_insert(finding.verdict);
        *known = finding.verdict.max(*known);
    }
    all.into_iter().map(|(claim, verdict)| (claim.clone(), format!("{claim}{}", verdict.mark()))).collect()
}

/// Each row: what the client calls it and when, the same of the server, and the marks.
const ROWS: &str = "return [...document.querySelectorAll('.row:not(.future)')].map(row => \
     [...['client', 'server'].flatMap(side => { const time = row.querySelector('.time.' + side); \
     return [time.dataset.step ?? '', time.textContent] }), [...row.querySelectorAll('.mark')].map(mark => mark.firstChild.textContent).join(' ')])";

#[kit::test]
async fn what_the_page_shows_of_every_scenario_is_what_its_json_has() {
    if !kit::browser::is_there() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("run.html");
    let browser = Browser::open(&LOOKS[0]).await;
    let (mut pages, mut messages, mut judged, mut all) = (0, 0, 0, 0);
    for &protocol in Protocol::ALL {
        let Some(recorded) = run(protocol) else { continue };
        all += recorded
            .log
            .lines()
            .map(|line| serde_json::from_str::<Event>(line).expect("an event"))
            .filter(|event| !event.step.is_summary() && !event.is_of_a_link())
            .count();
        for events in runs(protocol) {
            let told = stories(events.clone());
            let page = show::ladder(Ladder::Html, &told, None, Some(wire::layout), Lang::En, 100);
            std::fs::write(&file, page).expect("the folder is ours");
            let url = format!("file://{}?{pages}", file.display());
            browser.page.goto(&url).await.expect("the page opens");
            let rows: Vec<[String; 5]> =
                serde_json::from_value(browser.script(ROWS).await).expect("five texts a row");
            let what = format!("{protocol:?}, {}", events[0].conn);
            let mut arrived: BTreeSet<usize> = BTreeSet::new();
            for (column, side) in [(0, Side::Client), (2, Side::Server)] {
                let mut shown: Vec<Told> = Vec::new();
                for (n, row) in rows.iter().enumerate().filter(|(_, row)| !row[column].is_empty()) {
                    shown.push((row[column].clone(), row[column + 1].clone()));
                    arrived.insert(n);
                }
                let logged = logged(&events, side);
                messages += logged.len();
                same(&what, side, &shown, &logged);
            }
            assert_eq!(arrived.len(), rows.len(), "{what}: each row is told by an end");
            let mut marks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for mark in rows.iter().flat_map(|row| row[4].split(' ')).filter(|mark| !mark.is_empty()) {
                let claim = mark.trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned();
                marks.entry(claim).or_default().insert(mark.to_owned());
            }
            let expected = verdicts(&events);
            judged += expected.len();
            assert_eq!(marks.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
            for (claim, verdict) in &expected {
                assert!(marks[claim].contains(verdict), "{what}: {claim} {marks:?}");
            }
            pages += 1;
        }
    }
    println!("{pages} pages, {messages} messages, {judged} verdicts");
    if all > 0 {
        assert!(pages >= 179, "{pages}");
        assert_eq!(messages, all, "on pages (left) and in the logs (right)");
    }
    browser.page.close().await.expect("the browser ends");
}

/// What an end tells of one moment has no order of its own: the other end's decides.
fn same(what: &str, side: Side, shown: &[Told], logged: &[Told]) {
    let moments = |all: &[Told]| -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for (step, at) in all {
            match groups.last_mut() {
                Some((last, steps)) if last == at => steps.push(step.clone()),
                _ => groups.push((at.clone(), vec![step.clone()])),
            }
        }
        groups.iter_mut().for_each(|(_, steps)| steps.sort());
        groups
    };
    assert_eq!(moments(shown), moments(logged), "{what}, {side:?}: shown (left), logged (right)");
}

#[kit::test]
fn each_value_of_a_calculation_is_in_the_row_that_it_names() {
    let mut values = 0;
    for &protocol in Protocol::ALL {
        for events in runs(protocol) {
            for story in stories(events) {
                let drawn = show::web::story(&story, None);
                let rows = drawn["rows"].as_array().expect("rows");
                for row in rows {
                    for formula in row["calculation"].as_array().expect("a list") {
                        for side in ["outputs", "inputs"] {
                            for named in formula[side].as_array().expect("a list") {
                                let Some(value) = named[1].as_str() else { continue };
                                let from = named[2].as_u64().map_or(row, |at| &rows[at as usize]);
                                // Of `SSH-2.0-OpenSSH_9.2` the log has the parts.
                                let value = value
                                    .strip_prefix("SSH-")
                                    .map_or(value, |line| line.split_once('-').map_or("", |(_, name)| name));
                                assert!(
                                    from.to_string().contains(value) || value == "SSH_MSG_KEXINIT",
                                    "{protocol:?}: {named} is not in {from}"
                                );
                                values += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    println!("{values} values");
    assert!(values > 1000 || run(Protocol::Tls).is_none(), "{values}");
}
