//! `cargo run -p asnoted-notes --example measure [FOLDER]`: how well the notes in a folder with a `judged.json` are read, by note
//! and in all. Without a folder: the notes of this crate. With `-v` every wrong place, with `-vv` what was missed too.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::disallowed_types)] // a program

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

use asnoted_notes::{
    Notes,
    measure::{Figures, Judged},
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let folder = args.iter().find(|arg| !arg.starts_with('-')).map_or(own, String::as_str);
    let aloud = args.iter().any(|arg| arg.starts_with("-v"));
    let missed = args.iter().any(|arg| arg == "-vv");
    let judged = match fs::read_to_string(Path::new(folder).join("judged.json")) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("could not read {folder}/judged.json: {error}");
            return ExitCode::from(2);
        }
    };
    let judged: BTreeMap<String, Judged> = match serde_json::from_str(&judged) {
        Ok(judged) => judged,
        Err(error) => {
            eprintln!("{folder}/judged.json: {error}");
            return ExitCode::from(2);
        }
    };
    println!("{}", Figures::heads());
    let mut all = Figures::default();
    for (name, judged) in &judged {
        let Some(text) = text_of(folder, name) else {
            eprintln!("{name}: there is no such file in {folder}");
            return ExitCode::from(2);
        };
        let notes = Notes::read(&text);
        let mut figures = Figures::default();
        let mut wrong = Vec::new();
        figures.count(&notes, judged, |reading, what| {
            wrong.push(format!(
                "    {name}:{} {} {:?} {what}: {}",
                reading.lines.0,
                reading.claim.id(),
                reading.grade,
                line(&text, reading.lines.0)
            ));
        });
        println!("{}", figures.line(name));
        if aloud {
            wrong.iter().for_each(|line| println!("{line}"));
        }
        if missed {
            for (map, grade) in [(&judged.claims, "states"), (&judged.contradicted, "denies")] {
                for (claim, lines) in map {
                    let places: Vec<_> = notes
                        .readings
                        .iter()
                        .filter(|reading| {
                            reading.claim.id() == claim
                                && lines.iter().any(|line| (reading.lines.0..=reading.lines.1).contains(line))
                        })
                        .collect();
                    let best =
                        places.iter().map(|place| format!("{:?}", place.grade)).collect::<Vec<_>>().join(" ");
                    if !best.contains("Stated") && !best.contains("Denied") {
                        println!(
                            "    {name}:{lines:?} {grade} {claim}, got [{best}]: {}",
                            line(&text, lines[0])
                        );
                    }
                }
            }
        }
        all.add(&figures);
    }
    println!("{}", all.line("all"));
    ExitCode::SUCCESS
}

fn line(text: &str, number: usize) -> &str {
    text.lines().nth(number - 1).unwrap_or_default()
}

/// The file of this name, or the one that begins with it.
fn text_of(folder: &str, name: &str) -> Option<String> {
    let exact = Path::new(folder).join(name);
    let path = if exact.is_file() {
        exact
    } else {
        let begins = |path: &std::path::PathBuf| path.file_stem().is_some_and(|stem| stem == name);
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(begins)?
    };
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
