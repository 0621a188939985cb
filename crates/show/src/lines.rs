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

use std::collections::BTreeMap;

use serde_json::Value;
use steps::{Claim, Direction, Event, Evidence, Finding, Lang, Protocol, Side, Text, Verdict, ws};
use strum::VariantArray;

use crate::{
    Args, bytes,
    layer::Layout,
    style::Paint,
    text::{columns, fit, in_lang, pad, printable, short, whole, wrap},
};

/// Where the step's name begins, and where its fields begin.
const TITLE: usize = 24;
const FIELDS: usize = 45;

/// The least that a line needs: its fields are left out before its evidence is.
pub(crate) const NARROWEST: usize = 54;

/// Where explanations and fields begin, below their step.
const DETAILS: usize = 16;

/// How wide the verdicts of a summary are.
const LABEL: usize = 12;

/// Prints steps as lines.
#[derive(Debug)]
pub struct Lines {
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
}

impl Lines {
    /// A printer for `args` that fills `width` columns; `both_sides` when client and server log to one place.
    pub fn new(args: &Args, width: usize, both_sides: bool) -> Self {
        Lines {
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
            self.line(&mut out, event);
            if self.verbose {
                self.details(&mut out, event);
            }
            if let Some(layout) = self.layout {
                for line in bytes::view(&layout(event), &event.bytes.0, self.lang, self.width) {
                    push(&mut out, &self.paint.dim(&line));
                }
            }
        }
        out
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
        let variant = event.variant.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        let conn = event.conn.replacen('>', " → ", 1);
        let title = format!("── {}{variant} · {conn} ", event.protocol.title());
        let rule = "─".repeat(self.width.saturating_sub(columns(&title)));
        out.push('\n');
        push(out, &self.paint.bold(&format!("{title}{rule}")));
    }

    fn line(&self, out: &mut String, event: &Event) {
        let time = format!("{:>8.3}", event.elapsed_us as f64 / 1000.0);
        let claims: Vec<_> = event.claims.iter().map(mark).collect();
        let claims = pad(&claims.join(" "), 7);
        let title = format!("{}{}", indent(event), event.step.card().title.in_lang(self.lang));
        let title = title.as_str();
        let evidence = evidence_word(event.evidence).in_lang(self.lang);

        let claims_and_title = columns(&claims) + 1 + columns(title);
        let room = (FIELDS - TITLE + 8).saturating_sub(claims_and_title).max(1);
        let left = TITLE - 8 + claims_and_title + room;
        let fill = self.width.saturating_sub(left + columns(evidence));
        // A few letters of a value tell nothing.
        let fields = if fill > 10 { line_fields(event, self.lang, fill - 1) } else { String::new() };
        let fields = pad(&fields, fill);
        push(
            out,
            &format!(
                "{} {} {} {}{}{fields}{}",
                self.paint.dim(&time),
                self.paint.side(event.side, lane(event)),
                self.claims(event, &claims),
                self.paint.bold(title),
                " ".repeat(room),
                self.paint.dim(evidence),
            ),
        );
    }

    fn claims(&self, event: &Event, padded: &str) -> String {
        let worst = event.claims.iter().map(|finding| finding.verdict).max();
        worst.map_or_else(|| padded.to_owned(), |verdict| self.paint.verdict(verdict, padded))
    }

