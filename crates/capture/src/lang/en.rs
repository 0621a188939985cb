//! The sentences in English.

pub(crate) mod file;
pub(crate) mod row;
