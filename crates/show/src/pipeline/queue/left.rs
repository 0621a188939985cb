//! What was not written when the log ended.

use steps::{Lang, say_in};

/// What was still in the queue when its reader left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) events: u64,
    pub(crate) messages: u64,
}

impl Left {
    /// A line for each kind of which something stays unwritten.
    pub(crate) fn lines(self, lang: Lang) -> impl Iterator<Item = String> {
        let events = (self.events > 0).then(|| say_in!(lang, unwritten::events(self.events)));
        let messages = (self.messages > 0).then(|| say_in!(lang, unwritten::messages(self.messages)));
        events.into_iter().chain(messages)
    }
}
