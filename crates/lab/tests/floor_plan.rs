//! The floor plan of ARCHITECTURE.md: what a protocol needs stands in each crate in a folder of its name, and each file
//! there is a room that the plan knows. What two protocols need alike has one name in both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const PROTOCOLS: [&str; 4] = ["tcp", "tls", "ws", "ssh"];

/// The crates in which each protocol has a folder.
const CRATES: [&str; 6] =
    ["crates/steps", "crates/claims", "crates/wire", "crates/watch", "servers", "clients"];

/// Of one crate: the rooms that several protocols have, and those of one alone.
#[derive(Debug, Default, PartialEq)]
struct Rooms {
    shared: BTreeSet<String>,
    alone: BTreeMap<String, BTreeSet<String>>,
}

#[test]
fn each_file_of_a_protocol_is_a_room_of_the_plan_and_each_room_has_its_file() {
    let planned = plan();
    for name in CRATES {
        let src = root().join(name).join("src");
        let mut protocols_with: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for protocol in PROTOCOLS {
            for room in rooms(&src.join(protocol)) {
                protocols_with.entry(room).or_default().insert(protocol.into());
            }
        }
        let mut built = Rooms::default();
        for (room, protocols) in protocols_with {
            match protocols.first() {
                Some(only) if protocols.len() == 1 => {
                    built.alone.entry(only.clone()).or_default().insert(room);
                }
                _ => {
                    built.shared.insert(room);
                }
            }
        }
        assert_eq!(planned.get(name), Some(&built), "{name}: the plan in ARCHITECTURE.md, and what is built");
    }
}

/// A file that no other one names as its module is not compiled, and a test in it proves nothing.
#[test]
fn each_source_is_a_module_of_the_file_above_it() {
    let crates = fs::read_dir(root().join("crates")).expect("there are crates");
    let crates = crates.map(|entry| entry.expect("it can be listed").path());
    let mut lost = Vec::new();
    for folder in crates.chain(["servers", "clients", "certs"].map(|name| root().join(name))) {
        let src = folder.join("src");
        let all: Vec<(PathBuf, String)> = sources(&src)
            .into_iter()
            .map(|path| {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                (path, text)
            })
            .collect();
        for (path, _) in &all {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let (declared, by_path) = (format!("mod {stem};"), path.strip_prefix(&src).expect("it is below"));
            let by_path = format!("path = \"{}\"", by_path.display());
            let above = path.parent().expect("it has a folder");
            let is_root = ["lib", "main"].contains(&stem) && above == src;
            let names_it = |(file, text): &(PathBuf, String)| {
                let is_above =
                    file.with_extension("") == above || above == src && file.parent() == Some(above);
                let says =
                    |line: &str| line.split("//").next().unwrap_or_default().trim_end().ends_with(&declared);
                is_above && text.lines().any(says) || text.contains(&by_path)
            };
            if !is_root && !all.iter().any(names_it) {
                lost.push(path.display().to_string());
            }
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
}

/// The table of ARCHITECTURE.md: a crate, its shared rooms, and `protocol: rooms` for those of one alone.
fn plan() -> BTreeMap<String, Rooms> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map");
    let table = text.split("<!-- floor plan -->").nth(1).expect("the map has the plan");
    let words = |text: &str| -> BTreeSet<String> {
        text.split(',').map(|room| room.trim().to_owned()).filter(|room| !room.is_empty()).collect()
    };
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, shared, alone] = cells[..] else { panic!("three cells: {row}") };
        let alone = alone.split("; ").filter_map(|rooms| rooms.split_once(": "));
        let alone =
            alone.map(|(protocol, rooms)| (protocol.trim_matches('`').to_owned(), words(rooms))).collect();
        (name.trim_matches('`').to_owned(), Rooms { shared: words(shared), alone })
    })
    .collect()
}

/// The modules in a protocol's folder. What stands in the place of one where its system or library is missing is that room.
fn rooms(folder: &Path) -> BTreeSet<String> {
    let listed = fs::read_dir(folder).into_iter().flatten();
    listed
        .filter_map(|entry| {
            let path = entry.expect("it can be listed").path();
            let is_source = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            (is_source && stem != "tests" && stem != "elsewhere" && !stem.starts_with("without_"))
                .then_some(stem)
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a crate has sources") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
    all
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
