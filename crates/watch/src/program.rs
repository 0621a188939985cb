//! The program that all this runs in.

use std::path::Path;

/// The file of this program, as a command that grants it a right names it: from the current folder where it lies below.
pub fn program_file() -> String {
    let Ok(file) = std::env::current_exe() else { return "PROGRAM".into() };
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| file.strip_prefix(here).ok().map(|below| Path::new(".").join(below)));
    below.as_deref().unwrap_or(&file).display().to_string()
}
