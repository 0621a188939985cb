//! TLS records and handshakes, with whatever secrets the input tells and when it tells them.
#![no_main]

use asnoted_fuzz::dialogue::{Decoder, Dialogue, check, key_log_line};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Side};
use wire::Crossed;

#[derive(Default)]
struct Tls(wire::tls::Decoder);

impl Decoder for Tls {
    const PROTOCOL: Protocol = Protocol::Tls;
    const KEEPS: usize = 1 << 20;

    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        self.0.push(from, moment, bytes)
    }

    fn secret(&mut self, _: u64, line: &str) -> Vec<Crossed> {
        match key_log_line(line) {
            Some(("SHARED_SECRET", _, secret)) => {
                self.0.shared_secret(&secret);
                Vec::new()
            }
            Some((label, random, secret)) => self.0.secret(label, &random, &secret),
            None => Vec::new(),
        }
    }

    fn ends(&mut self, _: Side, _: u64) -> Vec<Crossed> {
        self.0.end()
    }
}

fuzz_target!(|input: &[u8]| check::<Tls>(&Dialogue::read(input)));
