//! HTTP heads and WebSocket frames.
#![no_main]

use asnoted_fuzz::dialogue::{Decoder, Dialogue, check};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Side};
use wire::Crossed;

#[derive(Default)]
struct Ws(wire::ws::Decoder);

impl Decoder for Ws {
    const PROTOCOL: Protocol = Protocol::Ws;
    const KEEPS: usize = 256 << 10;

    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        let mut told = Vec::new();
        self.0.feed(from, bytes, |seen| told.push(Crossed { moment, seen }));
        told
    }

    fn ends(&mut self, from: Side, moment: u64) -> Vec<Crossed> {
        let mut told = Vec::new();
        self.0.end(from, |seen| told.push(Crossed { moment, seen }));
        told
    }
}

fuzz_target!(|input: &[u8]| check::<Ws>(&Dialogue::read(input)));
