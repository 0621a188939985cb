//! ssh: to come.
