//! How a sentence quotes what a peer said, and names lists.

/// A peer's own words, as far as a sentence can bear them.
pub(in crate::ssh) fn quoted(text: &str) -> String {
    const MOST: usize = 200;
    let text = text.trim();
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// Names in a row.
pub(in crate::ssh) fn list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// Milliseconds in seconds.
pub(in crate::ssh) fn in_seconds(milliseconds: u64) -> String {
    let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
    if rest == 0 { whole.to_string() } else { (milliseconds as f64 / 1000.0).to_string() }
}
