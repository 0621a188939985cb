//! Whatever the decoders can say of bytes that they cannot read has its words in Chinese.

use std::{fs, path::Path};

/// Where the sources say what was due, or what came instead: behind these, in quotes.
const DUE: [&str; 9] = [
    "lost(",
    "lose(",
    "Lost::at(",
    "Lost::at_line(",
    ".ok_or(",
    "Err(",
    "let expected = ",
    "LOOKS_LIKE => ",
    "&'static str = ",
];

#[test]
fn what_was_due_and_what_came_are_known_in_chinese() {
    let mut checked = 0;
    let mut check = |words: &str, file: &Path| {
        assert!(steps::has_chinese(words), "{}: `{words}` has no Chinese words", file.display());
        checked += 1;
    };
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // In these files all that is said is what bytes look like.
        if ["foreign.rs", "looks.rs"].contains(&name.as_str()) {
            let said = text.lines().filter(|line| line.contains("=> \"") || line.trim().starts_with('"'));
            said.filter_map(|line| line.split('"').nth_back(1)).for_each(|words| check(words, &file));
            continue;
        }
        for marker in DUE {
            for (at, _) in text.match_indices(marker) {
                // Within the statement: the words may stand on the next line.
                let rest = &text[at + marker.len()..];
                let Some((before, rest)) =
                    rest.split_once('"').filter(|(before, _)| !before.contains([';', '}']))
                else {
                    continue;
                };
                let Some((words, _)) = rest.split_once('"').filter(|_| before.len() < 200) else { continue };
                // A sentence or a name is none: what is due begins small, with an article or a name of the RFC.
                if [
                    "a ",
                    "an ",
                    "the other side",
                    "the end",
                    "the fields",
                    "application data",
                    "ACK in",
                    "protocol version",
                ]
                .iter()
                .any(|begin| words.starts_with(begin))
                    && !words.contains('{')
                {
                    check(words, &file);
                }
            }
        }
    }
    assert!(checked >= 40, "{checked}");
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let own = files.into_iter().filter(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.ends_with(".rs") && !name.contains("tests") && !folder.ends_with("tests")
    });
    own.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}
