//! `cargo run --release -p asnoted-notes --example speed`: how long notes of each size take to read, and the most memory so far.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::disallowed_types)] // a program

use std::{fs, path::Path, time::Instant};

use asnoted_notes::Notes;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files: Vec<_> = fs::read_dir(folder).expect("the corpus is there").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    let texts = files
        .iter()
        .map(std::fs::DirEntry::path)
        .filter(|path| path.extension().is_some_and(|it| it == "md"));
    let all: String = texts.map(|path| fs::read_to_string(path).expect("it is text") + "\n\n").collect();
    drop(Notes::read(&all)); // the rules are read once
    println!("{:>10} {:>10} {:>10}", "KB", "ms", "ns/byte");
    for size in [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000] {
        let mut text = all.repeat(size / all.len() + 1);
        text.truncate((0..=size).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default());
        let began = Instant::now();
        let notes = Notes::read(&text);
        let took = began.elapsed();
        println!(
            "{:>10} {:>10.1} {:>10.1}   {} readings",
            size / 1000,
            took.as_secs_f64() * 1e3,
            took.as_secs_f64() * 1e9 / size as f64,
            notes.readings.len()
        );
    }
}
