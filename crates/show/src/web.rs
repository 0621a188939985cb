//! The page: its files, and the JSON that it draws. One page for two uses: served by `lab serve` it runs handshakes; as
//! one file (`--ladder html`, "Save as one file") it plays the run that was put into it, and loads nothing.
//!
//! What it draws are rows: the order is the ladder's own, and each row holds its events as every log has them.

use std::collections::BTreeMap;

use claims::{Claim, Event, Heading, Verdict};
use serde_json::{Map, Value, json};
use steps::{
    Evidence, Lang, Part as Field, Said, Side, Step, common, harmless::HARMFUL, say, summary as field, text,
    ws,
};
use strum::VariantArray;

use crate::{
    reading::OwnNotes,
    render::{
        bytes::Layout,
        fields::line_pieces,
        ladder::{joined, mermaid, name, remark, text as ladder_text},
        marks::evidence_word,
    },
    story::{Crossed, End, Fate, Offset, Part, Row, Story, What},
};

mod keys;
mod own;

pub use own::own_notes;

/// The document: everything else is drawn into it.
pub const DOCUMENT: &str = include_str!("web/page.html");

/// The style.
pub const STYLE: &str = include_str!("web/page.css");

/// The modules, each behind those that it imports.
pub const MODULES: [(&str, &str); 11] = [
    ("say.js", include_str!("web/say.js")),
    ("rows.js", include_str!("web/rows.js")),
    ("ladder.js", include_str!("web/ladder.js")),
    ("player.js", include_str!("web/player.js")),
    ("notes.js", include_str!("web/notes.js")),
    ("share.js", include_str!("web/share.js")),
    ("message.js", include_str!("web/message.js")),
    ("runs.js", include_str!("web/runs.js")),
    ("compare.js", include_str!("web/compare.js")),
    ("quiz.js", include_str!("web/quiz.js")),
    ("main.js", include_str!("web/main.js")),
];

/// What the page knows of claims, steps and words, whatever runs.
pub fn catalogue() -> Value {
    let claims: Vec<Value> = Claim::noted()
        .iter()
        .map(|claim| {
            let card = claim.card();
            json!({
                "id": claim.id(),
                "heading": heading_id(card.heading),
                "rfc": card.rfc,
                "says": card.says,
                "rule": card.rule,
                "shown_by": claim.shown_by(),
            })
        })
        .collect();
    let headings: Vec<Value> = Heading::VARIANTS
        .iter()
        .map(|heading| json!({ "id": heading_id(*heading), "title": heading.title(), "protocol": heading.protocol() }))
        .collect();
    let steps: Map<String, Value> = Step::all()
        .map(|step| {
            let card = step.card();
            (card.id.to_owned(), json!({ "title": card.title, "text": card.text, "rfc": card.rfc }))
        })
        .collect();
    let verdicts: Map<String, Value> =
        [Verdict::AsNoted, Verdict::Depends, Verdict::Differs, Verdict::Absent]
            .into_iter()
            .map(|verdict| (id(json!(verdict)), json!({ "mark": verdict.mark(), "title": verdict.title() })))
            .collect();
    let evidence: Map<String, Value> =
        [Evidence::Wire, Evidence::Callback, Evidence::Kernel, Evidence::Inferred]
            .into_iter()
            .map(|evidence| (id(json!(evidence)), json!(evidence_word(evidence))))
            .collect();
    let range = |(first, last, _): &(char, char, &str)| {
        format!("\\u{{{:x}}}-\\u{{{:x}}}", u32::from(*first), u32::from(*last))
    };
    json!({
        "headings": headings,
        "claims": claims,
        "steps": steps,
        "verdicts": verdicts,
        "evidence": evidence,
        "labels": steps::chinese_labels().iter().copied().collect::<BTreeMap<_, _>>(),
        "harmful": HARMFUL.iter().map(range).collect::<String>(),
    })
}

/// The name that JSON has for a variant.
fn id(variant: Value) -> String {
    match variant {
        Value::String(id) => id,
        other => unreachable!("a variant without data is a text: {other:?}"),
    }
}

fn heading_id(heading: Heading) -> &'static str {
    match heading {
        Heading::TcpOpen => "o",
        Heading::TcpClose => "c",
        Heading::Tls => "t",
        Heading::WebSocket => "w",
        Heading::Ssh => "s",
    }
}

/// A story as the page draws it.
pub fn story(story: &Story, layout: Option<Layout>) -> Value {
    json!({
        "title": name(story),
        "protocol": story.protocol,
        "variant": story.variant,
        "client_address": story.client_address(),
        "server_address": story.server_address(),
        "joined": joined(story),
        "ends": {
            "client": story.client.as_ref().and_then(ended),
            "server": story.server.as_ref().and_then(ended),
        },
        "findings": story.findings(),
        "changed": changed(story),
        "rows": (0..story.rows.len()).map(|at| row(&story.rows, at, layout)).collect::<Vec<_>>(),
    })
}

