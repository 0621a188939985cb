//! The reader's own notes, checked: each block with its claims, and what the last recorded run says of them.

use std::collections::BTreeMap;

use steps::{Claim, Finding, Lang, harmless};

use crate::{
    Notes,
    lines::{mark, spans},
    text::{pad, wrap},
};

/// What recorded runs say of each claim: the weightiest finding of the newest run that shows it.
pub type Checked = BTreeMap<Claim, Finding>;

/// The notes, `width` columns wide, each block with its claims and their verdicts.
pub fn checked_notes(notes: &Notes, checked: &Checked, lang: Lang, width: usize) -> String {
    let say = |en: &'static str, zh: &'static str| match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    let mut lines: Vec<String> = Vec::new();
    for (s, section) in notes.sections.iter().enumerate() {
        lines.extend([String::new(), harmless(&section.title).into_owned()]);
        for (b, block) in section.blocks.iter().enumerate() {
            let indent = 2 + 2 * block.depth.min(8);
            let text = if block.depth > 0 { format!("- {}", block.text) } else { block.text.clone() };
            lines.extend(wrap(&harmless(&text), indent, width));
            for claim in notes.claims_in(s, b) {
                let moved = notes.place(claim).is_some_and(|place| place.moved);
                let moved = if moved { say(" · moved", " · 已移动") } else { "" };
                let entry = match checked.get(&claim) {
                    Some(finding) => {
                        let verdict = finding.verdict.title().in_lang(lang);
                        let because = finding.because.as_ref().map(|said| harmless(said.in_lang(lang)));
                        let because = because.map(|said| format!(" · {said}")).unwrap_or_default();
                        format!("{} {verdict}{moved}{because}", pad(&mark(finding), 4))
                    }
                    None => {
                        let run = claim.shown_by().first().copied().unwrap_or("");
                        format!("{} {}{moved} · {run}", pad(claim.id(), 4), say("not run yet", "尚未运行"))
                    }
                };
                for (n, line) in wrap(&entry, indent + 4, width - 5).into_iter().enumerate() {
                    lines.push(if n == 0 { line } else { format!("     {line}") });
                }
            }
        }
    }
    let missing = notes.missing();
    if !missing.is_empty() {
        let ids = spans(|claim| missing.contains(&claim));
        lines.push(String::new());
        let text = match lang {
            Lang::En => format!(
                "In no block of these notes: {ids}. Their words were not found (`lab notes ID` has them)."
            ),
            Lang::Zh => format!("这份笔记中没有找到：{ids}。（`lab notes 编号` 可查看原句。）"),
        };
        lines.extend(wrap(&text, 0, width));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}
