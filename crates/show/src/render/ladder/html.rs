//! The ladder as one self-contained page: the lifelines in SVG, the notes beside them, every step opens to its fields
//! and bytes. It loads nothing, follows the reader's light or dark, prints, and holds both languages.

use std::fmt::Write as _;

use claims::{Claim, Event, Finding, Verdict};
use notes::Grade;
use steps::{Lang, Protocol, Said, Side, Text, is_harmful, summary as field, tcp};

use super::{joined, label, marks, name, remark};
use crate::{
    reading::OwnNotes,
    render::marks::evidence_word,
    story::{Crossed, Part, Row, Story, What},
    terminal::text::{in_lang, whole},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// One page with all `stories`; beside each step what `notes` say, else the catalogue. It opens in `lang`.
pub fn html(stories: &[Story], notes: Option<&OwnNotes>, lang: Lang) -> String {
    let names: Vec<_> = stories.iter().map(name).collect();
    let title = names.join(", ");
    let class = match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body class=\"{class}\">\n<header>\n<h1>{}</h1>\n{}",
        if lang == Lang::Zh { "zh-Hans" } else { "en" },
        escape(&title),
        escape(&title),
        both(
            "p class=\"dim\"",
            "What crossed the wire and what happened at either end. Open a step for its fields and bytes.",
            "线路上经过的消息和两端各自发生的事。点开每一步可看字段和字节。",
        ),
    );
    let pressed = |mine: Lang| if mine == lang { "true" } else { "false" };
    let _ = writeln!(
        out,
        "<nav>\n<button hidden data-lang=\"en\" aria-pressed=\"{}\">English</button>\n\
         <button hidden data-lang=\"zh\" aria-pressed=\"{}\">中文</button>\n\
         <button hidden id=\"all\" aria-expanded=\"false\">{}</button>\n</nav>\n</header>\n<main>",
        pressed(Lang::En),
        pressed(Lang::Zh),
        both("span", "open or close every step", "展开或收起所有步骤"),
    );
    for (n, story) in stories.iter().enumerate() {
        Page { story, notes }.write(&mut out, n + 1);
    }
    let _ = writeln!(out, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>");
    out
}

struct Page<'a> {
    story: &'a Story,
    notes: Option<&'a OwnNotes>,
}

