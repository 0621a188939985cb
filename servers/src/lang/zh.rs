//! The sentences in Chinese.

pub(crate) mod program;
pub(crate) mod tls;
pub(crate) mod ws;
