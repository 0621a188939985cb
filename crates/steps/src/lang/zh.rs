//! The sentences in Chinese.

pub(crate) mod tls;
pub(crate) mod tls_rules;
pub(crate) mod words;
