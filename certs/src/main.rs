//! The binary `certs`: its command line is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    certs::program::main(std::env::args_os())
}
