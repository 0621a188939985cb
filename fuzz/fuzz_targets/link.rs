//! The link: packets that it reads, changes and forges, and rules in the words of its command line.
#![no_main]

use asnoted_fuzz::{
    dialogue::{Action, Dialogue},
    memory,
};
use lab::link::{Rule, packet::Packet};
use libfuzzer_sys::fuzz_target;
use wire::tcp::Segment;

fuzz_target!(|input: &[u8]| {
    let dialogue = Dialogue::read(input);
    for deed in &dialogue.deeds {
        match deed {
            Action::Says(_, bytes) => {
                memory::bounded(bytes.len(), 64 << 10, 256, || {
                    carried(bytes, usize::from(dialogue.dice) * 8);
                });
            }
            Action::Secret(words) => {
                let words = String::from_utf8_lossy(words);
                if let Ok(rule) = words.parse::<Rule>() {
                    assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule), "{words}");
                }
            }
            Action::Ends(_) => {}
        }
    }
});

/// A packet as it comes from the network, and all that the link makes of it.
fn carried(bytes: &[u8], mss: usize) {
    let Some(packet) = Packet::read(bytes) else { return };
    let v4 = packet.source().is_ipv4();
    let (from, to) = if v4 { ("127.0.0.1:7", "127.0.0.2:9") } else { ("[::1]:7", "[::2]:9") };
    let (from, to) = (from.parse().expect("an address"), to.parse().expect("an address"));
    let mut whole = packet.clone();
    whole.readdress(from, to);
    assert_eq!((whole.source(), whole.destination()), (from, to));
    let pieces = whole.clone().split(mss);
    // Cut or not, the same data crosses; where the decoder reads the whole, it reads each piece.
    let data = |packet: &Packet| Segment::parse(packet.bytes()).map(|segment| segment.payload().to_vec());
    if let Some(all) = data(&whole) {
        let parts: Vec<_> = pieces
            .iter()
            .map(|piece| {
                let mut piece = piece.clone();
                piece.seal();
                data(&piece).expect("a piece reads as the whole does")
            })
            .collect();
        assert_eq!(parts.concat(), all);
    }
    for mut made in [whole.older(10), whole.reset(0), whole.reset(1 << 10), whole.clone()] {
        made.seal();
        made.damage();
        made.opens();
    }
    assert!(whole.unreachable().len() <= 40 + 8 + whole.bytes().len());
}
