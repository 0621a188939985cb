//! The lines of one end alone, of all scenarios: no line steps back in time, none is wider than the terminal, no value is
//! cut, and a wider terminal never shows less.

use std::collections::{BTreeMap, HashMap};

use claims::Event;
use show::{Args, LangArg, Lines};
use steps::{Protocol, Side};
use strum::VariantArray as _;
use unicode_width::UnicodeWidthStr;

use super::{ladder::WIDTHS, run};

/// The log of each end of each connection, as it was written.
fn ends(protocol: Protocol) -> Vec<Vec<Event>> {
    let Some(run) = run(protocol) else { return Vec::new() };
    let mut ended: Vec<Vec<Event>> = Vec::new();
    let mut open: HashMap<(Side, String, bool), Vec<Event>> = HashMap::new();
    for line in run.log.lines() {
        let event: Event = serde_json::from_str(line).expect("an event");
        let end = (event.side, event.conn.clone(), event.is_of_a_link());
        let same = open.entry(end).or_default();
        // Addresses come again.
        let began = |event: &Event| event.at.as_microsecond() - event.elapsed_us.cast_signed();
        if same.first().is_some_and(|first| began(first).abs_diff(began(&event)) > 1000) {
            ended.push(std::mem::take(same));
        }
        same.push(event);
    }
    ended.extend(open.into_values());
    ended
}

#[kit::test]
fn no_line_of_one_end_steps_back_in_time() {
    let (mut lines, mut back) = (0, Vec::new());
    for protocol in Protocol::VARIANTS {
        for end in ends(*protocol).iter().filter(|end| !end[0].is_of_a_link()) {
            lines += end.len();
            for pair in end.windows(2).filter(|pair| pair[1].elapsed_us < pair[0].elapsed_us) {
                let us = pair[0].elapsed_us - pair[1].elapsed_us;
                back.push(format!("{}: {} {us} µs before {}", pair[0].conn, pair[1].step, pair[0].step));
            }
        }
    }
    println!("{lines} lines, {} back in time", back.len());
    assert!(back.is_empty(), "{back:#?}");
}

#[kit::test]
fn no_line_is_too_wide_no_value_is_cut_and_more_room_never_shows_less() {
    for lang in [LangArg::En, LangArg::Zh] {
        let mut looked: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for protocol in Protocol::VARIANTS {
            for end in ends(*protocol) {
                let mut wider: Option<HashMap<String, usize>> = None;
                for width in WIDTHS.into_iter().rev() {
                    let args = Args { lang: Some(lang), ..Args::default() };
                    let mut lines = Lines::new(&args, width, false);
                    let mut page = String::new();
                    for event in end.iter().filter(|event| !event.step.is_summary()) {
                        page.push_str(&lines.print(event));
                    }
                    for line in page.lines() {
                        assert!(line.width() <= width, "{protocol:?}: {} columns: {line}", line.width());
                        assert!(!line.contains('…') || line.contains("……"), "{protocol:?}: cut: {line}");
                    }
                    let words = words(&page);
                    let (rows, whole) = looked.entry(width).or_default();
                    *rows += page.lines().count();
                    *whole += words.values().sum::<usize>();
                    for (word, count) in &words {
                        let there = wider.as_ref().map(|wider| wider.get(word).copied().unwrap_or_default());
                        assert!(
                            there.is_none_or(|there| there >= *count),
                            "{protocol:?}, {width} columns: `{word}` is not whole\n{page}"
                        );
                    }
                    wider = Some(words);
                }
            }
        }
        for (width, (rows, words)) in looked {
            println!("{lang:?}, {width} columns: {rows} lines, 0 too wide; {words} words, 0 cut");
        }
    }
}

/// The words with a digit or a Latin letter in them (Chinese may be parted anywhere), each as often as it stands there.
fn words(page: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    let frame = |c: char| c.is_whitespace() || c == ',' || !c.is_ascii();
    for word in page.split(frame).filter(|word| word.contains(|c: char| c.is_ascii_alphanumeric())) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}
