//! The catalogue in the terminal: all of it, one claim, or one step.

use claims::{Claim, Heading};
use steps::{Actor, Lang, Step, Text, program::as_called, text};
use strum::VariantArray;

use crate::terminal::text::{pad, wrap};

/// What the catalogue says, in `lang`, `width` columns wide: of everything, or of the claim or step named `what`.
///
/// # Errors
///
/// Names the id that is in no catalogue.
pub fn notes(what: Option<&str>, lang: Lang, width: usize) -> Result<String, steps::UnknownId> {
    let page = Page { lang, width };
    let Some(what) = what else { return Ok(page.all()) };
    let what = what.to_ascii_lowercase();
    match Claim::VARIANTS.iter().find(|claim| claim.id() == what) {
        Some(claim) => Ok(page.claim(*claim)),
        None => what.parse().map(|step| page.step(step)),
    }
}

struct Page {
    lang: Lang,
    width: usize,
}

impl Page {
    fn all(&self) -> String {
        let mut lines = Vec::new();
        for heading in Heading::VARIANTS {
            lines.extend([String::new(), heading.title().in_lang(self.lang).to_owned()]);
            for claim in Claim::noted().iter().filter(|claim| claim.card().heading == *heading) {
                self.entry(&mut lines, claim.id(), claim.card().says.in_lang(self.lang));
            }
        }
        lines.extend([String::new(), text!(catalogue::beyond_the_notes()).in_lang(self.lang).to_owned()]);
        for claim in Claim::beyond() {
            self.entry(&mut lines, claim.id(), claim.card().says.in_lang(self.lang));
        }
        lines.extend([String::new(), text!(catalogue::steps()).in_lang(self.lang).to_owned()]);
        for step in Step::all() {
            let claims: Vec<_> = claims::shown_in(step).map(Claim::id).collect();
            let name = format!("  {} {}", pad(step.id(), 30), pad(step.card().title.in_lang(self.lang), 20));
            let claims = wrap(&claims.join(" "), 0, self.width - 53);
            for (i, claims) in claims.iter().enumerate() {
                lines.push(format!("{}{claims}", pad(if i == 0 { &name } else { "" }, 53)));
            }
            if claims.is_empty() {
                lines.push(name);
            }
        }
        text(&lines)
    }

    fn claim(&self, claim: Claim) -> String {
        let card = claim.card();
        let mut lines = vec![];
        self.entry(&mut lines, claim.id(), card.says.in_lang(self.lang));
        match claim.place() {
            Some((first, last)) => {
                let blocks = if first == last { first.to_string() } else { format!("{first}–{last}") };
                let place = format!("{} · {blocks}", card.heading.words());
                self.fact(&mut lines, text!(catalogue::in_the_notes()), &place);
            }
            None => {
                let topic = card.heading.title().in_lang(self.lang);
                self.fact(&mut lines, text!(catalogue::beside_the_58()), topic);
            }
        }
        self.fact(&mut lines, text!(catalogue::judged_by()), card.rule.in_lang(self.lang));
        self.fact(&mut lines, text!(catalogue::standard()), card.rfc);
        for step in Step::all().filter(|step| claims::can_show(*step, claim)) {
            self.fact(&mut lines, text!(catalogue::shown_by()), step.id());
        }
        for run in claim.shown_by() {
            self.fact(&mut lines, text!(catalogue::to_see_it()), &as_called(run));
        }
        text(&lines)
    }

    fn step(&self, step: Step) -> String {
        let card = step.card();
        let mut lines = vec![format!("{}  {}", step.id(), card.title.in_lang(self.lang))];
        lines.extend(wrap(card.text.in_lang(self.lang), 2, self.width));
        let who = match card.actor {
            Actor::Client => text!(catalogue::client()),
            Actor::Server => text!(catalogue::server()),
            Actor::Both => text!(catalogue::either()),
        };
        self.fact(&mut lines, text!(catalogue::who()), who.in_lang(self.lang));
        self.fact(&mut lines, text!(catalogue::standard()), card.rfc);
        self.fact(&mut lines, text!(catalogue::on_the_client()), card.client);
        self.fact(&mut lines, text!(catalogue::on_the_server()), card.server);
        for claim in claims::shown_in(step) {
            self.fact(
                &mut lines,
                text!(catalogue::claim()),
                &format!("{} {}", claim.id(), claim.card().says.in_lang(self.lang)),
            );
        }
        text(&lines)
    }

    /// `  id  sentence`, the sentence wrapped beside the id.
    fn entry(&self, lines: &mut Vec<String>, id: &str, sentence: &str) {
        for (i, line) in wrap(sentence, 0, self.width - 7).into_iter().enumerate() {
            lines.push(format!("  {}{line}", pad(if i == 0 { id } else { "" }, 5)));
        }
    }

    fn fact(&self, lines: &mut Vec<String>, label: Text, value: &str) {
        if value.is_empty() {
            return;
        }
        let name = label.in_lang(self.lang);
        for (i, line) in wrap(value, 0, self.width - 18).into_iter().enumerate() {
            lines.push(format!("  {}{line}", pad(if i == 0 { name } else { "" }, 16)));
        }
    }
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::text::columns;

    #[test]
    fn every_page_fits_80_columns_in_both_languages() {
        for lang in Lang::VARIANTS {
            let ids = Claim::VARIANTS.iter().map(|claim| claim.id()).chain(Step::all().map(Step::id));
            for what in std::iter::once(None).chain(ids.map(Some)) {
                let page = notes(what, *lang, 80).unwrap();
                for line in page.lines() {
                    assert!(columns(line) <= 80, "{what:?}: {line}");
                }
                assert!(what.is_none_or(|id| page.contains(id)));
            }
        }
        assert!(notes(Some("t99"), Lang::En, 80).is_err());
    }
}