/// How an end says that it ended.
fn ended(end: &End) -> Option<Value> {
    let summary = end.summary.as_ref()?;
    Some(json!({
        "outcome": summary.get(field::OUTCOME),
        "reason": summary.failure(),
        "event": summary,
    }))
}

/// The row of the message that arrived otherwise than it was sent, and the end that failed first, where one did; none
/// where nothing was changed, or where a kernel drops what was, by its checksum.
fn changed(story: &Story) -> Option<Value> {
    let crossings = story.rows.iter().enumerate().filter_map(|(at, row)| match &row.what {
        What::Crossed(crossed) if crossed.part != Part::Arrives => Some((at, crossed)),
        What::Crossed(_) | What::Inside(_) => None,
    });
    let is_alone = |crossed: &Crossed| crossed.fate == Fate::NotSeen && crossed.link.is_none();
    let mut went: [Option<usize>; 2] = [None; 2];
    let at = crossings.into_iter().find_map(|(at, crossed)| {
        let before = went[crossed.from as usize].take();
        match (crossed.fate, &crossed.sent) {
            (Fate::Changed, _) if crossed.link.is_none() => return Some(at),
            // It left as one thing, and the next that came is another.
            (_, None) if is_alone(crossed) => return before,
            (_, Some(_)) if is_alone(crossed) => went[crossed.from as usize] = Some(at),
            _ => {}
        }
        None
    })?;
    let correction = story.offset.map_or(0, Offset::correction_us);
    let failed = |end: &Option<End>, ahead: i64| {
        let summary = end.as_ref()?.summary.as_ref()?;
        summary.failure().map(|_| summary.at.as_microsecond() - ahead)
    };
    let by = match (failed(&story.client, 0), failed(&story.server, correction)) {
        (None, None) => None,
        (Some(client), Some(server)) if client > server => Some(Side::Server),
        (None, Some(_)) => Some(Side::Server),
        (Some(_), _) => Some(Side::Client),
    };
    Some(json!({ "row": at, "by": by }))
}

/// A row of the ladder with its events, in the public schema.
fn row(rows: &[Row], at: usize, layout: Option<Layout>) -> Value {
    let row = &rows[at];
    let event = row.event();
    let line = |lang| line_pieces(event, lang, 72);
    let mut told = json!({
        "at_us": row.at_us,
        "step": event.step.id(),
        "line": { "en": line(Lang::En), "zh": line(Lang::Zh) },
        "claims": row.findings(),
        "calculation": keys::calculations(rows, at),
        "words": words(row),
        "checks": checks(event),
    });
    let parts = |event: Option<&Event>| -> Value {
        let parts = event.zip(layout).map(|(event, layout)| layout(event)).unwrap_or_default();
        parts.iter().map(part).collect()
    };
    let more = match &row.what {
        What::Inside(event) => json!({
            "kind": "inside",
            "side": event.side,
            (event.side.id()): event,
        }),
        What::Crossed(crossed) => {
            let (client, server) = match crossed.from {
                Side::Client => (&crossed.sent, &crossed.received),
                Side::Server => (&crossed.received, &crossed.sent),
            };
            json!({
                "kind": "crossed",
                "side": crossed.from,
                "fate": fate(crossed.fate),
                "part": match crossed.part {
                    Part::Whole => "whole",
                    Part::Leaves => "leaves",
                    Part::Arrives => "arrives",
                },
                "lost": crossed.is_lost(),
                "remark": remark(crossed),
                "client": client,
                "server": server,
                "link": crossed.link,
                "parts": parts(crossed.sent.as_ref()),
                "parts_received": if crossed.fate == Fate::Changed || crossed.sent.is_none() {
                    parts(crossed.received.as_ref())
                } else {
                    Value::Null
                },
            })
        }
    };
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.extend(more);
    }
    told
}

/// What an event says of several checks: each in a line with its sign. Of a check that was not reached there is none.
fn checks(event: &Event) -> Value {
    let line = |met: Option<bool>, text: Said| {
        let sign = met.map_or("–", |met| if met { "✓" } else { "✗" });
        json!({ "sign": sign, "text": text })
    };
    let of_upgrade = ws::checked_in(&event.fields).into_iter().map(|checked| {
        let card = checked.check.card();
        let text = |lang| {
            let found = checked.found.as_deref().unwrap_or(text!(checks::nothing_found()).in_lang(lang));
            format!("{} {}: {found} ({})", card.rfc, checked.check.name_in(lang), card.wants.in_lang(lang))
        };
        line(Some(checked.met), Said::each(text))
    });
    let of_certificate =
        event.fields.get(common::CHECKS).and_then(steps::Value::as_object).into_iter().flatten();
    let of_certificate = of_certificate.filter_map(|(name, told)| {
        let (word, about) = told.as_str()?.strip_suffix(')')?.split_once(" (")?;
        let met = match word {
            "passed" => Some(true),
            "failed" => Some(false),
            _not_told => None,
        };
        let said = match name.as_str() {
            "issuer" => say!(checks::issuer(about)),
            "signature" => say!(checks::signature(about)),
            "validity" => match about.split_once(" to ") {
                Some((from, until)) => say!(checks::validity(from, until)),
                None => say!(checks::validity_untold(about)),
            },
            "purpose" => say!(checks::purpose(about)),
            _its_name => match about.split_once(" against ") {
                Some((asked, names)) => say!(checks::name(asked, names)),
                None => say!(checks::name_alone(about)),
            },
        };
        Some(line(met, said))
    });
    of_upgrade.chain(of_certificate).collect()
}

