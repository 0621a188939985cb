//! Where events are judged: each connection and side by itself and in its order, from the values that were seen. What a
//! recorded log says of the notes is not believed, but judged again. Where events are missing, what is not there proves
//! nothing.

use std::{collections::HashMap, sync::Weak};

use claims::{Finding, Judge};
use steps::{Because, Event, Gap, Origin, Protocol, Side};

/// Judges the events of one log, recorded or in the making.
#[derive(Debug, Default)]
pub(crate) struct Judges {
    /// Addresses come again: one account for each moment at which a connection began.
    accounts: HashMap<Key, Vec<Account>>,
    gaps: Vec<Missing>,
    /// At so many accounts those are forgotten that have come to their end.
    sweep_at: usize,
}

/// Whose account an event belongs to. A link that stands between the two ends has an account of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// In a recorded log.
    Recorded { side: Side, protocol: Protocol, conn: String, of_link: bool },
    /// In a log in the making: by [`Origin::id`].
    Live(usize),
}

/// What one side knows of one connection.
#[derive(Debug)]
struct Account {
    judge: Judge,
    conn: String,
    /// In microseconds, by the clock of the side.
    began: i64,
    /// Gone with the connection; none: a recorded log may tell of it up to its end.
    lives: Option<Weak<()>>,
}

/// Events that are missing from the log.
#[derive(Debug)]
struct Missing {
    /// Of this connection; none: of any.
    conn: Option<String>,
    /// The microsecond of the first event behind the gap, once that was read.
    until: Option<i64>,
}

/// So many gaps are told apart; of the oldest it is no longer known whose they were.
const MOST_GAPS: usize = 64;

/// Fewer accounts are not worth a look.
const FEW: usize = 64;

/// Both moments from which a beginning is computed are cut to whole microseconds.
const ROUNDING: u64 = 2;

impl Judges {
    /// What the values of a recorded event show.
    pub(crate) fn recorded(&mut self, event: &Event) -> Vec<Finding> {
        let key = Key::Recorded {
            side: event.side,
            protocol: event.protocol,
            conn: event.conn.clone(),
            of_link: event.is_of_a_link(),
        };
        self.judge(key, event, None)
    }

    /// What the values of an event show that was just seen.
    pub(crate) fn live(&mut self, event: &Event, of: &Origin) -> Vec<Finding> {
        if self.accounts.len() >= self.sweep_at.max(FEW) {
            self.forget_ended();
        }
        self.judge(Key::Live(of.id()), event, Some(of))
    }

    /// Forgets the connections that nobody can tell more of.
    pub(crate) fn forget_ended(&mut self) {
        let ended = |account: &Account| account.lives.as_ref().is_some_and(|it| it.strong_count() == 0);
        self.accounts.retain(|_, accounts| !accounts.iter().all(ended));
        self.sweep_at = self.accounts.len() * 2;
        if self.sweep_at < FEW {
            self.accounts.shrink_to_fit();
        }
    }

    fn judge(&mut self, key: Key, event: &Event, of: Option<&Origin>) -> Vec<Finding> {
        for gap in &mut self.gaps {
            gap.until.get_or_insert(event.at.as_microsecond());
        }
        let began = event.at.as_microsecond().saturating_sub_unsigned(event.elapsed_us);
        // Hardly ever is there more than one.
        let accounts = self.accounts.entry(key).or_insert_with(|| Vec::with_capacity(1));
        if of.is_some() {
            // The number of an account that is over may be another's now.
            accounts.retain(|it| it.lives.as_ref().is_some_and(|lives| lives.strong_count() > 0));
        }
        let is_mine = |it: &Account| of.is_some() || it.is_of(began);
        if !accounts.iter().any(is_mine) {
            let mut judge = Judge::default();
            if self.gaps.iter().any(|gap| gap.is_of(&event.conn) && gap.may_hide(began)) {
                judge.missed();
            }
            let (conn, lives) = (event.conn.clone(), of.map(Origin::downgrade));
            accounts.push(Account { judge, conn, began, lives });
        }
        let mine = accounts.iter_mut().rfind(|it| is_mine(it));
        mine.expect("there is one now").judge.judge(event)
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
        for account in self.accounts.values_mut().flatten().filter(|account| gap.is_of(&account.conn)) {
            account.judge.missed();
        }
        if self.gaps.len() == MOST_GAPS {
            let until = self.gaps.remove(0).until;
            // Without its name it hides no less.
            let oldest = &mut self.gaps[0];
            oldest.conn = None;
            oldest.until = oldest.until.max(until);
        }
        self.gaps.push(gap);
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
    use claims::{Claim, Verdict};
    use serde_json::{Value, json};

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
        let of = |event: &claims::Event| event.claims.iter().map(|it| (it.id, it.verdict)).collect();
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
