//! The run as a ladder when it has ended, in one of the ladder's forms.

use claims::Event;
use steps::Lang;

use super::{
    Printed, Renderer,
    bytes::Layout,
    ladder::{mermaid, text},
};
use crate::{
    reading::OwnNotes,
    story::{self, Story},
    terminal::{Args, Ladder},
    web,
};

/// The ladders of `stories` in one of its forms, in `lang`; `width` columns wide where it is text. `layout` names the bytes,
/// where the form shows them.
pub fn ladder(
    form: Ladder,
    stories: &[Story],
    notes: Option<&OwnNotes>,
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

/// Events that wait to be drawn together.
#[derive(Debug)]
pub(super) struct AtEnd {
    form: Ladder,
    notes: Option<OwnNotes>,
    layout: Option<Layout>,
    lang: Lang,
    width: usize,
    events: Vec<Event>,
    left_out: usize,
}

impl AtEnd {
    /// A ladder of more is not read by anybody.
    const MOST: usize = 100_000;

    pub(super) fn new(args: &Args, form: Ladder, notes: Option<OwnNotes>, layout: Option<Layout>) -> Self {
        let (lang, width) = (args.lang(), args.columns());
        AtEnd { form, notes, layout, lang, width, events: Vec::new(), left_out: 0 }
    }
}

impl Renderer for AtEnd {
    fn event(&mut self, event: Event) -> Printed {
        if self.events.len() < Self::MOST {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
        Printed::Later
    }

    /// Said at the end.
    fn tells_gaps(&self) -> bool {
        false
    }

    fn end(&mut self) -> String {
        if self.left_out > 0 {
            tracing::warn!(
                "the ladder shows the first {} events; {} were left out",
                Self::MOST,
                self.left_out
            );
        }
        let stories = story::stories(std::mem::take(&mut self.events));
        ladder(self.form, &stories, self.notes.as_ref(), self.layout, self.lang, self.width)
    }
}
