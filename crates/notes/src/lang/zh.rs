//! The sentences in Chinese.

pub(crate) mod notes;
