//! One step a line, 80 columns:
//!
//! ```text
//!    0.312 C ─▶   t1      ClientHello         TLS 1.2 · 5f3a91c2…            wire
//!    0.498   ─▶ S t1      ClientHello         TLS 1.2 · 5f3a91c2…            wire
//! ```
//!
//! Milliseconds since this side began, who saw it (C left, S right; arrows point the way the bytes went), the
//! claims with `≠` where the wire differs and `~` where it depends, the step, the fields that matter, and how it
//! is known.

use std::collections::{BTreeMap, BTreeSet};

use claims::{Claim, Event, Verdict};
use steps::{Direction, Lang, Protocol, Side, Value, common, harmless, label, text, ws};

use super::{
    Layout, Printed, Renderer, bytes,
    fields::{Piece, fold, pieces, said},
    marks::{NARROWEST, evidence_word, mark, painted_marks},
};
use crate::terminal::{
    Args, Paint,
    text::{columns, pad, whole, widest_word, wrap},
};

mod summary;

pub(crate) use summary::not_shown;

/// Where the step's name begins, and where its fields begin.
const TITLE: usize = 24;
const FIELDS: usize = 45;

/// Where explanations and fields begin, below their step.
const DETAILS: usize = 16;

/// So wide the column of the labels is at most.
const WIDEST_LABEL: usize = 28;

/// Prints steps as lines.
#[derive(Debug)]
pub struct Lines {
    args: Args,
    lang: Lang,
    paint: Paint,
    width: usize,
    quiet: bool,
    verbose: bool,
    /// Tells the bytes of each message apart, where that is asked for.
    layout: Option<Layout>,
    both_sides: bool,
    /// The connection of the line before: a header is due when it changes.
    conn: String,
    /// With both sides in one log: the connections that have had their header. Where something stands between the
    /// two sides, each sees addresses of its own, and their lines take turns.
    open: Vec<String>,
    /// With both sides in one log: the summary of the side that ended first waits for the other.
    waiting: Option<Event>,
    shown: BTreeMap<Claim, Verdict>,
    connections: usize,
    /// What they spoke.
    protocols: BTreeSet<Protocol>,
}

impl Lines {
    /// A printer for `args` that fills `width` columns; `both_sides` when client and server log to one place.
    pub fn new(args: &Args, width: usize, both_sides: bool) -> Self {
        Lines {
            args: args.clone(),
            lang: args.lang(),
            paint: Paint::new(args.colored()),
            width: width.max(NARROWEST),
            quiet: args.quiet,
            verbose: args.verbose,
            layout: None,
            both_sides,
            conn: String::new(),
            open: Vec::new(),
            waiting: None,
            shown: BTreeMap::new(),
            connections: 0,
            protocols: BTreeSet::new(),
        }
    }

    /// How many columns the lines that follow fill.
    pub(crate) fn set_width(&mut self, width: usize) {
        self.width = width.max(NARROWEST);
    }

    /// The same with every byte told apart by `layout`.
    pub fn with_bytes(self, layout: Option<Layout>) -> Self {
        Lines { layout, ..self }
    }

    /// The text for one event: whole lines, or nothing.
    pub fn print(&mut self, event: &Event) -> String {
        let mut out = String::new();
        if event.step.is_summary() {
            if self.both_sides {
                match self.waiting.take() {
                    Some(other) if other.side != event.side && other.protocol == event.protocol => {
                        self.summary(&mut out, &[&other, event]);
                    }
                    Some(stranger) => {
                        self.summary(&mut out, &[&stranger]);
                        self.waiting = Some(event.clone());
                    }
                    None => self.waiting = Some(event.clone()),
                }
            } else {
                self.summary(&mut out, &[event]);
            }
        } else if !self.quiet {
            self.header(&mut out, event);
            out.push_str(&self.step(event));
        }
        out
    }

    /// One event that is no summary.
    pub(crate) fn step(&self, event: &Event) -> String {
        let mut out = String::new();
        self.line(&mut out, event);
        if self.verbose {
            self.details(&mut out, event);
        }
        self.bytes(&mut out, event);
        out
    }

    /// How many connections have ended.
    pub(crate) fn connections(&self) -> usize {
        self.connections
    }

    /// Every byte of a message, where that is asked for.
    pub(crate) fn bytes(&self, out: &mut String, event: &Event) {
        if let Some(layout) = self.layout {
            for line in bytes::record(event, self.lang) {
                push(out, &self.paint.dim(&line));
            }
            for line in bytes::view(&layout(event), &event.bytes.0, self.lang, self.width) {
                push(out, &self.paint.dim(&line));
            }
        }
    }

