//! The capture file: whatever packets, comments and secrets are written, its blocks are whole and hold them.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use asnoted_fuzz::dialogue::{Action, Dialogue};
use libfuzzer_sys::fuzz_target;
use watch::pcapng::{Secrets, Writer, blocks::blocks};

fuzz_target!(|input: &[u8]| {
    let dialogue = Dialogue::read(input);
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, "fuzz", &"x".repeat(dialogue.dice.into())).expect("memory");
    let mut comments: Vec<String> = Vec::new();
    let mut written: Vec<(u32, Vec<u8>)> = Vec::new();
    for (n, deed) in (0..).zip(&dialogue.deeds) {
        match deed {
            Action::Says(side, packet) => {
                let at = UNIX_EPOCH + Duration::from_nanos(u64::MAX / (n + 1));
                writer.packet(at, packet, &comments).expect("memory");
                written.push((6, packet.clone()));
                if *side == steps::Side::Server {
                    comments.clear();
                }
            }
            Action::Secret(line) => {
                let line = String::from_utf8_lossy(line).into_owned();
                writer.secrets(if n & 1 == 0 { Secrets::Tls } else { Secrets::Ssh }, &line).expect("memory");
                written.push((10, line.clone().into_bytes()));
                comments.push(line);
            }
            Action::Ends(_) => {
                writer.statistics(n, n).expect("memory");
                written.push((5, Vec::new()));
            }
        }
    }
    writer.flush().expect("memory");
    drop(writer);
    let read = blocks(&file);
    assert_eq!(read[..2].iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [0x0A0D_0D0A, 1]);
    assert_eq!(read.len(), 2 + written.len());
    for ((kind, body), (wanted, bytes)) in read[2..].iter().zip(&written) {
        assert_eq!(kind, wanted);
        let at = match kind {
            6 => 20,
            10 => 8,
            _ => continue,
        };
        let length =
            u32::from_le_bytes(body[at - if at == 20 { 8 } else { 4 }..][..4].try_into().expect("four"));
        assert_eq!(length as usize, bytes.len());
        assert_eq!(&body[at..at + bytes.len()], bytes);
    }
});
