//! The sentences in Chinese.

pub(crate) mod ssh;
pub(crate) mod ws;
