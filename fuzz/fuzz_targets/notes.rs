//! The reader's own notes in any bytes: decoded, read, annotated, and read again.
#![no_main]

use std::sync::LazyLock;

use asnoted_fuzz::memory;
use libfuzzer_sys::fuzz_target;
use notes::{Decoded, Notes};

/// What is made once, at the first notes that need it, is no input's memory.
static TABLES: LazyLock<()> =
    LazyLock::new(|| drop(Notes::read(include_str!("../corpus/notes/catalogue-0"))));

fuzz_target!(|input: &[u8]| {
    LazyLock::force(&TABLES);
    let Ok(decoded) = Decoded::read(input) else { return };
    let text = decoded.text;
    let notes = memory::bounded(input.len(), 256 << 10, 4 << 10, || Notes::read(&text));
    for reading in &notes.readings {
        assert!(reading.lines.0 <= reading.lines.1);
        notes.quote(reading);
    }
    drop(Notes::read(&notes.annotated(&text)));
});
