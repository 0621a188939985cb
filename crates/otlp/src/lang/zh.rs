//! The sentences in Chinese.

pub(crate) mod collector;
