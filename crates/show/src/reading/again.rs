//! What a log says of the notes is not believed: its events are judged again, each connection and side by itself and in
//! its order, from the values that were seen. Where events are missing, what is not there proves nothing.

use std::collections::HashMap;

use steps::{Because, Event, Gap, Past, Protocol, Side, summary};

/// Judges the events of one log.
#[derive(Debug, Default)]
pub(crate) struct Again {
    /// Addresses come again: one account for each moment at which a connection began.
    accounts: HashMap<Key, Vec<Account>>,
    gaps: Vec<Missing>,
}

/// Whose account an event belongs to. A link that stands between the two ends has an account of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    side: Side,
    protocol: Protocol,
    conn: String,
    of_link: bool,
}

/// What one side knows of one connection.
#[derive(Debug)]
struct Account {
    past: Past,
    /// In microseconds, by the clock of the side.
    began: i64,
}

/// Events that are missing from the log.
#[derive(Debug)]
struct Missing {
    /// Of this connection; none: of any.
    conn: Option<String>,
    /// The microsecond of the first event behind the gap, once that was read.
    until: Option<i64>,
}

/// Both moments from which a beginning is computed are cut to whole microseconds.
const ROUNDING: u64 = 2;

impl Again {
    /// Puts in the place of the event's claims what its values show.
    pub(crate) fn judge(&mut self, event: &mut Event) {
        for gap in &mut self.gaps {
            gap.until.get_or_insert(event.at.as_microsecond());
        }
        let past = self.past(event);
        event.claims = if event.step.is_summary() {
            past.summary(event.protocol, event.get(summary::OUTCOME) == Some("complete"))
        } else {
            past.judge(event)
        };
    }

    /// Here events are missing.
    pub(crate) fn missed(&mut self, gap: &Gap) {
        match gap.because {
            // Of what goes beyond the limit the first of each kind is told all the same.
            Because::ConnectionLimit => {}
            Because::QueueFull | Because::NotWritten => self.miss(gap.conn.clone()),
        }
    }

    /// Here a line could not be read.
    pub(crate) fn unread(&mut self) {
        self.miss(None);
    }

    fn miss(&mut self, conn: Option<String>) {
        let gap = Missing { conn, until: None };
        let mine = self.accounts.iter_mut().filter(|(key, _)| gap.is_of(&key.conn));
        for account in mine.flat_map(|(_, accounts)| accounts) {
            account.past.missed();
        }
        self.gaps.push(gap);
    }

    /// What was seen before of its connection.
    fn past(&mut self, event: &Event) -> &mut Past {
        let key = Key {
            side: event.side,
            protocol: event.protocol,
            conn: event.conn.clone(),
            of_link: event.is_of_a_link(),
        };
        let began = event.at.as_microsecond().saturating_sub_unsigned(event.elapsed_us);
        let accounts = self.accounts.entry(key.clone()).or_default();
        if !accounts.iter().any(|it| it.is_of(began)) {
            let mut past = Past::default();
            if self.gaps.iter().any(|gap| gap.is_of(&key.conn) && gap.may_hide(began)) {
                past.missed();
            }
            accounts.push(Account { past, began });
        }
        let mine = accounts.iter_mut().rfind(|it| it.is_of(began));
        &mut mine.expect("there is one now").past
    }
}

impl Account {
    fn is_of(&self, began: i64) -> bool {
        self.began.abs_diff(began) <= ROUNDING
    }
}

impl Missing {
    fn is_of(&self, conn: &str) -> bool {
        self.conn.as_deref().is_none_or(|mine| mine == conn)
    }

