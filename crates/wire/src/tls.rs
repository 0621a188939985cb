//! tls: to come.
