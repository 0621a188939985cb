//! What a heading or a sentence is about.

use std::{collections::BTreeMap, sync::LazyLock};

use claims::Heading;

use crate::{
    lexicon::{LEXICON, Words},
    rules::Rule,
    sentence::KNOWN,
};

/// What a heading or a sentence is about: a bit each.
pub(crate) type Topics = u8;
const TOPICS: [&str; 5] = ["open", "close", "tls", "ws", "ssh"];

/// Headings about something else altogether: nothing below them is read.
pub(crate) const ELSEWHERE: Topics = 1 << 7;

/// The words of each topic, and those that tell it in a heading only.
static TOPIC_WORDS: LazyLock<[Words; 5]> = LazyLock::new(|| words_of("words"));
static HEADING_WORDS: LazyLock<[Words; 5]> = LazyLock::new(|| words_of("headings"));

fn words_of(list: &str) -> [Words; 5] {
    let text = include_str!("data/topics.toml");
    let topics: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        toml::from_str(text).expect("the topics are TOML: a test reads them");
    TOPICS.map(|topic| {
        let words = topics[topic].get(list).into_iter().flatten();
        words.map(|word| LEXICON.word(word).expect("a word of the lexicon")).collect()
    })
}

/// What some words are about. Words that name three protocols at once are about none of them.
pub(crate) fn topics(words: &Words) -> Topics {
    let all =
        (0..TOPICS.len()).filter(|bit| TOPIC_WORDS[*bit].meets(words)).fold(0, |all, bit| all | 1 << bit);
    let tcp = u8::from(words.has(KNOWN.tcp));
    let protocols = all | (all & 2) >> 1 | tcp;
    if (protocols & !2_u8).count_ones() >= 3 { 0 } else { all }
}

pub(crate) fn topics_of_heading(words: &Words) -> Topics {
    let only =
        (0..TOPICS.len()).filter(|bit| HEADING_WORDS[*bit].meets(words)).fold(0, |all, bit| all | 1 << bit);
    topics(words) | only
}

pub(crate) fn topic_of(rule: &Rule) -> Topics {
    match rule.claim.card().heading {
        Heading::TcpOpen => 1,
        Heading::TcpClose => 2,
        Heading::Tls => 4,
        Heading::WebSocket => 8,
        Heading::Ssh => 16,
    }
}
