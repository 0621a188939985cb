//! The binary `client`: its command line is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    clients::program::main(std::env::args_os())
}
