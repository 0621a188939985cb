//! The binary `lab`: its command line is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    lab::main(std::env::args_os())
}
