//! A field of a message at its place in the bytes: what a byte view prints.

/// A run of bytes with a meaning. A part whose bytes are told in parts of their own is followed by them, one level
/// deeper; those without, read in order, cover every byte exactly once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it begins.
    pub offset: usize,
    /// How many bytes it has.
    pub length: usize,
    /// How many parts it stands inside.
    pub depth: usize,
    /// The field's name in the RFC; empty for bytes that nobody could read.
    pub name: String,
    /// What the bytes mean; empty where they speak for themselves.
    pub value: String,
}

impl Part {
    /// Those of `parts` that have no parts of their own.
    pub fn leaves(parts: &[Part]) -> impl Iterator<Item = &Part> {
        let next = parts.iter().skip(1).map(Some).chain([None]);
        let told_by_next =
            |(part, next): &(&Part, Option<&Part>)| next.is_some_and(|next| next.depth > part.depth);
        parts.iter().zip(next).filter(move |pair| !told_by_next(pair)).map(|(part, _)| part)
    }
}
