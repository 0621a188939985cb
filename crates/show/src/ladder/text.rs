//! The ladder as text:
//!
//! ```text
//!              client                                        server
//!    0.741 │── t1 ClientHello · TLS 1.2 · 401e36f6… ───────────▶│    0.234
//!          │                  choose certificate · CN=localhost ●│    0.769
//!    3.493 │◀──── t2 ServerHello · TLS 1.2 · TLS_ECDHE… ──────────│    1.277
//! ```
//!
//! The times in the margins are those of each end's own log.

use steps::{Event, Lang, Side, harmless};

use super::{joined, label, marks, name, remark};
use crate::{
    story::{Crossed, Part, Row, Story, What},
    text::{columns, fit, pad, wrap},
};

/// A margin holds a time and a space.
const MARGIN: usize = 10;

/// The ladders of `stories`, `width` columns wide, at least 80.
pub fn text(stories: &[Story], lang: Lang, width: usize) -> String {
    let page = Page { lang, width: width.max(80) };
    stories.iter().map(|story| page.story(story)).collect()
}

struct Page {
    lang: Lang,
    width: usize,
}

impl Page {
    fn story(&self, story: &Story) -> String {
        let title = format!("── {} ", name(story));
        let mut out = format!("\n{title}{}\n", "─".repeat(self.width.saturating_sub(columns(&title))));
        for line in joined(story, self.lang).iter().flat_map(|line| wrap(line, 2, self.width)) {
            out.push_str(&format!("{line}\n"));
        }
        let (client, server) = match self.lang {
            Lang::En => ("client", "server"),
            Lang::Zh => ("客户端", "服务端"),
        };
        let room = self.room();
        let left = format!("{client} {}", harmless(story.client_address().unwrap_or_default()));
        let right = format!("{server} {}", harmless(story.server_address().unwrap_or_default()));
        let gap = (room + 2).saturating_sub(columns(&left) + columns(&right)).max(1);
        out.push_str(&format!("{}{left}{}{right}\n", " ".repeat(MARGIN), " ".repeat(gap)));
        for row in &story.rows {
            out.push_str(self.row(row).trim_end());
            out.push('\n');
        }
        out
    }

    /// The columns between the lifelines.
    fn room(&self) -> usize {
        self.width - 2 * MARGIN - 2
    }

    fn row(&self, row: &Row) -> String {
        match &row.what {
            What::Inside(event) => self.inside(row, event),
            What::Crossed(crossed) => self.crossed(row, crossed),
        }
    }

    fn inside(&self, row: &Row, event: &Event) -> String {
        let room = self.room();
        let text = self.words(row, event, room - 4);
        let fill = " ".repeat(room.saturating_sub(columns(&text) + 3));
        if event.observer.is_some() {
            // Neither end did it: it follows from what crossed between them.
            let (before, after) = fill.split_at(fill.len() / 2);
            return format!("{}│{before}({text}) {after}│", time(Some(event)));
        }
        match event.side {
            Side::Client => format!("{}│● {text} {fill}│", time(Some(event))),
            Side::Server => format!("{}│{fill} {text} ●│ {}", time(None), time_right(Some(event))),
        }
    }

    fn crossed(&self, row: &Row, crossed: &Crossed) -> String {
        let room = self.room();
        let remark = remark(crossed, self.lang).map(|remark| format!("({remark}) ")).unwrap_or_default();
        let words = self.words(row, crossed.event(), room.saturating_sub(8 + columns(&remark)));
        let text = format!(" {words} {remark}");
        let line = "─".repeat(room.saturating_sub(columns(&text) + 3));
        let lost = crossed.is_lost();
        let body = match (crossed.from, crossed.part) {
            // It stops short of the other lifeline.
            (Side::Client, Part::Whole) if lost => format!("──{text}{}✗", shorter(&line)),
            (Side::Server, Part::Whole) if lost => {
                format!(
                    "{}✗{}{text}──",
                    " ".repeat(line.chars().count() - shorter(&line).chars().count()),
                    shorter(&line)
                )
            }
            (Side::Client, Part::Whole) => format!("──{text}{line}▶"),
            (Side::Server, Part::Whole) => format!("◀{line}{text}──"),
            // It is on its way while the other end is busy with something else.
            (Side::Client, Part::Leaves) => format!("──{text}{}", on_the_way(&line)),
            (Side::Client, Part::Arrives) => format!("{}{text}─▶", on_the_way(&line)),
            (Side::Server, Part::Leaves) => format!("{}{text}──", on_the_way(&line)),
            (Side::Server, Part::Arrives) => format!("◀─{text}{}", on_the_way(&line)),
        };
        let (client, server) = match crossed.from {
            Side::Client => (&crossed.sent, &crossed.received),
            Side::Server => (&crossed.received, &crossed.sent),
        };
        let here = |end: Side| {
            crossed.part == Part::Whole || (crossed.part == Part::Leaves) == (end == crossed.from)
        };
        let client = client.as_ref().filter(|_| here(Side::Client));
        let server = server.as_ref().filter(|_| here(Side::Server));
        format!("{}│{}│ {}", time(client), pad(&body, room), time_right(server))
    }

    fn words(&self, row: &Row, event: &Event, room: usize) -> String {
        let marks = marks(&row.findings());
        let marks = if marks.is_empty() { marks } else { format!("{marks} ") };
        fit(&format!("{marks}{}", label(event, self.lang, room.saturating_sub(columns(&marks)))), room)
    }
}

/// A line that ends early.
fn shorter(line: &str) -> String {
    line.chars().take(line.chars().count().saturating_sub(6).max(1)).collect()
}

/// A line of the same length that has an open end.
fn on_the_way(line: &str) -> String {
    line.chars().map(|_| '┄').collect::<String>() + "┄"
}

fn time(event: Option<&Event>) -> String {
    match event {
        Some(event) => format!("{:>9.3} ", event.elapsed_us as f64 / 1000.0),
        None => " ".repeat(MARGIN),
    }
}

fn time_right(event: Option<&Event>) -> String {
    event.map(|event| format!("{:>8.3}", event.elapsed_us as f64 / 1000.0)).unwrap_or_default()
}