impl Page<'_> {
    fn write(&self, out: &mut String, number: usize) {
        let story = self.story;
        let conn = format!(
            "{} → {}",
            story.client_address().unwrap_or_default(),
            story.server_address().unwrap_or_default()
        );
        let _ = writeln!(
            out,
            "<section aria-labelledby=\"s{number}\">\n<h2 id=\"s{number}\">{}</h2>\n<p class=\"dim\">{}</p>",
            escape(&name(story)),
            escape(&conn)
        );
        for (en, zh) in joined(story, Lang::En).iter().zip(joined(story, Lang::Zh)) {
            out.push_str(&both("p class=\"dim\"", en, &zh));
        }
        for end in story.client.iter().chain(&story.server) {
            if let Some(summary) = &end.summary {
                out.push_str(&ended(summary));
            }
        }
        out.push_str("<ol class=\"ladder\">\n");
        let mut states = States::default();
        let mut told = Vec::new();
        for (n, row) in story.rows.iter().enumerate() {
            self.row(out, row, (number, n + 1), &mut states, &mut told);
        }
        out.push_str("</ol>\n");
        self.claims(out);
        out.push_str("</section>\n");
    }

    fn row(
        &self,
        out: &mut String,
        row: &Row,
        id: (usize, usize),
        states: &mut States,
        told: &mut Vec<Claim>,
    ) {
        let (client, server) = match &row.what {
            What::Inside(event) if event.side == Side::Client => (Some(&**event), None),
            What::Inside(event) => (None, Some(&**event)),
            What::Crossed(crossed) => match crossed.from {
                Side::Client => (crossed.sent.as_ref(), crossed.received.as_ref()),
                Side::Server => (crossed.received.as_ref(), crossed.sent.as_ref()),
            },
        };
        if self.story.protocol == Protocol::Tcp {
            states.take(row);
        }
        let findings = row.findings();
        let _ = writeln!(
            out,
            "<li>\n<div class=\"rung{}\"><details id=\"s{}r{}\" data-step=\"{}\"><summary><span class=\"time\">{}</span>{}\
             <span class=\"time server\">{}</span></summary>\n<div class=\"open\">",
            states.classes(),
            id.0,
            id.1,
            row.event().step.id(),
            time(client),
            self.drawing(row, &findings, states),
            time(server),
        );
        let events = [client, server];
        let mut events = events.into_iter().flatten().peekable();
        if let Some(first) = events.peek() {
            let card = first.step.card();
            out.push_str(&text("p", card.text));
            let _ = writeln!(out, "<p class=\"dim\">{} · {}</p>", first.step.id(), escape(card.rfc));
        }
        let shown: Vec<&Event> = events.collect();
        // What both ends saw alike is printed once.
        let alike =
            shown.len() == 2 && shown[0].fields == shown[1].fields && shown[0].bytes == shown[1].bytes;
        for event in shown.iter().take(if alike { 1 } else { 2 }) {
            facts(out, event, alike);
        }
        out.push_str("</div></details></div>\n");
        self.beside(out, &findings, told);
        out.push_str("</li>\n");
    }

    /// The claim, the verdict, and the words of the notes.
    fn beside(&self, out: &mut String, findings: &[Finding], told: &mut Vec<Claim>) {
        let new: Vec<_> = findings.iter().filter(|finding| !told.contains(&finding.id)).collect();
        let worst = new.iter().map(|finding| finding.verdict).max();
        let _ = write!(
            out,
            "<aside{}>",
            worst.map(|v| format!(" class=\"{}\"", verdict_id(v))).unwrap_or_default()
        );
        for finding in new {
            told.push(finding.id);
            out.push_str(&self.finding(finding));
        }
        out.push_str("</aside>\n");
    }

    fn finding(&self, finding: &Finding) -> String {
        let card = finding.id.card();
        let verdict = finding.verdict.title();
        let head = |verdict: &str| format!("<b>{} {}</b> ", finding.id.id(), escape(verdict));
        let own = self.notes.and_then(|notes| notes.place(finding.id));
        let words = |says: &str, verdict: &str| match own {
            Some((file, reading)) => format!(
                "{}<i>{}:{}</i> {}",
                head(if reading.grade == Grade::Stated { verdict } else { "" }),
                escape(&file.name),
                reading.lines.0,
                escape(file.notes.quote(reading))
            ),
            None => format!("{}{}", head(verdict), escape(says)),
        };
        let mut out = format!(
            "<p lang=\"en\">{}</p><p lang=\"zh-Hans\">{}</p>",
            words(card.says.en, verdict.en),
            words(card.says.zh, verdict.zh)
        );
        if let Some(Said { en, zh }) = &finding.because {
            out.push_str(&both("p class=\"dim\"", en, zh));
        }
        out
    }

    /// All claims of the headings that this protocol is about: shown, or not in this run.
    fn claims(&self, out: &mut String) {
        let findings = self.story.findings();
        let headings: Vec<_> = findings.iter().map(|finding| finding.id.card().heading).collect();
        let _ = writeln!(
            out,
            "{}<table>\n<tbody>",
            both("h3", "The claims of the notes in this run", "本次运行与笔记的论断")
        );
        for claim in Claim::noted().iter().filter(|claim| headings.contains(&claim.card().heading)) {
            let card = claim.card();
            let found = findings.iter().find(|finding| finding.id == *claim);
            let (class, verdict) = match found {
                Some(finding) => (verdict_id(finding.verdict), finding.verdict.title()),
                None => ("", Text { en: "not in this run", zh: "本次没有涉及" }),
            };
            let because = found.and_then(|finding| finding.because.as_ref());
            let because = because.map(|said| both("p class=\"dim\"", &said.en, &said.zh)).unwrap_or_default();
            let _ = writeln!(
                out,
                "<tr class=\"{class}\"><th scope=\"row\">{}</th><td><b>{}</b></td><td>{}{because}</td></tr>",
                claim.id(),
                text("span", verdict),
                text("p", card.says),
            );
        }
        out.push_str("</tbody>\n</table>\n");
    }

    fn drawing(&self, row: &Row, findings: &[Finding], states: &States) -> String {
        let height = 40;
        let mut svg = format!(
            "<svg viewBox=\"0 0 560 {height}\" role=\"img\" aria-label=\"{}\">",
            escape(&spoken(row))
        );
        states.draw(&mut svg);
        let marks = marks(findings);
        let marks = if marks.is_empty() { marks } else { format!("{marks} ") };
        let words = |lang| format!("{marks}{}", label(row.event(), lang, 62));
        match &row.what {
            What::Inside(event) => {
                let (class, x, anchor, at) = match event.side {
                    Side::Client => ("client", LEFT, "start", LEFT + 12),
                    Side::Server => ("server", RIGHT, "end", RIGHT - 12),
                };
                let _ = write!(
                    svg,
                    "<g class=\"{class}\"><circle cx=\"{x}\" cy=\"20\" r=\"4\" fill=\"currentColor\"/>"
                );
                caption(&mut svg, (at, 24), anchor, &words(Lang::En), &words(Lang::Zh));
                svg.push_str("</g>");
            }
            What::Crossed(crossed) => {
                let said = |lang| match remark(crossed, lang) {
                    Some(remark) => format!("{} ({remark})", words(lang)),
                    None => words(lang),
                };
                arrow(&mut svg, crossed);
                caption(&mut svg, (280, 16), "middle", &said(Lang::En), &said(Lang::Zh));
            }
        }
        svg.push_str("</svg>");
        svg
    }
}

