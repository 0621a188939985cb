//! In the place of `namespace` on a system that is not Linux.

use std::io;

pub(in crate::link) fn enter() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "that takes the Linux kernel (namespaces)"))
}