    /// What is still to be said when the connections so far have ended and others may follow.
    pub fn end_of_run(&mut self) -> String {
        let mut out = String::new();
        if let Some(event) = self.waiting.take() {
            self.summary(&mut out, &[&event]);
        }
        self.conn.clear();
        self.open.clear();
        out
    }

    /// What is still to be said when the log ends.
    pub fn end(&mut self) -> String {
        let mut out = self.end_of_run();
        if self.both_sides && self.connections > 1 {
            self.tally(&mut out);
        }
        out
    }

    fn header(&mut self, out: &mut String, event: &Event) {
        if self.conn == event.conn {
            return;
        }
        self.conn.clone_from(&event.conn);
        if self.both_sides {
            if self.open.contains(&event.conn) {
                return;
            }
            self.open.push(event.conn.clone());
        }
        out.push('\n');
        push(out, &self.rule(event));
    }

    /// The title of a connection.
    pub(crate) fn rule(&self, event: &Event) -> String {
        let variant = event.variant.as_deref().map(|name| format!(" {}", harmless(name))).unwrap_or_default();
        let conn = harmless(&event.conn).replacen('>', " → ", 1);
        let title = format!("── {}{variant} · {conn} ", event.protocol.title());
        let rule = "─".repeat(self.width.saturating_sub(columns(&title)));
        self.paint.bold(&format!("{title}{rule}"))
    }

    fn line(&self, out: &mut String, event: &Event) {
        let time = format!("{:>8.3}", event.elapsed_us as f64 / 1000.0);
        let claims: Vec<_> = event.noted().map(mark).collect();
        let claims = pad(&claims.join(" "), 7);
        let title = format!("{}{}", indent(event), event.step.card().title.in_lang(self.lang));
        let title = title.as_str();
        let evidence = evidence_word(event.evidence).in_lang(self.lang);

        let claims_and_title = columns(&claims) + 1 + columns(title);
        let room = (FIELDS - TITLE + 8).saturating_sub(claims_and_title).max(1);
        let left = TITLE - 8 + claims_and_title + room;
        let fill = self.width.saturating_sub(left + columns(evidence));
        let pieces = pieces(event, self.lang);
        let hang = hang(&pieces, self.width);
        let folded = fold(&pieces, fill.saturating_sub(1), self.width.saturating_sub(hang));
        let mut folded = folded.iter();
        let fields = pad(folded.next().map_or("", String::as_str), fill);
        push(
            out,
            &format!(
                "{} {} {} {}{}{fields}{}",
                self.paint.dim(&time),
                self.paint.side(event.side, lane(event)),
                self.claims(event),
                self.paint.bold(title),
                " ".repeat(room),
                self.paint.dim(evidence),
            ),
        );
        for line in folded {
            push(out, &format!("{}{line}", " ".repeat(hang)));
        }
    }

    /// The claims, each in the colour of its verdict.
    fn claims(&self, event: &Event) -> String {
        let noted: Vec<_> = event.noted().cloned().collect();
        let plain: Vec<_> = noted.iter().map(mark).collect();
        let fill = " ".repeat(7usize.saturating_sub(columns(&plain.join(" "))));
        format!("{}{fill}", painted_marks(&noted, self.paint))
    }
    /// The explanation and every field of a step.
    pub(crate) fn details(&self, out: &mut String, event: &Event) {
        for line in wrap(event.step.card().text.in_lang(self.lang), DETAILS, self.width) {
            push(out, &self.paint.dim(&line));
        }
        for finding in &event.claims {
            if let Some(because) = &finding.because {
                let text = format!("{} {}", mark(finding), harmless(because.in_lang(self.lang)));
                for line in wrap(&text, DETAILS, self.width) {
                    push(out, &self.paint.verdict(finding.verdict, &line));
                }
            }
        }
        for checked in ws::checked_in(&event.fields) {
            for line in wrap(&self.tick(&checked), DETAILS, self.width) {
                push(out, &if checked.met { line } else { self.paint.alarm(&line) });
            }
        }
        self.fields(out, event);
        out.push('\n');
    }

