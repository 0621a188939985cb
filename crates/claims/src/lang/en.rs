//! The sentences in English.

pub(crate) mod beyond;
pub(crate) mod claims;
pub(crate) mod ssh_verdicts;
pub(crate) mod tcp_verdicts;
pub(crate) mod tls_verdicts;
pub(crate) mod words;
pub(crate) mod ws_verdicts;
