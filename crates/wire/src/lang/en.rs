//! The sentences in English.

pub(crate) mod ssh;
pub(crate) mod ws;
