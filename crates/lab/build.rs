//! The scenarios travel inside the program (`include_dir!`), which cargo does not know of: a new file is seen at once.

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
}
