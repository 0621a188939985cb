//! Logs that were recorded, read again. A log may come from another version, end in the middle of a line because its
//! program was killed, or hold lines of others (`docker compose logs` puts a name before each): what cannot be read is
//! reported and the rest is kept.

use claims::Event;
use steps::{Gap, Run, SCHEMA_VERSION, Said, say};

use super::judges::Judges;

/// What one log holds.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The events, in the order of the log.
    pub events: Vec<Event>,
    /// The line of each of them, from 1.
    pub lines: Vec<usize>,
    /// Where the runs of scenarios begin and end in it.
    pub runs: Vec<RunHere>,
    /// How many events the log itself says are missing; where is among the troubles.
    pub dropped: u64,
    /// What could not be read, at most [`MOST_TROUBLES`] of it, and where.
    pub troubles: Vec<Said>,
}

/// The run of a scenario begins in a log, or has ended there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunHere {
    /// How many events of the log stand before.
    pub at: usize,
    /// Which run, and how it came out where it has ended.
    pub run: Run,
}

/// More than this is not enumerated: it is another kind of file.
pub const MOST_TROUBLES: usize = 10;

/// Reads a log called `name`, one JSON object a line.
pub fn read_log(name: &str, text: &str) -> Log {
    let mut log = Log::default();
    let (mut judges, mut unread) = (Judges::default(), 0);
    let lines = text.lines().count();
    for (n, line) in text.lines().enumerate() {
        // `tls-server-1  | {"v":1,…`
        let Some(begin) = line.find('{').filter(|&at| at == 0 || line[..at].contains('|')) else {
            if !line.trim().is_empty() {
                unread += 1;
                log.trouble(name, n, unread, &say!(log::not_an_event()));
            }
            continue;
        };
        let json = line[begin..].trim_end();
        match serde_json::from_str::<serde_json::Value>(json) {
            Err(_) if n + 1 == lines && !text.ends_with('\n') => {
                unread += 1;
                log.trouble(name, n, unread, &say!(log::last_line_is_cut_off()));
            }
            Err(error) => {
                judges.unread();
                unread += 1;
                log.trouble(name, n, unread, &say!(log::not_json(error)));
            }
            Ok(value) => match value.get("v").and_then(serde_json::Value::as_u64) {
                // What `client --why` concludes beside its events.
                Some(_) if value.get("why").is_some() => {}
                Some(v) if v == u64::from(SCHEMA_VERSION) => match Line::read(value) {
                    Ok(Line::Event(seen)) => {
                        let claims = judges.recorded(&seen);
                        log.events.push(Event { seen: *seen, claims });
                        log.lines.push(n + 1);
                    }
                    Ok(Line::Gap(gap)) => {
                        judges.missed(&gap);
                        log.gap(name, n, &gap);
                    }
                    Ok(Line::Run(run)) => log.runs.push(RunHere { at: log.events.len(), run: *run }),
                    Err(error) => {
                        judges.unread();
                        unread += 1;
                        log.trouble(name, n, unread, &Said::same(error.to_string()));
                    }
                },
                Some(v) => {
                    judges.unread();
                    unread += 1;
                    let said = say!(log::another_schema_version(v, SCHEMA_VERSION));
                    log.trouble(name, n, unread, &said);
                }
                None => {
                    unread += 1;
                    log.trouble(name, n, unread, &say!(log::not_an_event()));
                }
            },
        }
    }
    if unread > MOST_TROUBLES {
        let more = unread - MOST_TROUBLES;
        log.troubles.push(say!(log::so_many_more(name, more)));
    }
    log
}

/// A line of a log.
enum Line {
    Event(Box<steps::Event>),
    Gap(Gap),
    Run(Box<Run>),
}

