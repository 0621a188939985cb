//! The sentences in English.

pub(crate) mod beside;
pub(crate) mod bytes;
pub(crate) mod card;
pub(crate) mod catalogue;
pub(crate) mod checks;
pub(crate) mod fields;
pub(crate) mod keys;
pub(crate) mod ladder;
pub(crate) mod log;
pub(crate) mod marks;
pub(crate) mod notes;
pub(crate) mod options;
pub(crate) mod summary;
pub(crate) mod unwritten;
