//! What this crate says, a folder for each language.

pub(crate) mod en;
pub(crate) mod zh;