    /// Whether the gap may hide the beginning of a connection that `began` then.
    fn may_hide(&self, began: i64) -> bool {
        self.until.is_none_or(|until| began <= until)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use steps::{Claim, Verdict};

    use crate::reading::read_log;

    const DONE: &str = "tls.server_hello_done";

    /// A line of a log of a TLS client: `elapsed` microseconds after its connection began at `began` seconds.
    fn line(step: &str, (began, elapsed): (u64, u64), fields: &Value) -> String {
        let (direction, evidence) =
            if step == "tls.summary" { ("local", "inferred") } else { ("received", "wire") };
        let event = json!({
            "v": 1, "at": format!("2026-11-22T19:00:{began:02}.{elapsed:06}Z"), "elapsed_us": elapsed,
            "side": "client", "protocol": "tls", "conn": "127.0.0.1:1>127.0.0.1:2", "step": step,
            "direction": direction, "evidence": evidence, "fields": fields,
            "claims": [{"id": "t6", "verdict": "as_noted"}, {"id": "no such", "verdict": 7}],
        });
        format!("{event}\n")
    }

    fn certificate(when: (u64, u64)) -> String {
        let fields = json!({"encrypted": false, "certificates": 1, "subject": "CN=localhost"});
        line("tls.certificate", when, &fields)
    }

    /// The claims of each event, as they read back.
    fn claims(log: &str) -> Vec<Vec<(Claim, Verdict)>> {
        let of = |event: &steps::Event| event.claims.iter().map(|it| (it.id, it.verdict)).collect();
        read_log("x.jsonl", log).events.iter().map(of).collect()
    }

    #[test]
    fn what_a_log_claims_gives_way_to_what_its_values_show() {
        let bare = line("tls.certificate", (0, 1), &json!({}));
        let log = [certificate((0, 1)), bare, line(DONE, (0, 2), &json!({}))].concat();
        let noted = Verdict::AsNoted;
        assert_eq!(claims(&log), [vec![(Claim::T3, noted)], vec![], vec![(Claim::T4, noted)]]);
    }

    #[test]
    fn a_summary_says_again_what_the_connection_showed() {
        let log = [certificate((0, 1)), line("tls.summary", (0, 2), &json!({"outcome": "complete"}))];
        assert_eq!(claims(&log.concat())[1], [(Claim::T3, Verdict::AsNoted)]);
    }

    #[test]
    fn behind_a_gap_what_is_not_there_shows_nothing() {
        let gap = |more: &str| format!("{{\"v\":1,\"dropped\":1,\"because\":\"queue_full\"{more}}}\n");
        let done = |when| line(DONE, when, &json!({}));
        let t4 = |log: &[String]| claims(&log.concat()).concat().contains(&(Claim::T4, Verdict::AsNoted));
        assert!(t4(&[certificate((0, 1)), done((0, 2))]));
        // A ServerKeyExchange may have come between the two, or before both.
        assert!(!t4(&[certificate((0, 1)), gap(""), done((0, 2))]));
        assert!(!t4(&[gap(""), certificate((0, 1)), done((0, 2))]));
        let mine = gap(",\"conn\":\"127.0.0.1:1>127.0.0.1:2\"");
        assert!(!t4(&[mine.clone(), certificate((0, 1)), done((0, 2))]));
        let cut = certificate((0, 1)).replace("tls.certificate", "tls.telepathy");
        assert!(!t4(&[certificate((0, 1)), cut, done((0, 2))]));
        // None that began later has anything to do with it, nor has another connection.
        let later = [certificate((0, 1)), gap(""), done((0, 2)), line("tls.summary", (0, 3), &json!({}))];
        assert!(t4(&[&later[..], &[certificate((5, 1)), done((5, 2))]].concat()));
        let another = gap(",\"conn\":\"127.0.0.1:3>127.0.0.1:4\"");
        assert!(t4(&[certificate((0, 1)), another, done((0, 2))]));
        let limit = mine.replace("queue_full", "connection_limit");
        assert!(t4(&[certificate((0, 1)), limit, done((0, 2))]));
        // Lines of others are no gap.
        assert!(t4(&[certificate((0, 1)), "hello\n".into(), done((0, 2))]));
    }

    #[test]
    fn addresses_that_come_again_are_another_connection() {
        let end = line("tls.summary", (0, 3), &json!({}));
        let done = |when| line(DONE, when, &json!({}));
        let late = [certificate((0, 1)), end.clone(), done((0, 4))].concat();
        assert_eq!(claims(&late)[2], [(Claim::T4, Verdict::AsNoted)]);
        let new = [certificate((0, 1)), end, done((7, 4))].concat();
        assert_eq!(claims(&new)[2], []);
    }
}
