//! What is done with a step once it is seen: it becomes an event, is judged, printed, written, and read back.

use std::cell::RefCell;

use claims::{Event, Judge};
use show::{Args, Color, LangArg, Lines};
use steps::{Bytes, Direction, Evidence, Protocol, SCHEMA_VERSION, Side};
use wire::Crossed;

/// A printer of everything, in a language.
pub fn lines(lang: LangArg) -> Lines {
    let args = Args { lang: Some(lang), color: Color::Always, verbose: true, ..Args::default() };
    Lines::new(&args, 80, true)
}

/// What the client knows of a step.
pub fn event(protocol: Protocol, crossed: Crossed) -> steps::Event {
    let seen = crossed.seen;
    steps::Event {
        v: SCHEMA_VERSION,
        at: AT.parse().expect("it is a time"),
        elapsed_us: crossed.moment,
        side: Side::Client,
        protocol,
        variant: None,
        observer: None,
        conn: "127.0.0.1:1>127.0.0.1:2".into(),
        step: seen.step,
        direction: match seen.from {
            Some(Side::Client) => Direction::Sent,
            Some(Side::Server) => Direction::Received,
            None => Direction::Local,
        },
        evidence: if seen.from.is_some() { Evidence::Wire } else { Evidence::Inferred },
        fields: seen.fields,
        bytes: Bytes(seen.bytes),
    }
}

const AT: &str = "2026-01-02T03:04:05.678901Z";

thread_local! {
    // As in a program: one printer for many connections.
    static PRINTERS: RefCell<[Lines; 2]> = RefCell::new([lines(LangArg::En), lines(LangArg::Zh)]);
}

/// Judges and prints what was seen; what is written reads back as the same.
pub fn check(protocol: Protocol, told: Vec<Crossed>) {
    let mut judge = Judge::default();
    let mut log = String::new();
    let mut events = Vec::new();
    for crossed in told {
        let event = judge.annotate(event(protocol, crossed));
        PRINTERS.with_borrow_mut(|printers| {
            printers.iter_mut().for_each(|printer| drop(printer.print(&event)));
        });
        layout(&event);
        log.push_str(&serde_json::to_string(&event).expect("an event is plain data"));
        log.push('\n');
        events.push(event);
    }
    drop(judge.summary(protocol, true));
    let read = show::read_log("log", &log);
    assert!(read.troubles.is_empty(), "{:?}", read.troubles);
    // What a log says of the claims is not believed: it is judged again from what is left of each connection.
    let unjudged = |mut event: Event| {
        event.claims.clear();
        event
    };
    let (read, written): (Vec<_>, Vec<_>) =
        (read.events.into_iter().map(unjudged).collect(), events.into_iter().map(unjudged).collect());
    assert_eq!(read, written, "read back (left) and written (right)");
}

/// The parts of an event's bytes are parts of them.
pub fn layout(event: &Event) {
    let parts = wire::layout(event);
    assert!(parts.len() <= 2 * 4096 + 64, "{} parts", parts.len());
    for part in parts {
        let end = part.offset.checked_add(part.length);
        assert!(end.is_some_and(|end| end <= event.bytes.0.len()), "{part:?} of {}", event.bytes.0.len());
    }
}
