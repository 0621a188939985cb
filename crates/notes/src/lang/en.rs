//! The sentences in English.

pub(crate) mod notes;
