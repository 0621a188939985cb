//! Why a connection failed, told before its rows: what, where, what should have come and what came, and what to do.

use claims::Event;
use steps::{Lang, Said, Side, Text, harmless, say_in, summary, text};

use super::page::Page;
use crate::{
    render::marks::side_word,
    story::{Row, Story, What},
    terminal::text::{columns, pad, wrap_to},
};

/// How wide the labels are.
const LABEL: usize = 10;

/// The card of a story that failed; none: it did not.
pub(crate) fn card(page: &Page, story: &Story) -> Vec<String> {
    let failed = failures(story);
    let mut lines = Vec::new();
    for (n, event) in failed.iter().enumerate() {
        let Some(reason) = event.failure() else { continue };
        let who = side_word(event.side).in_lang(page.lang);
        let (cause, advice) = (cause(event, &reason), event.get(summary::ADVICE));
        let cause = harmless(cause.in_lang(page.lang)).into_owned();
        let cause = say_in!(page.lang, card::cause(who, cause));
        for (i, line) in wrap_to(&cause, page.width - 4).iter().enumerate() {
            let sign = if i == 0 { "✗ " } else { "  " };
            lines.push(page.paint.alarm(&format!("  {sign}{line}")).trim_end().to_owned());
        }
        if n > 0 {
            continue; // what the other end saw of it
        }
        if let Some(place) = place(event, page.lang) {
            entry(page, &mut lines, text!(card::where_it_failed()), &place);
        }
        let said = |it: Option<Said>| it.map(|it| harmless(it.in_lang(page.lang)).into_owned());
        let (expected, got) = (said(event.get(summary::EXPECTED)), said(event.get(summary::GOT)));
        if let Some(expected) = &expected {
            entry(page, &mut lines, text!(card::expected()), expected);
        }
        if let Some(got) = &got {
            entry(page, &mut lines, text!(card::got()), got);
        }
        if let (Some(expected), Some(got)) = (&expected, &got)
            && let Some(marked) = differing(expected, got).filter(|_| fits(page, expected) && fits(page, got))
        {
            lines.push(page.paint.alarm(&format!("{}{marked}", " ".repeat(4 + LABEL))));
        }
        if let Some(advice) = said(advice) {
            entry(page, &mut lines, text!(card::to_do()), &advice);
        }
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn fits(page: &Page, text: &str) -> bool {
    columns(text) + 4 + LABEL <= page.width
}

/// The summaries of the ends that failed, first of the end that knows more.
fn failures(story: &Story) -> Vec<&Event> {
    let ends = [&story.client, &story.server].into_iter().flatten();
    let failed = ends.filter_map(|end| end.summary.as_ref()).filter(|event| event.failure().is_some());
    let mut failed: Vec<_> = failed.collect();
    failed.sort_by_key(|event| std::cmp::Reverse(knows(event)));
    failed
}

/// How much a reason says: whose doing and what was expected weigh more than a cause alone.
fn knows(event: &Event) -> usize {
    [
        event.get(summary::FAILED_STEP).is_some(),
        event.get(summary::EXPECTED).is_some(),
        event.get(summary::ADVICE).is_some(),
    ]
    .into_iter()
    .filter(|known| *known)
    .count()
}

/// The reason without the advice behind it, which has a line of its own.
fn cause(event: &Event, reason: &Said) -> Said {
    let Some(advice) = event.get(summary::ADVICE) else { return reason.clone() };
    Said::each(|lang| {
        let whole = reason.in_lang(lang);
        whole.strip_suffix(advice.in_lang(lang)).unwrap_or(whole).trim_end().to_owned()
    })
}

/// The step at which it failed, and whose doing it was.
fn place(event: &Event, lang: Lang) -> Option<String> {
    let step = event.get(summary::FAILED_STEP).and_then(|id| id.parse::<steps::Step>().ok());
    let whose = event.get(summary::FAILED_SIDE).and_then(by_id).map(side_word);
    let title = step.map(|step| step.card().title);
    Some(match (title, whose) {
        (Some(title), Some(whose)) => say_in!(lang, card::place_and_side(title, whose)),
        (Some(title), None) => title.in_lang(lang).to_owned(),
        (None, Some(whose)) => say_in!(lang, card::side(whose)),
        (None, None) => return None,
    })
}

fn by_id(id: &str) -> Option<Side> {
    [Side::Client, Side::Server].into_iter().find(|side| side.id() == id)
}

fn entry(page: &Page, lines: &mut Vec<String>, label: Text, text: &str) {
    let room = page.width - 4 - LABEL;
    for (n, line) in wrap_to(text, room).iter().enumerate() {
        let label = if n == 0 { pad(label.in_lang(page.lang), LABEL) } else { " ".repeat(LABEL) };
        lines.push(format!("    {}{line}", page.paint.dim(&label)).trim_end().to_owned());
    }
}

/// A line of `^` under the characters of `got` that differ from `expected`; none: too much differs, or nothing.
fn differing(expected: &str, got: &str) -> Option<String> {
    let (a, b): (Vec<char>, Vec<char>) = (expected.chars().collect(), got.chars().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let middle = b.len() - head - tail;
    if middle == 0 || head + tail < middle.max(3) {
        return None;
    }
    let wide = |chars: &[char]| columns(&chars.iter().collect::<String>());
    Some(format!("{}{}", " ".repeat(wide(&b[..head])), "^".repeat(wide(&b[head..head + middle]))))
}

/// The row that shows what went wrong: the last of the step at which it failed, made by the side whose doing it was;
/// else the last row of all.
pub(crate) fn causing_row(story: &Story) -> Option<usize> {
    let event = failures(story).into_iter().next()?;
    let step = event.get(summary::FAILED_STEP).and_then(|id| id.parse::<steps::Step>().ok());
    let whose = event.get(summary::FAILED_SIDE).and_then(by_id);
    let maker = |row: &Row| match &row.what {
        What::Inside(event) => event.side,
        What::Crossed(crossed) => crossed.from,
    };
    let of_step = |row: &Row| step.is_some_and(|step| row.event().step == step);
    let last = |wanted: &dyn Fn(&Row) -> bool| story.rows.iter().rposition(wanted);
    last(&|row| of_step(row) && whose.is_none_or(|whose| maker(row) == whose))
        .or_else(|| last(&of_step))
        .or_else(|| last(&|row| whose.is_some_and(|whose| maker(row) == whose)))
        .or_else(|| story.rows.len().checked_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked() {
        assert_eq!(differing("SSH-2.0-a", "SSH-1.0-a").as_deref(), Some("    ^"));
        assert_eq!(differing("握手 12", "握手 32").as_deref(), Some("     ^"));
        assert_eq!(differing("abc", "xyz"), None);
        assert_eq!(differing("same", "same"), None);
    }
}
