//! The last connection of a run, where it only shows that the server still serves.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use claims::Event;
use steps::say_in;

use crate::{
    render::ladder::{Page, name},
    story::Story,
};

/// Tells, at the end of a run, whether its last connection only shows that the server still serves. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Follows(Arc<AtomicBool>);

impl Follows {
    /// Sets it for the run that goes on.
    pub fn set(&self, follows: bool) {
        self.0.store(follows, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The connection that shows that the server still serves, in a line.
pub(super) fn follower(page: &Page, story: &Story) -> String {
    let ends: Vec<&Event> =
        [&story.client, &story.server].into_iter().flatten().filter_map(|end| end.summary.as_ref()).collect();
    let well = !ends.is_empty() && ends.iter().all(|event| event.failure().is_none());
    let name = name(story);
    let line = if well {
        page.paint.dim(&say_in!(page.lang, ladder::served_as_usual(name)))
    } else {
        page.paint.alarm(&say_in!(page.lang, ladder::not_served(name)))
    };
    format!("\n{line}\n")
}
