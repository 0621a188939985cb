//! What a link says that it did to segments. It stands in neither end's program, yet its words are in their logs: they
//! are put to the segments that they are about.

use std::collections::HashMap;

use claims::Event;
use steps::{Direction, Side, Step, tcp};

use super::{Connection, content::content, micros};

/// Gives each end the words of the link about its segments.
pub(super) fn hand_out(of_links: Vec<Event>, connections: &mut [Connection]) {
    for event in of_links {
        let mine =
            connections.iter_mut().filter(|one| one.side == event.side && one.conn == event.conn).min_by_key(
                |one| one.events.first().map_or(i64::MAX, |first| (micros(first) - micros(&event)).abs()),
            );
        if let Some(mine) = mine {
            mine.link.push(event);
        }
    }
}

/// What a link did, by the end and the place in its log where the segment stands: where it was sent, or, if its
/// sender knows nothing of it, where it was received.
#[derive(Debug, Default)]
pub(super) struct LinkActions(HashMap<(Side, usize), Event>);

impl LinkActions {
    /// What was done to the segment at this place.
    pub(super) fn at(&self, side: Side, place: usize) -> Option<&Event> {
        self.0.get(&(side, place))
    }

    /// Whether the segment that was sent at this place went no further.
    pub(super) fn lost(&self, side: Side, place: usize) -> bool {
        self.at(side, place).is_some_and(|event| event.step == Step::Tcp(tcp::Step::Lost))
    }
}

/// Puts the words of the link to the segments.
pub(super) fn actions(client: Option<&Connection>, server: Option<&Connection>) -> LinkActions {
    let mut actions = LinkActions::default();
    for (mine, other) in [(client, server), (server, client)] {
        let Some(mine) = mine else { continue };
        for event in &mine.link {
            let forged = event.step == Step::Tcp(tcp::Step::Forged);
            let found = if forged {
                other.and_then(|other| nearest(other, Direction::Received, event, &actions))
            } else {
                nearest(mine, Direction::Sent, event, &actions)
            };
            if let Some(place) = found {
                actions.0.insert(place, event.clone());
            }
        }
    }
    actions
}

/// The segment with the same header that crossed nearest in time and has no word yet.
fn nearest(
    one: &Connection,
    direction: Direction,
    event: &Event,
    actions: &LinkActions,
) -> Option<(Side, usize)> {
    one.crossed(direction)
        .into_iter()
        .filter(|(at, of)| content(of) == content(event) && actions.at(one.side, *at).is_none())
        .min_by_key(|(_, of)| (micros(of) - micros(event)).abs())
        .map(|(at, _)| (one.side, at))
}
