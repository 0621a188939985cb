//! The table of a capture's connections: a line each, and what else there is in the capture.

use std::fmt::Write as _;

use capture::{Captures, Counts, Finished, Row};
use serde_json::json;
use steps::{Lang, harmless, say, say_in, text};

use super::{Choice, Sort, Which, tell};

/// The table, or its rows as JSON: written while more is read, so that no number of connections fills the memory.
pub(super) struct Rows<'a> {
    choice: &'a Choice,
    lang: Lang,
    json: bool,
    /// So wide is each column by now.
    widths: Widths,
    pub(super) waiting: Vec<Finished>,
    /// How many connections there were, and how many rows.
    pub(super) seen: usize,
    shown: usize,
    /// A secret was encrypted for some RSA key.
    static_rsa: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(choice: &'a Choice, (lang, json): (Lang, bool)) -> Self {
        let widths = Widths::default();
        Rows { choice, lang, json, widths, waiting: Vec::new(), seen: 0, shown: 0, static_rsa: false }
    }

    /// Writes what is ready, once it is much. Whoever sorts wants all of it first.
    pub(super) fn meanwhile(&mut self, captures: &mut Captures) {
        match self.choice.connection {
            Some(Which::All) => return,
            Some(Which::One(number)) => {
                let ready = captures.ready();
                self.count(&ready);
                self.waiting.extend(ready.into_iter().filter(|one| one.row.number == number));
                return;
            }
            None => self.take(captures.ready()),
        }
        if self.choice.sort == Sort::Time {
            while let Some(page) = self.full_page() {
                show::print(&page);
            }
        }
    }

    /// The next page, where there is a whole one: how fast the rows come is nothing that the columns may show.
    fn full_page(&mut self) -> Option<String> {
        let rest = (self.waiting.len() >= A_PAGE).then(|| self.waiting.split_off(A_PAGE))?;
        let page = self.page();
        self.waiting = rest;
        Some(page)
    }

    fn count(&mut self, ready: &[Finished]) {
        self.seen += ready.len();
        self.static_rsa |= ready.iter().any(|one| one.row.private_key_fits.is_some());
    }

    fn take(&mut self, ready: Vec<Finished>) {
        self.count(&ready);
        let admitted: Vec<_> = ready.into_iter().filter(|one| self.admits(&one.row)).collect();
        self.shown += admitted.len();
        self.waiting.extend(admitted);
    }

    pub(super) fn admits(&self, row: &Row) -> bool {
        let holds = |text: &String| words(row, self.lang).to_lowercase().contains(&text.to_lowercase());
        self.choice.filter.as_ref().is_none_or(holds)
    }

    /// What waits.
    fn page(&mut self) -> String {
        let rows = std::mem::take(&mut self.waiting);
        if self.json { in_json(&rows) } else { lines_in(&mut self.widths, &rows, self.lang) }
    }

    /// The rest, and what else is in the captures.
    pub(super) fn finish(mut self, finished: Vec<Finished>, counts: Counts) -> String {
        self.take(finished);
        match self.choice.sort {
            Sort::Time => {}
            Sort::Duration => self.waiting.sort_by_key(|one| std::cmp::Reverse(one.row.lasted)),
            Sort::Bytes => self.waiting.sort_by_key(|one| std::cmp::Reverse(one.row.bytes)),
            Sort::Protocol => self.waiting.sort_by_key(|one| one.row.kind.name()),
        }
        let mut all = String::new();
        if self.choice.sort == Sort::Time {
            all.extend(std::iter::from_fn(|| self.full_page()));
        }
        all += &self.page();
        if self.json { all } else { all + &footer(self.shown, counts, self.lang) }
    }

    /// Says so where the RSA key had nothing to open.
    pub(super) fn say_what_the_key_opened(&self, last: &[Finished]) {
        let any = self.static_rsa || last.iter().any(|one| one.row.private_key_fits.is_some());
        if self.choice.rsa_key.is_some() && !any {
            tell(self.lang, &say!(captures::the_rsa_key_opens_nothing()));
        }
    }
}

/// So many rows are laid out and written together.
const A_PAGE: usize = 4096;

/// The widths of a table's columns.
type Widths = [usize; 5];

/// A row as one text, to be searched.
fn words(row: &Row, lang: Lang) -> String {
    [cells(row).join(" "), details(row).join(" "), row.outcome().in_lang(lang).to_owned()].join(" ")
}