impl Line {
    /// What it says of the notes is not read: its values are judged again.
    fn read(value: serde_json::Value) -> serde_json::Result<Line> {
        let has = |name| value.get(name).is_some();
        match (has("dropped"), has("run")) {
            (true, _) => serde_json::from_value(value).map(Line::Gap),
            (false, true) => serde_json::from_value(value).map(Line::Run),
            (false, false) => serde_json::from_value(value).map(Line::Event),
        }
    }
}

impl Log {
    /// What is missing is said every time: each is a place in the log.
    fn gap(&mut self, name: &str, line: usize, gap: &Gap) {
        let (line, said) = (line + 1, gap.said());
        self.dropped = self.dropped.saturating_add(gap.dropped); // a log may claim anything
        self.troubles.push(say!(log::gap(name, line, said)));
    }

    fn trouble(&mut self, name: &str, line: usize, count: usize, what: &Said) {
        if count <= MOST_TROUBLES {
            let line = line + 1;
            self.troubles.push(say!(log::line_left_out(name, line, what)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","direction":"sent","evidence":"wire","fields":{}}"#;

    const GAP: &str = r#"{"v":1,"dropped":12,"because":"queue_full"}"#;

    const RUN: &str = r#"{"v":1,"run":"tls/expired","protocol":"tls","title":{"en":"Expired","zh":"过期"}}"#;

    const LIMIT: &str = r#"{"v":1,"dropped":30,"because":"connection_limit","conn":"127.0.0.1:1>127.0.0.1:2","side":"server","steps":{"ws.ping":30}}"#;

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_kept() {
        let newer = EVENT.replace("\"v\":1", "\"v\":9");
        let unknown = EVENT.replace("tls.client_hello", "tls.telepathy");
        for (text, events, says) in [
            (format!("{EVENT}\n{EVENT}\n"), 2, None),
            (format!("tls-server-1  | {EVENT}\n"), 1, None),
            (format!("{EVENT}\nhello\n{EVENT}\n"), 2, Some("line 2: not an event")),
            (format!("{EVENT}\n{}", &EVENT[..40]), 1, Some("line 2: the last line is cut off")),
            (format!("{newer}\n"), 0, Some("schema version 9")),
            (format!("{unknown}\n"), 0, Some("telepathy")),
            ("{\"a\": 1}\n".into(), 0, Some("not an event")),
            (String::new(), 0, None),
            (format!("{EVENT}\n{GAP}\n{EVENT}\n"), 2, Some("line 2: 12 events dropped here")),
        ] {
            let log = read_log("x.jsonl", &text);
            assert_eq!(log.events.len(), events, "{text}");
            match says {
                None => assert!(log.troubles.is_empty(), "{:?}", log.troubles),
                Some(says) => assert!(log.troubles[0].en.contains(says), "{:?}", log.troubles),
            }
        }
        assert_eq!(read_log("x", &format!("{GAP}\n{EVENT}\n{GAP}\n")).dropped, 24);
        let (begin, end) = (RUN, RUN.replace("}}", r#"},"ended":{"came_out":"otherwise","took_ms":7}}"#));
        let runs = read_log("x", &format!("{EVENT}\n{begin}\n{EVENT}\n{end}\n")).runs;
        assert_eq!(runs.iter().map(|here| here.at).collect::<Vec<_>>(), [1, 2]);
        assert!(
            runs[0].run.ended.is_none() && runs[1].run.ended.as_ref().is_some_and(|end| end.took_ms == 7)
        );
        let limited = read_log("x", &format!("{EVENT}\n{LIMIT}\n"));
        assert_eq!((limited.events.len(), limited.dropped), (1, 30));
        assert!(
            limited.troubles[0].en.contains("line 2: 30 events of 127.0.0.1:1>127.0.0.1:2 not logged here")
        );
        let foreign = read_log("x", &"foreign\n".repeat(50));
        assert_eq!(foreign.troubles.len(), MOST_TROUBLES + 1);
        assert!(foreign.troubles[MOST_TROUBLES].en.contains("40 more"));
    }
}
