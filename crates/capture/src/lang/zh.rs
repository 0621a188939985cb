//! The sentences in Chinese.

pub(crate) mod file;
pub(crate) mod row;
