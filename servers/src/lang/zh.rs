//! The sentences in Chinese.

pub(crate) mod tls;
pub(crate) mod ws;