/// Number, time, both ends, protocol.
fn cells(row: &Row) -> [String; 5] {
    let time = row.at.strftime("%H:%M:%S%.3f").to_string();
    [row.number.to_string(), time, row.client.to_string(), row.server.to_string(), row.kind.name()]
}

/// What was asked for and agreed.
fn details(row: &Row) -> Vec<String> {
    let all = [&row.version, &row.name, &row.algorithms].into_iter().flatten();
    all.map(|text| harmless(text).into_owned()).collect()
}

/// A line a connection, and what it agreed on under it.
pub(crate) fn lines(all: &[Finished], lang: Lang) -> String {
    lines_in(&mut Widths::default(), all, lang)
}

/// The same, with columns as wide as before or wider.
fn lines_in(widths: &mut Widths, all: &[Finished], lang: Lang) -> String {
    let rows: Vec<[String; 5]> = all.iter().map(|one| cells(&one.row)).collect();
    for (at, width) in widths.iter_mut().enumerate() {
        *width = rows.iter().map(|row| row[at].chars().count()).fold(*width, usize::max);
    }
    let mut page = String::new();
    for (one, [number, time, client, server, kind]) in all.iter().zip(&rows) {
        let [n, _, c, s, k] = *widths;
        let outcome = one.row.outcome();
        let _ = writeln!(
            page,
            "{number:>n$}  {time}  {client:>c$} → {server:<s$}  {kind:<k$}  {}",
            harmless(outcome.in_lang(lang))
        );
        let details = details(&one.row);
        if !details.is_empty() {
            let _ = writeln!(page, "{:n$}  {}", "", details.join(" · "));
        }
    }
    page
}

/// What else is in the captures.
fn footer(connections: usize, counts: Counts, lang: Lang) -> String {
    let other = [
        (counts.quic, text!(captures::quic())),
        (counts.udp, text!(captures::other_udp())),
        (counts.icmp, text!(captures::icmp())),
        (counts.other_ip, text!(captures::other_ip())),
        (counts.not_ip, text!(captures::not_ip())),
        (counts.fragments, text!(captures::fragments())),
        (counts.unreadable, text!(captures::unreadable())),
        (counts.unknown_link, text!(captures::unknown_link_layer())),
    ];
    let other = other.into_iter().filter(|(count, _)| *count > 0);
    let other = other.map(|(count, what)| format!("{count} {}", what.in_lang(lang)));
    let tunnels = counts.tunnels.total();
    let names: Vec<String> = counts.tunnels.each().map(|(name, count)| format!("{name} {count}")).collect();
    let tunnels = (tunnels > 0).then(|| {
        let names = names.join(", ");
        say_in!(lang, captures::in_tunnels(tunnels, names))
    });
    let other: Vec<String> = other.chain(tunnels).collect();
    let (packets, segments) = (counts.packets, counts.segments);
    let mut line = match connections {
        1 => say_in!(lang, captures::one_connection(packets, segments)),
        _ => say_in!(lang, captures::connections(connections, packets, segments)),
    };
    if !other.is_empty() {
        line += text!(captures::beside_them()).in_lang(lang);
        line += &other.join(", ");
    }
    let how = match connections {
        0 => "",
        _ => text!(captures::how_to_see_one()).in_lang(lang),
    };
    format!("\n{line}{how}\n")
}

/// An object a connection.
pub(crate) fn in_json(all: &[Finished]) -> String {
    let mut page = String::new();
    for Finished { row, .. } in all {
        let object = json!({
            "connection": row.number,
            "at": row.at,
            "client": row.client,
            "server": row.server,
            "protocol": row.kind.name(),
            "server_name": row.name,
            "version": row.version,
            "algorithms": row.algorithms,
            "established": row.established,
            "established_after_us": row.established_after.map(|after| after.as_micros() as u64),
            "lasted_us": row.lasted.as_micros() as u64,
            "outcome": row.outcome(),
            "one_sided": row.one_sided,
            "segments": row.segments,
            "bytes": row.bytes,
            "bytes_missing": row.missing,
            "rsa_key_fits": row.private_key_fits,
        });
        page.push_str(&steps::to_json(&object).expect("it is a value"));
        page.push('\n');
    }
    page
}
