//! IP packets with TCP segments, and the tracker of their connection. Packets have no slices: each is one.
#![no_main]

use std::time::Duration;

use asnoted_fuzz::{
    dialogue::{Action, Dialogue},
    event, memory,
};
use libfuzzer_sys::fuzz_target;
use steps::Protocol;
use wire::{
    Crossed,
    tcp::{Segment, Tracker},
};

/// The most that a tracker may keep of a connection.
const KEEPS: usize = 64 << 10;

fuzz_target!(|input: &[u8]| {
    let dialogue = Dialogue::read(input);
    let told =
        memory::bounded(dialogue.length(), 64 << 10, 256, || follow(&mut Tracker::default(), &dialogue));
    event::check(Protocol::Tcp, told);
    if dialogue.dice & 0xf0 == 0xf0 {
        let before = memory::live();
        let mut tracker = Tracker::default();
        for _ in 0..200 {
            drop(follow(&mut tracker, &dialogue));
        }
        let kept = memory::live().saturating_sub(before);
        assert!(kept <= KEEPS, "{kept} bytes are kept of one connection");
    }
});

fn follow(tracker: &mut Tracker, dialogue: &Dialogue) -> Vec<Crossed> {
    let mut told = Vec::new();
    for (moment, deed) in (0..).zip(&dialogue.deeds) {
        let Action::Says(from, packet) = deed else { continue };
        let Some(segment) = Segment::parse(packet) else { continue };
        assert!(segment.payload().len() <= packet.len() && segment.bytes.len() <= packet.len());
        let at = Duration::from_millis(moment * 7);
        let seen = if dialogue.dice.is_multiple_of(2) {
            tracker.segment_at(at, *from, &segment, "fuzz")
        } else {
            tracker.segment(*from, &segment, "fuzz")
        };
        told.extend(seen.map(|seen| Crossed { moment, seen }));
    }
    told
}
