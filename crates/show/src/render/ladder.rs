//! A connection as a ladder: two lifelines, and what went between them. One form a file.

use std::fmt::Write as _;

use claims::Event;
use steps::{Lang, Side, harmless};

use super::{Layout, fields::line_fields, marks::mark};
use crate::{
    story::{Crossed, MetBy, Part, Story},
    terminal::{Ladder, text::columns},
    web,
};

pub(super) mod card;
mod mermaid;
pub(super) mod text;

pub use mermaid::mermaid;
pub use text::text;

/// The ladders of `stories` in one of its forms, in `lang`; `width` columns wide where it is text. `layout` names the bytes,
/// where the form shows them.
pub fn ladder(
    form: Ladder,
    stories: &[Story],
    notes: Option<&crate::reading::OwnNotes>,
    layout: Option<Layout>,
    lang: Lang,
    width: usize,
) -> String {
    match form {
        Ladder::Text => text(stories, lang, width),
        Ladder::Mermaid => mermaid(stories, notes, lang),
        Ladder::Html => web::html(stories, notes, layout, lang),
    }
}

/// `TLS ecdhe`.
pub(crate) fn name(story: &Story) -> String {
    let variant = story.variant.as_deref().map(|variant| format!(" {variant}")).unwrap_or_default();
    harmless(&format!("{}{variant}", story.protocol.title())).into_owned()
}

/// The marks of the claims that an event shows: `t4≠ t5`.
fn marks(findings: &[claims::Finding]) -> String {
    findings.iter().map(mark).collect::<Vec<_>>().join(" ")
}

/// The step and the fields that matter, in at most `room` columns: whole fields, the least telling left out first.
fn label(event: &Event, lang: Lang, room: usize) -> String {
    let mut label = event.step.card().title.in_lang(lang).to_owned();
    let left = room.saturating_sub(columns(&label) + 3);
    let fields = line_fields(event, lang, left);
    if !fields.is_empty() {
        let _ = write!(label, " · {fields}");
    }
    label
}

/// What stands beside a crossing that did not go as it should.
pub(crate) fn remark(crossed: &Crossed, lang: Lang) -> Option<String> {
    use crate::story::Fate;
    let say = |en: &str, zh: &str| match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
    };
    // The link knows what the two ends cannot.
    if let Some(link) = &crossed.link {
        return Some(link.step.card().title.in_lang(lang).to_owned());
    }
    match (crossed.fate, crossed.part) {
        (Fate::Changed, Part::Whole | Part::Arrives) => Some(say("arrived changed", "到达时已被改动")),
        (Fate::NotSeen, _) if crossed.sent.is_some() => match crossed.from {
            Side::Client => Some(say("not in the server's log", "服务端日志中没有")),
            Side::Server => Some(say("not in the client's log", "客户端日志中没有")),
        },
        (Fate::NotSeen, _) => Some(say("not in its sender's log", "发送方日志中没有")),
        (Fate::Changed | Fate::Arrived | Fate::OneLog, _) => None,
    }
}

/// How the two logs were laid together: what a reader must know to trust the order.
pub(crate) fn joined(story: &Story, lang: Lang) -> Vec<String> {
    let mut said = Vec::new();
    let zh = lang == Lang::Zh;
    match story.met_by {
        Some(MetBy::Nonce) => {}
        Some(MetBy::Addresses) => said.push(if zh {
            "两份日志按相同的地址对应".into()
        } else {
            "the two logs belong together by their addresses".to_owned()
        }),
        Some(MetBy::Time) => said.push(if zh {
            "两份日志仅按时间对应：地址与随机数都对不上，中间有东西改动过".into()
        } else {
            "the two logs belong together by their time alone: something between them changed the rest"
                .to_owned()
        }),
        None if story.is_captured() => said.push(if zh {
            "取自抓包：由两端之间的第三方看到".into()
        } else {
            "from a capture: seen by a third party between the two ends".to_owned()
        }),
        None => {
            let side = if story.client.is_some() { Side::Client } else { Side::Server };
            said.push(match (side, zh) {
                (Side::Client, false) => "only the client's log is here".into(),
                (Side::Server, false) => "only the server's log is here".into(),
                (Side::Client, true) => "这里只有客户端的日志".into(),
                (Side::Server, true) => "这里只有服务端的日志".into(),
            });
        }
    }
    if let Some(offset) = story.offset {
        let (low, high) = (ms(offset.at_least_us), ms(offset.at_most_us));
        let estimate = ms(offset.correction_us());
        said.push(match (offset.correction_us(), offset.crossing_us(), zh) {
            (0, 0, false) => format!("the clocks may agree (server ahead by {low} to {high} ms)"),
            (0, 0, true) => format!("两个时钟可视为一致（服务端快 {low} 至 {high} 毫秒）"),
            (0, crossing, false) => format!(
                "the clocks may agree; some sendings were noted up to {} ms late, and the order is that of the messages",
                ms(crossing)
            ),
            (0, crossing, true) => {
                format!("两个时钟可视为一致；有的发送最多晚记了 {} 毫秒，顺序以消息为准", ms(crossing))
            }
            (_, _, false) => {
                format!("the server's clock was taken to be ahead by {estimate} ms (between {low} and {high})")
            }
            (_, _, true) => format!("按服务端时钟快 {estimate} 毫秒校正（介于 {low} 与 {high} 之间）"),
        });
    }
    let one_sided = |row: &crate::story::Row| match &row.what {
        crate::story::What::Crossed(crossed) => crossed.fate == crate::story::Fate::OneLog,
        crate::story::What::Inside(_) => false,
    };
    if story.met_by.is_some() && story.rows.iter().any(one_sided) {
        said.push(if zh {
            "有一份日志没有解开加密的数据包：另一端没有时刻的箭头，只有一端知道".into()
        } else {
            "one log does not open the encrypted packets: an arrow with a time at one end only is known from that end".to_owned()
        });
    }
    said
}

/// Milliseconds with three digits behind the point.
fn ms(us: i64) -> String {
    format!("{:.3}", us as f64 / 1000.0)
}
