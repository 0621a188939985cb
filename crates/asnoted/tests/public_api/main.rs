//! What the crate offers to other programs is listed in `public-api.txt`, so that no change of it goes unseen: a changed list is
//! part of the change, and says to a reviewer what users get. `API=write cargo test -p asnoted --test public_api` writes it anew.
//!
//! It is read from the sources, which any stable Rust can: rustdoc's JSON is unstable, and another with each release. What a
//! signature names and the crate does not re-export is not listed.

mod list;
mod sources;

use std::{env, fs, path::Path};

use sources::Sources;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The list as the sources have it.
fn listed() -> String {
    let mut sources = Sources::default();
    for (name, folder) in [
        ("asnoted", "."),
        ("otlp", "../otlp"),
        ("show", "../show"),
        ("steps", "../steps"),
        ("watch", "../watch"),
    ] {
        sources.read(name, &Path::new(HERE).join(folder).join("src/lib.rs"));
    }
    format!("features: {}\n{}", features().join(", "), list::module(&sources, "asnoted"))
}

/// The crate's features, in order.
fn features() -> Vec<String> {
    let manifest = fs::read_to_string(Path::new(HERE).join("Cargo.toml")).expect("it is beside the sources");
    let features = manifest.lines().skip_while(|line| *line != "[features]").skip(1);
    let features = features.take_while(|line| !line.starts_with('['));
    features.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn ci_builds_nothing_and_each_feature_alone() {
    let run = fs::read_to_string(Path::new(HERE).join("../../.ci/run")).expect("it is in the repository");
    let line = run.lines().find_map(|line| line.trim().strip_prefix("for feature in "));
    let built = line.and_then(|line| line.strip_suffix("; do")).expect("a loop over the features");
    let expected: Vec<_> = features().into_iter().map(|name| name.replace("default", "\"\"")).collect();
    assert_eq!(built.split(' ').collect::<Vec<_>>(), expected);
}

#[test]
fn what_the_crate_offers_is_on_the_list() {
    let (file, listed) = (Path::new(HERE).join("public-api.txt"), listed());
    if env::var("API").is_ok_and(|how| how == "write") {
        fs::write(&file, &listed).expect("it is in the repository");
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let only = |these: &str, those: &str, sign: char| -> String {
        let lines = these.lines().filter(|line| !those.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    assert!(
        known == listed,
        "the public API is not what crates/asnoted/public-api.txt lists:\n{}{}\
         If this is meant: `API=write cargo test -p asnoted --test public_api`, and a line in CHANGELOG.md.",
        only(&known, &listed, '-'),
        only(&listed, &known, '+'),
    );
}

/// What the list is made of, in small.
#[test]
fn a_list_has_what_is_public_and_nothing_else() {
    let mut sources = Sources::default();
    sources.add(
        "deep",
        r#"
        mod hidden {
            /// A thing.
            #[derive(Clone, Debug)]
            #[non_exhaustive]
            pub struct Thing<T: Ord> { pub open: Vec<T>, shut: u8 }
            impl<T: Ord> Thing<T> {
                pub const MOST: usize = 7;
                pub async fn go(
                    &self,
                    far: u8,
                ) -> Option<T> { None }
                pub(crate) fn no(&self) {}
                fn never(&self) {}
            }
            impl<T: Ord> std::fmt::Display for Thing<T> {}
            pub enum Way { Near, Far(u8) }
            pub struct Other;
        }
        pub use hidden::{Other, Thing, Way as Road};
        pub mod field { declare! {
            /// It.
            ONE: str = "one"; TWO: u64 = "second"; } }
        #[cfg(test)]
        mod tests { pub fn no() {} }
        "#,
    );
    sources.add(
        "face",
        "pub use deep::{Road, Thing};
        /// With values.
        #[cfg(feature = \"x\")]
        pub mod more { pub use deep::field; pub trait Ends { fn end(&self) -> u8; } impl Ends for () {} }",
    );
    assert_eq!(
        list::module(&sources, "face"),
        "\nface\n\
         \x20 enum Road\n\
         \x20   Near, Far(u8)\n\
         \x20 struct Thing<T: Ord> (non-exhaustive)\n\
         \x20   open: Vec<T>\n\
         \x20   async fn go(&self, far: u8) -> Option<T>\n\
         \x20   const MOST: usize\n\
         \x20   is Clone, Debug, Display\n\
         \nface::more (feature x)\n\
         \x20 trait Ends\n\
         \x20   fn end(&self) -> u8\n\
         \x20   for ()\n\
         \nface::more::field (feature x)\n\
         \x20 &[&str]: ALL\n\
         \x20 str: ONE\n\
         \x20 u64: TWO (\"second\")\n"
    );
}
