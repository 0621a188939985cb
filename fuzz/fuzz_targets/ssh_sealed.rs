//! SSH behind its keys: the input says what is in the packets, and they are sealed here under every cipher, so that what
//! is read after opening meets strange bytes too.
#![no_main]

use asnoted_fuzz::dialogue::{Action, Decoder, Dialogue, check};
use libfuzzer_sys::fuzz_target;
use steps::{Protocol, Side};
use wire::{
    Crossed,
    ssh::sealed::{CIPHERS, COOKIE, SECRET, Talk},
};

/// A decoder that was told both secrets.
struct Ssh(wire::ssh::Decoder);

/// Of the keys that may be exchanged later.
const NEXT: ([u8; 16], [u8; 32]) = ([1; 16], [0xaa; 32]);

impl Default for Ssh {
    fn default() -> Self {
        let mut decoder = wire::ssh::Decoder::default();
        drop(decoder.secret(0, &COOKIE, &SECRET));
        drop(decoder.secret(0, &NEXT.0, &NEXT.1));
        Ssh(decoder)
    }
}

impl Decoder for Ssh {
    const PROTOCOL: Protocol = Protocol::Ssh;
    const KEEPS: usize = 1 << 20;

    fn says(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        self.0.push(from, moment, bytes)
    }

    fn ends(&mut self, from: Side, moment: u64) -> Vec<Crossed> {
        self.0.end(from).into_iter().map(|seen| Crossed { moment, seen }).collect()
    }
}

fuzz_target!(|input: &[u8]| {
    let mut dialogue = Dialogue::read(input);
    let (cipher, mac) = CIPHERS[usize::from(dialogue.dice >> 2) % CIPHERS.len()];
    let mut talk = Talk::begin(cipher, mac);
    talk.newkeys();
    let mut rekeyed = false;
    for deed in &dialogue.deeds {
        match deed {
            Action::Says(from, payload) => talk.say(*from, payload),
            Action::Ends(_) if !rekeyed => {
                talk.exchange(NEXT.0, &NEXT.1);
                talk.newkeys();
                rekeyed = true;
            }
            // Bytes that are not under any key.
            Action::Secret(bytes) => talk.said.push((Side::Server, bytes.clone())),
            Action::Ends(_) => {}
        }
    }
    dialogue.deeds = talk.said.into_iter().map(|(from, bytes)| Action::Says(from, bytes)).collect();
    dialogue.deeds.extend([Side::Client, Side::Server].map(Action::Ends));
    check::<Ssh>(&dialogue);
});
