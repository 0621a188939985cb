//! The reader's own Markdown: parsed, every claim looked for in it, and the page that checks it.
#![no_main]

use handshakes_fuzz::memory;
use libfuzzer_sys::fuzz_target;
use show::{Checked, Notes};
use steps::{Claim, Finding, Lang};
use strum::VariantArray;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let notes = memory::bounded(input.len(), 64 << 10, 1 << 10, || Notes::parse(&text));
    for claim in Claim::VARIANTS {
        if let Some(place) = notes.place(*claim) {
            notes.block(place);
        }
    }
    let missing = notes.missing();
    let found: Vec<_> =
        Claim::VARIANTS.iter().copied().filter(|claim| notes.place(*claim).is_some()).collect();
    assert!(missing.iter().all(|claim| !found.contains(claim)));
    let checked: Checked = found.iter().map(|claim| (*claim, Finding::as_noted(*claim))).collect();
    for lang in [Lang::En, Lang::Zh] {
        drop(show::checked_notes(&notes, &checked, lang, 80));
    }
});
