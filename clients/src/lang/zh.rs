//! The sentences in Chinese.

pub(crate) mod tls;
pub(crate) mod why;
pub(crate) mod why_ssh;
pub(crate) mod why_tcp;
pub(crate) mod why_tls;
pub(crate) mod why_ws;
pub(crate) mod ws;
