//! The demo CA, the certificates and the SSH keys, made on first use.

/// Where the demo keys are unless told otherwise.
pub const DEFAULT_DIR: &str = "certs/demo";
