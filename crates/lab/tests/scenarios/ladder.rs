//! What the ladder prints of all scenarios, at every width: no row is wider, no value is cut, a wider terminal never
//! shows less, nothing arrives before it was sent, and neither end's clock steps back.

use std::collections::{BTreeMap, HashMap, HashSet};

use show::story::{Row, Story, What, stories};
use steps::{Lang, Protocol, Step, Text, summary};
use unicode_width::UnicodeWidthStr;

use super::run;

pub(super) const WIDTHS: [usize; 5] = [80, 100, 120, 160, 200];

/// The runs of all scenarios of `protocol`, each as its own stories.
fn told(protocol: Protocol) -> Option<Vec<Story>> {
    let read = show::read_log("the scenarios", &run(protocol)?.log);
    assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    Some(stories(read.events))
}

fn protocols() -> impl Iterator<Item = (Protocol, Vec<Story>)> {
    let all = <Protocol as strum::VariantArray>::VARIANTS.iter();
    all.filter_map(|protocol| Some((*protocol, told(*protocol)?)))
}

#[kit::test]
fn nothing_arrives_before_it_was_sent_and_no_clock_steps_back() {
    let mut rows = 0;
    for (protocol, stories) in protocols() {
        for story in &stories {
            let mut last = [i64::MIN; 2];
            for row in &story.rows {
                rows += 1;
                let (client, server) = row.times();
                for (end, at) in [client, server].into_iter().enumerate() {
                    let Some(at) = at else { continue };
                    assert!(at >= last[end], "{protocol:?}: {} steps back: {:?}", row.event().step, row);
                    last[end] = at;
                }
                if let (What::Crossed(crossed), Some(client), Some(server)) = (&row.what, client, server) {
                    let (sent, came) = match crossed.from {
                        steps::Side::Client => (client, server),
                        steps::Side::Server => (server, client),
                    };
                    assert!(came >= sent, "{protocol:?}: {} came before it left", row.event().step);
                }
            }
        }
    }
    println!("{rows} rows");
}

#[kit::test]
fn no_row_is_too_wide_no_value_is_cut_and_more_room_never_shows_less() {
    let mut looked: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for (protocol, stories) in protocols() {
        for story in &stories {
            for lang in [Lang::En, Lang::Zh] {
                let mut narrower: Option<HashMap<String, usize>> = None;
                let all = words(&show::ladder_text(std::slice::from_ref(story), lang, 300));
                for width in WIDTHS.into_iter().rev() {
                    let page = show::ladder_text(std::slice::from_ref(story), lang, width);
                    for line in page.lines() {
                        assert!(line.width() <= width, "{protocol:?}: {} columns: {line}", line.width());
                        assert!(!line.contains('…') || line.contains("……"), "{protocol:?}: cut: {line}");
                    }
                    let words = words(&page);
                    let (rows, whole) = looked.entry((width, lang_name(lang))).or_default();
                    *rows += page.lines().count();
                    *whole += words.values().sum::<usize>();
                    // From 120 columns every field that a card asks for is there.
                    if width >= 120 {
                        for (word, count) in &all {
                            let there = words.get(word).copied().unwrap_or_default();
                            assert!(
                                there >= *count,
                                "{protocol:?}, {width} columns: `{word}` is missing\n{page}"
                            );
                        }
                    }
                    if let Some(wider) = &narrower {
                        for (word, count) in &words {
                            let there = wider.get(word).copied().unwrap_or_default();
                            assert!(
                                there >= *count,
                                "{protocol:?}, {width} columns: `{word}` is not whole\n{page}"
                            );
                        }
                    }
                    narrower = Some(words);
                }
            }
        }
    }
    for ((width, lang), (rows, words)) in looked {
        println!("{lang}, {width} columns: {rows} rows, 0 too wide; {words} words, 0 cut");
    }
}

pub(super) fn lang_name(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    }
}

/// Texts that stand for themselves, and of a segment its flags, its number and what it acknowledges.
fn essential(story: &Story) -> HashSet<String> {
    let mut essential = HashSet::new();
    for event in story.rows.iter().map(Row::event) {
        for name in event.step.card().shows.essential() {
            let Some(text) = event.fields.named(name).and_then(|value| value.as_str()) else { continue };
            let text = match *name {
                "segment" => text.split(" win ").next().unwrap_or(text),
                "cipher_suite" | "version" | "change" | "not_after" | "server_name" | "signature_scheme" => {
                    text
                }
                _ => continue,
            };
            let frame = |c: char| c.is_whitespace() || c == ',' || !c.is_ascii();
            let words = text.split(frame).filter(|word| word.contains(|c: char| c.is_ascii_digit()));
            essential.extend(words.map(str::to_owned));
        }
    }
    essential
}

