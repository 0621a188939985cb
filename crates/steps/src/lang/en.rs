//! The sentences in English.

pub(crate) mod ssh;
pub(crate) mod ssh_cards;
pub(crate) mod ssh_rules;
pub(crate) mod tcp;
pub(crate) mod tcp_cards;
pub(crate) mod tcp_rules;
pub(crate) mod tls;
pub(crate) mod tls_cards;
pub(crate) mod tls_rules;
pub(crate) mod words;
pub(crate) mod ws;
pub(crate) mod ws_cards;
pub(crate) mod ws_checks;
pub(crate) mod ws_rules;
