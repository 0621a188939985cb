//! Recorded logs, and everything that is made of them: stories, ladders in every form, the table of verdicts.
#![no_main]

use handshakes_fuzz::{event, memory};
use libfuzzer_sys::fuzz_target;
use show::{Ladder, LangArg, Lines, Notes, story::Story};
use steps::{Lang, Past, Protocol};

fuzz_target!(|input: &[u8]| {
    let Some((&dice, text)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let lang = if dice % 2 == 0 { Lang::En } else { Lang::Zh };
    let log = memory::bounded(input.len(), 64 << 10, 256, || show::read_log("log", &text));
    // What cannot be read is counted, beyond the first; what the log itself calls missing is always named.
    let gaps = text.matches("dropped").count();
    assert!(log.troubles.len() <= show::MOST_TROUBLES + 1 + gaps);
    for event in &log.events {
        let json = serde_json::to_string(event).expect("an event is plain data");
        assert_eq!(
            show::read_log("again", &json).events,
            [event.clone()],
            "read back (left) and written (right)"
        );
        event::layout(event);
    }
    // What is judged again from a log has no more to go on than the log.
    let mut past = Past::default();
    let mut printers =
        [LangArg::En, LangArg::Zh].map(|lang| event::lines(lang).with_bytes(Some(wire::layout)));
    for event in &log.events {
        drop(past.judge(event));
        printers.iter_mut().for_each(|printer| drop(printer.print(event)));
    }
    drop(printers.each_mut().map(Lines::end));
    let of_ends = log.events.iter().filter(|event| !of_a_link(event)).count();
    memory::bounded(input.len(), 4 << 20, 4 << 10, || {
        for protocol in [Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Ssh] {
            drop(past.summary(protocol, true));
            drop(show::verdicts(&log.events, protocol, lang, 80));
        }
        let stories = show::story::stories(log.events);
        // Every event is told once; what a link did belongs to the segment it was done to.
        let told = stories.iter().flat_map(Story::events).filter(|event| !of_a_link(event)).count();
        assert_eq!(told, of_ends, "told (left) and in the log (right)");
        let notes = (dice % 3 == 0).then(|| Notes::parse("# TLS\n\n1. hello\n"));
        for form in [Ladder::Text, Ladder::Mermaid, Ladder::Html] {
            drop(show::ladder(form, &stories, notes.as_ref(), lang, 20 + usize::from(dice)));
        }
        for story in &stories {
            drop(story.findings());
        }
    });
});

fn of_a_link(event: &steps::Event) -> bool {
    event.fields.named("source").is_some_and(|source| source == "link")
}
