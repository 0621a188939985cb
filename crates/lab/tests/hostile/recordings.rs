//! The comments of a capture of ours, which Wireshark shows beside the packets (pcapng §3.5, §4.3).

use std::path::Path;

use crate::is_harmless;

/// That a capture's comments, and the names of the programs and interfaces in it, are harmless. Gives how many there are.
pub(crate) fn check(what: &str, capture: &Path) -> usize {
    let bytes = std::fs::read(capture).unwrap_or_else(|error| panic!("{what}: {error}"));
    let texts = texts(&bytes);
    texts.iter().for_each(|text| is_harmless(what, text));
    texts.len()
}

const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const SECTION: u32 = 0x0a0d_0d0a;

/// Texts among the options of every block: in a section and an interface all are, of a packet the comment is.
fn texts(file: &[u8]) -> Vec<Vec<u8>> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
    let mut texts = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let (kind, length) = (word(at), word(at + 4) as usize);
        let end = at + length - 4;
        assert_eq!(word(end) as usize, length, "a block ends with its length");
        let options = match kind {
            SECTION => Some(at + 24),
            INTERFACE => Some(at + 16),
            ENHANCED_PACKET => Some(at + 28 + (word(at + 20) as usize).next_multiple_of(4)),
            _ => None,
        };
        let mut option = options.unwrap_or(end);
        while option < end {
            let code = word(option) & 0xffff;
            let size = (word(option) >> 16) as usize;
            let is_text = match kind {
                SECTION => true,
                INTERFACE => matches!(code, 1..=3 | 12),
                _ => code == 1,
            };
            if code != 0 && is_text {
                texts.push(file[option + 4..option + 4 + size].to_vec());
            }
            option += 4 + size.next_multiple_of(4);
        }
        at += length;
    }
    texts
}
