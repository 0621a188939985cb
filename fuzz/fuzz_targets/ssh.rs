//! SSH lines and packets, with whatever secrets the input tells and when it tells them.
#![no_main]

use asnoted_fuzz::dialogue::{Decoder, Dialogue, check};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Said, Side};
use wire::Crossed;

#[derive(Default)]
struct Ssh(wire::ssh::Decoder);

impl Decoder for Ssh {
    const PROTOCOL: Protocol = Protocol::Ssh;
    const KEEPS: usize = 1 << 20;

    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        self.0.push(from, moment, bytes)
    }

    fn secret(&mut self, moment: u64, line: &str) -> Vec<Crossed> {
        if line == "none" {
            return self.0.give_up(moment, &Said::new("There is none.", "没有。"));
        }
        match wire::ssh::key_log_line(line) {
            Some((cookie, secret)) => self.0.secret(moment, &cookie, &secret),
            None => Vec::new(),
        }
    }

    fn ends(&mut self, from: Side, moment: u64) -> Vec<Crossed> {
        self.0.end(from).into_iter().map(|seen| Crossed { moment, seen }).collect()
    }
}

fuzz_target!(|input: &[u8]| check::<Ssh>(&Dialogue::read(input)));