/// The words of ours among the values of a row, by the value and the words, where a language says them otherwise.
fn words(row: &Row) -> Value {
    let events = match &row.what {
        What::Inside(event) => [Some(&**event), None],
        What::Crossed(crossed) => [crossed.sent.as_ref(), crossed.received.as_ref()],
    };
    let mut all: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (name, value) in events.into_iter().flatten().flat_map(|event| &event.fields) {
        let texts: Vec<&str> = match value {
            steps::Value::String(text) => vec![text.as_str()],
            steps::Value::Array(list) => list.iter().filter_map(steps::Value::as_str).collect(),
            steps::Value::Null
            | steps::Value::Bool(_)
            | steps::Value::Number(_)
            | steps::Value::Object(_) => Vec::new(),
        };
        for text in texts {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| steps::in_words(name, text, lang));
            if en != text || zh != text {
                all.entry(name).or_default().insert(text, json!({ "en": en, "zh": zh }));
            }
        }
    }
    json!(all)
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Arrived => "arrived",
        Fate::Changed => "changed",
        Fate::NotSeen => "not_seen",
        Fate::OneLog => "one_log",
    }
}

/// Its name and value once more in Chinese, where they have words of ours.
fn part(part: &Field) -> Value {
    let mut told =
        vec![json!(part.offset), json!(part.length), json!(part.depth), json!(part.name), json!(part.value)];
    let (name, value) = (part.name_in(Lang::Zh), part.value_in(Lang::Zh));
    if name != part.name || value != part.value {
        told.extend([json!(name), json!(value)]);
    }
    Value::Array(told)
}

/// All `stories` as one file, with what `notes` say, that opens in `lang` and loads nothing. A browser that runs no script
/// shows the ladder as text.
pub fn html(stories: &[Story], notes: Option<&OwnNotes>, layout: Option<Layout>, lang: Lang) -> String {
    let data = json!({
        "catalogue": catalogue(),
        "stories": stories.iter().map(|one| story(one, layout)).collect::<Vec<_>>(),
        "mermaid": diagrams(stories),
        "notes": notes.map(own_notes),
        "lang": lang.code(),
    });
    let data = steps::to_json(&data).expect("it is plain data");
    let mut titles: Vec<_> = stories.iter().map(name).collect();
    titles.dedup();
    let title = titles.join(", ");
    let text = escaped(&ladder_text(stories, lang, 100), true);
    filled(&data, &title, lang).replacen("</p></noscript>", &format!("</p><pre>{text}</pre></noscript>"), 1)
}

/// The run as a Mermaid diagram in each language.
pub fn diagrams(stories: &[Story]) -> Said {
    Said::each(|lang| mermaid(stories, None, lang))
}

/// The page as one file that opens in `lang` and needs nothing else; `data` is the JSON of its run.
pub fn filled(data: &str, title: &str, lang: Lang) -> String {
    let code = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-Hans",
    };
    let policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    let head = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<style>\n{STYLE}</style>"
    );
    // `</script>` or `<!--` in a text of a peer's would end the element.
    let data = data.replace('<', "\\u003c");
    let body = format!(
        "<script type=\"application/json\" id=\"data\">{data}</script>\n<script type=\"module\">\n{}</script>",
        script()
    );
    DOCUMENT
        .replace("<html lang=\"en\">", &format!("<html lang=\"{code}\">"))
        .replace("<title>Handshakes</title>", &format!("<title>{}</title>", escaped(title, false)))
        .replace("<link rel=\"stylesheet\" href=\"page.css\">", &head)
        .replace("<script type=\"module\" src=\"main.js\"></script>", &body)
}

/// All modules as one script: what they import from each other stands above them.
fn script() -> String {
    let mut all = String::new();
    for (_, module) in MODULES {
        for line in module.lines().filter(|line| !line.starts_with("import ")) {
            all.push_str(line.strip_prefix("export ").unwrap_or(line));
            all.push('\n');
        }
    }
    all
}

/// Text of one line, or of `many`.
fn escaped(text: &str, many: bool) -> String {
    let lines: Vec<_> = if many { text.lines().collect() } else { vec![text] };
    let safe: Vec<_> = lines.into_iter().map(steps::harmless).collect();
    safe.join("\n").replace('&', "&amp;").replace('<', "&lt;")
}
