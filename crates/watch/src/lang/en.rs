//! The sentences in English.

pub(crate) mod captures;
pub(crate) mod ssh;
pub(crate) mod tcp;
