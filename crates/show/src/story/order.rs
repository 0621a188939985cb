//! One order for the events of two logs.

use claims::Event;
use steps::{Direction, Evidence, Side, common};

use super::{Connection, Crossed, Fate, Part, Row, Same, What, link::LinkActions, micros};

/// When the story began, and its rows. The server's times are put `correction_us` back.
pub(super) fn rows(
    client: Option<Connection>,
    server: Option<Connection>,
    (pairs, actions): (&[Same], &LinkActions),
    correction_us: i64,
) -> (i64, Vec<Row>) {
    let both = client.is_some() && server.is_some();
    let mut client = Lane::new(client, 0, pairs.iter().map(|pair| (pair.client, pair.server, pair)));
    let mut server =
        Lane::new(server, correction_us, pairs.iter().map(|pair| (pair.server, pair.client, pair)));
    let merged = merge(&mut client, &mut server);
    let mut stands = [vec![0; client.events.len()], vec![0; server.events.len()]];
    for (n, place) in merged.iter().enumerate() {
        stands[place.side as usize][place.at] = n;
    }
    let began = merged.iter().map(|place| place.at_us).min().unwrap_or_default();

    // Which arrivals are told in the row of their sending.
    let mut told = [vec![false; client.events.len()], vec![false; server.events.len()]];
    let mut rows: Vec<Row> = Vec::new();
    for (n, place) in merged.iter().enumerate() {
        let (mine, theirs) = match place.side {
            Side::Client => (&client, &server),
            Side::Server => (&server, &client),
        };
        let event = &mine.events[place.at];
        if event.step.is_summary() {
            continue; // told at the end of the story
        }
        let at_us = place.at_us - began;
        let pair = mine.pairs[place.at];
        let link = actions.at(place.side, place.at).or_else(|| {
            let (other, _) = pair?;
            actions.at(place.side.peer(), other)
        });
        let crossed = |sent: Option<&Event>, received: Option<&Event>, fate, part| {
            let from = if event.direction == Direction::Sent { place.side } else { place.side.peer() };
            What::Crossed(Box::new(Crossed {
                from,
                sent: sent.cloned(),
                received: received.cloned(),
                link: link.cloned(),
                fate,
                part,
            }))
        };
        let fate = match pair {
            Some((_, Same { changed: true, .. })) => Fate::Changed,
            Some(_) => Fate::Arrived,
            // What one end decrypted, the other had no key for.
            None if both && opened(event) && !theirs.events.iter().any(opened) => Fate::OneLog,
            None if both && event.evidence == Evidence::Wire => Fate::NotSeen,
            None => Fate::OneLog,
        };
        let mut arrives_us = None;
        let what = match event.direction {
            Direction::Local => What::Inside(Box::new(event.clone())),
            Direction::Sent => match pair {
                None => crossed(Some(event), None, fate, Part::Whole),
                Some((other, _)) => {
                    let arrival = Some(&theirs.events[other]);
                    // In logs that contradict each other it may have arrived before it was sent: one row tells both.
                    let arrival_stands = stands[place.side.peer() as usize][other];
                    let receiver = place.side.peer();
                    let told = &mut told[receiver as usize];
                    let busy = || busy_before_arrival(&merged[n..], (receiver, other), theirs, told);
                    let part = if arrival_stands > n && busy() { Part::Leaves } else { Part::Whole };
                    if part == Part::Whole {
                        told[other] = true;
                        arrives_us = Some(merged[arrival_stands.max(n)].at_us - began);
                    }
                    crossed(Some(event), arrival, fate, part)
                }
            },
            Direction::Received => match pair {
                None => crossed(None, Some(event), fate, Part::Whole),
                Some((other, _)) => {
                    let sent_later = stands[place.side.peer() as usize][other] > n;
                    if sent_later || told[place.side as usize][place.at] {
                        continue; // told in the row in which it was sent
                    }
                    crossed(Some(&theirs.events[other]), Some(event), fate, Part::Arrives)
                }
            },
        };
        rows.push(Row { at_us, arrives_us, what });
    }
    (began, rows)
}

