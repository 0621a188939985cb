//! The sentences in English.

pub(crate) mod tls;
pub(crate) mod ws;
