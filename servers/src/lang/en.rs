//! The sentences in English.

pub(crate) mod program;
pub(crate) mod tls;
pub(crate) mod ws;
