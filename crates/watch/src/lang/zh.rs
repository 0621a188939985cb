//! The sentences in Chinese.

pub(crate) mod captures;
pub(crate) mod ssh;
pub(crate) mod tcp;
