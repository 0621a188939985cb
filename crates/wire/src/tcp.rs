//! tcp: to come.
