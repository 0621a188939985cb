//! Recorded logs, and everything that is made of them: stories, ladders in every form, the table of verdicts.
#![no_main]

use std::{io::Write as _, sync::LazyLock};

use asnoted_fuzz::{event, memory};
use claims::Judge;
use libfuzzer_sys::fuzz_target;
use show::{Ladder, LangArg, Lines, OwnNotes, story::Story};
use steps::{Lang, Protocol};

/// A reader's notes, from a file as they always come.
static NOTES: LazyLock<OwnNotes> = LazyLock::new(|| {
    let mut file = tempfile::NamedTempFile::with_suffix(".md").expect("a temporary file can be made");
    file.write_all(b"# TLS\n\n1. The client sends a ClientHello.\n").expect("it can be written");
    OwnNotes::read(&[file.path().to_owned()], Lang::En).expect("it reads")
});

fuzz_target!(|input: &[u8]| {
    // What notes are read with is made once, and belongs to no input.
    LazyLock::force(&NOTES);
    let Some((&dice, text)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let lang = if dice.is_multiple_of(2) { Lang::En } else { Lang::Zh };
    let log = memory::bounded(input.len(), 64 << 10, 256, || show::read_log("log", &text));
    // What cannot be read is counted, beyond the first; what the log itself calls missing is always named.
    let gaps = text.matches("dropped").count();
    assert!(log.troubles.len() <= show::MOST_TROUBLES + 1 + gaps);
    for event in &log.events {
        let json = serde_json::to_string(event).expect("an event is plain data");
        // Alone it is judged by itself: only what was seen is the same.
        let mut again = show::read_log("again", &json).events;
        let mut written = event.clone();
        again.iter_mut().for_each(|event| event.claims.clear());
        written.claims.clear();
        assert_eq!(again, [written], "read back (left) and written (right)");
        event::layout(event);
    }
    // What is judged again from a log has no more to go on than the log.
    let mut judge = Judge::default();
    let mut printers =
        [LangArg::En, LangArg::Zh].map(|lang| event::lines(lang).with_bytes(Some(wire::layout)));
    for event in &log.events {
        drop(judge.judge(event));
        printers.iter_mut().for_each(|printer| drop(printer.print(event)));
    }
    drop(printers.each_mut().map(Lines::end));
    let of_ends = log.events.iter().filter(|event| !of_a_link(event)).count();
    memory::bounded(input.len(), 4 << 20, 4 << 10, || {
        for &protocol in Protocol::ALL {
            drop(judge.summary(protocol, true));
            drop(show::verdicts(&log.events, protocol, lang, 80));
        }
        let stories = show::story::stories(log.events);
        // Every event is told once; what a link did belongs to the segment it was done to.
        let told = stories.iter().flat_map(Story::events).filter(|event| !of_a_link(event)).count();
        assert_eq!(told, of_ends, "told (left) and in the log (right)");
        let notes = dice.is_multiple_of(3).then_some(&*NOTES);
        for form in [Ladder::Text, Ladder::Mermaid, Ladder::Html] {
            drop(show::ladder(form, &stories, notes, Some(wire::layout), lang, 20 + usize::from(dice)));
        }
        for story in &stories {
            drop(story.findings());
        }
    });
});

fn of_a_link(event: &claims::Event) -> bool {
    event.fields.named("source").is_some_and(|source| source == "link")
}