    /// Every field, the values in a column, a list one item a line.
    fn fields(&self, out: &mut String, event: &Event) {
        let fields: Vec<(String, Vec<String>)> = event
            .fields
            .iter()
            .filter(|(name, _)| *name != common::CHECKS.name())
            .map(|(name, value)| {
                let values = match value {
                    Value::Array(list) if list.len() > 1 => {
                        list.iter().map(|one| said(name, one, self.lang)).collect()
                    }
                    // As they crossed, one below the other.
                    Value::Array(headers) if name == ws::field::HEADERS.name() => {
                        headers.iter().map(whole).collect()
                    }
                    other => vec![said(name, other, self.lang)],
                };
                let colon = text!(summary::colon()).in_lang(self.lang);
                (format!("{}{colon}", harmless(&label(name, self.lang))), values)
            })
            .collect();
        let widest = fields.iter().map(|(label, _)| columns(label)).max().unwrap_or_default();
        let hang = DETAILS + widest.min(WIDEST_LABEL) + 1;
        for (label, values) in fields {
            let mut label = pad(&format!("{}{label}", " ".repeat(DETAILS)), hang);
            // A label that is wider than the column has a line of its own.
            if columns(&label) > hang - 1 && !label.ends_with(' ') {
                push(out, &label);
                label = " ".repeat(hang);
            }
            for line in values.iter().flat_map(|value| wrap(value, 0, self.width.saturating_sub(hang))) {
                push(out, &format!("{label}{line}"));
                label = " ".repeat(hang);
            }
        }
    }

    /// One check of the upgrade: `✓ §4.2.1 (6) Sec-WebSocket-Version: 13`.
    fn tick(&self, checked: &ws::Checked) -> String {
        let (card, wants) = (checked.check.card(), checked.check.card().wants.in_lang(self.lang));
        let missing = text!(summary::none()).in_lang(self.lang);
        let found = checked.found.as_deref().map_or(missing.into(), harmless);
        let mark = if checked.met { '✓' } else { '✗' };
        format!("{mark} {} {}: {found} ({wants})", card.rfc, checked.check.name_in(self.lang))
    }
}

impl Renderer for Lines {
    fn event(&mut self, event: Event) -> Printed {
        Printed::Text(self.print(&event))
    }

    /// The terminal may have another width by now.
    fn settled(&mut self) -> String {
        self.set_width(self.args.columns());
        String::new()
    }

    fn end_of_run(&mut self) -> String {
        Lines::end_of_run(self)
    }

    fn end(&mut self) -> String {
        Lines::end(self)
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Where the further lines of a step begin: below its title, or further left where a name would not stay whole there.
fn hang(pieces: &[Piece], width: usize) -> usize {
    const BELOW_THE_TITLE: usize = TITLE + 2;
    const LEAST: usize = 6;
    let widest = pieces.iter().map(|piece| widest_word(&piece.text)).max().unwrap_or_default();
    match width.checked_sub(widest) {
        Some(left) if left >= LEAST => left.min(BELOW_THE_TITLE),
        Some(_) | None => BELOW_THE_TITLE, // it is broken in any case
    }
}

/// Client on the left, server on the right; the arrow points the way the bytes went.
fn lane(event: &Event) -> &'static str {
    match (event.side, event.direction) {
        (Side::Client, Direction::Local) if event.step == steps::tcp::Step::Lost.into() => "C ─✗  ",
        (Side::Server, Direction::Local) if event.step == steps::tcp::Step::Lost.into() => "  ✗─ S",
        (Side::Client, Direction::Sent) => "C ─▶  ",
        (Side::Client, Direction::Received) => "C ◀─  ",
        (Side::Client, Direction::Local) => "C     ",
        (Side::Server, Direction::Sent) => "  ◀─ S",
        (Side::Server, Direction::Received) => "  ─▶ S",
        (Side::Server, Direction::Local) => "     S",
    }
}

/// In a connection of three layers each stands under the one that carries it.
fn indent(event: &Event) -> &'static str {
    if event.variant.as_deref() != Some("wss") {
        return "";
    }
    match event.step.protocol() {
        Protocol::Tcp | Protocol::Ssh => "",
        Protocol::Tls => "  ",
        Protocol::Ws => "    ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_suite_stays_whole_in_every_width() {
        const LONGEST: &str = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 +8";
        const SHORT: &str = "TLS_AES_256_GCM_SHA384";
        for width in NARROWEST..=100 {
            for name in [LONGEST, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", SHORT] {
                let pieces = ["5f3a91c2", name, "x25519"].map(Piece::new);
                let lines = fold(&pieces, 9, width - hang(&pieces, width));
                assert!(lines.iter().any(|line| line.contains(name)), "{width}: {lines:?}");
            }
            assert_eq!(hang(&[Piece::new(SHORT)], width), TITLE + 2, "it has room below the title");
            assert_eq!(hang(&[Piece::new("x".repeat(width))], width), TITLE + 2, "no indent has room for it");
        }
    }
}
