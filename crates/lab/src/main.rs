//! The binary `lab`: both ends of a pair in one process.

fn main() {}