#[kit::test]
fn what_a_card_calls_essential_is_whole_at_every_width() {
    let mut looked = 0;
    for (protocol, stories) in protocols() {
        for story in &stories {
            let essential = essential(story);
            looked += essential.len();
            for (width, lang) in WIDTHS.into_iter().flat_map(|width| [(width, Lang::En), (width, Lang::Zh)]) {
                let page = show::ladder_text(std::slice::from_ref(story), lang, width);
                let words = words(&page);
                for word in &essential {
                    assert!(words.contains_key(word), "{protocol:?}, {width} columns: no `{word}`\n{page}");
                }
            }
        }
    }
    println!("{looked} words");
}

/// The words between the lifelines with a digit or a Latin letter in them (Chinese may be parted anywhere), each as often as it stands there.
fn words(page: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    let frame = |c: char| c.is_whitespace() || c == ',' || !c.is_ascii();
    for line in page.lines().filter(|line| line.contains('│')) {
        for word in line.split(frame).filter(|word| word.contains(|c: char| c.is_ascii_alphanumeric())) {
            *words.entry(word.to_owned()).or_default() += 1;
        }
    }
    words
}

#[kit::test]
fn a_failure_begins_with_its_cause_and_marks_one_row() {
    let (mut count, mut steps) = (0, 0);
    for (protocol, stories) in protocols() {
        for story in &stories {
            let ends = [&story.client, &story.server].into_iter().flatten();
            let failed: Vec<_> = ends.filter_map(|end| end.summary.as_ref()).collect();
            // The step at which it failed, where an end knows it.
            let at: Vec<Text> = failed
                .iter()
                .filter_map(|event| event.get(summary::FAILED_STEP)?.parse::<Step>().ok())
                .map(|step| step.card().title)
                .collect();
            let why: Vec<String> = failed
                .iter()
                .filter_map(|event| event.failure())
                .map(|reason| reason.en.split(' ').next().unwrap_or_default().to_owned())
                .collect();
            let page = show::ladder_text(std::slice::from_ref(story), Lang::En, 120);
            let marked = page.lines().filter(|line| line.starts_with('✗')).count();
            if why.is_empty() {
                assert_eq!(marked, 0, "{protocol:?}:\n{page}");
                continue;
            }
            count += 1;
            for lang in [Lang::En, Lang::Zh] {
                let page = show::ladder_text(std::slice::from_ref(story), lang, 120);
                let card = page.lines().take_while(|line| !line.contains('│')).collect::<String>();
                let named = at.is_empty() || at.iter().any(|title| card.contains(title.in_lang(lang)));
                assert!(named, "{protocol:?}: no step of {at:?}\n{page}");
                steps += usize::from(!at.is_empty());
            }
            assert_eq!(marked, usize::from(!story.rows.is_empty()), "{protocol:?}:\n{page}");
            let card = page.lines().take_while(|line| !line.contains('│')).collect::<String>();
            assert!(
                card.contains("✗ ") && why.iter().all(|word| card.contains(word)),
                "{protocol:?}:\n{page}"
            );
        }
    }
    println!("{count} stories failed; {steps} cards, in two languages, name the step");
}

#[kit::test]
fn each_claim_has_the_colour_of_its_verdict_and_red_is_for_failure() {
    let mut seen = HashMap::new();
    for protocol in <Protocol as strum::VariantArray>::VARIANTS {
        let Some(run) = run(*protocol) else { continue };
        let args = show::Args { color: show::Color::Always, width: Some(120), ..show::Args::default() };
        let events = show::read_log("the scenarios", &run.log).events;
        let page = show::recorded(&args, events, None, (false, false)).expect("there are no notes to read");
        for line in page.lines().filter(|line| line.contains('│')) {
            for painted in line.split("\u{1b}[").skip(1) {
                let Some((colour, text)) = painted.split_once('m') else { continue };
                let id = text.trim_end_matches(['≠', '~', '-']);
                let is_claim = ["o", "c", "t", "w", "s"].iter().any(|heading| {
                    id.strip_prefix(heading)
                        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
                });
                if !is_claim {
                    continue;
                }
                let expected = if id == text { "38;5;28" } else { "38;5;130" };
                assert_eq!(colour, expected, "{protocol:?}: {line:?}");
                *seen.entry(expected).or_insert(0) += 1;
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.is_empty() || seen.len() == 2, "both colours are there: {seen:?}");
}