    fn details(&self, out: &mut String, event: &Event) {
        for line in wrap(event.step.card().text.in_lang(self.lang), DETAILS, self.width) {
            push(out, &self.paint.dim(&line));
        }
        for finding in &event.claims {
            if let Some(because) = &finding.because {
                let text = format!("{} {}", mark(finding), printable(because.in_lang(self.lang)));
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
        for (name, value) in event.fields.iter().filter(|(name, _)| *name != "checks") {
            if let (Value::Array(headers), "headers") = (value, name.as_str()) {
                // As they crossed, one below the other.
                push(out, &format!("{}{name}:", " ".repeat(DETAILS)));
                for line in headers.iter().flat_map(|header| wrap(&whole(header), DETAILS + 2, self.width)) {
                    push(out, &line);
                }
                continue;
            }
            for line in wrap(
                &format!("{name}: {}", in_lang(value, self.lang).map_or_else(|| whole(value), printable)),
                DETAILS,
                self.width,
            ) {
                push(out, &line);
            }
        }
        out.push('\n');
    }

    /// One check of the upgrade: `✓ §4.2.1 (6) Sec-WebSocket-Version: 13`.
    fn tick(&self, checked: &ws::Checked) -> String {
        let (card, wants) = (checked.check.card(), checked.check.card().wants.in_lang(self.lang));
        let missing = Text { en: "none", zh: "没有" }.in_lang(self.lang);
        let found = checked.found.as_deref().map_or_else(|| missing.to_owned(), printable);
        let mark = if checked.met { '✓' } else { '✗' };
        format!("{mark} {} {}: {found} ({wants})", card.rfc, card.name)
    }

    fn summary(&mut self, out: &mut String, events: &[&Event]) {
        let Some(first) = events.first() else { return };
        let mut findings: BTreeMap<Claim, Finding> = BTreeMap::new();
        for finding in events.iter().flat_map(|event| &event.claims) {
            let known = findings.entry(finding.id).or_insert_with(|| finding.clone());
            if finding.verdict > known.verdict {
                *known = finding.clone();
            }
        }
        self.connections += 1;
        for finding in findings.values() {
            let known = self.shown.entry(finding.id).or_insert(finding.verdict);
            *known = (*known).max(finding.verdict);
        }

        self.header(out, first);
        for event in events {
            self.open.retain(|conn| *conn != event.conn);
        }
        out.push('\n');
        for event in events {
            let name = side_name(event.side).in_lang(self.lang);
            let steps = event.number("steps").unwrap_or_default();
            let say = |en: String, zh: String| match self.lang {
                Lang::En => en,
                Lang::Zh => zh,
            };
            let ended = if event.text("outcome") == "complete" {
                say(format!("{name} complete, {steps} steps"), format!("{name}：完成，{steps} 个步骤"))
            } else {
                let why = event.fields.get("reason").and_then(|reason| match self.lang {
                    Lang::En => reason["en"].as_str(),
                    Lang::Zh => reason["zh"].as_str(),
                });
                let why = printable(why.unwrap_or("?"));
                let text = say(
                    format!("{name} failed after {steps} steps: {why}"),
                    format!("{name}：{steps} 个步骤后失败：{why}"),
                );
                for line in wrap(&text, 2, self.width) {
                    push(out, &self.paint.alarm(&line));
                }
                continue;
            };
            push(out, &format!("  {}", self.paint.side(event.side, &ended)));
        }
        let shown = findings.values().filter(|finding| finding.verdict != Verdict::Absent).count();
        let count = match self.lang {
            Lang::En => format!("claims of the notes shown: {shown}"),
            Lang::Zh => format!("印证了笔记的 {shown} 条论断"),
        };
        push(out, &format!("  {count}"));
        for verdict in [Verdict::AsNoted, Verdict::Depends, Verdict::Differs, Verdict::Absent] {
            let of_it: Vec<_> = findings.values().filter(|finding| finding.verdict == verdict).collect();
            if of_it.is_empty() {
                continue;
            }
            let label = pad(verdict_name(verdict).in_lang(self.lang), LABEL);
            if verdict == Verdict::AsNoted {
                let ids: Vec<_> = of_it.iter().map(|finding| finding.id.id()).collect();
                self.entry(out, verdict, &label, &ids.join(" "));
                continue;
            }
            for (i, finding) in of_it.iter().enumerate() {
                let because = finding.because.as_ref().map_or("", |because| because.in_lang(self.lang));
                let label = if i == 0 { label.clone() } else { " ".repeat(LABEL) };
                self.entry(out, verdict, &label, &format!("{:<4}{}", finding.id.id(), printable(because)));
            }
        }
    }

    /// `label text`, the text wrapped beside the label.
    fn entry(&self, out: &mut String, verdict: Verdict, label: &str, text: &str) {
        let hang = 2 + columns(label) + if verdict == Verdict::AsNoted { 0 } else { 4 };
        for (i, line) in wrap(text, 0, self.width - hang).iter().enumerate() {
            if i == 0 {
                push(out, &format!("  {}{line}", self.paint.verdict(verdict, label)));
            } else {
                push(out, &format!("{}{line}", " ".repeat(hang)));
            }
        }
    }

    fn tally(&self, out: &mut String) {
        let (shown, of) = (self.shown.len(), Claim::VARIANTS.len());
        let missing = spans(|claim| !self.shown.contains_key(&claim));
        let text = match self.lang {
            Lang::En => format!(
                "{shown} of the notes' {of} claims were shown by {} connections. Not shown in this run: {}.",
                self.connections, missing
            ),
            Lang::Zh => format!(
                "{} 条连接印证了笔记 {of} 条论断中的 {shown} 条。本次没有涉及：{}。",
                self.connections, missing
            ),
        };
        out.push('\n');
        for line in wrap(&text, 0, self.width) {
            push(out, &line);
        }
    }
}

/// The claims that `choose` wants, neighbours joined: `o2–o4 o6 c2`.
pub(crate) fn spans(choose: impl Fn(Claim) -> bool) -> String {
    let mut spans: Vec<(Claim, Claim)> = Vec::new();
    let mut before = None;
    for &claim in Claim::VARIANTS {
        if choose(claim) {
            let joins = |last: Claim| Some(last) == before && last.card().heading == claim.card().heading;
            match spans.last_mut() {
                Some((_, last)) if joins(*last) => *last = claim,
                _ => spans.push((claim, claim)),
            }
        }
        before = Some(claim);
    }
    let name = |(first, last): &(Claim, Claim)| match (first, last) {
        (first, last) if first == last => first.id().to_owned(),
        (first, last) if *last as usize - *first as usize == 1 => format!("{} {}", first.id(), last.id()),
        (first, last) => format!("{}–{}", first.id(), last.id()),
    };
    spans.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The claim's id and its verdict.
pub(crate) fn mark(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::AsNoted => "",
        Verdict::Depends => "~",
        Verdict::Differs => "≠",
        Verdict::Absent => "-",
    };
    format!("{}{mark}", finding.id.id())
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
    match (event.variant.as_deref(), event.step.protocol()) {
        (Some("wss"), Protocol::Tls) => "  ",
        (Some("wss"), Protocol::Ws) => "    ",
        _ => "",
    }
}

/// The fields that the card asks for, as many as fit `room` columns. Text stands for itself; a number or a yes
/// needs its name.
pub(crate) fn line_fields(event: &Event, lang: Lang, room: usize) -> String {
    let mut line = String::new();
    for name in event.step.card().shows {
        let Some(value) = event.fields.get(*name) else { continue };
        let label = name.replace('_', " ");
        let piece = match value {
            said if in_lang(said, lang).is_some() => printable(in_lang(said, lang).unwrap_or_default()),
            Value::Bool(true) => label,
            Value::Bool(false) => format!("not {label}"),
            Value::Number(number) => format!("{label} {number}"),
            Value::String(_) | Value::Array(_) => short(value),
            Value::Object(_) | Value::Null => format!("{label} {}", short(value)),
        };
        let longer = if line.is_empty() { piece } else { format!("{line} · {piece}") };
        if columns(&longer) > room {
            // A number cut short would be another number.
            let whole_only = value.is_number() || value.is_boolean();
            return if whole_only && !line.is_empty() { line } else { fit(&longer, room) };
        }
        line = longer;
    }
    line
}

/// How a step is known.
pub(crate) const fn evidence_word(evidence: Evidence) -> Text {
    match evidence {
        Evidence::Wire => Text { en: "wire", zh: "报文" },
        Evidence::Callback => Text { en: "callback", zh: "回调" },
        Evidence::Kernel => Text { en: "kernel", zh: "内核" },
        Evidence::Inferred => Text { en: "inferred", zh: "推断" },
    }
}

const fn side_name(side: Side) -> Text {
    match side {
        Side::Client => Text { en: "client", zh: "客户端" },
        Side::Server => Text { en: "server", zh: "服务端" },
    }
}

pub(crate) const fn verdict_name(verdict: Verdict) -> Text {
    match verdict {
        Verdict::AsNoted => Text { en: "as noted", zh: "与笔记一致" },
        Verdict::Depends => Text { en: "depends", zh: "视情况" },
        Verdict::Differs => Text { en: "differs", zh: "不同" },
        Verdict::Absent => Text { en: "absent", zh: "没有" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_claims_are_joined_within_their_heading() {
        use Claim::{C1, O2, O3, O4, O6, O15, S13};
        assert_eq!(spans(|claim| [O2, O3, O4, O6, O15, C1, S13].contains(&claim)), "o2–o4 o6 o15 c1 s13");
        assert_eq!(spans(|claim| [O2, O3].contains(&claim)), "o2 o3");
        assert_eq!(spans(|_| false), "");
    }
}
