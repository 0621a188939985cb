//! What is concluded falls when what it was concluded from is taken away: a step without a single value shows nothing
//! of the notes, alone and after others, at the end, and whoever saw it.

use asnoted_claims::Judge;
use steps::{Bytes, Direction, Event, Evidence, Fields, Protocol, SCHEMA_VERSION, Side, Step};
use strum::VariantArray;

const SIDES: [Side; 2] = [Side::Client, Side::Server];
const DIRECTIONS: [Direction; 3] = [Direction::Sent, Direction::Received, Direction::Local];
const EVIDENCES: [Evidence; 4] = [Evidence::Wire, Evidence::Callback, Evidence::Kernel, Evidence::Inferred];

/// A step of which nothing is known but that it happened.
fn bare(step: Step, protocol: Protocol, side: Side, direction: Direction, evidence: Evidence) -> Event {
    Event {
        v: SCHEMA_VERSION,
        at: jiff::Timestamp::UNIX_EPOCH,
        elapsed_us: 0,
        side,
        protocol,
        variant: None,
        observer: None,
        conn: "127.0.0.1:1>127.0.0.1:2".into(),
        step,
        direction,
        evidence,
        fields: Fields::new(),
        bytes: Bytes::default(),
    }
}

/// Every way in which a step can stand in the log of a connection of `protocol` on `side`.
fn all(protocol: Protocol, side: Side) -> impl Iterator<Item = Event> {
    Step::all().flat_map(move |step| {
        let ways = DIRECTIONS.into_iter().flat_map(|way| EVIDENCES.map(|evidence| (way, evidence)));
        ways.map(move |(way, evidence)| bare(step, protocol, side, way, evidence))
    })
}

#[test]
fn a_step_without_values_shows_nothing() {
    for protocol in Protocol::VARIANTS {
        for event in SIDES.into_iter().flat_map(|side| all(*protocol, side)) {
            assert_eq!(Judge::default().judge(&event), [], "{} on the {:?}", event.step, event.side);
        }
    }
}

#[test]
fn nor_does_it_after_others_or_at_the_end() {
    for protocol in Protocol::VARIANTS {
        for side in SIDES {
            let there: Vec<_> = all(*protocol, side).collect();
            let and_back = there.iter().chain(there.iter().rev());
            let mut past = Judge::default();
            for event in and_back {
                assert_eq!(past.judge(event), [], "{} on the {side:?}", event.step);
            }
            for complete in [false, true] {
                assert_eq!(past.summary(*protocol, complete), [], "{protocol:?} on the {side:?}");
            }
        }
    }
}
