//! What `--why` prints: a page for people, told while it comes about, or one JSON object.

use serde_json::{Value, json};
use show::{Format, columns, pad, wrapped};
use steps::{Lang, Protocol, SCHEMA_VERSION, Said, Text, harmless, program::CLIENT, say, text};

use super::{Diagnosis, EACH, Row};

/// Where the answer goes, and how.
#[derive(Debug)]
pub struct Page {
    lang: Lang,
    width: usize,
    json: bool,
}

impl Page {
    /// As the options of the output ask.
    pub fn new(output: &show::Args) -> Self {
        Page { lang: output.lang(), width: output.text_columns(), json: output.format == Format::Json }
    }

    /// The first connection has ended: how, and what follows.
    pub(super) fn begin(&self, found: &Diagnosis) {
        if self.json {
            if found.announced > 0 {
                show::say_said(CLIENT, &announcement(found));
            }
            return;
        }
        show::print(&self.head(found));
    }

    /// One row of the table, whose left column is so wide.
    pub(super) fn row(&self, row: &Row, left: usize) {
        if !self.json {
            show::print(&self.line(row, left));
        }
    }

    /// How wide the left column of such a table is.
    pub(super) fn left<'a>(&self, tried: impl Iterator<Item = &'a Said>) -> usize {
        const WIDEST: usize = 36;
        tried.map(|said| columns(said.in_lang(self.lang))).max().unwrap_or_default().min(WIDEST)
    }

    /// What it comes to.
    pub(super) fn end(&self, found: &Diagnosis) {
        if self.json {
            let line = steps::to_json(&object(found)).expect("a value of JSON is JSON");
            show::print(&format!("{line}\n"));
        } else {
            show::print(&self.tail(found));
        }
    }

    fn head(&self, found: &Diagnosis) -> String {
        let (protocol, peer) = (found.protocol.title(), harmless(&found.peer));
        let mut head = match &found.reason {
            None => {
                let line = say!(why::gets_through(protocol, peer));
                return wrapped(line.in_lang(self.lang), self.width) + "\n";
            }
            Some(_) => {
                let line = say!(why::does_not_get_through(protocol, peer));
                wrapped(line.in_lang(self.lang), self.width) + "\n"
            }
        };
        if let Some(reason) = &found.reason {
            head += &self.under(WHY, &capital(&reason.cause));
        }
        let below = heading(found).unwrap_or_else(|| announcement(found));
        head + &wrapped(below.in_lang(self.lang), self.width) + "\n"
    }

    fn tail(&self, found: &Diagnosis) -> String {
        let facts = found.facts.iter().map(|fact| self.indented(fact.in_lang(self.lang), 2, 2));
        let mut tail: String = facts.collect();
        if let Some(means) = &found.means {
            tail += &self.under(SO, means);
        }
        if let Some(advice) = &found.advice {
            tail += &self.under(DO, advice);
        }
        tail
    }

    fn line(&self, row: &Row, left: usize) -> String {
        let tried = harmless(row.tried.in_lang(self.lang));
        let before = format!("  {} {}  ", row.way.mark(), pad(&tried, left));
        let hang = left + 6;
        if columns(&tried) > left {
            // The left column has no room for it: what came stands below.
            return format!("  {} {tried}\n", row.way.mark())
                + &self.indented(row.saw.in_lang(self.lang), 6, 6);
        }
        let saw = self.indented(row.saw.in_lang(self.lang), 0, hang);
        before + &saw
    }

    /// A word, and what it heads with the lines below it under its beginning.
    fn under(&self, word: Text, what: &Said) -> String {
        let word = word.in_lang(self.lang);
        let hang = columns(word) + 3;
        format!("  {word} {}", self.indented(what.in_lang(self.lang), 0, hang))
    }

    /// `text`, whose first line begins after `first` columns and whose others after `hang`, within the width.
    fn indented(&self, text: &str, first: usize, hang: usize) -> String {
        let text = harmless(text);
        let room = self.width.saturating_sub(hang).max(20);
        let lines = wrapped(&text, room);
        let mut out = String::new();
        for (n, line) in lines.lines().enumerate() {
            out += &" ".repeat(if n == 0 { first } else { hang });
            out += line;
            out.push('\n');
        }
        out
    }
}

const WHY: Text = text!(why::why());
const SO: Text = text!(why::so());
const DO: Text = text!(why::do_this());

/// A sentence of its own begins with a capital.
fn capital(said: &Said) -> Said {
    Said::each(|lang| {
        let mut letters = said.in_lang(lang).chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    })
}

/// What the rows are that the first connection told.
fn heading(found: &Diagnosis) -> Option<Said> {
    if found.rows.is_empty() {
        return None;
    }
    Some(match found.protocol {
        Protocol::Ssh => say!(why::in_common()),
        Protocol::Tcp | Protocol::Tls | Protocol::Ws => say!(why::addresses_of_the_name()),
    })
}

/// How many connections follow, before they do.
fn announcement(found: &Diagnosis) -> Said {
    let (n, peer, seconds) = (found.announced, harmless(&found.peer), EACH.as_secs());
    match n {
        0 => say!(why::tells_enough()),
        1 => say!(why::one_more_connection(peer, seconds)),
        _ => say!(why::more_connections(n, peer, seconds)),
    }
}

/// The object, as `docs/why.md` has it.
fn object(found: &Diagnosis) -> Value {
    let rows = found.rows.iter().map(|row| json!({"tried": row.tried, "way": row.way.id(), "saw": row.saw}));
    let reason = found.reason.as_ref();
    json!({"v": SCHEMA_VERSION, "why": {
        "protocol": found.protocol.id(),
        "peer": found.peer,
        "through": found.through(),
        "rule": reason.and_then(|reason| reason.rule),
        "reason": reason.map(|reason| &reason.cause),
        "facts": found.facts,
        "announced": found.announced,
        "made": found.made,
        "rows": rows.collect::<Vec<_>>(),
        "means": found.means,
        "advice": found.advice,
    }})
}