/// Whether the event was read from an encrypted packet.
fn opened(event: &Event) -> bool {
    event.fields.has(common::OPENED_WITH)
}

/// Whether `receiver` did something before the arrival that stands at `arrival` of its log and that has a row below: an
/// act of its own, or an arrival that is not told in the row of its sending.
fn busy_before_arrival(
    merged: &[Place],
    (receiver, arrival): (Side, usize),
    lane: &Lane,
    told: &[bool],
) -> bool {
    merged
        .iter()
        .filter(|place| place.side == receiver)
        .take_while(|place| place.at != arrival)
        .any(|place| lane.events[place.at].direction != Direction::Received || !told[place.at])
}

/// One end's events.
struct Lane {
    events: Vec<Event>,
    /// For each event the same message in the other log.
    pairs: Vec<Option<(usize, Same)>>,
    /// The places in the order of their times, and the times.
    order: Vec<(i64, usize)>,
}

impl Lane {
    fn new<'a>(
        one: Option<Connection>,
        correction_us: i64,
        matched: impl Iterator<Item = (usize, usize, &'a Same)>,
    ) -> Self {
        let events = one.map(|one| one.events).unwrap_or_default();
        let mut pairs = vec![None; events.len()];
        for (mine, theirs, pair) in matched {
            if let Some(place) = pairs.get_mut(mine) {
                *place = Some((theirs, *pair));
            }
        }
        let mut order: Vec<_> =
            events.iter().enumerate().map(|(at, event)| (micros(event) - correction_us, at)).collect();
        order.sort();
        Lane { events, pairs, order }
    }

    /// Whether the next event waits for one of the other lane: what was not sent cannot arrive.
    fn waits(&self, next: usize, sent: &[bool]) -> bool {
        let Some(&(_, at)) = self.order.get(next) else { return true };
        self.events[at].direction == Direction::Received
            && self.pairs[at].is_some_and(|(other, _)| !sent.get(other).copied().unwrap_or(true))
    }
}

/// Where an event stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    side: Side,
    at: usize,
    at_us: i64,
}

/// By time, but nothing before it was sent.
fn merge(client: &mut Lane, server: &mut Lane) -> Vec<Place> {
    let mut merged: Vec<Place> = Vec::with_capacity(client.events.len() + server.events.len());
    let (mut c, mut s) = (0, 0);
    let (mut c_told, mut s_told) = (vec![false; client.events.len()], vec![false; server.events.len()]);
    while c < client.order.len() || s < server.order.len() {
        let time = |lane: &Lane, next: usize| lane.order.get(next).map_or(i64::MAX, |(time, _)| *time);
        let earlier = if time(client, c) <= time(server, s) { Side::Client } else { Side::Server };
        let side = match (client.waits(c, &s_told), server.waits(s, &c_told)) {
            (true, false) => Side::Server,
            (false, true) => Side::Client,
            // Both wait only in logs that contradict each other.
            (false, false) | (true, true) => earlier,
        };
        let (lane, next, told) = match side {
            Side::Client if c < client.order.len() => (&*client, &mut c, &mut c_told),
            Side::Server if s < server.order.len() => (&*server, &mut s, &mut s_told),
            Side::Client => (&*server, &mut s, &mut s_told),
            Side::Server => (&*client, &mut c, &mut c_told),
        };
        let side = if std::ptr::eq(lane, client) { Side::Client } else { Side::Server };
        let (time, at) = lane.order[*next];
        *next += 1;
        told[at] = true;
        // What waited happened no earlier than what it waited for.
        let at_us = merged.last().map_or(time, |last: &Place| last.at_us.max(time));
        merged.push(Place { side, at, at_us });
    }
    merged
}
