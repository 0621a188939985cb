//! The binary `certs`.

fn main() {}