const LEFT: i32 = 24;
const RIGHT: i32 = 536;

/// The arrow of a crossing, its head where it was seen to arrive.
fn arrow(svg: &mut String, crossed: &Crossed) {
    let (from, to, class) = match crossed.from {
        Side::Client => (LEFT, RIGHT, "client"),
        Side::Server => (RIGHT, LEFT, "server"),
    };
    let step = (to - from).signum();
    let lost = crossed.is_lost();
    let (begin, end) = match crossed.part {
        Part::Whole if lost => (from, to - step * 120),
        Part::Whole => (from, to),
        Part::Leaves => (from, to - step * 120),
        Part::Arrives => (from + step * 120, to),
    };
    let way = if crossed.part == Part::Whole { "" } else { " class=\"way\"" };
    let _ = write!(
        svg,
        "<g class=\"{class}{}\"><line{way} x1=\"{begin}\" y1=\"26\" x2=\"{end}\" y2=\"26\"/>",
        if lost { " lost" } else { "" }
    );
    if lost {
        let _ = write!(
            svg,
            "<line x1=\"{}\" y1=\"20\" x2=\"{}\" y2=\"32\"/><line x1=\"{}\" y1=\"32\" x2=\"{}\" y2=\"20\"/>",
            end - 6,
            end + 6,
            end - 6,
            end + 6
        );
    } else if crossed.part != Part::Leaves {
        let back = end - step * 9;
        let _ = write!(svg, "<path d=\"M{end} 26 L{back} 21 L{back} 31 Z\" fill=\"currentColor\"/>");
    }
    svg.push_str("</g>");
}

fn caption(svg: &mut String, (x, y): (i32, i32), anchor: &str, en: &str, zh: &str) {
    for (lang, words) in [("en", en), ("zh-Hans", zh)] {
        let _ = write!(
            svg,
            "<text lang=\"{lang}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escape(words)
        );
    }
}

