//! The last connection of a run, where it only shows that the server still serves.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use claims::Event;
use steps::Lang;

use crate::{
    render::ladder::{name, text},
    story::Story,
};

/// Tells, at the end of a run, whether its last connection only shows that the server still serves. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Follows(Arc<AtomicBool>);

impl Follows {
    /// Says so of the run that goes on.
    pub fn set(&self, follows: bool) {
        self.0.store(follows, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The connection that shows that the server still serves, in a line.
pub(super) fn follower(page: &text::Page, story: &Story) -> String {
    let ends: Vec<&Event> =
        [&story.client, &story.server].into_iter().flatten().filter_map(|end| end.summary.as_ref()).collect();
    let well = !ends.is_empty() && ends.iter().all(|event| event.failure().is_none());
    let name = name(story);
    let line = match (page.lang, well) {
        (Lang::En, true) => format!("  then another client was served as usual ({name})"),
        (Lang::En, false) => format!("  then another client was not served ({name})"),
        (Lang::Zh, true) => format!("  此后另一个客户端照常得到服务（{name}）"),
        (Lang::Zh, false) => format!("  此后另一个客户端没有得到服务（{name}）"),
    };
    format!("\n{}\n", if well { page.paint.dim(&line) } else { page.paint.alarm(&line) })
}