/// What a screen reader says of a row.
fn spoken(row: &Row) -> String {
    let event = row.event();
    let title = event.step.card().title.en;
    match &row.what {
        What::Inside(event) => format!("{}: {title}", side(event.side)),
        What::Crossed(crossed) => format!("{} to {}: {title}", side(crossed.from), side(crossed.from.peer())),
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// The TCP states of both ends, as the kernel last named them.
#[derive(Default)]
struct States {
    named: [Option<String>; 2],
    /// Named in this very row.
    new: [bool; 2],
}

impl States {
    fn take(&mut self, row: &Row) {
        self.new = [false; 2];
        if let What::Inside(event) = &row.what
            && let Some(state) = event.get(tcp::field::STATE)
        {
            let end = event.side as usize;
            self.new[end] = self.named[end].as_deref() != Some(state);
            self.named[end] = Some(state.to_owned());
        }
    }

    /// For the lifelines, which are broader where a state is known.
    fn classes(&self) -> &'static str {
        match (&self.named[0], &self.named[1]) {
            (Some(_), Some(_)) => " client-state server-state",
            (Some(_), None) => " client-state",
            (None, Some(_)) => " server-state",
            (None, None) => "",
        }
    }

    fn draw(&self, svg: &mut String) {
        for end in [Side::Client, Side::Server] {
            let (Some(state), true) = (&self.named[end as usize], self.new[end as usize]) else { continue };
            let (at, anchor) = match end {
                Side::Client => (LEFT + 12, "start"),
                Side::Server => (RIGHT - 12, "end"),
            };
            let _ = write!(
                svg,
                "<text class=\"state\" x=\"{at}\" y=\"38\" text-anchor=\"{anchor}\">{}</text>",
                escape(state)
            );
        }
    }
}

/// Evidence, time, fields and bytes of one event.
fn facts(out: &mut String, event: &Event, both_alike: bool) {
    let who = match (both_alike, event.side) {
        (true, _) => Text { en: "both ends", zh: "两端一致" },
        (false, Side::Client) => Text { en: "client", zh: "客户端" },
        (false, Side::Server) => Text { en: "server", zh: "服务端" },
    };
    let known = evidence_word(event.evidence);
    out.push_str(&both(
        "p class=\"dim\"",
        &format!("{} · {}", who.en, known.en),
        &format!("{} · {}", who.zh, known.zh),
    ));
    out.push_str("<dl>\n");
    for (name, value) in &event.fields {
        let value = match (in_lang(value, Lang::En), in_lang(value, Lang::Zh)) {
            (Some(en), Some(zh)) => both("span", en, zh),
            _one_language => escape(&whole(value)),
        };
        let _ = writeln!(out, "<dt>{}</dt><dd>{value}</dd>", escape(name));
    }
    out.push_str("</dl>\n");
    if !event.bytes.is_empty() {
        let _ = writeln!(out, "<pre>{}</pre>", hex_dump(&event.bytes.0));
    }
}

/// Sixteen bytes a line, with their offset and their printable characters.
fn hex_dump(bytes: &[u8]) -> String {
    const MOST: usize = 1024;
    let mut out = String::new();
    for (n, line) in bytes[..bytes.len().min(MOST)].chunks(16).enumerate() {
        let hex: Vec<_> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let printable: String = line
            .iter()
            .map(|&byte| if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' })
            .collect();
        let _ = writeln!(out, "{:04x}  {:<47}  {}", n * 16, hex.join(" "), escape(&printable));
    }
    if bytes.len() > MOST {
        let _ = writeln!(out, "… {} bytes", bytes.len());
    }
    out
}

fn ended(summary: &Event) -> String {
    let who = match summary.side {
        Side::Client => Text { en: "client", zh: "客户端" },
        Side::Server => Text { en: "server", zh: "服务端" },
    };
    let (en, zh) = match (summary.get(field::OUTCOME), summary.get(field::REASON)) {
        (Some("complete"), _) => ("complete".to_owned(), "完成".to_owned()),
        (Some(_), Some(why)) => (format!("failed: {}", why.en), format!("失败：{}", why.zh)),
        (Some(_), None) => ("failed: ?".to_owned(), "失败：?".to_owned()),
        (None, _) => ("?".to_owned(), "?".to_owned()),
    };
    both("p", &format!("{}: {en}", who.en), &format!("{}：{zh}", who.zh))
}

fn time(event: Option<&Event>) -> String {
    event.map(|event| format!("{:.3}", event.elapsed_us as f64 / 1000.0)).unwrap_or_default()
}

/// The class of a verdict.
fn verdict_id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::AsNoted => "as_noted",
        Verdict::Depends => "depends",
        Verdict::Differs => "differs",
        Verdict::Absent => "absent",
    }
}

/// One element in each language; the style shows one of them.
fn both(tag: &str, en: &str, zh: &str) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    format!("<{tag} lang=\"en\">{}</{name}><{tag} lang=\"zh-Hans\">{}</{name}>\n", escape(en), escape(zh))
}

fn text(tag: &str, text: Text) -> String {
    both(tag, text.en, text.zh)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            harmful if is_harmful(harmful) => out.extend(harmful.escape_default()),
            other => out.push(other),
        }
    }
    out
}
